"""Ratings from comparisons with ties, with intervals that know who judged.

Model: Davidson (1970), "On extending the Bradley-Terry model to accommodate ties". With
d = rating_i - rating_j + left advantage of i: P(i) : P(tie) : P(j) = e^(d/2) : nu : e^(-d/2).
A weak Gaussian prior (sd `PRIOR_SD` logits) holds sources that only win or only lose. Intervals:
sandwich variance clustered by rater (Liang, Zeger 1986), t with raters - 1 degrees of freedom;
never narrower than the model's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import expit
from scipy.stats import t as student

from loopwright.stats.estimate import Estimate, unknown

RATING_METHOD = "Bradley-Terry with ties, annotator-clustered 95 % interval"
LEFT_METHOD = (
    "share of decided comparisons of equals won by the left side, Bradley-Terry with ties, "
    "annotator-clustered 95 % interval"
)
PRIOR_SD = 3.0
_STEPS = 60
_TOLERANCE = 1e-9

Floats = NDArray[np.float64]


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


@dataclass(frozen=True)
class _Data:
    design: csr_array
    """(comparisons, sources + left): half the difference in strength per unit of parameter."""
    sign: Floats
    tie: Floats
    rater: NDArray[np.int64]
    raters: int
    with_ties: bool


def rate(comparisons: Sequence[Comparison], *, minimum: int = 10) -> Ratings:
    """Return the rating of every source; unknown below `minimum` comparisons of a source."""
    rows = [one for one in comparisons if one.first != one.second]
    if not rows:
        return Ratings([], unknown("needs comparisons of two sources", 0, LEFT_METHOD), 0)
    sources = sorted({name for one in rows for name in (one.first, one.second)})
    code = {name: number for number, name in enumerate(sources)}
    first = np.array([code[one.first] for one in rows])
    second = np.array([code[one.second] for one in rows])
    data = _data(rows, first, second, sources=len(sources))
    beta, bread, meat = _fit(data, sources=len(sources))
    groups, group = _groups(first, second, len(sources))
    centre = _centering(group, groups)
    size = len(sources)
    ratings = centre @ beta[:size]
    widths = _half_widths(bread, meat, data.raters, centre=centre)
    tally = _tally(first, second, data.sign, size)
    found = [
        Rating(
            source=name,
            rating=_rating(ratings[at], widths[at], int(tally[at].sum()), minimum),
            wins=int(tally[at, 0]),
            losses=int(tally[at, 1]),
            ties=int(tally[at, 2]),
            group=int(group[at]),
        )
        for name, at in code.items()
    ]
    found.sort(key=lambda one: (one.group, -ratings[code[one.source]], one.source))
    left = _left(rows, float(beta[size]), widths[size], minimum)
    return Ratings(found, left, groups)


def _data(
    rows: Sequence[Comparison],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    sources: int,
) -> _Data:
    count = len(rows)
    line = np.arange(count)
    left = np.array([one.left for one in rows], dtype=float)
    values = np.concatenate([np.full(count, 0.5), np.full(count, -0.5), left / 2.0])
    columns = np.concatenate([first, second, np.full(count, sources)])
    design = coo_array((values, (np.tile(line, 3), columns)), shape=(count, sources + 1))
    raters = {name: number for number, name in enumerate(sorted({one.rater for one in rows}))}
    outcome = np.array([one.outcome for one in rows])
    tie = (outcome == 0.5).astype(float)
    return _Data(
        design=csr_array(design),
        sign=2.0 * outcome - 1.0,
        tie=tie,
        rater=np.array([raters[one.rater] for one in rows]),
        raters=len(raters),
        with_ties=bool(tie.any()),
    )


def _moments(data: _Data, beta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return P(first) - P(second), P(tie), and the log likelihood, per comparison."""
    strength = np.asarray(data.design @ beta[:-1])
    level = np.full(len(strength), beta[-1] if data.with_ties else -np.inf)
    logits = np.stack([strength, -strength, level])
    top = logits.max(axis=0)
    weights = np.exp(logits - top)
    total = weights.sum(axis=0)
    shares = weights / total
    tied = data.tie * beta[-1] if data.with_ties else 0.0
    likelihood = data.sign * strength + tied - top - np.log(total)
    return shares[0] - shares[1], shares[2], likelihood


