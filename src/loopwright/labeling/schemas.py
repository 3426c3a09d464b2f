"""Wire shapes of labeling. Nothing here tells which policy version wrote a text."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loopwright.base.types import STORABLE, Json
from loopwright.labeling.model import Progress, SkipReason
from loopwright.labeling.offers import Offer
from loopwright.projects.assignment_spec import AssignmentSpec
from loopwright.projects.spec import Criterion, QuestionSpec

Held = Annotated[list[str], Field(max_length=200)]
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]
Count = Annotated[int, Field(ge=0, le=50)]


class Body(BaseModel):
    """What is sent holds only what is known."""

    model_config = ConfigDict(extra="forbid")


class ReserveIn(Body):
    """Ask for items besides those that are held.

    `fair`: no more than a fair share of a short queue; for pages that fetch ahead. `sit`: a page
    takes its place at the desk; what an earlier one gives back from now on is not taken from it.
    """

    count: Count = 1
    held: Held = []
    fair: bool = False
    sit: bool = False


class SignalsIn(Body):
    """What the page noticed while somebody judged; no part of the answer.

    `scroll` is how far each side was read, 0 to 1.
    """

    first_choice: Annotated[str, Field(max_length=200, pattern=STORABLE)] | None = None
    first_choice_ms: Whole | None = None
    scroll: Annotated[
        dict[Annotated[str, Field(max_length=20)], Annotated[float, Field(ge=0, le=1)]],
        Field(max_length=20),
    ] = {}
    pasted_characters: Whole = 0


class JudgmentIn(Body):
    """An answer, and how many items to offer next."""

    client_id: Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
    assignment_id: str
    token: int
    answer: Json
    active_ms: Whole | None = None
    revisions: Whole | None = None
    note: Annotated[str, Field(max_length=2000, pattern=STORABLE)] | None = None
    """A remark to the leads; no part of the answer."""
    signals: SignalsIn | None = None
    count: Count = 0
    held: Held = []
    fair: bool = False


class ReleaseIn(Body):
    """Give offers back that were not begun, by their assignments.

    A page names its `sitting`, as the reserve said: once a later one began, nothing is given back.
    """

    assignments: Annotated[list[str], Field(min_length=1, max_length=200)]
    sitting: Whole | None = None


class ReleasedOut(BaseModel):
    """How many were given back."""

    released: int


class SkipIn(Body):
    """Give an item back."""

    token: int
    reason: SkipReason


class OptionOut(BaseModel):
    """One label of a question."""

    id: str
    name: str


class CriterionOut(BaseModel):
    """One thing to score; `scale` says what each level means, low first."""

    id: str
    name: str
    description: str
    scale: list[str]


class QuestionOut(BaseModel):
    """What is asked; what the question's kind has no use for is null.

    `strength` is the number of levels of how much better, `at_least` the least number of labels,
    `scale` the named levels of a likert question, low first.
    """

    id: str
    kind: str
    text: str
    ask_reason: bool
    options: list[OptionOut] | None
    strength: int | None
    scale: list[str] | None
    criteria: list[CriterionOut] | None
    at_least: int | None


class TextOut(BaseModel):
    """A completion and where it stands: only; left, right; or a, b, c and on in a ranking."""

    side: str
    text: str


class MessageOut(BaseModel):
    """One turn of the prompt."""

    role: str
    content: str


class ImageOut(BaseModel):
    """The item's image, in pixels; `sensitive` asks to cover it until the reader lifts that."""

    url: str
    width: int
    height: int
    alt: str
    sensitive: bool


class FlagOut(BaseModel):
    """A policy that a text or an image may break."""

    id: str
    name: str
    description: str
    severities: list[str]


class GuidelineOut(BaseModel):
    """The guideline version in force when the item was offered."""

    id: str
    number: int
    flags: list[FlagOut]


class AssignmentOut(BaseModel):
    """One leased offer."""

    id: str
    token: int
    item_id: str
    lease_until: float
    question: QuestionOut
    prompt: list[MessageOut]
    completions: list[TextOut]
    image: ImageOut | None
    guideline: GuidelineOut | None
    segment: str
    requires: list[str]
    simulated: bool


class SessionOut(BaseModel):
    """Work without a break of half an hour."""

    started_at: float
    judged: int
    active_ms: int


