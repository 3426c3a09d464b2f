"""The consensus of scores on a scale, freed from who is strict and who uses only the middle.

Model: Piech et al. (2013), "Tuned models of peer assessment in MOOCs" (PG1), with each rater's
use of the scale added: score = mean + bias_r + stretch_r * item + noise of sd_r, items normal
around 0. Fitted by EM on the items (Dempster, Laird, Rubin 1977); bias, stretch and sd are held
at 0, 1 and the common sd by priors of a few scores. The levels of an ordinal scale are its
whole numbers; `shares` gives the chance of each, between half-way points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from loopwright.stats.estimate import Estimate, unknown

METHOD = "score freed from raters' bias and use of the scale, normal posterior 95 %"
BIAS_METHOD = "rater's bias on the scale at the mean item, normal posterior 95 %"
_HELD = np.array([2.0, 10.0])
"""Scores by which bias and stretch are held."""
_STEPS = 100

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """One rater's score of one item on one criterion."""

    item: str
    rater: str
    value: float


@dataclass(frozen=True)
class ScaleConsensus:
    """By item the score and the chance of each level; by rater the bias."""

    scores: dict[str, Estimate]
    shares: dict[str, dict[int, float]]
    biases: dict[str, Estimate]


@dataclass(frozen=True)
class ScaleRaters:
    """Per rater: bias and stretch, variance of the noise, variance of the bias."""

    bias: Floats
    stretch: Floats
    noise: Floats
    doubt: Floats
    between: float = 1.0
    """Variance of the items around their mean."""

    def columns(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return bias, stretch, noise and doubt."""
        return self.bias, self.stretch, self.noise, self.doubt


@dataclass(frozen=True)
class CodedScores:
    """Scores as arrays: which item, by which rater, how much; and what the codes stand for."""

    item: Codes
    rater: Codes
    value: Floats
    mean: float
    items: list[str]
    raters: list[str]


def agree_on_scale(
    scores: Sequence[Score], *, low: int, high: int, minimum: int = 10
) -> ScaleConsensus:
    """Return the consensus on a scale from `low` to `high`, ends included; biases are unknown
    below `minimum` scores of a rater. Of a rater's two scores of an item the last counts.

    Raises ValueError for a scale without two levels or a score outside it.
    """
    if high <= low:
        raise ValueError(f"a scale needs two levels, not {low} to {high}")
    if not scores:
        return ScaleConsensus({}, {}, {})
    coded = code_scores(scores, low=low, high=high)
    centre, spread, found = fit_scale(
        coded.item, coded.rater, coded.value - coded.mean, ((high - low) / 4.0) ** 2
    )
    counts = np.bincount(coded.item)
    half = 1.96 * np.sqrt(spread)
    mean = coded.mean
    return ScaleConsensus(
        {
            name: estimate_on_scale(mean + centre[at], half[at], int(counts[at]), (low, high))
            for at, name in enumerate(coded.items)
        },
        {
            name: level_shares(mean + centre[at], float(spread[at]) ** 0.5, low, high)
            for at, name in enumerate(coded.items)
        },
        _biases(found, coded.raters, np.bincount(coded.rater), minimum),
    )


def code_scores(scores: Sequence[Score], *, low: int, high: int) -> CodedScores:
    """Return scores as arrays; of a rater's two scores of an item the last counts.

    Raises ValueError for a score outside the scale.
    """
    last = {(one.item, one.rater): one.value for one in scores}
    for (item, rater), value in last.items():
        if not low <= value <= high:
            raise ValueError(f"{value} by {rater} on {item} is outside {low} to {high}")
    items = sorted({item for item, _ in last})
    raters = sorted({rater for _, rater in last})
    item_code = {name: number for number, name in enumerate(items)}
    rater_code = {name: number for number, name in enumerate(raters)}
    given = np.array(list(last.values()), dtype=float)
    return CodedScores(
        np.array([item_code[one] for one, _ in last]),
        np.array([rater_code[one] for _, one in last]),
        given,
        float(given.mean()),
        items,
        raters,
    )


def fit_scale(
    item: Codes, rater: Codes, value: Floats, typical: float
) -> tuple[Floats, Floats, ScaleRaters]:
    """Return means and variances of the items, and the raters; `typical` starts each variance."""
    items, size = int(item.max()) + 1, int(rater.max()) + 1
    n = np.bincount(rater).astype(float)
    raters = ScaleRaters(np.zeros(size), np.ones(size), np.full(size, typical), np.zeros(size))
    between = typical
    centre: Floats = np.zeros(items)
    for _ in range(_STEPS):
        before = centre
        weight = (raters.stretch / raters.noise)[rater]
        precision = 1.0 / between + np.bincount(item, weight * raters.stretch[rater], items)
        centre = np.bincount(item, weight * (value - raters.bias[rater]), items) / precision
        within: Floats = (1.0 / precision).astype(np.float64)
        between = float((centre**2 + within).sum() + typical) / (items + 1.0)
        raters = _raters(rater, value, (centre[item], within[item]), raters, n, typical)
        if float(np.abs(centre - before).max()) < 1e-6:
            break
    carried = np.bincount(item, weight**2 * raters.doubt[rater], items) * within**2
    return centre, within + carried, replace(raters, between=between)


def _raters(
    rater: Codes,
    value: Floats,
    items: tuple[Floats, Floats],
    known: ScaleRaters,
    n: Floats,
    typical: float,
) -> ScaleRaters:
    """Return bias and stretch by ridge regression on the items, and the noise left over."""
    centre, within = items
    size = len(n)
    ones, slopes = n + _HELD[0] * (size > 1), np.bincount(rater, centre**2 + within)
    slopes = slopes + _HELD[1] * float((centre**2 + within).mean())
    cross = np.bincount(rater, centre)
    right = value - centre
    bias_side, slope_side = np.bincount(rater, right), np.bincount(rater, right * centre - within)
    determinant = ones * slopes - cross**2
    bias = (slopes * bias_side - cross * slope_side) / determinant
    stretch = np.clip(1.0 + (ones * slope_side - cross * bias_side) / determinant, 0.2, 3.0)
    if size < 2:
        # one rater's bias cannot be told from the items
        bias, stretch = np.zeros(1), np.ones(1)
    # the scale of all raters together is the items' own
    stretch = stretch / float((stretch * n).sum() / n.sum())
    rest = (value - bias[rater] - stretch[rater] * centre) ** 2 + stretch[rater] ** 2 * within
    common = float((rest.sum() + 0.01 * typical) / (len(value) + 1.0))
    noise = (np.bincount(rater, rest) + 4.0 * common) / (n + 4.0)
    return ScaleRaters(bias, stretch, noise, known.noise / ones if size > 1 else np.zeros(1))


def estimate_on_scale(value: float, half: float, n: int, ends: tuple[int, int]) -> Estimate:
    """Return a score with its interval, both held within the ends of the scale."""
    low, middle, high = (
        float(min(max(one, ends[0]), ends[1])) for one in (value - half, value, value + half)
    )
    return Estimate(middle, low, high, n, METHOD)


def level_shares(value: float, sd: float, low: int, high: int) -> dict[int, float]:
    """Return the chance of each level of a score that is normal around `value`."""
    edges = np.concatenate([[-np.inf], np.arange(low, high) + 0.5, [np.inf]])
    chance = np.diff(norm.cdf((edges - value) / sd))
    return {low + place: float(one) for place, one in enumerate(chance)}


def _biases(found: ScaleRaters, raters: list[str], n: Codes, minimum: int) -> dict[str, Estimate]:
    biases = {}
    for at, name in enumerate(raters):
        size = int(n[at])
        if len(raters) < 2:
            biases[name] = unknown("needs a second annotator to compare with", size, BIAS_METHOD)
        elif size < minimum:
            missing = minimum - size
            reason = f"needs {missing} more score{'s' * (missing > 1)}"
            biases[name] = unknown(reason, size, BIAS_METHOD)
        else:
            value, half = float(found.bias[at]), 1.96 * float(found.doubt[at]) ** 0.5
            biases[name] = Estimate(value, value - half, value + half, size, BIAS_METHOD)
    return biases