def _fit(data: _Data, *, sources: int) -> tuple[Floats, Floats, Floats]:
    """Return the parameters (sources, left, log nu), inverse curvature, and clustered scores."""
    size = sources + 2
    penalty = np.zeros(size)
    penalty[:sources] = 1.0 / PRIOR_SD**2
    penalty[sources] = 1e-6
    penalty[-1] = 1e-6 if data.with_ties else 1.0
    beta: Floats = np.zeros(size, dtype=np.float64)
    value = -np.inf
    for _ in range(_STEPS):
        margin, tie, likelihood = _moments(data, beta)
        gradient = _scores(data, margin, tie).sum(axis=0) - penalty * beta
        step = np.linalg.solve(_curvature(data, margin, tie, penalty), gradient)
        value = float(likelihood.sum() - 0.5 * (penalty * beta**2).sum())
        scale = 1.0
        while scale > 1e-4 and _objective(data, beta + scale * step, penalty) < value:
            scale /= 2.0
        beta = beta + scale * step
        if float(np.abs(step).max()) < _TOLERANCE:
            break
    margin, tie, _likelihood = _moments(data, beta)
    scores = _scores(data, margin, tie)
    bread: Floats = np.linalg.inv(_curvature(data, margin, tie, penalty)).astype(np.float64)
    return beta, bread, scores.T @ scores


def _objective(data: _Data, beta: Floats, penalty: Floats) -> float:
    return float(_moments(data, beta)[2].sum() - 0.5 * (penalty * beta**2).sum())


def _scores(data: _Data, margin: Floats, tie: Floats) -> Floats:
    """Return the gradient by rater, shape (raters, parameters)."""
    count = len(margin)
    by_rater = csr_array(
        coo_array((np.ones(count), (data.rater, np.arange(count))), shape=(data.raters, count))
    )
    residual = coo_array((data.sign - margin, (np.arange(count), np.arange(count))))
    main = (by_rater @ (csr_array(residual) @ data.design)).toarray()
    level = np.bincount(data.rater, data.tie - tie, data.raters) * float(data.with_ties)
    result: Floats = np.hstack([main, level[:, None]])
    return result


def _curvature(data: _Data, margin: Floats, tie: Floats, penalty: Floats) -> Floats:
    count = len(margin)
    line = np.arange(count)
    spread = csr_array(coo_array(((1.0 - tie) - margin**2, (line, line))))
    size = len(penalty)
    curvature: Floats = np.diag(penalty).astype(np.float64)
    curvature[:-1, :-1] += (data.design.T @ (spread @ data.design)).toarray()
    if data.with_ties:
        cross = np.asarray(data.design.T @ (-margin * tie))
        curvature[: size - 1, -1] += cross
        curvature[-1, : size - 1] += cross
        curvature[-1, -1] += float((tie * (1.0 - tie)).sum())
    return curvature


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


def _left(rows: Sequence[Comparison], value: float, width: float | None, minimum: int) -> Estimate:
    shown = sum(one.left != 0 for one in rows)
    sides = {one.left for one in rows}
    if shown < minimum:
        missing = minimum - shown
        reason = f"needs {missing} more judgment{'s' * (missing > 1)} with a known side"
        return unknown(reason, shown, LEFT_METHOD)
    if not {1, -1} <= sides and len({(one.first, one.second) for one in rows}) == 1:
        return unknown("needs sides that were swapped", shown, LEFT_METHOD)
    found = _estimate(value, width, shown, LEFT_METHOD)
    return replace(found, value=_share(found.value), low=_share(found.low), high=_share(found.high))


def _share(logit: float | None) -> float | None:
    return None if logit is None else float(expit(logit))


def _estimate(value: float, width: float | None, n: int, method: str) -> Estimate:
    if width is None:
        return Estimate(value, None, None, n, method, "an interval needs two annotators")
    return Estimate(value, value - width, value + width, n, method)
