"""The consensus of scores on a scale that follows each score; see `scale_consensus`.

What the last batch learned of the raters is kept, so a new score changes only the item that it is
on: its normal posterior has a closed form given the raters. A rater whom the batch had not seen
counts as the common one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from loopwright.stats.estimate import Estimate
from loopwright.stats.scale_consensus import (
    Score,
    code_scores,
    estimate_on_scale,
    fit_scale,
    level_shares,
)


@dataclass(frozen=True)
class _Rater:
    bias: float
    stretch: float
    noise: float
    doubt: float
    """Variance of the bias."""


class ScaleStream:
    """Consensus on a scale from `low` to `high`, ends included, score by score.

    Raises ValueError for a scale without two levels, and for a score outside it.
    """

    def __init__(self, low: int, high: int) -> None:
        if high <= low:
            raise ValueError(f"a scale needs two levels, not {low} to {high}")
        self.low, self.high = low, high
        self._typical = ((high - low) / 4.0) ** 2
        self._given: dict[str, dict[str, float]] = {}
        self._raters: dict[str, _Rater] = {}
        self._mean, self._between = (low + high) / 2.0, self._typical
        self._stranger = _Rater(0.0, 1.0, self._typical, self._typical / 2.0)

    def add(self, score: Score) -> None:
        """Take a score; a rater's second one on an item replaces the first."""
        if not self.low <= score.value <= self.high:
            raise ValueError(f"{score.value} is outside {self.low} to {self.high}")
        self._given.setdefault(score.item, {})[score.rater] = score.value

    def remove(self, item: str, rater: str) -> None:
        """Take a score back; nothing happens where there is none."""
        given = self._given.get(item, {})
        given.pop(rater, None)
        if not given:
            self._given.pop(item, None)

    def scores(self, item: str) -> Mapping[str, float]:
        """Return each rater's score of an item."""
        return self._given.get(item, {})

    def refit(self) -> None:
        """Learn again from all scores how each rater uses the scale."""
        scores = [
            Score(item, rater, value)
            for item, given in self._given.items()
            for rater, value in given.items()
        ]
        if not scores:
            return
        coded = code_scores(scores, low=self.low, high=self.high)
        _, _, found = fit_scale(coded.item, coded.rater, coded.value - coded.mean, self._typical)
        self._mean, self._between = coded.mean, found.between
        self._raters = {
            name: _Rater(*(float(one[at]) for one in found.columns()))
            for at, name in enumerate(coded.raters)
        }
        noise = float(found.noise.mean())
        self._stranger = _Rater(0.0, 1.0, noise, noise / 2.0)

    def consensus(self, item: str) -> tuple[Estimate, dict[int, float]] | None:
        """Return an item's score with its interval and the chance of each level; None without."""
        given = self._given.get(item)
        if not given:
            return None
        precision, pull = 1.0 / self._between, 0.0
        known = [(self._raters.get(rater, self._stranger), v) for rater, v in given.items()]
        for rater, value in known:
            precision += rater.stretch**2 / rater.noise
            pull += rater.stretch / rater.noise * (value - self._mean - rater.bias)
        carried = sum((one.stretch / one.noise) ** 2 * one.doubt for one, _ in known)
        spread = 1.0 / precision + carried / precision**2
        centre = self._mean + pull / precision
        ends = (self.low, self.high)
        shares = level_shares(centre, spread**0.5, *ends)
        return estimate_on_scale(centre, 1.96 * spread**0.5, len(given), ends), shares
