"""Wire shapes of labeling. Nothing here tells which policy version wrote a text."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loopwright.base.types import Json
from loopwright.labeling.model import Progress, SkipReason
from loopwright.labeling.offers import Offer

Held = Annotated[list[str], Field(max_length=200)]
Count = Annotated[int, Field(ge=0, le=50)]


class Body(BaseModel):
    """What is sent holds only what is known."""

    model_config = ConfigDict(extra="forbid")


class ReserveIn(Body):
    """Ask for items besides those that are held."""

    count: Count = 1
    held: Held = []


class JudgmentIn(Body):
    """An answer, and how many items to offer next."""

    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    assignment_id: str
    token: int
    answer: Json
    active_ms: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    revisions: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    count: Count = 0
    held: Held = []


class SkipIn(Body):
    """Give an item back."""

    token: int
    reason: SkipReason


class OptionOut(BaseModel):
    """One label of a single-label question."""

    id: str
    name: str


class QuestionOut(BaseModel):
    """What is asked."""

    id: str
    kind: str
    text: str
    options: list[OptionOut] | None
    ask_reason: bool


class TextOut(BaseModel):
    """A completion and where it stands."""

    side: str
    text: str


class MessageOut(BaseModel):
    """One turn of the prompt."""

    role: str
    content: str


class GuidelineOut(BaseModel):
    """The guideline version in force when the item was offered."""

    id: str
    number: int


class AssignmentOut(BaseModel):
    """One leased offer."""

    id: str
    token: int
    item_id: str
    lease_until: float
    question: QuestionOut
    prompt: list[MessageOut]
    completions: list[TextOut]
    guideline: GuidelineOut | None
    segment: str
    requires: list[str]
    simulated: bool


class ProgressOut(BaseModel):
    """Judgments of mine, and judgments that the project still wants."""

    mine: int
    remaining: int


class ReservedOut(BaseModel):
    """Offers and progress."""

    assignments: list[AssignmentOut]
    progress: ProgressOut


class JudgmentOut(BaseModel):
    """What became of an answer, and what is next."""

    judgment_id: str
    repeated: bool
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
    one, question, guideline = offer.assignment, offer.question, offer.guideline
    options = [OptionOut(id=option.id, name=option.name) for option in question.options]
    return AssignmentOut(
        id=one.id,
        token=one.token,
        item_id=one.item_id,
        lease_until=one.lease_until,
        question=QuestionOut(
            id=question.id,
            kind=question.kind,
            text=question.text,
            options=options or None,
            ask_reason=question.ask_reason,
        ),
        prompt=[MessageOut(**message) for message in offer.prompt],
        completions=[TextOut(side=text.side, text=text.text) for text in offer.completions],
        guideline=None
        if guideline is None
        else GuidelineOut(id=guideline.id, number=guideline.number),
        segment=offer.segment,
        requires=list(offer.requires),
        simulated=offer.simulated,
    )


def progress_out(progress: Progress) -> ProgressOut:
    """Return the wire form of progress."""
    return ProgressOut(mine=progress.mine, remaining=progress.remaining)
