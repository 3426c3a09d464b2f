"""What past comparisons foretell: every vote by ratings from the other votes, in five folds."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.bradley_terry import rate_coded
from loopwright.stats.calibration import ECE_METHOD, calibration_error
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.exit_search import folds_of
from loopwright.stats.pair_forecast import Forecast, forecast
from loopwright.stats.paired_fit import Coded, Codes, Floats
from loopwright.stats.proportions import clustered_mean

FOLDS = 5
MIN_VOTES = 20
MAX_SOURCES = 2000
"""Sources beyond which ratings are not fitted: the solve is dense."""
MAX_SCORES = 50_000_000
"""(raters x sources) that intervals hold at once."""
FORETOLD = "share of decided votes foretold by {}, five folds; annotator-clustered t 95 %"
_AWARE = "annotator-aware ratings, fitted by EM"
_PLAIN = "plain Bradley-Terry"
ACCURACY = {
    "accuracy": _AWARE,
    "accuracy_majority": "the majority of other votes on the same two sides",
    "accuracy_em": _AWARE,
    "accuracy_bradley_terry": _PLAIN,
}
LOSS = {"log_loss": _AWARE, "log_loss_bradley_terry": _PLAIN}
LOG_LOSS = "mean log loss of held-out verdicts by {}, five folds; annotator-clustered t 95 %"


class Sides(Protocol):
    """Comparisons as shown: numbers of the sources, and 1 left, -1 right, 0 tie."""

    @property
    def left(self) -> Codes: ...
    @property
    def right(self) -> Codes: ...
    @property
    def winner(self) -> Codes: ...
    @property
    def sources(self) -> list[str]: ...


def coded(sides: Sides, annotator: Codes, annotators: int) -> Coded:
    """Return the comparisons for the fits; the left side is first."""
    left = np.ones(len(sides.left), dtype=np.int64)
    return Coded(
        sides.left, sides.right, sides.winner, annotator, left, len(sides.sources), annotators
    )


def pair_figures(
    sides: Sides, annotator: Codes, annotators: int, *, seed: int
) -> dict[str, Estimate]:
    """Return accuracy and log loss of held-out votes; unknown with fewer than `MIN_VOTES`."""
    n, reason = len(annotator), _too_much(sides, annotator, annotators)
    if reason:
        found = {key: unknown(reason, n, FORETOLD.format(by)) for key, by in ACCURACY.items()}
        found |= {key: unknown(reason, n, LOG_LOSS.format(by)) for key, by in LOSS.items()}
        return {**found, "ece": unknown(reason, n, ECE_METHOD)}
    parts = _held_out(coded(sides, annotator, annotators), seed)
    names = [str(one) for one in annotator.tolist()]
    right = (parts.aware_right, parts.majority_right, parts.aware_right, parts.plain_right)
    found = {
        key: _mean(values, names, FORETOLD.format(by))
        for (key, by), values in zip(ACCURACY.items(), right, strict=True)
    }
    for (key, by), logs in zip(LOSS.items(), (parts.aware_log, parts.plain_log), strict=True):
        found[key] = _mean(-logs, names, LOG_LOSS.format(by))
    told = (parts.aware_right == 0.0) | (parts.aware_right == 1.0)
    found["ece"] = calibration_error(
        parts.aware_sure[told].tolist(), (parts.aware_right[told] == 1.0).tolist()
    )
    return found


def pair_ratings(
    sides: Sides, annotator: Codes, annotators: Sequence[str]
) -> list[dict[str, object]]:
    """Return every source's rating, best first in each group of sources that were compared."""
    if _too_much(sides, annotator, len(annotators)) and len(sides.sources) > MAX_SOURCES:
        return []
    votes = coded(sides, annotator, len(annotators))
    return [
        {
            "source": one.source,
            "group": one.group,
            "rating": one.rating.as_dict(),
            "wins": one.wins,
            "losses": one.losses,
            "ties": one.ties,
        }
        for one in rate_coded(votes, sides.sources).ratings
    ]


def _too_much(sides: Sides, annotator: Codes, annotators: int) -> str | None:
    if len(annotator) < MIN_VOTES:
        missing = MIN_VOTES - len(annotator)
        return f"needs {missing} more vote{'s' * (missing > 1)}"
    sources = len(sides.sources)
    if sources > MAX_SOURCES or sources * annotators > MAX_SCORES:
        return f"{sources:,} different sides by {annotators:,} annotators are too many to rate"
    return None


def _held_out(votes: Coded, seed: int) -> Forecast:
    fold = folds_of(len(votes.first), FOLDS, np.random.default_rng(seed))
    columns: list[NDArray[np.float64]] = [np.zeros(len(fold)) for _ in range(6)]
    for number in range(FOLDS):
        held = fold == number
        one = forecast(votes, held)
        parts = (
            one.aware_log,
            one.plain_log,
            one.aware_right,
            one.plain_right,
            one.majority_right,
            one.aware_sure,
        )
        for column, part in zip(columns, parts, strict=True):
            column[held] = part
    return Forecast(*columns)


def _mean(values: Floats, names: Sequence[str], method: str) -> Estimate:
    known = np.flatnonzero(~np.isnan(values))
    found = clustered_mean(
        values[known].tolist(), [names[at] for at in known.tolist()], unit="annotator"
    ).estimate
    return Estimate(found.value, found.low, found.high, found.n, method, found.reason)
