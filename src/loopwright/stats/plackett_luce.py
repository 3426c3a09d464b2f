"""Ratings from whole rankings with ties.

Plackett (1975), "The analysis of permutations", and Luce (1959): the best is chosen with
probability in proportion to e^rating among those still there, then the next. Tied places: the
log likelihood of a tied group is that of each of its members being chosen from the same set
(Breslow 1974; the usual approximation of Cox's partial likelihood, which this is). A Gaussian
prior (sd `PRIOR_SD` logits) holds sources that are always first or last. Intervals: sandwich
variance clustered by rater (Liang, Zeger 1986), t with raters - 1 degrees of freedom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp
from scipy.stats import t as student

from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.paired_fit import PRIOR_SD

METHOD = "Plackett-Luce, ties as Breslow, annotator-clustered 95 % interval"
_STEPS = 60
_TOLERANCE = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """One rater's order of some sources: groups from best to worst, ties within a group."""

    groups: tuple[tuple[str, ...], ...]
    rater: str


@dataclass(frozen=True)
class RankedRating:
    """A source's rating in logits; the mean of its group of compared sources is 0."""

    source: str
    rating: Estimate
    group: int


def rate_rankings(rankings: Sequence[Ranking], *, minimum: int = 10) -> list[RankedRating]:
    """Return ratings, best first within each group; unknown below `minimum` rankings of a source.

    Raises ValueError where a ranking names a source twice. One that ties everything, or has one
    source, says nothing about an order and counts only among a source's rankings.
    """
    sources = sorted({name for one in rankings for group in one.groups for name in group})
    if not sources:
        return []
    code = {name: number for number, name in enumerate(sources)}
    raters = {name: number for number, name in enumerate(sorted({one.rater for one in rankings}))}
    stages, graph, shown = [], [], np.zeros(len(sources), dtype=np.int64)
    for one in rankings:
        places = [[code[name] for name in group] for group in one.groups]
        flat = [at for place in places for at in place]
        if len(set(flat)) != len(flat):
            raise ValueError(f"the ranking by {one.rater} names a source twice")
        shown[flat] += 1
        graph += list(pairwise(flat))
        stages += _stages(places, raters[one.rater])
    beta, variance = _fit(stages, len(sources), len(raters))
    edges = np.array(graph, dtype=np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (len(sources),) * 2)
    count, label = connected_components(links, directed=False)
    member = (label[:, None] == np.arange(count)).astype(float)
    centre = np.eye(len(sources)) - (member / member.sum(axis=0)) @ member.T
    ratings = centre @ beta
    wide = None if variance is None else np.sqrt(np.diag(centre @ variance @ centre.T))
    quantile = float(student.ppf(0.975, max(1, len(raters) - 1)))
    found = [
        RankedRating(
            name,
            _rating(ratings[at], None if wide is None else quantile * wide[at], shown[at], minimum),
            int(label[at]),
        )
        for at, name in enumerate(sources)
    ]
    return sorted(found, key=lambda one: (one.group, -ratings[code[one.source]], one.source))


@dataclass(frozen=True)
class _Stage:
    """Who was chosen (together) from whom, and by which rater."""

    chosen: NDArray[np.int64]
    among: NDArray[np.int64]
    rater: int


def _stages(places: list[list[int]], rater: int) -> list[_Stage]:
    found, left = [], [at for place in places for at in place]
    for place in places:
        if len(left) > len(place) > 0:
            found.append(_Stage(np.array(place), np.array(left), rater))
        left = left[len(place) :]
    return found


def _fit(stages: list[_Stage], size: int, raters: int) -> tuple[Floats, Floats | None]:
    beta: Floats = np.zeros(size)
    value = _value(stages, beta)
    for _ in range(_STEPS):
        scores, curved = _derivatives(stages, beta, raters)
        step = np.linalg.solve(curved, scores.sum(axis=0) - beta / PRIOR_SD**2)
        scale = 1.0
        while (reached := _value(stages, beta + scale * step)) < value and scale > 1e-4:
            scale /= 2.0
        if reached < value:
            break
        beta, value = beta + scale * step, reached
        if float(np.abs(step).max()) < _TOLERANCE:
            break
    if raters < 2:
        return beta, None
    scores, curved = _derivatives(stages, beta, raters)
    bread = np.linalg.inv(curved)
    variance: Floats = bread @ (scores.T @ scores) @ bread * (raters / (raters - 1.0))
    # never narrower than the model's own interval
    wide = np.maximum(1.0, np.sqrt(np.diag(bread) / np.maximum(np.diag(variance), 1e-300)))
    return beta, variance * np.outer(wide, wide)


def _value(stages: list[_Stage], beta: Floats) -> float:
    total = -0.5 * float((beta**2).sum()) / PRIOR_SD**2
    for one in stages:
        total += float(beta[one.chosen].sum() - len(one.chosen) * logsumexp(beta[one.among]))
    return total


def _derivatives(stages: list[_Stage], beta: Floats, raters: int) -> tuple[Floats, Floats]:
    scores = np.zeros((raters, len(beta)))
    curved = np.eye(len(beta)) / PRIOR_SD**2
    for one in stages:
        share = np.exp(beta[one.among] - logsumexp(beta[one.among]))
        n = float(len(one.chosen))
        scores[one.rater, one.chosen] += 1.0
        scores[one.rater, one.among] -= n * share
        curved[np.ix_(one.among, one.among)] += n * (np.diag(share) - np.outer(share, share))
    return scores, curved


def _rating(value: float, half: float | None, n: int, minimum: int) -> Estimate:
    if n < minimum:
        missing = int(minimum - n)
        return unknown(f"needs {missing} more ranking{'s' * (missing > 1)}", int(n), METHOD)
    if half is None:
        return Estimate(value, None, None, int(n), METHOD, "an interval needs two annotators")
    return Estimate(value, value - half, value + half, int(n), METHOD)
