"""How well a reward model of the tiny preset predicts the preferences on prompts it never saw.

The prompts are cut into five parts; each part is held out once while a model is trained on the
pairs of the other prompts (80 %), so that every pair is predicted by a model that saw neither
it nor its prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from loopwright.base.clock import system_now
from loopwright.base.digests import canonical_json, digest_json
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.stats.estimate import Estimate
from loopwright.stats.proportions import accuracy
from loopwright.training import service as training

FOLDS = 5
SEED = 7
SFT = {
    "steps": 10,
    "learning_rate": 3e-3,
    "batch": 16,
    "vocabulary": 2000,
    "hidden": 64,
    "layers": 1,
    "max_length": 256,
}
"""Only makes a tokenizer and a start; what is measured is learned by the reward step."""
REWARD = {"epochs": 1, "learning_rate": 2e-3, "batch": 32, "max_length": 512}


def held_out_accuracy(
    home: Home, *, project_id: str, rows: Sequence[Json]
) -> tuple[Estimate, Json]:
    """Return the share of decided held-out pairs predicted rightly, clustered by prompt."""
    by_prompt: dict[str, list[Json]] = {}
    for row in rows:
        by_prompt.setdefault(digest_json(row["prompt"]), []).append(row)
    prompts = sorted(by_prompt)
    correct: list[float] = []
    clusters: list[str] = []
    seconds = 0.0
    for fold in range(FOLDS):
        held_out = set(prompts[fold::FOLDS])
        train = [row for name in prompts if name not in held_out for row in by_prompt[name]]
        test = {row["item_id"]: name for name in held_out for row in by_prompt[name]}
        margins, spent = _train(home, project_id, train, [r for r in rows if r["item_id"] in test])
        seconds += spent
        for line in margins:
            if line["probability"] != 0.5:
                margin = line["margin"]
                correct.append(0.5 if margin == 0 else float(margin > 0))
                clusters.append(test[line["item_id"]])
    found = accuracy(correct, clusters).estimate
    return found, {
        "folds": FOLDS,
        "prompts": len(prompts),
        "pairs": len(rows),
        "training_seconds": round(seconds, 1),
        "sft": SFT,
        "reward": REWARD,
    }


def _train(
    home: Home, project_id: str, train: Sequence[Json], test: Sequence[Json]
) -> tuple[list[Json], float]:
    """Return the margins on `test` of a reward model trained on `train`, and the seconds."""
    shown = [
        {"prompt": row["prompt"], "completion": row[side]}
        for row in train
        for side in ("chosen", "rejected")
    ]
    base = training.execute(
        home,
        project_id=project_id,
        kind="sft",
        spec={"demonstrations": _artifact(home, shown), "preset": "tiny", "seed": SEED, **SFT},
        now_fn=system_now,
    )
    reward = training.execute(
        home,
        project_id=project_id,
        kind="reward",
        spec={
            "base": base.outputs["policy"],
            "preferences": _artifact(home, train),
            "eval_sets": {"held_out": _artifact(home, test)},
            "preset": "tiny",
            "seed": SEED,
            **REWARD,
        },
        now_fn=system_now,
    )
    lines = home.artifacts.path(reward.outputs["margins"]).read_bytes().splitlines()
    return [orjson.loads(line) for line in lines], base.seconds + reward.seconds


def _artifact(home: Home, rows: Iterable[Json]) -> str:
    return home.artifacts.put_bytes(b"".join(canonical_json(row) + b"\n" for row in rows))
