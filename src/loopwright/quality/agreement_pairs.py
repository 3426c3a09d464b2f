"""Who disagrees with whom, and on what; pure.

A cell that rests on a few items would single people out by chance, so below `SHOWN_FROM` items in
common it holds no number at all, and what is too uncertain to read says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from loopwright.quality.said import Votes
from loopwright.stats.coefficients import Weighting, agreement_share, gwet_ac
from loopwright.stats.cohen import cohen_kappa, cohen_table
from loopwright.stats.estimate import Estimate
from loopwright.stats.grouped_agreement import Measure

SHOWN_FROM = 10
"""Items in common below which a cell says nothing of two people."""
WIDEST = 0.6
"""An interval wider than this says too little to be read as a colour."""
MOST_RATERS = 16
_DIFFERENCES = 2


@dataclass(frozen=True)
class Differing:
    """How often one said `first` where the other said `second`."""

    first: str
    second: str
    n: int


@dataclass(frozen=True)
class RaterPair:
    """Two raters on one aspect; figures are None where they have too little in common."""

    first: str
    second: str
    n: int | None
    """Items that both judged; None below `SHOWN_FROM`."""
    enough: bool
    """Whether the figures are sure enough to be read."""
    reason: str | None
    agreement: Estimate | None
    cohen: Estimate | None
    gwet: Estimate | None
    differing: tuple[Differing, ...]
    """Where they part most often, the most first."""


@dataclass(frozen=True)
class RaterPairs:
    """The raters with most judgments that others share, and each two of them."""

    question_id: str
    aspect: str
    raters: tuple[str, ...]
    left_out: int
    """Raters with fewer shared judgments, who are not shown."""
    pairs: tuple[RaterPair, ...]


def rater_pairs(votes: Votes, *, most: int = MOST_RATERS) -> RaterPairs:
    """Return each two of the raters who share most items with others."""
    shared = np.bincount(votes.thing, minlength=1)[votes.thing] >= 2
    kept = votes.where(shared)
    ids, judged = np.unique(kept.rater, return_counts=True)
    order = sorted(
        zip(ids.tolist(), judged.tolist(), strict=True), key=lambda one: (-one[1], one[0])
    )
    chosen = [rater for rater, _ in order[:most]]
    things, thing = np.unique(kept.thing, return_inverse=True)
    codes = np.full((len(chosen), len(things)), -1, dtype=np.int64)
    for row, rater in enumerate(chosen):
        mine = kept.rater == rater
        codes[row, thing.reshape(-1)[mine]] = kept.answer[mine]
    item = np.zeros(len(things), dtype=np.int64)
    item[thing.reshape(-1)] = kept.item
    names = [kept.raters[rater] for rater in chosen]
    return RaterPairs(
        question_id=votes.question_id,
        aspect=votes.aspect,
        raters=tuple(names),
        left_out=len(order) - len(chosen),
        pairs=tuple(
            _pair(names[a], names[b], codes[a], codes[b], item=item, votes=votes)
            for a, b in combinations(range(len(chosen)), 2)
        ),
    )


def _pair(
    first: str,
    second: str,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    *,
    item: NDArray[np.int64],
    votes: Votes,
) -> RaterPair:
    both = (a >= 0) & (b >= 0)
    common = len(np.unique(item[both]))
    if common < SHOWN_FROM:
        reason = f"fewer than {SHOWN_FROM} items in common"
        return RaterPair(first, second, None, False, reason, None, None, None, ())
    size = len(votes.answers)
    table = cohen_table(a[both], b[both], categories=size)
    weighting = Weighting.IDENTITY if votes.measure is Measure.NOMINAL else Weighting.QUADRATIC
    counts = np.eye(size)[a[both]] + np.eye(size)[b[both]]
    gwet = gwet_ac(counts, weighting=weighting, items=item[both])
    cohen = cohen_kappa(table, weighting=weighting)
    if common < int(both.sum()) and cohen.value is not None:
        apart = "an item holds several things: see AC1 for an interval that knows it"
        cohen = Estimate(cohen.value, None, None, cohen.n, cohen.method, apart)
    if gwet.low is None or gwet.high is None:
        # Alike on every item leaves no spread: that is read only where the items are many.
        enough = gwet.value is not None and common >= 2 * SHOWN_FROM
    else:
        enough = gwet.high - gwet.low <= WIDEST
    return RaterPair(
        first=first,
        second=second,
        n=common,
        enough=enough,
        reason=None if enough else _unsure(gwet),
        agreement=agreement_share(counts, weighting=weighting, items=item[both]),
        cohen=cohen,
        gwet=gwet,
        differing=_differing(table, [str(one) for one in votes.answers]),
    )


def _unsure(gwet: Estimate) -> str:
    if gwet.low is None or gwet.high is None:
        return gwet.reason or "no interval"
    return f"the interval is wider than {WIDEST}: too little evidence yet"


def _differing(table: NDArray[np.float64], answers: Sequence[str]) -> tuple[Differing, ...]:
    cells = [
        Differing(answers[k], answers[m], int(table[k, m]))
        for k, m in zip(*np.nonzero(table), strict=True)
        if k != m
    ]
    return tuple(sorted(cells, key=lambda one: -one.n)[:_DIFFERENCES])
