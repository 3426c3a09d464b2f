"""Ratings from comparisons with ties, with intervals that know who judged.

Model: Davidson (1970), "On extending the Bradley-Terry model to accommodate ties". With
d = rating_i - rating_j + left advantage of i: P(i) : P(tie) : P(j) = e^(d/2) : nu : e^(-d/2);
`paired_fit` has its extension to "how much better". A weak Gaussian prior (sd `PRIOR_SD` logits)
holds sources that only win or only lose. Intervals: sandwich variance clustered by rater (Liang,
Zeger 1986), t with raters - 1 degrees of freedom; never narrower than the model's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit
from scipy.stats import t as student

from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.paired_fit import (
    Coded,
    Floats,
    cells_of,
    curvature,
    moments,
    newton,
    penalty_of,
    scores_by_rater,
)

RATING_METHOD = "Bradley-Terry with ties, annotator-clustered 95 % interval"
LEFT_METHOD = (
    "share of decided comparisons of equals won by the left side, Bradley-Terry with ties, "
    "annotator-clustered 95 % interval"
)


@dataclass(frozen=True)
class Comparison:
    """One rater's verdict on two sources."""

    first: str
    second: str
    outcome: float
    """1 the first is better, 0 the second, 0.5 neither."""
    rater: str
    left: int
    """1 the first was shown on the left, -1 the second was, 0 not known."""
    strength: int = 1
    """How much better: 1 where it was not asked; a tie has none."""


@dataclass(frozen=True)
class Rating:
    """A source's rating in logits; the mean of its group of compared sources is 0."""

    source: str
    rating: Estimate
    wins: int
    losses: int
    ties: int
    group: int
    """Only sources of one group have been compared, directly or through others."""


@dataclass(frozen=True)
class Ratings:
    """Ratings, best first within each group; `left`: 0.5 is no advantage of the left side."""

    ratings: list[Rating]
    left: Estimate
    groups: int


def rate(comparisons: Sequence[Comparison], *, minimum: int = 10) -> Ratings:
    """Return the rating of every source; unknown below `minimum` comparisons of a source."""
    rows = [one for one in comparisons if one.first != one.second]
    if not rows:
        return Ratings([], unknown("needs comparisons of two sources", 0, LEFT_METHOD), 0)
    votes, sources, _raters = code_comparisons(rows)
    return rate_coded(votes, sources, minimum=minimum)


def rate_coded(votes: Coded, sources: Sequence[str], *, minimum: int = 10) -> Ratings:
    """Return `rate` of votes that are integers already; `sources` names them, in order."""
    if not len(votes.first):
        return Ratings([], unknown("needs comparisons of two sources", 0, LEFT_METHOD), 0)
    cells = cells_of(votes)
    penalty = penalty_of(cells)
    counts = cells.counts()
    beta = newton(cells, counts, penalty)
    found = moments(cells, beta)
    curved = curvature(cells, found, counts.sum(axis=1)) + np.diag(penalty)
    bread: Floats = np.linalg.inv(curved).astype(np.float64)
    scores = scores_by_rater(cells, found)
    return ratings_of(cells.votes, sources, beta, (bread, scores.T @ scores), minimum=minimum)


def code_comparisons(rows: Sequence[Comparison]) -> tuple[Coded, list[str], list[str]]:
    """Return the comparisons as integers, with the names of sources and raters in order."""
    sources = sorted({one.first for one in rows} | {one.second for one in rows})
    raters = sorted({one.rater for one in rows})
    code = {name: number for number, name in enumerate(sources)}
    rater = {name: number for number, name in enumerate(raters)}
    sign = np.rint(2.0 * np.array([one.outcome for one in rows]) - 1.0).astype(np.int64)
    votes = Coded(
        first=np.array([code[one.first] for one in rows]),
        second=np.array([code[one.second] for one in rows]),
        verdict=sign * np.array([one.strength for one in rows]),
        rater=np.array([rater[one.rater] for one in rows]),
        left=np.array([one.left for one in rows]),
        sources=len(sources),
        raters=len(raters),
    )
    return votes, sources, raters


