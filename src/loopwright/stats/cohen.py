"""Cohen's kappa of two raters, plain or weighted, with its large-sample interval.

Formula and variance: Cohen (1960, 1968); Fleiss, Cohen, Everitt (1969), "Large sample standard
errors of kappa and weighted kappa". With shares p_kl, margins r_k and c_l and weights w_kl:
p_o = sum w p, p_e = sum w_kl r_k c_l, kappa = (p_o - p_e) / (1 - p_e), and the variance is
(sum p_kl (w_kl (1 - p_e) - (a_k + b_l) (1 - p_o))^2 - (p_o p_e - 2 p_e + p_o)^2) / (n (1 - p_e)^4)
where a_k = sum_l w_kl c_l and b_l = sum_k w_kl r_k.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from loopwright.stats.coefficients import (
    Coefficients,
    Weighting,
    agreement_weights,
    coefficients,
)
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.grouped_agreement import Measure

Floats = NDArray[np.float64]
MISSING = -1
"""The code of an answer that was not given."""


@dataclass(frozen=True)
class TwoRaters:
    """Two raters side by side: Cohen's kappa, and the coefficients that do not tell them apart."""

    cohen: Estimate
    others: Coefficients
    table: Floats
    """How often each pair of answers came up (first's answer, second's): what they differ on."""


def two_raters(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    categories: int,
    generator: np.random.Generator,
    measure: Measure = Measure.NOMINAL,
    scores: Floats | None = None,
) -> TwoRaters:
    """Return every coefficient on the items that both judged; arguments as in `cohen_table`.

    Answers that are no plain categories are compared with quadratic weights over `scores`.
    """
    table = cohen_table(first, second, categories=categories)
    both = (first != MISSING) & (second != MISSING)
    answers = np.eye(categories)
    counts = answers[first[both]] + answers[second[both]]
    nominal = measure is Measure.NOMINAL
    weighting = Weighting.IDENTITY if nominal else Weighting.QUADRATIC
    return TwoRaters(
        cohen=cohen_kappa(table, weighting=weighting, scores=scores),
        others=coefficients(counts, generator=generator, measure=measure, scores=scores),
        table=table,
    )


def cohen_table(first: NDArray[np.int64], second: NDArray[np.int64], *, categories: int) -> Floats:
    """Return how often each pair of answers came up, (categories, categories).

    `first` and `second` hold two raters' answers item by item, as codes 0..categories-1; items
    that either did not judge (`MISSING`) are left out. Raises ValueError for another code.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} answers of one rater but {len(second)} of the other")
    for codes in (first, second):
        if len(codes) and (codes.min() < MISSING or codes.max() >= categories):
            raise ValueError(f"an answer's code is 0 to {categories - 1}, or {MISSING} for none")
    both = (first != MISSING) & (second != MISSING)
    cells = np.bincount(first[both] * categories + second[both], minlength=categories**2)
    return cells.reshape(categories, categories).astype(float)


def cohen_kappa(
    table: Floats,
    *,
    weighting: Weighting = Weighting.IDENTITY,
    scores: Floats | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return kappa of a table (first rater's answer, second rater's answer) of counts.

    `n` is the number of items that both judged. Unknown below two of them, and where both gave
    one and the same answer always.
    """
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"two raters' answers make a square table, got {table.shape}")
    if not np.isfinite(table).all() or (table < 0).any():
        raise ValueError("a table of counts holds numbers that are 0 or more")
    weighted = "" if weighting is Weighting.IDENTITY else f" ({weighting.value} weights)"
    method = f"Cohen kappa{weighted}, large-sample {level:.0%}"
    n = round(float(table.sum()))
    if n < 2:
        missing = 2 - n
        return unknown(
            f"needs {missing} more item{'s' * (missing > 1)} that both judged", n, method
        )
    if scores is None:
        scores = np.arange(len(table), dtype=float)
    weights = agreement_weights(weighting, scores)
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed = float((weights * share).sum())
    chance = float(rows @ weights @ columns)
    if 1.0 - chance < 1e-12:
        return unknown("both gave the same answer always", n, method)
    value = (observed - chance) / (1.0 - chance)
    margins = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    inner = (share * (weights * (1.0 - chance) - margins * (1.0 - observed)) ** 2).sum()
    inner -= (observed * chance - 2.0 * chance + observed) ** 2
    error = float(np.sqrt(max(float(inner), 0.0) / n)) / (1.0 - chance) ** 2
    if error < 1e-9:
        reason = "the table has no spread to make an interval from"
        return Estimate(value, None, None, n, method, reason)
    half = float(norm.ppf((1.0 + level) / 2.0)) * error
    low, high = min(max(-1.0, value - half), value), max(min(1.0, value + half), value)
    return Estimate(value, low, high, n, method)
