"""Agreement coefficients side by side: share of agreement, Fleiss, Gwet, Krippendorff.

One coefficient alone misleads: where one answer is rare, kappa and alpha fall near 0 although
raters nearly always agree, and AC1 does not (Feinstein, Cicchetti 1990; Gwet 2008). All of them
are (p_a - p_e) / (1 - p_e) with the same agreement p_a and another idea of chance p_e. Formulas
with weights and missing judgments, and the linearized variances: K. Gwet, "Handbook of Inter-Rater
Reliability" (2014), chapters 2, 3 and 5; "Computing inter-rater reliability and its variance in
the presence of high agreement" (2008). Intervals: t with items - 1 degrees of freedom; what lies
in one item is one cluster, since one rater judged all of it.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.grouped_agreement import Measure, grouped_alpha

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LEVEL = 0.95
_MIN_ITEMS = 2


class Weighting(StrEnum):
    """How much of an agreement two answers are, by how far their scores are apart."""

    IDENTITY = "identity"
    """Only the same answer agrees."""
    LINEAR = "linear"
    """1 - |difference| / largest difference."""
    QUADRATIC = "quadratic"
    """1 - (difference / largest difference)^2."""


@dataclass(frozen=True)
class Coefficients:
    """The same judgments by several coefficients; read them together."""

    agreement: Estimate
    """Share of pairs of judgments on an item that agree; nothing taken off for chance."""
    fleiss: Estimate
    gwet: Estimate
    """AC1; AC2 where answers are weighted."""
    alpha: Estimate
    prevalence: tuple[float, ...]
    """Mean share of each answer over items, in the order of the columns."""


@dataclass(frozen=True)
class _Pairs:
    """What every coefficient needs of counts (items, categories); empty rows are left out."""

    table: Floats
    votes: Floats
    agreeing: Floats
    """Share of an item's pairs that agree; 0 where it has no pair."""
    paired: NDArray[np.bool_]
    prevalence: Floats
    weights: Floats
    cluster: Ints
    """The item of each row, numbered from 0."""


def coefficients(
    counts: Floats,
    *,
    generator: np.random.Generator,
    measure: Measure = Measure.NOMINAL,
    scores: Floats | None = None,
    replicates: int = 500,
    items: Ints | None = None,
) -> Coefficients:
    """Return the coefficients of counts (items, categories) for one kind of answer.

    Nominal answers are compared as the same or not. Of levels, intervals and ratios alpha takes
    its own difference, Fleiss and Gwet quadratic weights over `scores` (by default 0, 1, 2...).
    `items` names the item of each row; without it each row is one. Alpha's interval is a
    bootstrap over items from `generator`. Raises ValueError for negative or broken counts.
    """
    nominal = measure is Measure.NOMINAL
    weighting = Weighting.IDENTITY if nominal else Weighting.QUADRATIC
    pairs = _pairs(counts, weighting, scores, items)
    alpha = grouped_alpha(
        counts,
        np.arange(len(counts)) if items is None else items,
        measure=measure,
        scores=scores,
        generator=generator,
        replicates=replicates,
    )
    return Coefficients(
        agreement=agreement_share(counts, weighting=weighting, scores=scores, items=items),
        fleiss=fleiss_kappa(counts, weighting=weighting, scores=scores, items=items),
        gwet=gwet_ac(counts, weighting=weighting, scores=scores, items=items),
        alpha=alpha,
        prevalence=tuple(pairs.prevalence.tolist()),
    )


def agreement_share(
    counts: Floats,
    *,
    weighting: Weighting = Weighting.IDENTITY,
    scores: Floats | None = None,
    items: Ints | None = None,
) -> Estimate:
    """Return the mean over items of the share of pairs that agree (Fleiss 1971), weighted."""
    method = _named("share of agreement", weighting)
    pairs = _pairs(counts, weighting, scores, items)
    missing = _too_few(pairs, method)
    if missing is not None:
        return missing
    shares = pairs.agreeing[pairs.paired]
    return _interval(float(shares.mean()), shares, pairs, method, pairs.cluster[pairs.paired])


def fleiss_kappa(
    counts: Floats,
    *,
    weighting: Weighting = Weighting.IDENTITY,
    scores: Floats | None = None,
    items: Ints | None = None,
) -> Estimate:
    """Return Fleiss' kappa of counts (items, categories); chance is sum w_kl pi_k pi_l.

    Fleiss (1971) with missing judgments and weights after Gwet (2014). Unknown where only one
    answer occurs: chance alone would then agree always.
    """
    method = _named("Fleiss kappa", weighting)
    pairs = _pairs(counts, weighting, scores, items)
    missing = _too_few(pairs, method)
    if missing is not None:
        return missing
    by_answer = pairs.weights @ pairs.prevalence
    chance = float(pairs.prevalence @ by_answer)
    return _corrected(pairs, chance, pairs.table @ by_answer / pairs.votes, method)


