"""A home with artifacts of the support-chat world, small enough for seconds of training."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.simulate.world.grammar import WorldPrompt, sample_prompts
from loopwright.simulate.world.rubric import score
from loopwright.simulate.world.sets import contrasts, demonstrations
from support.databases import sqlite_home

PROJECT = "support"
SMALL: Json = {"preset": "tiny", "hidden": 32, "layers": 1, "vocabulary": 400, "seed": 5}


def make_home(folder: Path) -> Home:
    """A home on SQLite with every table."""
    return sqlite_home(Settings(home=folder / "home", database_url=None))


def rows_artifact(home: Home, rows: Iterable[Json]) -> str:
    """Store JSON lines; return the digest."""
    return home.artifacts.put_bytes("".join(json.dumps(r) + "\n" for r in rows).encode())


def user(prompt: WorldPrompt) -> list[Json]:
    """The prompt as messages."""
    return [{"role": "user", "content": prompt.text}]


def demonstration_rows(*, count: int) -> list[Json]:
    """Demonstrations in the base mix."""
    rng = np.random.default_rng(7)
    prompts = sample_prompts(rng, count=count)
    return [
        {"prompt": user(d.prompt), "completion": d.completion}
        for d in demonstrations(rng, prompts=prompts)
    ]


def preference_rows(*, count: int) -> list[Json]:
    """Pairs of demonstrations ordered by the rubric; every tenth is a tie."""
    rng = np.random.default_rng(8)
    prompts = sample_prompts(rng, count=count)
    first = demonstrations(rng, prompts=prompts)
    second = demonstrations(rng, prompts=prompts)
    rows = []
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        texts = sorted(
            (a.completion, b.completion),
            key=lambda t: score(prompt_text=a.prompt.text, answer=t),
        )
        rows.append(
            {
                "prompt": user(a.prompt),
                "chosen": texts[1],
                "rejected": texts[0],
                "item_id": f"itm_{i}",
                "probability": 0.5 if i % 10 == 0 else 0.9,
                "weight": 1.0 + (i % 3),
            }
        )
    return rows


def contrast_rows(*, count: int) -> list[Json]:
    """The named contrast set."""
    rng = np.random.default_rng(9)
    return [
        {"prompt": user(c.prompt), "chosen": c.right, "rejected": c.wrong, "item_id": f"con_{i}"}
        for i, c in enumerate(contrasts(rng, prompts=sample_prompts(rng, count=count)))
    ]


def prompt_rows(*, count: int) -> list[Json]:
    """Prompts to sample from."""
    prompts = sample_prompts(np.random.default_rng(10), count=count)
    return [{"id": p.key, "prompt": user(p)} for p in prompts]


def read_rows(home: Home, digest: str) -> list[Json]:
    """Rows of a JSON-lines artifact."""
    return [json.loads(line) for line in home.artifacts.path(digest).read_text().splitlines()]
