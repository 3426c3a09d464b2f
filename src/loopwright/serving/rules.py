"""How often a candidate may fail before the fast guard calls it broken; pure."""

from dataclasses import dataclass

RECENT = 200.0
"""Requests over which the stable arm's own failure rate is remembered."""


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
