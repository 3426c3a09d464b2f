"""Whether a stated confidence is kept, and how to mend it with one number.

Temperature scaling: Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural
networks". Expected calibration error over bins: Naeini, Cooper, Hauskrecht (2015). The plain
figure is too large, because chance alone moves each bin off the diagonal (Broecker 2012;
Kumar, Liang, Ma 2019, "Verified uncertainty calibration"): the bootstrap's bias is taken off,
and the interval is the basic bootstrap's (Davison, Hinkley 1997, section 5.2). Where only the
leading answer's probability matters, two numbers on its logit mend it (Platt 1999; top-label
calibration, Gupta and Ramdas 2022): one temperature for all answers cannot keep both the leading
answer's probability and how the rest is spread.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_expit, log_softmax, logit, softmax

from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.proportions import wilson

ECE_METHOD = "expected calibration error, bias taken off, basic bootstrap 95 %"
_PRIOR_SD = 1.0
"""Of log temperature: a few gold items that are all right must not say "be certain"."""

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence lies in [low, high): what was stated, and what came true."""

    low: float
    high: float
    confidence: float | None
    accuracy: Estimate


@dataclass(frozen=True)
class Temperature:
    """Probabilities are raised to 1/`value` and scaled to sum to 1; above 1 is less certain."""

    value: float
    n: int

    def apply(self, probabilities: Floats) -> Floats:
        """Return calibrated probabilities; shape (items, answers), as they came."""
        result: Floats = softmax(_logs(probabilities) / self.value, axis=1)
        return result


def fit_temperature(probabilities: Floats, answers: Sequence[int]) -> Temperature:
    """Return the temperature that makes the gold answers likeliest; 1 without gold.

    `probabilities` (items, answers) are the model's, `answers` the right columns. A Gaussian
    prior on its logarithm (mean 0, sd 1) holds it where the gold says little.
    """
    right = np.asarray(answers, dtype=np.int64)
    if probabilities.ndim != 2 or len(probabilities) != len(right):
        raise ValueError(f"{len(right)} answers do not fit probabilities {probabilities.shape}")
    if not len(right):
        return Temperature(1.0, 0)
    if not 0 <= int(right.min()) <= int(right.max()) < probabilities.shape[1]:
        raise ValueError(f"an answer is a column from 0 to {probabilities.shape[1] - 1}")
    logs, line = _logs(probabilities), np.arange(len(right))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logs / np.exp(log_temperature), axis=1)
        return float(-scaled[line, right].sum() + 0.5 * (log_temperature / _PRIOR_SD) ** 2)

    best = minimize_scalar(loss, bounds=(-3.0, 4.0), method="bounded")
    return Temperature(float(np.exp(best.x)), len(right))


@dataclass(frozen=True)
class LeadCalibration:
    """P(the leading answer is right) = 1 / (1 + exp(-(intercept + slope logit p))); 0, 1 is p."""

    intercept: float = 0.0
    slope: float = 1.0
    n: int = 0

    def confidence(self, probabilities: Floats) -> Floats:
        """Return the calibrated probability of each item's leading answer, shape (items,)."""
        result: Floats = expit(self.intercept + self.slope * _lead(probabilities))
        return result

    def apply(self, probabilities: Floats) -> Floats:
        """Return calibrated probabilities; the other answers share the rest as they did."""
        found = np.array(probabilities, dtype=np.float64)
        sure, line = self.confidence(found), np.arange(len(found))
        lead = found.argmax(axis=1)
        found[line, lead] = 0.0
        rest = found.sum(axis=1, keepdims=True)
        even = np.ones_like(found)
        even[line, lead] = 0.0
        found = np.where(rest > 1e-12, found, even / (found.shape[1] - 1))
        found *= ((1.0 - sure) / found.sum(axis=1))[:, None]
        found[line, lead] = sure
        return found


