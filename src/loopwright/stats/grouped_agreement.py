"""Krippendorff's alpha for levels of a scale, and for items that hold several things to judge.

Formula: K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), sections C and E.
With coincidences o_ck = sum_u n_uc (n_uk - [c = k]) / (m_u - 1), n_c = sum_k o_ck, N = sum_c n_c:
D_o = sum o_ck d_ck / N, D_e = sum n_c n_k d_ck / (N (N - 1)), alpha = 1 - D_o / D_e. The
difference d_ck is 1 for other categories; for levels it is (sum_{g=c..k} n_g - (n_c + n_k)/2)^2;
for scores v it is (v_c - v_k)^2 (interval) or ((v_c - v_k) / (v_c + v_k))^2 (ratio).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.estimate import Estimate, unknown

Floats = NDArray[np.float64]
_MIN_ITEMS = 2
_CHUNK = 2_000_000


class Measure(StrEnum):
    """How far two answers are apart."""

    NOMINAL = "nominal"
    """Another answer is another answer."""
    ORDINAL = "ordinal"
    """Levels, low first: the further apart, the more they differ."""
    INTERVAL = "interval"
    """Scores on a scale with equal steps."""
    RATIO = "ratio"
    """Scores of 0 or more on a scale with a true zero: twice as much is twice as much."""


def method_of(measure: Measure) -> str:
    """Return the method as it is shown with a figure."""
    return f"Krippendorff alpha ({measure.value}), bootstrap over items"


def grouped_alpha(
    counts: Floats,
    items: NDArray[np.int64],
    *,
    measure: Measure,
    generator: np.random.Generator,
    replicates: int = 500,
    level: float = 0.95,
    scores: Floats | None = None,
) -> Estimate:
    """Return alpha of counts (things, categories) with a percentile bootstrap over items.

    `items` names the item of each row: what lies in one item is drawn together, since one rater
    judged all of it. Columns are in order of level. `n` counts judgments on things that have at
    least two. `scores` are the columns' values for intervals and ratios, 0, 1, 2... by default.
    Raises ValueError for scores that do not fit.
    """
    method = method_of(measure)
    steps = _steps(counts.shape[1], measure, scores)
    per_item = _coincidences(counts, items)
    judgments = round(float(per_item.sum()))
    if len(per_item) < _MIN_ITEMS:
        missing = _MIN_ITEMS - len(per_item)
        reason = f"needs {missing} more item{'s' * (missing > 1)} with two or more judgments"
        return unknown(reason, judgments, method)
    [value] = _alphas(per_item.sum(axis=0, keepdims=True), steps)
    if np.isnan(value):
        return unknown("every judgment so far is the same answer", judgments, method)
    drawn = _bootstrap(per_item, steps, generator=generator, replicates=replicates)
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Estimate(value, None, None, judgments, method, "too few items for an interval")
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return Estimate(value, min(float(low), value), max(float(high), value), judgments, method)


def _coincidences(counts: Floats, items: NDArray[np.int64]) -> Floats:
    """Return o_ck of each item that has a thing with two judgments: (items, c, k)."""
    paired = counts.sum(axis=1) >= 2
    if not paired.any():
        return np.zeros((0, counts.shape[1], counts.shape[1]))
    # Few patterns of counts occur, however many things there are.
    patterns, pattern = np.unique(counts[paired], axis=0, return_inverse=True)
    values = patterns.sum(axis=1)[:, None, None]
    off = patterns[:, :, None] * patterns[:, None, :]
    off -= patterns[:, :, None] * np.eye(patterns.shape[1])
    _, place = np.unique(items[paired], return_inverse=True)
    found = np.zeros((place.max() + 1, *off.shape[1:]))
    np.add.at(found, place, (off / (values - 1.0))[pattern.reshape(-1)])
    return found


def _alphas(coincidences: Floats, steps: Floats | None) -> Floats:
    """Return alpha of each (c, k) table; nan where it is not defined.

    `steps` is the difference of each two categories, None for levels: theirs are in the table.
    """
    totals = coincidences.sum(axis=2)
    number = totals.sum(axis=1)
    apart = _between_levels(totals) if steps is None else steps
    observed = (coincidences * apart).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * apart).sum(axis=(1, 2))
    fine = expected > 0
    found = np.full(len(number), np.nan)
    found[fine] = 1.0 - (number[fine] - 1.0) * observed[fine] / expected[fine]
    return found


def _steps(size: int, measure: Measure, scores: Floats | None) -> Floats | None:
    """Return the difference of each two categories; None for levels, which depends on counts."""
    if measure is Measure.NOMINAL:
        return 1.0 - np.eye(size)
    if measure is Measure.ORDINAL:
        return None
    values = np.arange(size, dtype=float) if scores is None else np.asarray(scores, dtype=float)
    if values.shape != (size,) or not np.isfinite(values).all():
        raise ValueError(f"{size} categories need {size} scores, got {values.tolist()}")
    apart = values[:, None] - values[None, :]
    if measure is Measure.RATIO:
        if (values < 0).any():
            raise ValueError("a ratio needs scores of 0 or more")
        total = values[:, None] + values[None, :]
        apart = np.divide(apart, total, out=np.zeros_like(apart), where=total > 0)
    difference: Floats = apart**2
    return difference


def _between_levels(totals: Floats) -> Floats:
    middle = totals.cumsum(axis=1) - totals / 2.0
    difference: Floats = (middle[:, :, None] - middle[:, None, :]) ** 2
    return difference


def _bootstrap(
    per_item: Floats,
    steps: Floats | None,
    *,
    generator: np.random.Generator,
    replicates: int,
) -> Floats:
    size = per_item.shape[1]
    flat = per_item.reshape(len(per_item), size * size)
    # Items with the same table are exchangeable; rounding joins those that differ by dust.
    patterns, shares = np.unique(np.round(flat, 9), axis=0, return_counts=True)
    drawn: list[Floats] = []
    step = max(1, _CHUNK // max(len(patterns), size * size))
    for start in range(0, replicates, step):
        draws = min(step, replicates - start)
        weights = generator.multinomial(len(flat), shares / len(flat), size=draws).astype(float)
        drawn.append(_alphas((weights @ patterns).reshape(draws, size, size), steps))
    return np.concatenate(drawn)
