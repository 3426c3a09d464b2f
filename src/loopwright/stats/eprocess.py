"""Evidence that may be looked at after every observation (e-processes), for independent events.

An e-process starts at 1 and, while the null hypothesis holds, is not expected to grow, whenever
one stops: it passes 1/alpha with probability at most alpha (Ville 1939). Only for units that are
truly independent, such as requests; votes of one rater are not.
"""

from dataclasses import dataclass
from math import exp, lgamma, log

BETS = (0.1, 0.3, 0.6, 0.9)
"""Fractions of the largest safe bet; a mixture, because the size of the trouble is not known."""
_LARGEST_EXPONENT = 500.0


def rate_evidence(events: int, trials: int, rate: float) -> float:
    """Return the e-value against "each trial is an event with probability at most `rate`".

    Robbins's mixture (1970) with a uniform prior over the alternative:
    B(1 + s, 1 + n - s) / (p^s (1 - p)^(n - s)). One when the observed rate is not above `rate`;
    otherwise every smaller rate would make it larger still, so it holds for all of them.
    """
    if trials == 0 or events / trials <= rate:
        return 1.0
    return _mixture(events, trials, rate)


def split_evidence(events: int, trials: int, rate: float) -> float:
    """Return the two-sided e-value against "the rate is `rate`" (sample ratio mismatch)."""
    return _mixture(events, trials, rate) if trials and 0.0 < rate < 1.0 else 1.0


@dataclass(frozen=True)
class RateDetector:
    """An e-detector for "happens more often than allowed", one observation at a time.

    Under "each is an event with probability at most the allowed rate, given the past", each bet's
    wealth is a non-negative supermartingale; restarting it at 1 (CUSUM form) gives an e-detector
    whose mean time to a false alarm at threshold c is at least c observations (Shin, Ramdas and
    Rinaldo 2022, "E-detectors"). The allowed rate may change with the past.
    """

    wealth: tuple[float, ...] = (1.0,) * len(BETS)

    @property
    def evidence(self) -> float:
        """Return the mean over the bets, an e-detector again."""
        return sum(self.wealth) / len(self.wealth)

    def after(self, *, event: bool, allowed_rate: float) -> "RateDetector":
        """Return the detector after one observation; `allowed_rate` in (0, 1)."""
        surprise = (1.0 if event else 0.0) - allowed_rate
        return RateDetector(
            tuple(
                max(wealth, 1.0) * (1.0 + bet / allowed_rate * surprise)
                for wealth, bet in zip(self.wealth, BETS, strict=True)
            )
        )


def _mixture(events: int, trials: int, rate: float) -> float:
    log_beta = lgamma(1 + events) + lgamma(1 + trials - events) - lgamma(2 + trials)
    log_null = events * log(rate) + (trials - events) * log(1.0 - rate)
    return exp(min(log_beta - log_null, _LARGEST_EXPONENT))
