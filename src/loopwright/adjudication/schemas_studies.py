"""Wire shapes of case studies, and of what waits for an annotator."""

from typing import Self

from pydantic import BaseModel

from loopwright.adjudication.mine import MyAsked, MyRequest
from loopwright.adjudication.model import CaseStudy, Reading
from loopwright.adjudication.schemas import Line, Names, Prose, StandingOut, StateWord
from loopwright.base.types import Json
from loopwright.labeling.offers import Offer
from loopwright.labeling.schemas import AssignmentOut, Body, assignment_out
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.rules import in_words


class StudyIn(Body):
    """What is written of a decided case; its answer is the decision's."""

    title: Line
    why: Prose
    criteria: Names = ()
    check_asked: bool = True


class ReadIn(Body):
    """Read a case study; with an answer to its check where one is given."""

    answer: Json | None = None


class StudyOut(BaseModel):
    """A case study in the library; `read` and `right` tell of the asker alone.

    `right` is null where they gave no answer, or one that is not simply right or wrong.
    """

    id: str
    version: int
    title: str
    question_id: str
    segment: str
    criteria: list[str]
    check_asked: bool
    created_at: float
    written_at: float
    retired_at: float | None
    read: bool
    right: bool | None

    @classmethod
    def of(cls, study: CaseStudy, mine: list[Reading]) -> Self:
        """Return the wire form; the first answer to the check counts."""
        newest = study.newest
        return cls(
            id=study.id,
            version=newest.version,
            title=newest.title,
            question_id=study.question_id,
            segment=study.segment,
            criteria=newest.criteria,
            check_asked=newest.check_asked,
            created_at=study.created_at,
            written_at=newest.at,
            retired_at=study.retired_at,
            read=bool(mine),
            right=next((one.is_right for one in mine if one.answer is not None), None),
        )


class StudiesOut(BaseModel):
    """Case studies, the newest first."""

    studies: list[StudyOut]
    may_write: bool


class TaughtOut(BaseModel):
    """The answer that a case study teaches, and why; `answer` has its sides as they are shown."""

    answer: Json
    text: str
    why: str


class StudyDetailOut(BaseModel):
    """A case study with its item; `taught` is null until the asker has read it.

    `given` is the asker's first answer to the check.
    """

    study: StudyOut
    shown: AssignmentOut
    taught: TaughtOut | None
    given: Json | None

    @classmethod
    def of(
        cls,
        study: CaseStudy,
        offer: Offer,
        spec: ProjectSpec,
        *,
        mine: list[Reading],
        tell: bool,
    ) -> Self:
        """Return the wire form."""
        newest = study.newest
        taught = TaughtOut(
            answer=newest.answer,
            text=in_words(spec, study.question_id, newest.outcome),
            why=newest.why,
        )
        return cls(
            study=StudyOut.of(study, mine),
            shown=assignment_out(offer),
            taught=taught if tell or mine else None,
            given=next((one.answer for one in mine if one.answer is not None), None),
        )


class MyAskedOut(BaseModel):
    """A question to the asker about their own judgment, with the item as they saw it."""

    id: str
    text: str
    at: float
    until: float
    open: bool
    shown: AssignmentOut
    my_answer: Json | None
    my_reply: str | None

    @classmethod
    def of(cls, one: MyAsked) -> Self:
        """Return the wire form."""
        return cls(
            id=one.asked.id,
            text=one.asked.text,
            at=one.asked.at,
            until=one.asked.until,
            open=one.open,
            shown=assignment_out(one.offer),
            my_answer=one.answer,
            my_reply=one.reply,
        )


class MyRequestOut(BaseModel):
    """What the asker asked somebody senior; the decision once it can lead nobody."""

    case_id: str
    item_id: str
    prompt_start: str
    question: str
    at: float
    state: StateWord
    decided: str | None
    rationale: str | None
    lesson: str | None

    @classmethod
    def of(cls, one: MyRequest, spec: ProjectSpec) -> Self:
        """Return the wire form."""
        decision = one.decision
        said = None
        if decision is not None and decision.outcome is not None:
            said = in_words(spec, decision.question_id, decision.outcome)
        return cls(
            case_id=one.reason.case_id,
            item_id=one.reason.item_id,
            prompt_start=one.prompt_start,
            question=one.reason.question or "",
            at=one.reason.at,
            state=one.state.value,
            decided=said,
            rationale=None if decision is None else decision.rationale,
            lesson=None if decision is None else decision.lesson,
        )


class MyCasesOut(BaseModel):
    """How the asker stands on the desk, questions to them, what they asked, the newest first, and
    case studies to read."""

    me: StandingOut
    questions: list[MyAskedOut]
    requests: list[MyRequestOut]
    studies: list[StudyOut]
