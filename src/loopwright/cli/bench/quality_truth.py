"""Batch Dawid-Skene beside crowd-kit: made-up votes, each side in processes of its own."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
import orjson
from numpy.typing import NDArray

from loopwright.base.types import Json

SEED = 4
ITERATIONS = 20
SMALL = 100_000
LARGE = 1_000_000
ROUNDS = 3
"""How often each side runs, by turns; the ratio is of medians."""
CATEGORIES = 4
_PER_ITEM = 5
_PER_RATER = 200
_MISSING = "crowd-kit is not installed: pip install loopwright[bench]"


@dataclass(frozen=True)
class Votes:
    """Made-up votes in the order in which they came, and the truth of each item."""

    item: NDArray[np.int64]
    rater: NDArray[np.int64]
    answer: NDArray[np.int64]
    truth: NDArray[np.int64]
    raters: int


@dataclass(frozen=True)
class Turn:
    """What one process is to run: `side` is ours or crowd-kit; best of `repeats` fits."""

    side: str
    votes: str
    iterations: int = ITERATIONS
    repeats: int = 2
    single: bool = True


def made_up(count: int, *, seed: int = SEED) -> Votes:
    """Return votes of 4 answers, 5 an item and 200 a rater, no rater twice on an item.

    Accuracies are Beta(8, 3); of 15 % of the raters it is 0.28, hardly better than chance.
    """
    generator = np.random.default_rng(seed)
    items, raters = count // _PER_ITEM, max(4 * _PER_ITEM, count // _PER_RATER)
    skill = np.where(generator.random(raters) < 0.15, 0.28, generator.beta(8, 3, raters))
    truth = generator.integers(0, CATEGORIES, items)
    # Steps that sum to less than a round never meet the same rater twice.
    steps = generator.integers(1, raters // _PER_ITEM + 1, (items, _PER_ITEM))
    rater = (generator.integers(0, raters, (items, 1)) + steps.cumsum(axis=1)) % raters
    right = generator.random(rater.shape) < skill[rater]
    wrong = (truth[:, None] + generator.integers(1, CATEGORIES, rater.shape)) % CATEGORIES
    answer = np.where(right, truth[:, None], wrong)
    item = np.repeat(np.arange(items), _PER_ITEM)
    order = generator.permutation(len(item))
    return Votes(item[order], rater.ravel()[order], answer.ravel()[order], truth, raters)


def dawid_skene_race(*, largest: int, say: Callable[[str], None]) -> tuple[Json, Json]:
    """Return speedups and the ratio of memory, and what each process saw."""
    keys = ("ds.speedup.1e5", "ds.speedup.1e6", "ds.memory_ratio.1e6")
    if find_spec("crowdkit") is None:
        return dict.fromkeys(keys, "not run"), {"reason": _MISSING}
    figures: Json = dict.fromkeys(keys, "not run")
    notes: Json = {"iterations": ITERATIONS, "rounds": ROUNDS}
    for count, name in ((SMALL, "1e5"), (LARGE, "1e6")):
        if count > largest:
            continue
        runs = race(count, say=say)
        seconds = {
            side: median(run["cpu_seconds"] for run in found) for side, found in runs.items()
        }
        figures[f"ds.speedup.{name}"] = round(seconds["crowd-kit"] / seconds["ours"], 2)
        notes[name] = runs
        say(f"ds: {count} votes: {figures[f'ds.speedup.{name}']} times as fast")
        if name == "1e6":
            figures["ds.memory_ratio.1e6"] = _memory_ratio(runs)
    return figures, notes


def race(count: int, *, rounds: int = ROUNDS, say: Callable[[str], None]) -> dict[str, list[Json]]:
    """Return what each process saw, by side; ours in single and in double precision."""
    runs: dict[str, list[Json]] = {"crowd-kit": [], "ours": [], "ours_double": []}
    with tempfile.TemporaryDirectory(prefix="loopwright-bench-") as folder:
        file = Path(folder) / "votes.npz"
        made = made_up(count)
        np.savez(file, **{name: getattr(made, name) for name in ("item", "rater", "answer")},
                 truth=made.truth, raters=np.array(made.raters))  # fmt: skip
        for number in range(rounds):
            say(f"ds: {count} votes, round {number + 1} of {rounds}")
            runs["crowd-kit"].append(_run(Turn("crowd-kit", str(file))))
            runs["ours"].append(_run(Turn("ours", str(file))))
            runs["ours_double"].append(_run(Turn("ours", str(file), single=False)))
    return runs


def _run(turn: Turn) -> Json:
    done = subprocess.run(
        [sys.executable, "-m", "loopwright.cli.bench.quality_truth_turn"],
        input=orjson.dumps(asdict(turn)),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: Json = orjson.loads(done.stdout)
    return found


def _memory_ratio(runs: dict[str, list[Json]]) -> float | str:
    grown = {side: [run["peak_growth_mib"] for run in found] for side, found in runs.items()}
    if None in grown["ours"] or None in grown["crowd-kit"]:
        return "not run"
    return round(float(median(grown["ours"]) / median(grown["crowd-kit"])), 3)
