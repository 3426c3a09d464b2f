"""Krippendorff's alpha for categories, from counts, updated judgment by judgment.

Formula: K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C.
With unit u of m_u >= 2 values, n_uc of category c, N = sum m_u and n_c = sum_u n_uc:
D_o = sum_u sum_{c != k} n_uc n_uk / (m_u - 1) / N,  D_e = sum_{c != k} n_c n_k / (N (N - 1)).
"""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.estimate import Estimate, unknown

METHOD = "Krippendorff alpha (nominal), bootstrap over items"
_MIN_ITEMS = 2
_CHUNK = 2_000_000


class AlphaCounts:
    """Alpha of a growing set of judgments; one update costs the item's categories."""

    def __init__(self) -> None:
        self._items: dict[Hashable, dict[Hashable, int]] = {}
        self._totals: dict[Hashable, int] = {}
        self._observed = 0.0

    def add(self, item: Hashable, category: Hashable) -> None:
        """Count one judgment."""
        self._change(item, category, step=1)

    def remove(self, item: Hashable, category: Hashable) -> None:
        """Take back one judgment; raises KeyError when it was never counted."""
        if self._items.get(item, {}).get(category, 0) < 1:
            raise KeyError((item, category))
        self._change(item, category, step=-1)

    def value(self) -> float | None:
        """Return alpha, None where it is not defined (fewer than two categories in use)."""
        paired = sum(self._totals.values())
        squares = sum(count * count for count in self._totals.values())
        return _alpha(self._observed, paired, squares)

    def table(self) -> NDArray[np.float64]:
        """Return the counts, shape (items, categories)."""
        return count_table(self._items)

    def _change(self, item: Hashable, category: Hashable, *, step: int) -> None:
        counts = self._items.setdefault(item, {})
        self._count_unit(counts, sign=-1)
        counts[category] = counts.get(category, 0) + step
        if not counts[category]:
            del counts[category]
        self._count_unit(counts, sign=1)
        if not counts:
            del self._items[item]

    def _count_unit(self, counts: Mapping[Hashable, int], *, sign: int) -> None:
        values = sum(counts.values())
        if values < 2:
            return
        differing = values * values - sum(count * count for count in counts.values())
        self._observed += sign * differing / (values - 1)
        for category, count in counts.items():
            self._totals[category] = self._totals.get(category, 0) + sign * count


def count_table(items: Mapping[Any, Mapping[Any, int]]) -> NDArray[np.float64]:
    """Return {item: {category: judgments}} as an array of shape (items, categories)."""
    seen = {category for counts in items.values() for category in counts}
    column = {category: number for number, category in enumerate(sorted(seen, key=str))}
    table = np.zeros((len(items), len(column)))
    for row, counts in enumerate(items.values()):
        for category, count in counts.items():
            table[row, column[category]] = count
    return table


def alpha_of(table: NDArray[np.float64]) -> float | None:
    """Return nominal alpha of counts (items, categories); None where it is not defined."""
    paired, observed = _units(table)
    totals = paired.sum(axis=0)
    return _alpha(float(observed.sum()), float(totals.sum()), float((totals**2).sum()))


def alpha_estimate(
    table: NDArray[np.float64],
    *,
    generator: np.random.Generator,
    replicates: int = 500,
    level: float = 0.95,
) -> Estimate:
    """Return nominal alpha of counts (items, categories) with a percentile bootstrap over items.

    `n` is the number of judgments on items that have at least two.
    """
    paired, _ = _units(table)
    judgments = int(paired.sum())
    value = alpha_of(table)
    if len(paired) < _MIN_ITEMS:
        missing = _MIN_ITEMS - len(paired)
        reason = f"needs {missing} more item{'s' * (missing > 1)} with two or more judgments"
        return unknown(reason, judgments, METHOD)
    if value is None:
        return unknown("every judgment so far is the same answer", judgments, METHOD)
    drawn = _bootstrap(paired, generator=generator, replicates=replicates)
    if not len(drawn):
        return Estimate(value, None, None, judgments, METHOD, "too few items for an interval")
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return Estimate(value, min(float(low), value), max(float(high), value), judgments, METHOD)


def _alpha(observed: float, paired: float, squares: float) -> float | None:
    expected = paired * paired - squares
    if paired < 2 or expected <= 0:
        return None
    return 1.0 - (paired - 1.0) * observed / expected


def _units(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pairable rows and each one's share of the observed disagreement."""
    values = table.sum(axis=1)
    paired = table[values >= 2]
    values = values[values >= 2]
    return paired, (values**2 - (paired**2).sum(axis=1)) / np.maximum(values - 1.0, 1.0)


def _bootstrap(
    paired: NDArray[np.float64], *, generator: np.random.Generator, replicates: int
) -> NDArray[np.float64]:
    # Items with the same counts are exchangeable: drawing how often each pattern comes up is
    # the same bootstrap, and there are few patterns however many items there are.
    patterns, shares = np.unique(paired, axis=0, return_counts=True)
    per_pattern = _units(patterns)[1]
    drawn: list[NDArray[np.float64]] = []
    step = max(1, _CHUNK // len(patterns))
    for start in range(0, replicates, step):
        size = min(step, replicates - start)
        weights = generator.multinomial(len(paired), shares / len(paired), size=size).astype(float)
        totals = weights @ patterns
        pairs = totals.sum(axis=1)
        expected = pairs**2 - (totals**2).sum(axis=1)
        fine = expected > 0
        ratio = (pairs[fine] - 1.0) * (weights[fine] @ per_pattern) / expected[fine]
        drawn.append(1.0 - ratio)
    return np.concatenate(drawn)
