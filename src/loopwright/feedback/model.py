"""What applications, their users and other tools say about answers, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from loopwright.intake.model import Message


class FeedbackKind(StrEnum):
    """What is said."""

    THUMB = "thumb"
    """An end user's up or down."""
    RATING = "rating"
    """A number out of a stated most."""
    EDIT = "edit"
    """The text that somebody used in place of the completion."""
    VERDICT = "verdict"
    """A downstream system's accept or reject."""
    LABEL = "label"
    """Another tool's label, with its rater and tool named."""


class EffectState(StrEnum):
    """What became of a feedback."""

    WAITING = "waiting"
    """It names a request that was not captured yet."""
    MARKED = "marked"
    """It marks its item or text; the project's rules open nothing for it."""
    OPENED = "opened"
    """It opened its item for judging."""
    ALREADY_OPEN = "already_open"
    """Its item is judged, or was, as often as the rule asks."""
    NOT_DRAWN = "not_drawn"
    """The rule opens a share, and this one was not drawn."""
    CAPPED = "capped"
    """The day's room, of the project or of this source, was used up."""
    UNSUITED = "unsuited"
    """No question of the project can be asked about it."""
    LOST = "lost"
    """The request that it names was never captured."""


@dataclass(frozen=True)
class Target:
    """What the feedback is about: exactly one of item, captured request, or text."""

    item_id: str | None = None
    request_id: str | None = None
    messages: Sequence[Message] | None = None
    completion: str | None = None


@dataclass(frozen=True)
class NewFeedback:
    """A feedback as it arrives, not yet masked."""

    client_id: str
    kind: FeedbackKind
    target: Target
    source: str
    value: str | None = None
    """up, down, accept, reject, or the label."""
    score: float | None = None
    score_max: float | None = None
    text: str | None = None
    """The edited text."""
    comment: str | None = None
    question: str | None = None
    """What another tool's label answers, in its words."""
    tool: str | None = None
    rater: str | None = None
    user: str | None = None
    """Who the end user is; only a pseudonym is stored."""
    policy: str | None = None
    segment: str | None = None
    occurred_at: float | None = None


@dataclass(frozen=True)
class Feedback:
    """A stored fact; every text in it is masked."""

    id: str
    project_id: str
    client_id: str
    digest: str
    kind: str
    value: str | None
    score: float | None
    score_max: float | None
    text: str | None
    comment: str | None
    question: str | None
    tool: str | None
    rater: str | None
    source: str
    person_id: str | None
    subject: str | None
    item_id: str | None
    request_id: str | None
    messages: list[Message] | None
    completion: str | None
    target_key: str
    policy: str | None
    segment: str | None
    mask_counts: dict[str, int]
    occurred_at: float
    created_at: float
    seq: int = 0


@dataclass(frozen=True)
class Effect:
    """What became of a feedback; `propensity` is the probability with which it was drawn."""

    feedback_id: str
    project_id: str
    source: str
    state: EffectState
    item_id: str | None = None
    rule: str | None = None
    propensity: float | None = None
    reason: str | None = None
    decided_at: float = 0.0
    next_look_at: float | None = None


@dataclass(frozen=True)
class Choice:
    """What the project's rules say about one feedback, room aside."""

    opens: bool
    rule: str | None = None
    overlap: int = 1
    propensity: float = 1.0
    drawn: bool = True


@dataclass(frozen=True)
class Room:
    """How many more items may be opened today: of the project, by source, and by end user."""

    left: int
    left_of: dict[str, int]
    """Sources and end users that opened something today, each under a name of its own."""
    per_source: int
    per_user: int


@dataclass(frozen=True)
class Received:
    """What became of one row: stored, sent before, or refused with an error."""

    client_id: str | None
    feedback: Feedback | None = None
    effect: Effect | None = None
    repeated: bool = False
    code: str | None = None
    message: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Trace:
    """A captured request as a later stage hands it over; masked."""

    project_id: str
    messages: Sequence[Message]
    completion: str
    policy_id: str
