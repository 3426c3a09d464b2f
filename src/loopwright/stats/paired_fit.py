"""The fit behind ratings: comparisons with ties, strength and sides, over distinct cells.

Model: Agresti (1992), "Analysis of ordinal paired comparison data" (adjacent categories). With a
verdict y in -m..m (0 a tie, sign the better one, size how much) and d = rating_i - rating_j + left
advantage of i: log P(y) = y d / 2 + tau(|y|) + constant. Without strength it is Davidson's (1970)
model with nu = e^tau(0). Votes on the same pair and side share one distribution, so a step costs
the number of distinct cells, not of votes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

PRIOR_SD = 3.0
_STEPS = 60
_TOLERANCE = 1e-9
_LEVEL_PRECISION = 0.01

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """Comparisons as integers, one entry per vote in each array."""

    first: Codes
    second: Codes
    verdict: Codes
    """Above 0 the first is better, below the second, 0 neither; the size says how much."""
    rater: Codes
    left: Codes
    """1 the first was shown on the left, -1 the second was, 0 not known."""
    sources: int
    raters: int

    def __post_init__(self) -> None:
        """Refuse what has no meaning before it becomes a rating."""
        sizes = {len(self.first), len(self.second), len(self.verdict)}
        if len(sizes | {len(self.rater), len(self.left)}) != 1:
            raise ValueError("each vote needs its two sources, verdict, rater and side")
        for name, codes, count in (
            ("source", self.first, self.sources),
            ("source", self.second, self.sources),
            ("rater", self.rater, self.raters),
        ):
            if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < count:
                raise ValueError(f"a {name} is a number from 0 to {count - 1}")
        if bool((self.first == self.second).any()):
            raise ValueError("a comparison is of two different sources")


@dataclass(frozen=True)
class Cells:
    """Distinct (first, second, side) triples, and which each vote is in."""

    votes: Coded
    cell: Codes
    value: Codes
    """Per vote, the place of its verdict in `values`."""
    design: csr_array
    """(cells, sources + left): half the difference in strength per unit of parameter."""
    values: Floats
    """The verdicts that occur, with their mirror images, in order."""
    level: Floats
    """(values, free levels): which level each verdict is of; the smallest decided one is fixed."""

    @property
    def parameters(self) -> int:
        """Return the number of parameters: sources, left, free levels."""
        return self.votes.sources + 1 + int(self.level.shape[1])

    @cached_property
    def crossed(self) -> tuple[Codes, Floats]:
        """Where a cell adds to the matrix over sources and left, flat, and (cells, 9) how much.

        Three columns of the design are set in each cell: a counting sum over nine places costs a
        sixth of a sparse product.
        """
        size = self.design.shape[1]
        column = self.design.indices.reshape(-1, 3).astype(np.int64)
        value = self.design.data.reshape(-1, 3)
        place = column[:, :, None] * size + column[:, None, :]
        return place.ravel(), (value[:, :, None] * value[:, None, :]).reshape(-1, 9)

    def counts(self, weights: Floats | None = None) -> Floats:
        """Return the (weighted) votes by cell and value."""
        size = (self.design.shape[0], len(self.values))
        key = self.cell * size[1] + self.value
        found: Floats = np.bincount(key, weights, size[0] * size[1]).reshape(size).astype(float)
        return found


@dataclass(frozen=True)
class Moments:
    """What the model expects in each cell: P(value), E(y), Var(y), P(level), Cov(y, level)."""

    shares: Floats
    mean: Floats
    variance: Floats
    level: Floats
    cross: Floats


def cells_of(votes: Coded) -> Cells:
    """Return the votes grouped by what their distribution depends on; first < second in each."""
    turn = votes.first > votes.second
    first = np.where(turn, votes.second, votes.first)
    second = np.where(turn, votes.first, votes.second)
    verdict = np.where(turn, -votes.verdict, votes.verdict)
    left = np.where(turn, -votes.left, votes.left)
    votes = Coded(first, second, verdict, votes.rater, left, votes.sources, votes.raters)
    key, cell = np.unique((first * votes.sources + second) * 3 + left + 1, return_inverse=True)
    pair, side = np.divmod(key, 3)
    one, other = np.divmod(pair, votes.sources)
    sizes = np.unique(np.abs(verdict))
    decided = sizes[sizes > 0] if bool((sizes > 0).any()) else np.array([1])
    levels = np.concatenate([sizes[sizes == 0], decided])
    values = np.concatenate([-decided[::-1], sizes[sizes == 0], decided])
    free = levels[levels != decided[0]]
    return Cells(
        votes=votes,
        cell=cell,
        value=np.searchsorted(values, verdict),
        design=_design(one, other, side - 1, votes.sources),
        values=values.astype(float),
        level=(np.abs(values)[:, None] == free).astype(float),
    )


def _design(first: Codes, second: Codes, left: Codes, sources: int) -> csr_array:
    count = len(first)
    values = np.concatenate([np.full(count, 0.5), np.full(count, -0.5), left / 2.0])
    columns = np.concatenate([first, second, np.full(count, sources)])
    line = np.tile(np.arange(count), 3)
    return csr_array(coo_array((values, (line, columns)), shape=(count, sources + 1)))


def penalty_of(cells: Cells, prior_sd: float = PRIOR_SD) -> Floats:
    """Return the precision of the Gaussian prior of each parameter."""
    penalty = np.full(cells.parameters, _LEVEL_PRECISION)
    penalty[: cells.votes.sources] = 1.0 / prior_sd**2
    penalty[cells.votes.sources] = 1e-6 if bool(cells.votes.left.any()) else 1.0
    return penalty


def shares_of(cells: Cells, beta: Floats) -> Floats:
    """Return P(value) in each cell, shape (cells, values)."""
    size = cells.design.shape[1]
    strength = np.asarray(cells.design @ beta[:size])
    shares: Floats = strength[:, None] * cells.values
    shares += cells.level @ beta[size:]
    shares -= _over_values(np.maximum, shares)[:, None]
    np.exp(shares, out=shares)
    shares /= _over_values(np.add, shares)[:, None]
    return shares


def _over_values(fold: np.ufunc, table: Floats) -> Floats:
    """Return a fold over each row, column by column: values are few, and rows are many."""
    found: Floats = table[:, 0].copy()
    for column in range(1, table.shape[1]):
        fold(found, table[:, column], out=found)
    return found


def moments(cells: Cells, beta: Floats) -> Moments:
    """Return what the parameters expect in each cell."""
    return moments_of(cells, shares_of(cells, beta))


def moments_of(cells: Cells, shares: Floats) -> Moments:
    """Return what these probabilities (`shares_of`) expect in each cell."""
    mean = shares @ cells.values
    level = shares @ cells.level
    cross = (shares * cells.values) @ cells.level - mean[:, None] * level
    return Moments(shares, mean, shares @ cells.values**2 - mean**2, level, cross)


def objective(shares: Floats, beta: Floats, counts: Floats, penalty: Floats) -> float:
    """Return the penalized log likelihood of the counts under P(value) in each cell."""
    logs = np.log(np.maximum(shares, 1e-300))
    return float(np.vdot(counts, logs) - 0.5 * (penalty * beta**2).sum())


def gradient(cells: Cells, found: Moments, counts: Floats) -> Floats:
    """Return the slope of the log likelihood, without the prior's."""
    n = counts.sum(axis=1)
    main = np.asarray(cells.design.T @ (counts @ cells.values - n * found.mean))
    return np.concatenate([main, (counts @ cells.level).sum(axis=0) - n @ found.level])


