"""Shares and means with intervals that respect where the observations come from.

Votes of one rater resemble each other, so an interval that counts each vote as independent is
too narrow: with 10 raters its nominal 5 % of false alarms become 20 to 70 %. The clustered
intervals here treat the cluster (rater or prompt) as the unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from loopwright.stats.estimate import Estimate, unknown


@dataclass(frozen=True)
class ClusteredMean:
    """A mean with its clustered interval; `design_effect` is its variance over that of
    independent observations, None where it cannot be told."""

    estimate: Estimate
    clusters: int
    design_effect: float | None


def wilson(successes: float, n: int, *, level: float = 0.95) -> Estimate:
    """Return a share with Wilson's score interval (Wilson 1927) for independent observations.

    A success may be a part of one, as where a tie is broken by lot; the interval is then too wide.
    """
    method = f"share, Wilson {level:.0%}"
    if n == 0:
        return unknown("needs at least 1 observation", 0, method)
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share")
    z = float(stats.norm.ppf((1 + level) / 2))
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half), n, method)


def clustered_mean(
    values: Sequence[float],
    clusters: Sequence[str],
    *,
    unit: str,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> ClusteredMean:
    """Return the mean of `values` with an interval clustered by `clusters` (same length).

    Ratio estimator with the linearized variance of cluster totals and t(R - 1) quantiles
    (Cochran 1977, section 11.4); `unit` names the cluster in the method, e.g. "rater". `bounds`
    clips the interval. When every observation is the same the variance says nothing; with
    `bounds` (0, 1) the interval is then Wilson's over the clusters, the honest lower bound.
    """
    method = f"mean, {unit}-clustered t {level:.0%}"
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values but {len(clusters)} clusters")
    n = len(values)
    if n == 0:
        return ClusteredMean(unknown("needs at least 1 observation", 0, method), 0, None)
    observed = np.asarray(values, dtype=float)
    _, index = np.unique(np.asarray(clusters, dtype=object).astype(str), return_inverse=True)
    count = int(index.max()) + 1
    mean = float(observed.mean())
    if count < 2:
        found = Estimate(mean, None, None, n, method, f"an interval needs at least 2 {unit}s")
        return ClusteredMean(found, count, None)
    residuals = np.bincount(index, weights=observed - mean)
    variance = float(count / (count - 1) * np.sum(residuals**2) / n**2)
    plain = float(observed.var(ddof=1) / n) if n > 1 else 0.0
    if variance == 0.0 and plain == 0.0 and bounds == (0.0, 1.0) and mean in (0.0, 1.0):
        edge = wilson(round(mean * count), count, level=level)
        found = Estimate(mean, edge.low, edge.high, n, f"share, Wilson over {unit}s {level:.0%}")
        return ClusteredMean(found, count, None)
    half = float(stats.t.ppf((1 + level) / 2, count - 1)) * variance**0.5
    low, high = mean - half, mean + half
    if bounds is not None:
        low, high = max(bounds[0], low), min(bounds[1], high)
    effect = variance / plain if plain > 0 else None
    return ClusteredMean(Estimate(mean, low, high, n, method), count, effect)


def win_rate(
    outcomes: Sequence[float], raters: Sequence[str], *, level: float = 0.95
) -> ClusteredMean:
    """Return (wins + ties / 2) / n with a rater-clustered interval.

    `outcomes` holds 1 for a win, 0.5 for a tie (both bad included), 0 for a loss; `raters` who
    judged, in the same order.
    """
    if any(outcome not in (0.0, 0.5, 1.0) for outcome in outcomes):
        raise ValueError("an outcome is 1 (win), 0.5 (tie) or 0 (loss)")
    return clustered_mean(outcomes, raters, unit="rater", level=level, bounds=(0.0, 1.0))


def accuracy(
    correct: Sequence[float], prompts: Sequence[str], *, level: float = 0.95
) -> ClusteredMean:
    """Return the share of correct answers (0.5 for an undecided one), clustered by prompt."""
    return clustered_mean(correct, prompts, unit="prompt", level=level, bounds=(0.0, 1.0))