class CapOut(BaseModel):
    """How much one person may do, in judgments and in active minutes; null sets no limit.

    `reached` is the limit that keeps more from being offered, `until` when it ends.
    """

    per_day: int | None
    per_session: int | None
    minutes_per_day: float | None
    minutes_per_session: float | None
    reached: Literal["day", "session"] | None
    until: float | None


class PausedOut(BaseModel):
    """Why and since when nothing new is offered."""

    reason: str
    since: float


class ProgressOut(BaseModel):
    """Judgments of mine, all and today (UTC), and what the project still wants.

    `remaining` judgments are wanted on `open_items`. `last_guideline` is the number of the newest
    guideline version under which I judged.
    """

    mine: int
    remaining: int
    open_items: int
    today: int
    session: SessionOut | None
    cap: CapOut
    paused: PausedOut | None
    last_guideline: int | None


class ReservedOut(BaseModel):
    """Offers and progress; `sitting` is the number of the one that began, where that was asked."""

    assignments: list[AssignmentOut]
    progress: ProgressOut
    sitting: int | None


class JudgmentOut(BaseModel):
    """What became of an answer, and what is next."""

    judgment_id: str
    repeated: bool
    revealed: dict[str, str] | None
    """Which policy wrote the text on each side, where the project tells after the judgment."""
    next: list[AssignmentOut]
    progress: ProgressOut


class SkippedOut(BaseModel):
    """The item was given back."""

    skipped: bool = True


class UndoneOut(BaseModel):
    """The item, offered anew."""

    assignment: AssignmentOut


def assignment_out(offer: Offer) -> AssignmentOut:
    """Return the wire form of an offer."""
    one, guideline = offer.assignment, offer.guideline
    return AssignmentOut(
        id=one.id,
        token=one.token,
        item_id=one.item_id,
        lease_until=one.lease_until,
        question=question_out(offer.question, offer.criteria),
        prompt=[MessageOut(**message) for message in offer.prompt],
        completions=[TextOut(side=text.side, text=text.text) for text in offer.completions],
        image=_image_out(offer),
        guideline=None
        if guideline is None
        else GuidelineOut(
            id=guideline.id,
            number=guideline.number,
            flags=[FlagOut(**flag) for flag in guideline.flags],
        ),
        segment=offer.segment,
        requires=list(offer.requires),
        simulated=offer.simulated,
    )


def question_out(question: QuestionSpec, scored: Sequence[Criterion]) -> QuestionOut:
    """Return the wire form of a question, with the criteria that it scores."""
    criteria = [CriterionOut.model_validate(one, from_attributes=True) for one in scored]
    return QuestionOut(
        id=question.id,
        kind=question.kind,
        text=question.text,
        ask_reason=question.ask_reason,
        options=[OptionOut(id=one.id, name=one.name) for one in question.options] or None,
        strength=question.strength,
        scale=list(question.scale) or None,
        criteria=criteria or None,
        at_least=(question.at_least or 0) if question.kind == "multi_label" else None,
    )


def _image_out(offer: Offer) -> ImageOut | None:
    image = offer.image
    if image is None:
        return None
    return ImageOut(
        url=f"/api/projects/{offer.assignment.project_id}/images/{image.digest}",
        width=image.width,
        height=image.height,
        alt=image.alt,
        sensitive=image.sensitive,
    )


def progress_out(progress: Progress, spec: AssignmentSpec) -> ProgressOut:
    """Return the wire form of progress."""
    standing, reached = progress.standing, progress.reached
    session, pause = standing.session, progress.pause
    return ProgressOut(
        mine=standing.mine,
        remaining=progress.remaining,
        open_items=progress.open_items,
        today=standing.today.judged,
        session=None
        if session is None
        else SessionOut(
            started_at=session.started_at, judged=session.judged, active_ms=session.active_ms
        ),
        cap=CapOut(
            per_day=spec.per_day.judgments,
            per_session=spec.per_session.judgments,
            minutes_per_day=spec.per_day.minutes,
            minutes_per_session=spec.per_session.minutes,
            reached=None if reached is None else reached.what,
            until=None if reached is None else reached.until,
        ),
        paused=None if pause is None else PausedOut(reason=pause.reason, since=pause.since),
        last_guideline=standing.last_guideline,
    )
