"""How a rater's accuracy grows with what they have judged, with intervals.

The power law of practice (Newell, Rosenbloom 1981, "Mechanisms of skill acquisition and the law
of practice") on the odds of being right: logit P(right at the t-th) = start + slope log t, a
logistic regression, with weak Gaussian priors (sd 3 and 1 logits) so that all right or all wrong
still has an answer (Gelman et al. 2008 on separation). Intervals from its curvature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from loopwright.stats.estimate import Estimate, unknown

METHOD = "accuracy over exposure, logistic power law of practice, 95 % interval"
SLOPE_METHOD = "logits of accuracy per e-fold of exposure, 95 % interval"
_PRECISION = np.array([1.0 / 9.0, 1.0])

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LearningCurve:
    """A rater's accuracy at the first and the latest judgment, and whether it grows."""

    slope: Estimate
    first: Estimate
    latest: Estimate
    beta: Floats
    covariance: Floats
    n: int

    def at(self, exposure: Sequence[int]) -> list[Estimate]:
        """Return the accuracy at the t-th judgments (from 1), for a plot or a table."""
        if not self.slope.known:
            return [unknown(self.slope.reason or "", self.n, METHOD) for _ in exposure]
        return [_accuracy(self.beta, self.covariance, t, self.n) for t in exposure]


def fit_learning_curve(
    exposure: Sequence[int], correct: Sequence[bool], *, minimum: int = 30
) -> LearningCurve:
    """Return the curve of answers with known truth; `exposure` counts all judgments, from 1.

    Only some judgments are on gold: `exposure` is the place among all. Unknown below `minimum`.
    """
    place, right = np.asarray(exposure, dtype=float), np.asarray(correct, dtype=float)
    if len(place) != len(right):
        raise ValueError(f"{len(place)} exposures but {len(right)} answers")
    if len(place) and float(place.min()) < 1.0:
        raise ValueError("exposure counts judgments from 1")
    n = len(place)
    if n < minimum:
        missing = minimum - n
        reason = f"needs {missing} more gold answer{'s' * (missing > 1)}"
        none = unknown(reason, n, METHOD)
        slope = unknown(reason, n, SLOPE_METHOD)
        return LearningCurve(slope, none, none, np.zeros(2), np.zeros((2, 2)), n)
    design = np.column_stack([np.ones(n), np.log(place)])
    beta, covariance = _fit(design, right)
    half = 1.96 * float(covariance[1, 1]) ** 0.5
    slope = Estimate(beta[1], beta[1] - half, beta[1] + half, n, SLOPE_METHOD)
    first = _accuracy(beta, covariance, 1, n)
    latest = _accuracy(beta, covariance, int(place.max()), n)
    return LearningCurve(slope, first, latest, beta, covariance, n)


def _fit(design: Floats, right: Floats) -> tuple[Floats, Floats]:
    beta: Floats = np.zeros(2)
    for _ in range(100):
        chance = expit(design @ beta)
        slope = design.T @ (right - chance) - _PRECISION * beta
        weight = (chance * (1.0 - chance))[:, None]
        curved = (design * weight).T @ design + np.diag(_PRECISION)
        step = np.linalg.solve(curved, slope)
        # a bounded step keeps Newton from running off where all answers are alike
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        beta = beta + step
        if float(np.abs(step).max()) < 1e-10:
            break
    covariance: Floats = np.linalg.inv(curved).astype(np.float64)
    return beta, covariance


def _accuracy(beta: Floats, covariance: Floats, t: int, n: int) -> Estimate:
    row = np.array([1.0, np.log(t)])
    centre = float(row @ beta)
    half = 1.96 * float(row @ covariance @ row) ** 0.5
    low, value, high = (float(expit(x)) for x in (centre - half, centre, centre + half))
    return Estimate(value, low, high, n, METHOD)
