"""Named places where a test makes the product fail on purpose; off, a place costs one comparison.

A place calls `point("write.before_commit")`. While a plan is armed, the plan decides by its seed
whether that place fails now, and how. Nothing in the product arms a plan: tests and benches do,
in their own process. docs/guide/faults.md lists the places.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from loopwright.base.errors import InvalidInput

POINTS = (
    "write.before_commit",
    "write.after_commit",
    "group.before_commit",
    "reserve.taken",
    "submit.stored",
    "submit.reserved",
    "submit.counted",
)
"""Every place; docs/guide/faults.md says where each one stands."""


class InjectedFault(Exception):
    """The failure that a plan asked for; nothing in the product catches it by name."""


@dataclass(frozen=True)
class Fault:
    """How often a place fails (a probability), and what happens then."""

    chance: float
    act: Callable[[str], None]


def fail(name: str) -> None:
    """Raise, as a broken statement or a lost connection would."""
    raise InjectedFault(name)


def kill(name: str) -> None:
    """End this process at once, as the system or a power cut would; nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def stall(seconds: float) -> Callable[[str], None]:
    """Return an act that waits, as a full disk queue or a paused machine would."""
    return lambda _name: time.sleep(seconds)


class FaultPlan:
    """Decides at each place, by a seed, whether it fails; counts what was passed and failed."""

    def __init__(self, faults: Mapping[str, Fault], *, seed: int) -> None:
        unknown = sorted(set(faults) - set(POINTS))
        if unknown:
            raise InvalidInput(
                f"There is no fault point {', '.join(unknown)}.",
                remedy=f"Use: {', '.join(POINTS)}.",
            )
        self._faults = dict(faults)
        self._dice = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._lock = threading.Lock()
        self.passed: Counter[str] = Counter()
        self.fired: Counter[str] = Counter()

    def reach(self, name: str) -> None:
        """Pass the place, or fail there."""
        with self._lock:
            self.passed[name] += 1
            fault = self._faults.get(name)
            if fault is None or self._dice.random() >= fault.chance:
                return
            self.fired[name] += 1
        fault.act(name)


_plan: FaultPlan | None = None


def point(name: str) -> None:
    """Mark a place that a plan may fail."""
    if _plan is not None:
        _plan.reach(name)


@contextmanager
def armed(plan: FaultPlan) -> Iterator[FaultPlan]:
    """Let `plan` decide until the block ends; one plan at a time in a process."""
    global _plan
    if _plan is not None:
        raise RuntimeError("a fault plan is armed already")
    _plan = plan
    try:
        yield plan
    finally:
        _plan = None
