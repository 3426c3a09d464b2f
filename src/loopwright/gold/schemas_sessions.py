"""Wire shapes of calibration sessions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from loopwright.feedback.schemas import Name, Text
from loopwright.gold.session_model import Session, SessionItem, SessionView
from loopwright.labeling.schemas import AssignmentOut
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.agreement_by import By
from loopwright.quality.schemas_agreement import AgreementByOut


class SessionIn(BaseModel):
    """A session to begin; without items the ten that people differ on most."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    items: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=30)] = []


class CloseIn(BaseModel):
    """What was learned."""

    model_config = ConfigDict(extra="forbid")

    lesson: Annotated[Text, Field(max_length=4000)] = ""


class SessionAnswerIn(BaseModel):
    """An answer, as a judgment has it."""

    model_config = ConfigDict(extra="forbid")

    answer: dict[str, Any]


class SessionLine(BaseModel):
    """A session in a list."""

    id: str
    name: str
    state: str
    items: int
    made_at: float
    revealed_at: float | None
    closed_at: float | None
    lesson: str | None

    @classmethod
    def of(cls, one: Session) -> SessionLine:
        """Return the wire form."""
        return cls(
            id=one.id,
            name=one.name,
            state=one.state.value,
            items=len(one.items),
            made_at=one.made_at,
            revealed_at=one.revealed_at,
            closed_at=one.closed_at,
            lesson=one.lesson,
        )


class CalibrationSessionsOut(BaseModel):
    """The sessions of a project, the newest first."""

    sessions: list[SessionLine]


class SaidOut(BaseModel):
    """What one participant said; `second` is null until it may be seen."""

    who: str
    first: str
    reason: str | None
    second: str | None


class SessionItemOut(BaseModel):
    """An item of a session; empty of what others said until that is revealed."""

    item_id: str
    prompt: str
    mine: int
    said: list[SaidOut]
    counts: dict[str, int]

    @classmethod
    def of(cls, one: SessionItem) -> SessionItemOut:
        """Return the wire form."""
        said = [SaidOut(**vars(part)) for part in one.said]
        return cls(
            item_id=one.item_id, prompt=one.prompt, mine=one.mine, said=said, counts=one.counts
        )


class CalibrationSessionOut(BaseModel):
    """A session as the asker may see it now."""

    session: SessionLine
    items: list[SessionItemOut]
    people: int
    answered: int
    again: int
    before: list[AgreementByOut]
    before_same: list[AgreementByOut]
    after: list[AgreementByOut]

    @classmethod
    def of(cls, one: SessionView, spec: ProjectSpec) -> CalibrationSessionOut:
        """Return the wire form."""
        rows = {
            name: [AgreementByOut.of(row, spec, By.PROJECT) for row in getattr(one, name)]
            for name in ("before", "before_same", "after")
        }
        return cls(
            session=SessionLine.of(one.session),
            items=[SessionItemOut.of(item) for item in one.items],
            people=one.people,
            answered=one.answered,
            again=one.again,
            **rows,
        )


class SessionShownOut(BaseModel):
    """An item to answer in a session."""

    shown: AssignmentOut
