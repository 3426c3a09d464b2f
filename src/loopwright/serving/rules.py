"""The fast guard's test, pure: is this candidate failing more often than it may?"""

from dataclasses import dataclass

BETS = (0.1, 0.3, 0.6, 0.9)
"""Fractions of the largest safe bet; a mixture, because the size of the trouble is not known."""
RECENT = 200.0
"""Requests over which the stable arm's own failure rate is remembered."""


@dataclass(frozen=True)
class FailureDetector:
    """An e-detector for "fails more often than allowed", one request at a time.

    Under "each request fails with probability at most the allowed rate, given the past", each
    bet's wealth is a non-negative supermartingale; restarting it at 1 (CUSUM form) gives an
    e-detector whose mean time to a false alarm at threshold c is at least c requests (Shin,
    Ramdas, Rinaldo 2022, "E-detectors"). The allowed rate may change with the past.
    """

    wealth: tuple[float, ...] = (1.0,) * len(BETS)

    @property
    def evidence(self) -> float:
        """Return the mean over the bets, an e-detector again."""
        return sum(self.wealth) / len(self.wealth)

    def after(self, *, failed: bool, allowed_rate: float) -> "FailureDetector":
        """Return the detector after one request; `allowed_rate` in (0, 1)."""
        surprise = (1.0 if failed else 0.0) - allowed_rate
        return FailureDetector(
            tuple(
                max(wealth, 1.0) * (1.0 + bet / allowed_rate * surprise)
                for wealth, bet in zip(self.wealth, BETS, strict=True)
            )
        )


@dataclass(frozen=True)
class StableRate:
    """The stable arm's recent failure rate, with exponential forgetting."""

    requests: float = 0.0
    failures: float = 0.0

    def after(self, *, failed: bool) -> "StableRate":
        """Return the rate after one request."""
        keep = 1.0 - 1.0 / RECENT
        return StableRate(
            self.requests * keep + 1.0, self.failures * keep + (1.0 if failed else 0.0)
        )

    def upper(self) -> float:
        """Return a cautious estimate: the mean, two standard errors up; zero when unseen."""
        if self.requests < 1.0:
            return 0.0
        mean = self.failures / self.requests
        return float(mean + 2.0 * (mean * (1.0 - mean) / self.requests) ** 0.5)


def allowed_rate(limit: float, stable: StableRate) -> float:
    """Return how often the candidate may fail now: its limit, or as often as the stable version.

    When everything fails (network, a shared back end), the candidate is not to blame.
    """
    return min(max(limit, stable.upper(), 0.001), 0.95)
