"""Wire shapes of feedback."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from loopwright.feedback import rules
from loopwright.feedback.model import (
    Effect,
    EffectState,
    Feedback,
    FeedbackKind,
    NewFeedback,
    Received,
    Target,
)

MAX_BATCH = 1000
MAX_TEXT = 200_000


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("text cannot hold a NUL character")
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_storable)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S"), AfterValidator(_storable)]
ObjectId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,200}$")]
_VALUES: dict[FeedbackKind, tuple[str, ...]] = {
    FeedbackKind.THUMB: ("up", "down"),
    FeedbackKind.VERDICT: ("accept", "reject"),
}


class Turn(BaseModel):
    """One turn of a prompt."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["system", "user", "assistant", "tool"]
    content: Text


class FeedbackIn(BaseModel):
    """One feedback about an item, a captured request, or a prompt with its completion.

    `value` is up or down (thumb), accept or reject (verdict), a number out of `max` (rating),
    the text used in place of the completion (edit), or a label with its `tool` (label).
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    client_id: Name
    """Made by who sends it; the same id again is the same feedback."""
    kind: FeedbackKind
    value: Text | float
    max: Annotated[float, Field(gt=0, le=1e9)] | None = None
    item_id: ObjectId | None = None
    request_id: ObjectId | None = None
    """What the gateway returned as x-loopwright-request-id."""
    prompt: Text | Annotated[list[Turn], Field(min_length=1, max_length=200)] | None = None
    completion: Text | None = None
    source: Name = "api"
    """The system that sends it; the day's room is counted for each."""
    user: Name | None = None
    """The end user; only a pseudonym made with a key of the project is stored."""
    question: Name | None = None
    tool: Name | None = None
    rater: Name | None = None
    comment: Annotated[str, Field(max_length=4000), AfterValidator(_storable)] | None = None
    policy: Name | None = None
    segment: Name | None = None
    at: Annotated[float, Field(ge=0, le=4_102_444_800)] | None = None
    """When it happened, Unix seconds; without it, when it arrives."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        given = [self.item_id is not None, self.request_id is not None, self.prompt is not None]
        if sum(given) != 1:
            raise ValueError("say what it is about: one of item_id, request_id or prompt")
        if self.completion is not None and self.prompt is None:
            raise ValueError("completion goes with prompt")
        if isinstance(self.prompt, str) and not self.prompt.strip():
            raise ValueError("prompt is empty")
        if self.kind is FeedbackKind.RATING:
            self._check_rating()
        elif not isinstance(self.value, str) or not self.value.strip():
            raise ValueError(f"the value of a {self.kind.value} is text")
        elif self.value not in _VALUES.get(self.kind, (self.value,)):
            raise ValueError(f"the value is {' or '.join(_VALUES[self.kind])}")
        if self.kind is FeedbackKind.LABEL and (self.tool is None or len(str(self.value)) > 200):
            raise ValueError("a label names its tool, and has at most 200 characters")
        return self

    def _check_rating(self) -> None:
        if isinstance(self.value, str) or self.max is None or not 0 <= self.value <= self.max:
            raise ValueError("a rating is a number from 0 to max, and max is given")

    def new(self) -> NewFeedback:
        """Return the feedback as the service takes it."""
        number = self.value if isinstance(self.value, float) else None
        text = None if isinstance(self.value, float) else self.value
        edited = self.kind is FeedbackKind.EDIT
        messages = (
            [{"role": "user", "content": self.prompt}]
            if isinstance(self.prompt, str)
            else [{"role": turn.role, "content": turn.content} for turn in self.prompt or ()]
        )
        return NewFeedback(
            client_id=self.client_id,
            kind=self.kind,
            target=Target(self.item_id, self.request_id, messages or None, self.completion),
            source=self.source,
            value=None if edited else text,
            score=number,
            score_max=self.max if number is not None else None,
            text=text if edited else None,
            comment=self.comment,
            question=self.question,
            tool=self.tool,
            rater=self.rater,
            user=self.user,
            policy=self.policy,
            segment=self.segment,
            occurred_at=self.at,
        )


class BatchIn(BaseModel):
    """Up to 1,000 rows; each is checked and stored by itself."""

    model_config = ConfigDict(extra="forbid")

    feedback: list[Any] = Field(min_length=1, max_length=MAX_BATCH)


class ErrorOut(BaseModel):
    """Why a row was refused."""

    code: str
    message: str
    remedy: str


class ResultOut(BaseModel):
    """What became of one row."""

    client_id: str | None
    status: Literal["stored", "repeated", "refused"]
    id: str | None = None
    state: EffectState | None = None
    item_id: str | None = None
    propensity: float | None = None
    sentence: str | None = None
    error: ErrorOut | None = None

    @classmethod
    def of(cls, row: Received) -> Self:
        """Return the wire form."""
        if row.feedback is None or row.effect is None:
            error = ErrorOut(
                code=row.code or "", message=row.message or "", remedy=row.remedy or ""
            )
            return cls(client_id=row.client_id, status="refused", error=error)
        return cls(
            client_id=row.client_id,
            status="repeated" if row.repeated else "stored",
            id=row.feedback.id,
            state=row.effect.state,
            item_id=row.effect.item_id,
            propensity=row.effect.propensity,
            sentence=_sentence(row.effect),
        )


class BatchOut(BaseModel):
    """A result for each row, in the order sent."""

    stored: int
    repeated: int
    refused: int
    results: list[ResultOut]


class FeedbackOut(BaseModel):
    """A stored feedback and what became of it; texts are masked."""

    id: str
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
    subject: str | None
    request_id: str | None
    messages: list[dict[str, str]] | None
    completion: str | None
    mask_counts: dict[str, int]
    occurred_at: float
    created_at: float
    state: EffectState
    item_id: str | None
    rule: str | None
    propensity: float | None
    sentence: str

    @classmethod
    def of(cls, found: Feedback, effect: Effect) -> Self:
        """Return the wire form."""
        own = {name: getattr(found, name) for name in cls.model_fields if hasattr(found, name)}
        return cls(
            **{
                **own,
                "state": effect.state,
                "item_id": effect.item_id,
                "rule": effect.rule,
                "propensity": effect.propensity,
                "sentence": _sentence(effect),
            }
        )


class FeedbackPage(BaseModel):
    """A page, newest first; `next` goes into `before`."""

    feedback: list[FeedbackOut]
    next: str | None


class Count(BaseModel):
    """How many of one name."""

    name: str
    count: int


class CountsOut(BaseModel):
    """How much feedback there is (the most frequent names), and the room of the day."""

    total: int
    by_kind: list[Count]
    by_source: list[Count]
    by_state: list[Count]
    opened_today: int
    per_day: int
    per_source_per_day: int
    per_user_per_day: int


def _sentence(effect: Effect) -> str:
    return rules.sentence(effect.state, rule=effect.rule, reason=effect.reason)
