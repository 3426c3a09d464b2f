"""What is judged next: bands, places in the queue, and how far an item is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Band(IntEnum):
    """Priorities; a lower band is offered first."""

    TARGETED = 0
    """Chosen because a failure was found there."""
    EVALUATION = 1
    """Compares two policy versions; a decision waits for it."""
    CONFUSED = 2
    """Chosen because the reward model is unsure."""
    CORE = 3
    """A plain share of what the policy meets."""


class ItemProgress(StrEnum):
    """Whether an item still wants judgments."""

    OPEN = "open"
    """Judgments are wanted, or offered to somebody now."""
    CLOSED = "closed"
    """Every wanted judgment is there."""


@dataclass(frozen=True)
class Cursor:
    """How far a judge is in each band; `swept_at` is when the passed entries were last searched."""

    project_id: str
    judge_id: str
    positions: Mapping[int, int]
    swept_at: float


@dataclass(frozen=True)
class Slot:
    """One wanted judgment, taken out of the queue."""

    item_id: str
    seq: int
    band: int


@dataclass(frozen=True)
class ItemState:
    """How far an item is; `propensity` is the probability with which it was chosen."""

    item_id: str
    project_id: str
    band: int
    wanted: int
    done: int
    state: ItemProgress
    propensity: float
    opened_at: float
    closed_at: float | None


@dataclass(frozen=True)
class QueueCount:
    """Judgments of a project's queue: all that were wanted, and those that are there."""

    wanted: int
    done: int

    @property
    def remaining(self) -> int:
        """Return how many judgments are still wanted."""
        return max(0, self.wanted - self.done)
