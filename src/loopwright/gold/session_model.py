"""A calibration session: everybody judges the same items blind, sees, talks, and judges again."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loopwright.base.types import Json
from loopwright.quality.agreement_by import AgreementRow


class SessionState(StrEnum):
    """How far a session is; it only goes forward."""

    BLIND = "blind"
    """Everybody judges alone; nobody sees what others said."""
    REVEALED = "revealed"
    """The first answers are seen and talked about; everybody may judge again."""
    CLOSED = "closed"
    """Nothing is answered any more; the lesson stands."""


@dataclass(frozen=True)
class Session:
    """A calibration session of a project."""

    id: str
    project_id: str
    name: str
    items: list[str]
    made_by: str
    made_at: float
    revealed_at: float | None
    closed_at: float | None
    lesson: str | None

    @property
    def state(self) -> SessionState:
        """Return how far it is."""
        if self.closed_at is not None:
            return SessionState.CLOSED
        return SessionState.BLIND if self.revealed_at is None else SessionState.REVEALED

    @property
    def round(self) -> int | None:
        """Return which answers are taken now: the first, the second, or none."""
        rounds = {SessionState.BLIND: 1, SessionState.REVEALED: 2}
        return rounds.get(self.state)


@dataclass(frozen=True)
class SessionAnswer:
    """What somebody said of an item in a session; a fact, and never a judgment."""

    id: str
    session_id: str
    person_id: str
    item_id: str
    round: int
    answer: Json
    shown_order: str | None
    kind: str
    outcome: str
    votes: list[list[Any]] | None
    at: float


@dataclass(frozen=True)
class Said:
    """What one participant said of an item, as the others read it."""

    who: str
    """A name of this session alone: "annotator 2"; "you" for the reader."""
    first: str
    reason: str | None
    second: str | None
    """None where the second answer is not there, or not to be seen yet."""


@dataclass(frozen=True)
class SessionItem:
    """An item of a session."""

    item_id: str
    prompt: str
    mine: int
    """How many of the reader's answers are there: 0, 1 or 2."""
    said: Sequence[Said]
    """Empty until the first answers are revealed."""
    counts: dict[str, int]
    """First answers in words and how many gave them; empty until revealed."""


@dataclass(frozen=True)
class SessionView:
    """A session as one person sees it."""

    session: Session
    items: Sequence[SessionItem]
    people: int
    """Who answered at least once."""
    answered: int
    """First answers that are there, of everybody."""
    again: int
    """Second answers that are there."""
    before: Sequence[AgreementRow]
    """Agreement of the first answers; empty until revealed."""
    after: Sequence[AgreementRow]
    """Agreement of the second answers where both are there; empty until the session is closed."""
    before_same: Sequence[AgreementRow]
    """Agreement of the first answers of those who answered twice: what `after` compares with."""
