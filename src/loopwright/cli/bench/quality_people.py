"""Ratings and annotators where the truth is known, and held-out votes of real people.

Coverage of ratings' intervals with tastes; the delay and the false alarms of the drop alarm; log
loss of annotator-aware against plain ratings on llmfao.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from loopwright.base.types import Json
from loopwright.stats.bradley_terry import rate_coded
from loopwright.stats.cusum import Cusum
from loopwright.stats.pair_forecast import forecast
from loopwright.stats.paired_fit import Coded
from loopwright.stats.proportions import wilson

SPLITS = 20
SEED = 4
SOURCES = 8
TASTE = 0.5
REPLICATES = 250
LONG_RUN = 200
RUNS = 2_000
QUIET = 2_000
BEFORE, AFTER = 0.85, 0.70
Say = Callable[[str], None]


def people(data: Path | None, *, say: Say) -> tuple[Json, Json]:
    """Return every figure of this file, and notes by its key."""
    figures: Json = {}
    notes: Json = {}
    for found, told in (held_out(data, say=say), coverage(say=say), drift(say=say)):
        figures |= found
        notes[next(iter(found))] = told
    return figures, notes


def held_out(data: Path | None, *, say: Say, splits: int = SPLITS) -> tuple[Json, Json]:
    """Return on how many random splits (80 % to learn from) annotator-aware ratings have the
    lower log loss of decided votes."""
    key = "llmfao.logloss_wins_of_20"
    file = None if data is None else data / "llmfao" / "crowd-comparisons.csv"
    if file is None or not file.is_file():
        reason = "no llmfao: pass --data FOLDER, holding llmfao/crowd-comparisons.csv"
        return {key: "not run"}, {"reason": reason}
    votes = decided(file)
    aware, plain = [], []
    for number in range(splits):
        held = np.random.default_rng([SEED, number]).random(len(votes.first)) < 0.2
        found = forecast(votes, held)
        aware.append(-float(found.aware_log.mean()))
        plain.append(-float(found.plain_log.mean()))
    wins = sum(one < other for one, other in zip(aware, plain, strict=True))
    say(f"llmfao: {wins} of {splits}, log loss {np.mean(aware):.4f} against {np.mean(plain):.4f}")
    notes = {
        "splits": splits,
        "votes": len(votes.first),
        "seed": SEED,
        "log_loss": round(float(np.mean(aware)), 5),
        "log_loss_plain": round(float(np.mean(plain)), 5),
        "gain_least": round(min(np.subtract(plain, aware).tolist()), 5),
        "gain_most": round(max(np.subtract(plain, aware).tolist()), 5),
    }
    return {key: wins}, notes


def decided(file: Path) -> Coded:
    """Return the decided comparisons of an llmfao file; its x is on the left."""
    with file.open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["winner"] in ("left", "right")]
    names = {row[side] for row in rows for side in ("model_x", "model_y")}
    sources = {name: code for code, name in enumerate(sorted(names))}
    raters = {name: code for code, name in enumerate(sorted({row["worker"] for row in rows}))}
    return Coded(
        first=np.array([sources[row["model_x"]] for row in rows]),
        second=np.array([sources[row["model_y"]] for row in rows]),
        verdict=np.array([1 if row["winner"] == "left" else -1 for row in rows]),
        rater=np.array([raters[row["worker"]] for row in rows]),
        left=np.ones(len(rows), dtype=np.int64),
        sources=len(sources),
        raters=len(raters),
    )


def coverage(*, say: Say, replicates: int = REPLICATES) -> tuple[Json, Json]:
    """Return how often nominal 95 % intervals of ratings hold what votes tend to.

    20 raters judge 600 pairs; each has tastes of their own (sd 0.5 logits a source). What votes
    tend to is the rating that very many raters with such tastes would give.
    """
    names = [f"s{number}" for number in range(SOURCES)]
    long = with_tastes(np.random.default_rng([SEED, 0]), raters=LONG_RUN * 200, votes=400_000)
    limit = {one.source: one.rating.value or 0.0 for one in rate_coded(long, names).ratings}
    shares = []
    for number in range(1, replicates + 1):
        found = rate_coded(
            with_tastes(np.random.default_rng([SEED, number]), raters=20, votes=600), names
        )
        inside = [
            (one.rating.low or 0.0) <= limit[one.source] <= (one.rating.high or 0.0)
            for one in found.ratings
        ]
        shares.append(sum(inside) / len(inside))
    value = float(np.mean(shares))
    error = float(np.std(shares, ddof=1)) / replicates**0.5
    say(f"ratings: intervals cover {value:.4f}")
    notes = {
        "replicates": replicates,
        "sources": SOURCES,
        "seed": SEED,
        "low": round(value - 1.96 * error, 4),
        "high": round(value + 1.96 * error, 4),
    }
    return {"ratings.coverage95": round(value, 4)}, notes


def with_tastes(generator: np.random.Generator, *, raters: int, votes: int) -> Coded:
    """Return comparisons by raters whose strengths of each source differ by taste (sd 0.5)."""
    strength = np.linspace(-1.0, 1.0, SOURCES)
    taste = generator.normal(0.0, TASTE, (raters, SOURCES))
    first = generator.integers(0, SOURCES, votes)
    second = (first + generator.integers(1, SOURCES, votes)) % SOURCES
    rater = generator.integers(0, raters, votes)
    own = strength[first] - strength[second] + taste[rater, first] - taste[rater, second]
    verdict = np.where(generator.random(votes) < 1.0 / (1.0 + np.exp(-own)), 1, -1)
    left = np.where(generator.random(votes) < 0.5, 1, -1)
    return Coded(first, second, verdict, rater, left, SOURCES, raters)


def drift(*, say: Say, runs: int = RUNS) -> tuple[Json, Json]:
    """Return the median judgments until a drop from 0.85 to 0.70 is noticed, and the share of
    annotators without one who see an alarm in 2,000 judgments."""
    generator = np.random.default_rng(SEED)
    alarms = sum(_first_alarm(generator, BEFORE) <= QUIET for _ in range(runs))
    delays = [_first_alarm(generator, AFTER) for _ in range(runs)]
    false = wilson(alarms, runs)
    say(f"drift: median delay {median(delays)}, false alarms {alarms / runs:.4f}")
    figures = {
        "drift.median_delay": median(delays),
        "drift.false_alarm_2000": round(alarms / runs, 4),
    }
    notes = {
        "runs": runs,
        "seed": SEED,
        "delay_quartiles": np.quantile(delays, (0.25, 0.75)).tolist(),
        "false_alarm_low": round(false.low or 0.0, 4),
        "false_alarm_high": round(false.high or 0.0, 4),
    }
    return figures, notes


def _first_alarm(generator: np.random.Generator, accuracy: float) -> int:
    """Return after how many judgments the alarm comes; one more than `QUIET` for never."""
    state = Cusum()
    for number, correct in enumerate((generator.random(QUIET) < accuracy).tolist(), start=1):
        state = state.after(correct=correct)
        if state.alarm():
            return number
    return QUIET + 1
