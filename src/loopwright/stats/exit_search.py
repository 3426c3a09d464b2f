"""How few votes give the accuracy that is wanted: gates tried on past votes, judged on gold.

A gate closes an item when the live engine's posterior of the leading answer reaches a threshold.
Each threshold is tried by running the live engine over the past votes, in their order, without the
votes that come after an item closed, and by one batch fit of the votes that were used, as when the
product reconciles. Which threshold is taken for an item is decided on gold items of other folds
alone, so that every gold item is counted once and never helps to choose its own gate. Calibration
maps the posterior to a probability monotonically, so it changes what a threshold is called and not
which gates there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, Codes, Doubles, dawid_skene
from loopwright.stats.truth_waves import Waves

NEVER = 2.0
THRESHOLDS = (0.6, 0.75, 0.85, 0.92, 0.96, 0.98, 0.99, 0.995, 0.998, 0.9995, NEVER)
"""Posteriors of the leading answer that are tried, before calibration; at the last none closes."""
_FIT_STEPS = 30
Tick = Callable[[], None]


@dataclass(frozen=True)
class Limits:
    """Votes that an item has before it may close, and at most."""

    minimum: int = 2
    maximum: int = 50


@dataclass(frozen=True)
class Pass:
    """One run over the votes: what it used, and the answers after a batch fit of those."""

    used: NDArray[np.bool_]
    """(votes,)."""
    taken: Codes
    """(items,)."""
    posterior: Doubles
    """(items, categories)."""


@dataclass(frozen=True)
class Trial:
    """What a threshold gave: how likely each item's answer is right, and its votes."""

    right: Doubles
    """(gold items,)."""
    taken: Doubles
    """(gold items,)."""


def run_gate(
    votes: CodedVotes, threshold: float | Doubles, *, limits: Limits, settings: TruthSettings
) -> Pass:
    """Run the live engine with a threshold for all, or one for each item; above 1 never closes."""
    level = np.broadcast_to(np.asarray(threshold, dtype=np.float64), (votes.items,))

    def closes(item: Codes, posterior: Doubles, n: Codes) -> NDArray[np.bool_]:
        sure = (posterior.max(axis=1) >= level[item]) & (n >= limits.minimum)
        closed: NDArray[np.bool_] = sure | (n >= limits.maximum)
        return closed

    found = Waves(votes, settings).run(closes=closes)
    return Pass(found.used, found.taken, fit_used(votes, found.used, settings))


def fit_used(votes: CodedVotes, used: NDArray[np.bool_], settings: TruthSettings) -> Doubles:
    """Return the batch posterior (items, categories) of some of the votes."""
    kept = CodedVotes(
        votes.item[used],
        votes.rater[used],
        votes.answer[used],
        votes.items,
        votes.raters,
        votes.categories,
    )
    fit = dawid_skene(kept, settings=settings, iterations=_FIT_STEPS)
    return fit.posterior.astype(np.float64)


def try_thresholds(
    votes: CodedVotes,
    gold_item: Codes,
    gold_answer: Codes,
    *,
    limits: Limits,
    settings: TruthSettings,
    thresholds: Sequence[float] = THRESHOLDS,
    tick: Tick = lambda: None,
) -> list[Trial]:
    """Return what each threshold gives on the gold items."""
    trials = []
    for threshold in thresholds:
        found = run_gate(votes, threshold, limits=limits, settings=settings)
        right = found.posterior[gold_item].argmax(axis=1) == gold_answer
        trials.append(Trial(right.astype(np.float64), found.taken[gold_item].astype(np.float64)))
        tick()
    return trials


def of_each(trials: Mapping[int, Sequence[Trial]], kind: Codes) -> list[Trial]:
    """Return trials in which each gold item has the result of its own `kind`, a key of `trials`."""
    found = []
    for one in zip(*trials.values(), strict=True):
        right, taken = np.zeros(len(kind)), np.zeros(len(kind))
        for name, trial in zip(trials, one, strict=True):
            mine = kind == name
            right[mine], taken[mine] = trial.right[mine], trial.taken[mine]
        found.append(Trial(right, taken))
    return found


def cheapest(
    trials: Sequence[Trial], wanted: Doubles, among: NDArray[np.bool_], *, slack: float = 0.0
) -> int | None:
    """Return the trial with the fewest votes that is as often right as `wanted`, among some items.

    `wanted` (gold items,) is how likely the answer to be matched is right; `slack` is how much
    less often will do. None where no threshold is accurate enough.
    """
    enough = np.flatnonzero(_gaps(trials, wanted, among) >= -slack - 1e-9)
    return int(enough[0]) if len(enough) else None


def equally_right(trials: Sequence[Trial], wanted: Doubles, fold: Codes) -> Trial:
    """Return what each gold item had under the gate that the other folds' items choose.

    The gate is `cheapest`, or that one and the next looser one by lot, in the shares that make it
    just as often right; its result here is the mean over the lot. Where no threshold is accurate
    enough the last one is taken, the strictest.
    """
    right, taken = np.zeros(len(fold)), np.zeros(len(fold))
    for number in np.unique(fold).tolist():
        mine = fold == number
        gaps, place = _gaps(trials, wanted, ~mine), cheapest(trials, wanted, ~mine)
        at = len(trials) - 1 if place is None else place
        share = 1.0
        if place and gaps[place] > gaps[place - 1]:
            share = float(-gaps[place - 1] / (gaps[place] - gaps[place - 1]))
        for trial, part in ((trials[at], min(share, 1.0)), (trials[at - 1], 1.0 - share)):
            if part > 0.0:
                right[mine] += part * trial.right[mine]
                taken[mine] += part * trial.taken[mine]
    return Trial(right, taken)


def _gaps(trials: Sequence[Trial], wanted: Doubles, among: NDArray[np.bool_]) -> Doubles:
    """Return by how much each trial is more often right than wanted.

    A stricter threshold is taken to be no less accurate: what says otherwise is noise, and is
    pooled (isotonic regression; Barlow, Bartholomew, Bremner, Brunk 1972).
    """
    gap = np.array([float((trial.right - wanted)[among].mean()) for trial in trials])
    smooth: Doubles = isotonic_regression(gap).x
    return smooth


def folds_of(count: int, folds: int, generator: np.random.Generator) -> Codes:
    """Return a fold for each of `count` gold items, of nearly equal sizes, drawn by lot."""
    fold: Codes = generator.permutation(count) % folds
    return fold
