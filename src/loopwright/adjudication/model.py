"""A case that somebody senior decides, its reasons, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from loopwright.base.types import Json


class Level(StrEnum):
    """Who decides a case; a specialist may decide all."""

    SENIOR = "senior"
    """Annotators with the tag `senior`."""
    SPECIALIST = "specialist"
    """Specialists, leads and owners."""


class Severity(IntEnum):
    """How much hurry a case has; the gravest of its reasons counts."""

    LOW = 1
    NORMAL = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """Return its name as it goes over the wire."""
        return self.name.lower()


class CaseState(StrEnum):
    """Where a case is."""

    WAITING = "waiting"
    """Nobody holds it."""
    CLAIMED = "claimed"
    """Somebody works on it; once the claim lapses, others of the level may take it."""
    ASKED = "asked"
    """Handed back with a question to those who judged; it waits for them, or their deadline."""
    ANSWERED = "answered"
    """The question was answered, or its time is over; waits to be taken again."""
    ESCALATED = "escalated"
    """Passed on from senior to specialist; waits to be taken."""
    DECIDED = "decided"
    """There is a decision: an answer, or that no answer is right."""
    WITHDRAWN = "withdrawn"
    """Nothing to decide any more: the item was settled otherwise."""


OPEN_STATES = frozenset(set(CaseState) - {CaseState.DECIDED, CaseState.WITHDRAWN})
FREE_STATES = frozenset({CaseState.WAITING, CaseState.ANSWERED, CaseState.ESCALATED})
"""States in which anybody of the level may take the case."""


class ReasonKind(StrEnum):
    """Why an item was escalated."""

    DISAGREEMENT = "disagreement"
    """All judgments are in, and the votes are split."""
    FLAG = "flag"
    """Somebody raised a policy flag that is grave enough."""
    UNSURE = "unsure"
    """All judgments are in, and the consensus is not probable enough."""
    REQUEST = "request"
    """Somebody asked."""


class EventKind(StrEnum):
    """What happened to a case; facts, never changed."""

    OPENED = "opened"
    REASON_ADDED = "reason_added"
    CLAIMED = "claimed"
    RELEASED = "released"
    DECIDED_BLIND = "decided_blind"
    ASKED = "asked"
    ANSWERED = "answered"
    ANSWER_TIME_OVER = "answer_time_over"
    ESCALATED = "escalated"
    DECIDED = "decided"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class NewReason:
    """A reason as a rule or a person gives it; the same `key` on an item counts once."""

    kind: ReasonKind
    key: str
    severity: Severity
    detail: Json
    """What there is to say of it: votes, a flag, a probability."""
    question: str | None = None
    """What the person who asked wants to know, masked."""
    by: str | None = None
    """The person who asked."""


@dataclass(frozen=True)
class Reason:
    """A stored reason."""

    id: str
    case_id: str
    item_id: str
    kind: ReasonKind
    key: str
    severity: Severity
    detail: Json
    question: str | None
    by: str | None
    at: float


@dataclass(frozen=True)
class Case:
    """A case as it stands; its events tell how it came there. Times are seconds since 1970."""

    id: str
    project_id: str
    item_id: str
    question_id: str
    requires: tuple[str, ...]
    """Tags that who decides must have."""
    state: CaseState
    level: Level
    severity: Severity
    opened_at: float
    deadline: float
    holder: str | None
    """The person who claimed it."""
    claimed_until: float | None
    answers_until: float | None
    """When it stops waiting for answers to a question."""
    closed_at: float | None
    version: int
    """Grows with every change: of two changes at once, one fails."""

    @property
    def is_open(self) -> bool:
        """Return whether there is still something to decide."""
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class CaseEvent:
    """Something that happened to a case."""

    seq: int
    case_id: str
    kind: EventKind
    by: str | None
    detail: Json
    at: float


@dataclass(frozen=True)
class BlindDecision:
    """What a person decided before they saw anything of others; a fact, one for each person."""

    case_id: str
    person_id: str
    answer: Json
    outcome: str
    votes: list[list[Any]] | None
    shown_order: str | None
    at: float


@dataclass(frozen=True)
class Decision:
    """What a person decided once they had seen the votes; of a case the highest number counts."""

    id: str
    case_id: str
    project_id: str
    item_id: str
    question_id: str
    number: int
    person_id: str
    answer: Json | None
    """None where no answer is right."""
    outcome: str | None
    votes: list[list[Any]] | None
    shown_order: str | None
    changed: bool
    """Whether it differs from what the same person decided blind."""
    distribution: dict[str, float] | None
    """Where no answer is right: the share of each answer among the votes."""
    rationale: str
    lesson: str | None
    criteria: list[str]
    gold: bool
    settlement_id: str | None
    at: float


@dataclass(frozen=True)
class AskedBack:
    """A question to those who judged, and until when it may be answered."""

    id: str
    case_id: str
    project_id: str
    item_id: str
    text: str
    asked_by: str
    people: list[str]
    """Who was asked."""
    at: float
    until: float


@dataclass(frozen=True)
class AnswerBack:
    """One person's answer to a question that was handed back."""

    asked_id: str
    person_id: str
    text: str
    at: float


@dataclass(frozen=True)
class Adjudicator:
    """Who works on cases: the level, and the tags by which cases find them."""

    person_id: str
    level: Level
    tags: frozenset[str]


@dataclass(frozen=True)
class ItemFacts:
    """What the rules look at of an item."""

    votes: Mapping[str, int]
    """How often each answer was given."""
    split: bool
    probability: float | None
    """Of the consensus, corrected by gold where there is enough; None where an answer has
    several parts and no probability as a whole."""
    complete: bool
    """Whether all the judgments wanted are in."""


@dataclass(frozen=True)
class RaisedFlag:
    """A policy flag of a judgment."""

    judgment_id: str
    item_id: str
    flag: str
    severity: str


@dataclass(frozen=True)
class GoldCandidate:
    """An item whose decided answer may become gold."""

    item_id: str
    question_id: str
    decision_id: str
    answer: Json
    outcome: str
    decided_at: float
    taught: bool
    """Whether a case study shows it: whoever read that knows the answer."""


@dataclass(frozen=True)
class StudyVersion:
    """What a case study says; immutable, the highest number counts."""

    study_id: str
    version: int
    title: str
    why: str
    criteria: list[str]
    answer: Json
    outcome: str
    votes: list[list[Any]] | None
    shown_order: str | None
    """The order of sides in which the answer was given, and in which everybody sees it."""
    check_asked: bool
    """Whether readers are asked to answer before they see the answer."""
    by: str
    at: float


@dataclass(frozen=True)
class CaseStudy:
    """A written example in the guideline's library, made of a decided case."""

    id: str
    project_id: str
    item_id: str
    question_id: str
    segment: str
    decision_id: str
    created_at: float
    retired_at: float | None
    newest: StudyVersion


@dataclass(frozen=True)
class Reading:
    """That a person read a case study, and what they answered to its check; a fact."""

    study_id: str
    version: int
    person_id: str
    answer: Json | None
    outcome: str | None
    is_right: bool | None
    """None without an answer, and where answers of the kind are not simply right or wrong."""
    at: float