def fit_lead(
    probabilities: Floats, answers: Sequence[int] | Codes, weights: Floats | None = None
) -> LeadCalibration:
    """Return the calibration that makes the gold outcomes likeliest; p itself without gold.

    `probabilities` (items, answers) are the model's, `answers` the right columns, `weights` how
    much each row counts. Gaussian priors (intercept: mean 0, sd 1; log slope: the same) hold both
    where the gold says little.
    """
    right = np.asarray(answers, dtype=np.int64)
    if probabilities.ndim != 2 or len(probabilities) != len(right):
        raise ValueError(f"{len(right)} answers do not fit probabilities {probabilities.shape}")
    if not len(right):
        return LeadCalibration()
    hit = probabilities.argmax(axis=1) == right
    weight = np.ones(len(right)) if weights is None else weights
    lead, sign = _lead(probabilities), np.where(hit, 1.0, -1.0)

    def loss(found: Floats) -> tuple[float, Floats]:
        intercept, slope = float(found[0]), float(np.exp(found[1]))
        score = sign * (intercept + slope * lead)
        pull = -weight * sign * expit(-score)
        value = -float(weight @ log_expit(score)) + 0.5 * float(found @ found) / _PRIOR_SD**2
        return value, np.array([pull.sum(), slope * (pull @ lead)]) + found / _PRIOR_SD**2

    best = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-8, 8), (-4, 3)]).x
    return LeadCalibration(float(best[0]), float(np.exp(best[1])), len(right))


def reliability_bins(
    confidence: Sequence[float], correct: Sequence[bool], *, bins: int = 10
) -> list[Bin]:
    """Return the reliability diagram: bins of equal width with Wilson intervals, empty ones too."""
    stated, came_true = _checked(confidence, correct)
    place = _places(stated, bins)
    found = []
    for number in range(bins):
        inside = place == number
        n = int(inside.sum())
        mean = float(stated[inside].mean()) if n else None
        accuracy = wilson(int(came_true[inside].sum()), n)
        found.append(Bin(number / bins, (number + 1) / bins, mean, accuracy))
    return found


def calibration_error(
    confidence: Sequence[float],
    correct: Sequence[bool],
    *,
    bins: int = 10,
    minimum: int = 20,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return the expected calibration error; unknown below `minimum` answers.

    Items are drawn anew `replicates` times with `seed`; they must be independent of each other.
    """
    stated, came_true = _checked(confidence, correct)
    n = len(stated)
    if n < minimum:
        missing = minimum - n
        reason = f"needs {missing} more gold item{'s' * (missing > 1)}"
        return unknown(reason, n, ECE_METHOD)
    place, gap = _places(stated, bins), came_true - stated
    plain = float(np.abs(np.bincount(place, gap, bins)).sum() / n)
    generator = np.random.default_rng(seed)
    drawn = np.empty(replicates)
    for number in range(replicates):
        pick = generator.integers(0, n, n)
        drawn[number] = np.abs(np.bincount(place[pick], gap[pick], bins)).sum() / n
    value = max(0.0, 2.0 * plain - float(drawn.mean()))
    low, high = 2.0 * plain - np.quantile(drawn, (0.975, 0.025))
    return Estimate(value, max(0.0, float(low)), max(0.0, float(high)), n, ECE_METHOD)


def _logs(probabilities: Floats) -> Floats:
    result: Floats = np.log(np.maximum(probabilities, 1e-12))
    return result


def _lead(probabilities: Floats) -> Floats:
    result: Floats = logit(np.clip(probabilities.max(axis=1), 1e-9, 1.0 - 1e-9))
    return result


def _places(stated: Floats, bins: int) -> NDArray[np.int64]:
    result: NDArray[np.int64] = np.minimum((stated * bins).astype(np.int64), bins - 1)
    return result


def _checked(confidence: Sequence[float], correct: Sequence[bool]) -> tuple[Floats, Floats]:
    stated, came_true = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    if len(stated) != len(came_true):
        raise ValueError(f"{len(stated)} confidences but {len(came_true)} outcomes")
    # written so that a NaN is refused as well
    if not bool(((stated >= 0.0) & (stated <= 1.0)).all()):
        raise ValueError("a confidence is between 0 and 1")
    return stated, came_true
