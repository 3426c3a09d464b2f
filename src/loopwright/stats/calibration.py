"""Whether a stated confidence is kept, and how to mend it with one number.

Temperature scaling: Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural
networks". Expected calibration error over bins: Naeini, Cooper, Hauskrecht (2015). The plain
figure is too large, because chance alone moves each bin off the diagonal (Broecker 2012;
Kumar, Liang, Ma 2019, "Verified uncertainty calibration"): the bootstrap's bias is taken off,
and the interval is the basic bootstrap's (Davison, Hinkley 1997, section 5.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.proportions import wilson

ECE_METHOD = "expected calibration error, bias taken off, basic bootstrap 95 %"
_PRIOR_SD = 1.0
"""Of log temperature: a few gold items that are all right must not say "be certain"."""

Floats = NDArray[np.float64]


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
