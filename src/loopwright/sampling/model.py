"""What is judged next: bands, places in the queue, and how far an item is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


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
    STUCK = "stuck"
    """Set aside for a lead: too many skipped it, or nobody is left who may judge it."""


class Branch(NamedTuple):
    """A part of the queue with an order of its own: one lane in one band.

    A lane is the sorted set of required tags ("de,medical"), "" for what everybody may take.
    """

    lane: str
    band: int


@dataclass(frozen=True)
class Cursor:
    """How far a judge is in each branch of the queue."""

    project_id: str
    judge_id: str
    positions: Mapping[Branch, int]
    swept_at: float
    """When the entries behind the cursor were last searched to their end."""
    swept: Mapping[Branch, int]
    """How far a search of them got that did not come to the end."""
    passed_at: float
    """When the cursor last moved past entries that are not for this judge."""
    turn: int
    """Which of the judge's lanes comes first; one further with each search that finds."""


@dataclass(frozen=True)
class Slot:
    """One wanted judgment, taken out of the queue."""

    item_id: str
    seq: int
    band: int
    lane: str = ""
    question_id: str = ""
    """What the item asks, and about which completions; for slots that are offered anew."""
    completion_ids: Sequence[str] = ()

    @property
    def branch(self) -> Branch:
        """Return where in the queue it stood."""
        return Branch(self.lane, self.band)


@dataclass(frozen=True)
class ItemState:
    """How far an item is; `propensity` is the probability with which it was chosen."""

    item_id: str
    project_id: str
    lane: str
    band: int
    wanted: int
    done: int
    state: ItemProgress
    propensity: float
    opened_at: float
    closed_at: float | None
    imported: int = 0
    """How many of the judgments came with an import."""
    skips: int = 0
    """How many people skipped it since it was opened."""

    @property
    def branch(self) -> Branch:
        """Return where its slots stand in the queue."""
        return Branch(self.lane, self.band)


@dataclass(frozen=True)
class Requirement:
    """What an item requires of who judges it, and the segment, which may require more."""

    tags: Sequence[str]
    segment: str


class QueueCount(NamedTuple):
    """Counts of a queue or a branch of it, or what is added to them."""

    wanted: int = 0
    """Judgments that were wanted; of an item that is stuck, those that are there."""
    done: int = 0
    """Judgments that are there."""
    open: int = 0
    """Items that still want judgments."""
    closed: int = 0
    """Items that have all their judgments."""
    stuck: int = 0
    """Items that were set aside."""
    imported: int = 0
    """Judgments that came with an import."""

    @property
    def remaining(self) -> int:
        """Return how many judgments are still wanted."""
        return max(0, self.wanted - self.done)

    def plus(self, other: "QueueCount") -> "QueueCount":
        """Return the sum."""
        return QueueCount(*map(int.__add__, self, other))

    def minus(self, other: "QueueCount") -> "QueueCount":
        """Return the difference."""
        return QueueCount(*map(int.__sub__, self, other))


@dataclass(frozen=True)
class Counted:
    """An item after a judgment was counted, whether that closed it, what it adds to the counts."""

    state: ItemState
    closes: bool
    change: QueueCount


@dataclass(frozen=True)
class Pause:
    """Nothing new is offered; leased items may still be answered."""

    reason: str
    paused_by: str
    since: float


@dataclass(frozen=True)
class Waiting:
    """What a set of items still waits for."""

    judgments: int
    items: int
    stuck: int
    """Items that were set aside; nobody waits for them."""