def curvature(cells: Cells, found: Moments, n: Floats) -> Floats:
    """Return the information of `n` votes in each cell, without the prior's."""
    levels = -(found.level * n[:, None]).T @ found.level
    levels[np.diag_indices_from(levels)] += n @ found.level
    return blocks(cells, n * found.variance, found.cross * n[:, None], levels)


def blocks(cells: Cells, main: Floats, cross: Floats, levels: Floats) -> Floats:
    """Return the symmetric matrix over all parameters from its parts by cell."""
    size = cells.design.shape[1]
    result: Floats = np.zeros((cells.parameters, cells.parameters))
    place, product = cells.crossed
    weighed = np.bincount(place, (product * main[:, None]).ravel(), size * size)
    result[:size, :size] = weighed.reshape(size, size)
    result[:size, size:] = cells.design.T @ cross
    result[size:, :size] = result[:size, size:].T
    result[size:, size:] = levels
    return result


def newton(
    cells: Cells, counts: Floats, penalty: Floats, *, start: Floats | None = None, steps: int = 0
) -> Floats:
    """Return the parameters of largest penalized likelihood, or after `steps` steps toward them."""
    beta: Floats = np.zeros(cells.parameters) if start is None else start
    n = counts.sum(axis=1)
    shares = shares_of(cells, beta)
    value = objective(shares, beta, counts, penalty)
    for _ in range(steps or _STEPS):
        found = moments_of(cells, shares)
        slope = gradient(cells, found, counts) - penalty * beta
        step = np.linalg.solve(curvature(cells, found, n) + np.diag(penalty), slope)
        scale = 1.0
        while True:
            tried = beta + scale * step
            shares = shares_of(cells, tried)
            reached = objective(shares, tried, counts, penalty)
            if reached >= value:
                break
            scale /= 2.0
            if scale < 1e-4:
                return beta
        beta, value = tried, reached
        if float(np.abs(step).max()) < _TOLERANCE:
            break
    return beta


def scores_by_rater(cells: Cells, found: Moments, weights: Floats | None = None) -> Floats:
    """Return each rater's slope of the log likelihood, shape (raters, parameters)."""
    votes, size = cells.votes, cells.parameters
    weight = np.ones(len(cells.cell)) if weights is None else weights
    half = 0.5 * weight * (cells.values[cells.value] - found.mean[cells.cell])
    row = votes.rater * size
    total = votes.raters * size
    scores: Floats = np.bincount(row + votes.first, half, total).astype(np.float64)
    scores -= np.bincount(row + votes.second, half, total)
    scores += np.bincount(row + votes.sources, half * votes.left, total)
    for number in range(cells.level.shape[1]):
        surprise = cells.level[cells.value, number] - found.level[cells.cell, number]
        scores += np.bincount(row + votes.sources + 1 + number, weight * surprise, total)
    result: Floats = scores.reshape(votes.raters, size)
    return result