def gwet_ac(
    counts: Floats,
    *,
    weighting: Weighting = Weighting.IDENTITY,
    scores: Floats | None = None,
    items: Ints | None = None,
) -> Estimate:
    """Return Gwet's AC1 (AC2 with weights) of counts (items, categories).

    Chance is T / (q (q - 1)) sum pi_k (1 - pi_k), T the sum of all weights, q the number of
    columns: a category that nobody used still counts, so the columns are those of the scheme.
    """
    plain = weighting is Weighting.IDENTITY
    method = _named("Gwet AC1" if plain else "Gwet AC2", weighting)
    pairs = _pairs(counts, weighting, scores, items)
    size = pairs.table.shape[1]
    if size < 2:
        return unknown("needs a scheme of two or more answers", int(pairs.votes.sum()), method)
    missing = _too_few(pairs, method)
    if missing is not None:
        return missing
    factor = float(pairs.weights.sum()) / (size * (size - 1))
    chance = factor * float((pairs.prevalence * (1.0 - pairs.prevalence)).sum())
    per_item = factor * (pairs.table @ (1.0 - pairs.prevalence)) / pairs.votes
    return _corrected(pairs, chance, per_item, method)


def agreement_weights(weighting: Weighting, scores: Floats) -> Floats:
    """Return the weight of each pair of answers, (categories, categories), 1 on the diagonal."""
    size = len(scores)
    if weighting is Weighting.IDENTITY or size < 2:
        return np.eye(size)
    apart = np.abs(scores[:, None] - scores[None, :])
    if not (apart[~np.eye(size, dtype=bool)] > 0).all():
        raise ValueError("weighted agreement needs a different score for each answer")
    share: Floats = apart / apart.max()
    return 1.0 - (share if weighting is Weighting.LINEAR else share**2)


def _named(name: str, weighting: Weighting) -> str:
    weighted = "" if weighting is Weighting.IDENTITY else f" ({weighting.value} weights)"
    return f"{name}{weighted}, linearized t {_LEVEL:.0%} over items"


def _pairs(
    counts: Floats, weighting: Weighting, scores: Floats | None, items: Ints | None
) -> _Pairs:
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError("counts are a table (items, categories) of numbers that are 0 or more")
    if scores is None:
        scores = np.arange(counts.shape[1], dtype=float)
    if len(scores) != counts.shape[1]:
        raise ValueError(f"{len(scores)} scores but {counts.shape[1]} categories")
    weights = agreement_weights(weighting, scores)
    if items is not None and len(items) != len(counts):
        raise ValueError(f"{len(items)} items named but {len(counts)} rows of counts")
    judged = counts.sum(axis=1) > 0
    table = counts[judged]
    named = np.arange(len(table)) if items is None else items[judged]
    cluster = np.unique(named, return_inverse=True)[1].reshape(-1)
    votes = table.sum(axis=1)
    both = (table * (table @ weights - 1.0)).sum(axis=1)
    shares = both / np.maximum(votes * (votes - 1.0), 1.0)
    prevalence = (table / votes[:, None]).mean(axis=0) if len(table) else np.zeros(counts.shape[1])
    return _Pairs(table, votes, shares, votes >= 2, prevalence, weights, cluster)


def _too_few(pairs: _Pairs, method: str) -> Estimate | None:
    missing = _MIN_ITEMS - len(np.unique(pairs.cluster[pairs.paired]))
    if missing <= 0:
        return None
    reason = f"needs {missing} more item{'s' * (missing > 1)} with two or more judgments"
    return unknown(reason, _judgments(pairs), method)


def _judgments(pairs: _Pairs) -> int:
    return round(float(pairs.votes[pairs.paired].sum()))


def _corrected(pairs: _Pairs, chance: float, per_item: Floats, method: str) -> Estimate:
    """Return (p_a - p_e) / (1 - p_e); `per_item` is each item's part in the chance p_e."""
    if 1.0 - chance < 1e-12:
        return unknown("every judgment so far is the same answer", _judgments(pairs), method)
    value = (float(pairs.agreeing[pairs.paired].mean()) - chance) / (1.0 - chance)
    scale = len(pairs.table) / int(pairs.paired.sum())
    parts = scale * (pairs.agreeing - chance * pairs.paired) / (1.0 - chance)
    parts -= 2.0 * (1.0 - value) * (per_item - chance) / (1.0 - chance)
    return _interval(value, parts, pairs, method, pairs.cluster)


def _interval(value: float, parts: Floats, pairs: _Pairs, method: str, cluster: Ints) -> Estimate:
    _, place = np.unique(cluster, return_inverse=True)
    sums = np.bincount(place.reshape(-1), weights=parts - value)
    items = len(sums)
    error = float(np.sqrt((sums**2).sum() * items / (items - 1))) / len(parts)
    half = float(student.ppf((1.0 + _LEVEL) / 2.0, items - 1)) * error
    if half < 1e-12:
        # Items that are all alike have no spread, which is not the same as certainty.
        reason = "every item agrees alike: no spread to make an interval from"
        return Estimate(value, None, None, _judgments(pairs), method, reason)
    low, high = min(max(-1.0, value - half), value), max(min(1.0, value + half), value)
    return Estimate(value, low, high, _judgments(pairs), method)
