"""Wire shapes of gold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from loopwright.feedback.schemas import Text
from loopwright.gold.model import Candidate, GoldReport, Miss, RaterGold
from loopwright.projects.gold_spec import GoldSpec
from loopwright.quality.schemas import EstimateOut


class GoldIn(BaseModel):
    """An item to make gold; without an answer the settled one counts."""

    model_config = ConfigDict(extra="forbid")

    item_id: Annotated[str, Field(max_length=200)]
    answer: dict[str, Any] | Annotated[str, Field(max_length=2000)] | None = None
    """An answer as a judgment has it in item order, or its outcome ("first", a label)."""
    why: Annotated[Text, Field(max_length=4000)] = ""
    """Why it is right: those who missed it read this."""


class RetireIn(BaseModel):
    """Why a gold item is retired."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[Text, Field(min_length=1, max_length=500, pattern=r"\S")]


class GoldOut(BaseModel):
    """A gold item and what people made of it."""

    id: str
    item_id: str
    question_id: str
    prompt: str
    answer: str
    """In words."""
    why: str
    origin: str
    state: str
    added_at: float
    retired_at: float | None
    retired_why: str | None
    right: EstimateOut
    """The share of right answers."""
    first_ms: float | None
    last_ms: float | None
    """Median active time of the first and the last ten judgments; null below twenty."""
    worn: str | None
    """Why it should be retired; it will be by itself."""
    doubt: str | None
    """Why the answer itself may be wrong."""

    @classmethod
    def of(cls, one: GoldReport) -> GoldOut:
        """Return the wire form."""
        gold = one.gold
        return cls(
            id=gold.id,
            item_id=gold.item_id,
            question_id=gold.question_id,
            prompt=one.prompt,
            answer=one.answer,
            why=gold.why,
            origin=gold.origin.value,
            state=gold.state.value,
            added_at=gold.added_at,
            retired_at=gold.retired_at,
            retired_why=gold.retired_why,
            right=EstimateOut.of(one.right),
            first_ms=one.wear.first_ms,
            last_ms=one.wear.last_ms,
            worn=one.wear.reason if gold.retired_at is None else None,
            doubt=one.doubt,
        )


class CandidateOut(BaseModel):
    """An item that could become gold."""

    item_id: str
    question_id: str
    prompt: str
    outcome: str
    answer: str
    because: str
    settled: bool

    @classmethod
    def of(cls, one: Candidate) -> CandidateOut:
        """Return the wire form."""
        return cls(**vars(one))


class CandidatesOut(BaseModel):
    """Items that could become gold."""

    candidates: list[CandidateOut]


class RaterGoldOut(BaseModel):
    """How often somebody was right on gold, under the project's pseudonym."""

    rater_id: str
    right: EstimateOut
    in_month: int
    unmet: int

    @classmethod
    def of(cls, one: RaterGold) -> RaterGoldOut:
        """Return the wire form."""
        return cls(
            rater_id=one.rater_id,
            right=EstimateOut.of(one.right),
            in_month=one.in_month,
            unmet=one.unmet,
        )


class GoldPeopleOut(BaseModel):
    """How people did on gold."""

    people: list[RaterGoldOut]


class GoldPageOut(BaseModel):
    """The gold of a project."""

    rules: GoldSpec
    gold: list[GoldOut]


class MissOut(BaseModel):
    """A gold item that one answered otherwise."""

    item_id: str
    prompt: str
    yours: str
    right: str
    why: str
    at: float

    @classmethod
    def of(cls, one: Miss) -> MissOut:
        """Return the wire form."""
        return cls(**vars(one))


class MyGoldOut(BaseModel):
    """How often one was right on items whose answer is known, and what one missed."""

    right: EstimateOut
    misses: list[MissOut]
