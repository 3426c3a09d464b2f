"""Offers to judge, judgments, and what was seen while judging."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from loopwright.base.types import Json
from loopwright.questions.model import ShownOrder
from loopwright.sampling.model import Pause


class AssignmentState(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    """Leased to the rater until `lease_until`; a late answer is still taken while this holds."""
    JUDGED = "judged"
    """Answered; undoing the judgment opens it again."""
    SKIPPED = "skipped"
    """Given back with a reason; the rater does not see the item again."""
    EXPIRED = "expired"
    """The lease ran out and the slot went back to the queue."""
    BARRED = "barred"
    """Never offered: this person wrote a part of the item, asked for it, or voted elsewhere."""


class SkipReason(StrEnum):
    """Why an item is left."""

    CANNOT_JUDGE = "cannot_judge"
    NOT_MY_LANGUAGE = "not_my_language"
    UPSETTING = "upsetting"
    BROKEN = "broken"


class Origin(StrEnum):
    """Where a judgment came from."""

    PAGE = "page"
    """The label page."""
    API = "api"
    """A program with an API key."""
    IMPORT = "import"
    """A file of judgments made elsewhere."""


@dataclass(frozen=True)
class Judge:
    """Who judges: the rater, and the person behind it where there is one."""

    rater_id: str
    judge_id: str
    """The person's id, else the rater's: one person counts once, whatever raters they use."""
    tags: frozenset[str] = frozenset()
    """The skills and languages that this judge has in the project."""
    human: bool = True
    """Caps protect people; programs have none."""


@dataclass(frozen=True)
class Assignment:
    """An item offered to a rater; the token changes whenever the lease changes hands."""

    id: str
    project_id: str
    item_id: str
    question_id: str
    rater_id: str
    judge_id: str
    token: int
    state: AssignmentState
    lease_until: float
    shown_order: ShownOrder | None
    guideline_version_id: str | None
    band: int
    reason: str | None
    created_at: float
    settled_at: float | None


@dataclass(frozen=True)
class Judgment:
    """One person's answer on one item, in the item's own order; superseded, never edited."""

    seq: int
    id: str
    client_id: str
    project_id: str
    item_id: str
    question_id: str
    rater_id: str
    assignment_id: str | None
    kind: str | None
    """The question's kind; None for judgments that were stored before kinds were."""
    answer: Json
    shown_order: str | None
    outcome: str
    votes: list[list[Any]] | None
    """What the answer says in item order (`questions.stored`); None where the outcome does."""
    guideline_version_id: str | None
    origin: str
    active_ms: int | None
    revisions: int | None
    note: str | None
    signals: Json | None
    superseded_by: str | None
    superseded_at: float | None
    created_at: float


@dataclass(frozen=True)
class ImportedJudgment:
    """A judgment made elsewhere; `client_id` makes importing it twice harmless."""

    client_id: str
    item_id: str
    question_id: str
    rater_id: str
    outcome: str
    shown_order: str | None
    created_at: float
    kind: str | None = None
    answer: Json | None = None
    """In the kind's normal form, sides in item order; None where the outcome says it all."""
    votes: list[list[Any]] | None = None


@dataclass(frozen=True)
class StuckItem:
    """An item that was set aside, with what people said when they skipped it."""

    item_id: str
    lane: str
    band: int
    wanted: int
    done: int
    skips: int
    reasons: dict[str, int]
    prompt_start: str


@dataclass(frozen=True)
class Submission:
    """An answer as it arrives; the same `client_id` again is the same answer."""

    client_id: str
    assignment_id: str
    token: int
    answer: Json
    active_ms: int | None = None
    """Time with the item in view, in milliseconds."""
    revisions: int | None = None
    """How often the choice changed before it was sent."""
    origin: Origin = Origin.API
    note: str | None = None
    """A remark to the leads."""
    signals: Json | None = None
    """What the page noticed: the first choice and its time, scrolling, pasting."""


@dataclass(frozen=True)
class Session:
    """Work without a long break: judgments, and milliseconds with an item in view."""

    started_at: float
    last_at: float
    judged: int
    active_ms: int


@dataclass(frozen=True)
class Day:
    """What a rater did on a day (UTC, as 2026-11-24)."""

    day: str
    judged: int
    skipped: int
    active_ms: int


@dataclass(frozen=True)
class Standing:
    """What a rater has done."""

    mine: int
    """Judgments in force."""
    today: Day
    session: Session | None
    """None when the last one is over."""
    last_guideline: int | None
    """Number of the newest guideline version under which this rater judged."""
    offered: int = 0
    """Pairs offered so far whose sides were shuffled."""


@dataclass(frozen=True)
class CapReached:
    """A limit that is reached ("day" or "session"), and when it ends."""

    what: Literal["day", "session"]
    until: float


@dataclass(frozen=True)
class Progress:
    """A rater's standing, what keeps items from them, and what the project still wants."""

    standing: Standing
    pause: Pause | None
    """Why nothing new is offered to anybody."""
    reached: CapReached | None
    remaining: int
    """Judgments that are still wanted."""
    open_items: int
    """Items that still want judgments from anybody."""


@dataclass(frozen=True)
class Submitted:
    """What submitting did."""

    judgment_id: str
    repeated: bool
    """The answer was there already; nothing was stored twice."""
    item_closed: bool
