"""Ratings from comparisons beside crowd-kit and evalica: made-up votes, one thread each.

Both sides of a race run by turns in processes of their own, at their own defaults, and the ratio is
of medians of processor seconds. Each also says how well its ratings are in line with the truth.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from statistics import median

import numpy as np
import orjson

from loopwright.base.types import Json
from loopwright.stats.paired_fit import Coded, Floats

KEYS = ("pairs.speedup.1e5", "ratings.interval_speedup.1e5")
VOTES = 100_000
SOURCES = 100
RATERS = 500
ROUNDS = 3
SEED = 4
RESAMPLES = 100
"""Of evalica's percentile bootstrap; its default of 1,000 with BCa asks for 80 GB here."""
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Turn:
    """What one process runs: `side` names the program and the task."""

    side: str
    votes: int = VOTES


def made_up(count: int, *, seed: int = SEED) -> tuple[Coded, Floats]:
    """Return decided comparisons and the sources' true strengths.

    Strengths are normal (sd 1). Raters follow the order with Beta(8, 2), 15 % of them with 0.2;
    else they press the left button in 65 of 100. The first source is on the left.
    """
    generator = np.random.default_rng(seed)
    strength = generator.normal(0.0, 1.0, SOURCES)
    careless = generator.random(RATERS) < 0.15
    follows = np.where(careless, 0.2, generator.beta(8, 2, RATERS))
    first = generator.integers(0, SOURCES, count)
    second = (first + generator.integers(1, SOURCES, count)) % SOURCES
    rater = generator.integers(0, RATERS, count)
    chance = 1.0 / (1.0 + np.exp(strength[second] - strength[first]))
    chance = np.where(generator.random(count) < follows[rater], chance, 0.65)
    verdict = np.where(generator.random(count) < chance, 1, -1)
    left = np.ones(count, dtype=np.int64)
    return Coded(first, second, verdict, rater, left, SOURCES, RATERS), strength


def pairs_race(*, votes: int = VOTES, rounds: int = ROUNDS, say: Say) -> tuple[Json, Json]:
    """Return the two speedups, and what each process saw."""
    figures: Json = dict.fromkeys(KEYS, "not run")
    notes: Json = {"votes": votes, "rounds": rounds, "seed": SEED, "resamples": RESAMPLES}
    races = (
        (KEYS[0], "crowdkit", ("crowd-kit ratings", "our ratings")),
        (KEYS[1], "evalica", ("evalica intervals", "our intervals")),
    )
    for key, package, (theirs, ours) in races:
        if find_spec(package) is None:
            notes[key] = f"{package} is not installed: pip install loopwright[bench]"
            continue
        runs: dict[str, list[Json]] = {theirs: [], ours: []}
        for number in range(rounds):
            say(f"pairs: {key}, round {number + 1} of {rounds}")
            for side, found in runs.items():
                found.append(_run(Turn(side, votes)))
        seconds = {
            side: median(one["cpu_seconds"] for one in found) for side, found in runs.items()
        }
        figures[key] = round(seconds[theirs] / seconds[ours], 1)
        notes[key] = runs
        say(f"pairs: {key}: {figures[key]} times as fast")
    return figures, notes


def _run(turn: Turn) -> Json:
    done = subprocess.run(
        [sys.executable, "-m", "loopwright.cli.bench.quality_pairs_turn"],
        input=orjson.dumps(asdict(turn)),
        stdout=subprocess.PIPE,
        env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1")},
        check=True,
    )
    found: Json = orjson.loads(done.stdout)
    return found
