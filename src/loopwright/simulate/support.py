"""Filling a simulated support project: demonstrations, prompts and the named contrast set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopwright.base.types import Json
from loopwright.client import Client
from loopwright.simulate.world.grammar import WorldPrompt, sample_prompts
from loopwright.simulate.world.sets import CONTRAST_SET, contrasts, demonstrations

PROJECT = "support-demo"
PROJECT_FILE = Path(__file__).parent / "support.yaml"
SOURCE = "simulated world"
_BATCH = 500


@dataclass(frozen=True)
class WorldSize:
    """How many rows of each kind the project is filled with."""

    demonstrations: int = 4000
    contrasts: int = 200
    traffic: int = 400


def project_yaml(seed: int) -> str:
    """Return the project's file with the seed of this run."""
    return PROJECT_FILE.read_text(encoding="utf-8").replace("  seed: 0\n", f"  seed: {seed}\n")


def fill_project(client: Client, *, seed: int, size: WorldSize) -> list[WorldPrompt]:
    """Create the project and send its rows; return prompts kept back for traffic."""
    rng = np.random.default_rng([seed, 1])
    client.apply(project_yaml(seed), source="support.yaml")
    total = size.demonstrations + size.contrasts + size.traffic
    prompts = sample_prompts(rng, count=total)
    shown = prompts[: size.demonstrations]
    audited = prompts[size.demonstrations : size.demonstrations + size.contrasts]
    _send(
        client,
        [
            _item(row.prompt, [("demonstrations", row.completion)], purpose="demonstration")
            for row in demonstrations(rng, prompts=shown)
        ],
    )
    _send(
        client,
        [
            {
                **_item(
                    row.prompt,
                    [("contrast right", row.right), ("contrast wrong", row.wrong)],
                    purpose="contrast",
                ),
                "set_name": CONTRAST_SET,
            }
            for row in contrasts(rng, prompts=audited)
        ],
    )
    return prompts[size.demonstrations + size.contrasts :]


def _item(prompt: WorldPrompt, completions: Sequence[tuple[str, str]], *, purpose: str) -> Json:
    return {
        "prompt": {
            "messages": [{"role": "user", "content": prompt.text}],
            "source": SOURCE,
            "key": prompt.key,
            "segment": prompt.segment,
        },
        "completions": [{"policy": policy, "text": text} for policy, text in completions],
        "purpose": purpose,
        "key": f"{purpose}:{prompt.key}",
    }


def _send(client: Client, items: Sequence[Json]) -> None:
    for start in range(0, len(items), _BATCH):
        client.add_items(PROJECT, items[start : start + _BATCH], open=False)
