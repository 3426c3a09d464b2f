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
    one, guideline = offer.assignment, offer.guideline
    return AssignmentOut(
        id=one.id,
        token=one.token,
        item_id=one.item_id,
        lease_until=one.lease_until,
        question=_question_out(offer),
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


def _question_out(offer: Offer) -> QuestionOut:
    question = offer.question
    criteria = [CriterionOut.model_validate(one, from_attributes=True) for one in offer.criteria]
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


def progress_out(progress: Progress) -> ProgressOut:
    """Return the wire form of progress."""
    return ProgressOut(mine=progress.mine, remaining=progress.remaining)
