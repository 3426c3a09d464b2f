"""Gold items, what became of them, and what they say of people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loopwright.base.types import Json
from loopwright.stats.estimate import Estimate


class GoldState(StrEnum):
    """Whether a gold item is still handed out."""

    ACTIVE = "active"
    """It is hidden in the flow."""
    RETIRED = "retired"
    """It is no longer handed out; what people answered to it stays."""


class GoldOrigin(StrEnum):
    """Where the right answer of a gold item came from."""

    GIVEN = "given"
    """Somebody who knows gave it."""
    SETTLED = "settled"
    """It was settled before: by a decision or at the end of a thread."""


@dataclass(frozen=True)
class GoldItem:
    """An item whose answer is known."""

    id: str
    project_id: str
    item_id: str
    question_id: str
    origin: GoldOrigin
    why: str
    """Why the answer is right, for those who missed it."""
    added_by: str
    added_at: float
    retired_at: float | None
    retired_why: str | None

    @property
    def state(self) -> GoldState:
        """Return whether it is still handed out."""
        return GoldState.ACTIVE if self.retired_at is None else GoldState.RETIRED


@dataclass(frozen=True)
class Met:
    """A judgment on a gold item, given while it was gold."""

    gold_id: str
    item_id: str
    rater_id: str
    seq: int
    outcome: str
    votes: list[list[Any]] | None
    answer: Json
    active_ms: int | None
    created_at: float


@dataclass(frozen=True)
class Scored:
    """A judgment on a gold item and how much of the answer it shares, 0 to 1."""

    met: Met
    score: float
    right: bool


@dataclass(frozen=True)
class Wear:
    """Whether a gold item should go, and why; `p` is that answers did not get faster by chance."""

    reason: str | None
    p: float | None
    first_ms: float | None
    last_ms: float | None


@dataclass(frozen=True)
class GoldReport:
    """A gold item with its answer in words and what people made of it."""

    gold: GoldItem
    prompt: str
    answer: str
    right: Estimate
    wear: Wear
    doubt: str | None
    """Why the answer itself may be wrong; None where nothing says so."""


@dataclass(frozen=True)
class Candidate:
    """An item that could become gold."""

    item_id: str
    question_id: str
    prompt: str
    outcome: str
    answer: str
    """In words."""
    because: str
    settled: bool
    """Whether its answer was settled; else it has to be given."""


@dataclass(frozen=True)
class RaterGold:
    """How often somebody was right on gold."""

    rater_id: str
    right: Estimate
    in_month: int
    unmet: int
    """Active gold items that this person has not met yet."""


@dataclass(frozen=True)
class Miss:
    """A gold item that somebody answered otherwise, as they read it."""

    item_id: str
    prompt: str
    yours: str
    right: str
    why: str
    at: float


@dataclass(frozen=True)
class Pace:
    """How far the draws for one person got."""

    salt: str
    """Unknown to everybody, so that nobody can tell which judgment gold follows."""
    judged: int
    """The judgment up to which was drawn."""
    due: int
    """Gold items that were drawn and not handed out yet."""
