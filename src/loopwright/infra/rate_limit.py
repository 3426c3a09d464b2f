"""Token buckets in this process: how often one caller may knock on a door."""

import threading
import time
from collections import OrderedDict

from loopwright.base.errors import TooManyRequests

_KEPT = 10_000


class TokenBuckets:
    """A bucket per caller: `burst` at once, then `per_minute`; the longest idle are forgotten."""

    def __init__(self, *, burst: int, per_minute: float) -> None:
        self._burst = float(burst)
        self._per_second = per_minute / 60.0
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str, *, now: float | None = None) -> None:
        """Take one token; raise TooManyRequests, saying when to come back, when there is none."""
        at = time.monotonic() if now is None else now
        with self._lock:
            tokens, since = self._buckets.pop(caller, (self._burst, at))
            tokens = min(self._burst, tokens + (at - since) * self._per_second)
            allowed = tokens >= 1.0
            self._buckets[caller] = (tokens - 1.0 if allowed else tokens, at)
            while len(self._buckets) > _KEPT:
                self._buckets.popitem(last=False)
        if not allowed:
            raise TooManyRequests.after((1.0 - tokens) / self._per_second)
