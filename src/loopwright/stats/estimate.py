"""A figure with its interval; unknown is a value of its own."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """`value` in [low, high] from n observations; None is unknown, and `reason` says why."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what must never be shown: a figure that is not finite."""
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is None:
                continue
            if not math.isfinite(number):
                raise ValueError(f"{self.method}: {number} is not a figure; use unknown(reason)")
            # numpy's own floats are floats to arithmetic but not to JSON
            object.__setattr__(self, name, float(number))

    @property
    def known(self) -> bool:
        """Return whether there is a value."""
        return self.value is not None

    def as_dict(self) -> dict[str, Any]:
        """Return the wire form."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "method": self.method,
            "reason": self.reason,
        }


def unknown(reason: str, n: int, method: str) -> Estimate:
    """Return the estimate that is not known yet; `reason` is shown to people."""
    return Estimate(value=None, low=None, high=None, n=n, method=method, reason=reason)