def ratings_of(
    votes: Coded,
    sources: Sequence[str],
    beta: Floats,
    spread: tuple[Floats, Floats],
    *,
    minimum: int,
) -> Ratings:
    """Return fitted parameters as ratings; `spread`: inverse curvature, and clustered scores."""
    size = votes.sources
    groups, group = _groups(votes.first, votes.second, size)
    centre = _centering(group, groups)
    ratings = centre @ beta[:size]
    judged = len(np.unique(votes.rater))
    widths = _half_widths(*spread, judged, centre=centre)
    tally = _tally(votes.first, votes.second, np.sign(votes.verdict), size)
    found = [
        (
            int(group[at]),
            -float(ratings[at]),
            Rating(
                source=name,
                rating=_rating(ratings[at], widths[at], int(tally[at].sum()), minimum),
                wins=int(tally[at, 0]),
                losses=int(tally[at, 1]),
                ties=int(tally[at, 2]),
                group=int(group[at]),
            ),
        )
        for at, name in enumerate(sources)
    ]
    found.sort(key=lambda one: (one[0], one[1], one[2].source))
    left = _left(votes, float(beta[size]), widths[size], minimum)
    return Ratings([one[2] for one in found], left, groups)


def _groups(
    first: NDArray[np.int64], second: NDArray[np.int64], size: int
) -> tuple[int, NDArray[np.int64]]:
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    return int(count), label


def _centering(group: NDArray[np.int64], groups: int) -> Floats:
    size = len(group)
    member = (group[:, None] == np.arange(groups)).astype(float)
    result: Floats = np.eye(size) - (member / member.sum(axis=0)) @ member.T
    return result


def _half_widths(bread: Floats, meat: Floats, raters: int, *, centre: Floats) -> list[float | None]:
    """Return the interval's half width of each source, then of the left side."""
    if raters < 2:
        return [None] * (len(centre) + 1)
    change = np.eye(len(bread))
    change[: len(centre), : len(centre)] = centre
    clustered = change @ (bread @ meat @ bread) @ change.T * (raters / (raters - 1.0))
    model = change @ bread @ change.T
    variance = np.maximum(np.diag(clustered), np.diag(model))
    widths = float(student.ppf(0.975, raters - 1)) * np.sqrt(variance)
    return [float(width) for width in widths[: len(centre) + 1]]


def _tally(
    first: NDArray[np.int64], second: NDArray[np.int64], sign: Floats, size: int
) -> NDArray[np.int64]:
    tally = np.zeros((size, 3), dtype=np.int64)
    np.add.at(tally, (first, np.where(sign > 0, 0, np.where(sign < 0, 1, 2))), 1)
    np.add.at(tally, (second, np.where(sign > 0, 1, np.where(sign < 0, 0, 2))), 1)
    return tally


def _rating(value: float, width: float | None, n: int, minimum: int) -> Estimate:
    if n < minimum:
        missing = minimum - n
        reason = f"needs {missing} more judgment{'s' * (missing > 1)}"
        return unknown(reason, n, RATING_METHOD)
    return _estimate(float(value), width, n, RATING_METHOD)


def _left(votes: Coded, value: float, width: float | None, minimum: int) -> Estimate:
    shown = int(np.count_nonzero(votes.left))
    if shown < minimum:
        missing = minimum - shown
        reason = f"needs {missing} more judgment{'s' * (missing > 1)} with a known side"
        return unknown(reason, shown, LEFT_METHOD)
    sides = set(np.unique(votes.left).tolist())
    if not {1, -1} <= sides and len(np.unique(votes.first * votes.sources + votes.second)) == 1:
        return unknown("needs sides that were swapped", shown, LEFT_METHOD)
    found = _estimate(value, width, shown, LEFT_METHOD)
    return replace(found, value=_share(found.value), low=_share(found.low), high=_share(found.high))


def _share(logit: float | None) -> float | None:
    return None if logit is None else float(expit(logit))


def _estimate(value: float, width: float | None, n: int, method: str) -> Estimate:
    if width is None:
        return Estimate(value, None, None, n, method, "an interval needs two annotators")
    return Estimate(value, value - width, value + width, n, method)
