"""The one place that reads the wall clock; everything else is given `now`."""

import time


def system_now() -> float:
    """Return the current time in Unix seconds, UTC."""
    return time.time()
