"""Wire shapes of coaching."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from loopwright.coaching.integrity import Evidence
from loopwright.coaching.model import Group, Person, PlanView, Practice
from loopwright.coaching.trends import AspectTrend, Drift
from loopwright.labeling.offers import Offer
from loopwright.labeling.schemas import AssignmentOut, assignment_out
from loopwright.projects.spec import ProjectSpec
from loopwright.quality.model import Settlement
from loopwright.quality.rules import in_words
from loopwright.quality.schemas import EstimateOut
from loopwright.quality.words import aspect_in_words


class DriftOut(BaseModel):
    """Whether somebody's accuracy dropped against their own beginning."""

    baseline: EstimateOut
    latest: EstimateOut
    score: float | None
    alarmed: bool
    since_week: str | None
    since: int
    method: str

    @classmethod
    def of(cls, one: Drift) -> DriftOut:
        """Return the wire form."""
        ends = {"baseline": EstimateOut.of(one.baseline), "latest": EstimateOut.of(one.latest)}
        return cls(**{**vars(one), **ends})


class PointOut(BaseModel):
    """The learning curve at the t-th judgment."""

    judgment: int
    right: EstimateOut


class WeekOut(BaseModel):
    """The share right in a week."""

    week: str
    right: EstimateOut


class TrendOut(BaseModel):
    """How somebody, or a group, judges one aspect over time."""

    question_id: str
    aspect: str
    name: str
    right: EstimateOut
    everybody: EstimateOut
    weak: bool
    drift: DriftOut
    slope: EstimateOut
    """Logits of accuracy gained with each e-fold of judgments."""
    curve: list[PointOut]
    weeks: list[WeekOut]

    @classmethod
    def of(cls, one: AspectTrend, spec: ProjectSpec) -> TrendOut:
        """Return the wire form."""
        return cls(
            question_id=one.question_id,
            aspect=one.aspect,
            name=aspect_in_words(spec, one.question_id, one.aspect),
            right=EstimateOut.of(one.right),
            everybody=EstimateOut.of(one.everybody),
            weak=one.weak,
            drift=DriftOut.of(one.drift),
            slope=EstimateOut.of(one.curve.slope),
            curve=[PointOut(judgment=at, right=EstimateOut.of(x)) for at, x in one.points],
            weeks=[WeekOut(week=w.week, right=EstimateOut.of(w.right)) for w in one.weeks],
        )


class CoachedOut(BaseModel):
    """How somebody judges; of the weeks, the curve and the drift only that person is told of."""

    rater_id: str
    judged: int
    told: int
    trends: list[TrendOut]
    noticed: list[str]

    @classmethod
    def of(cls, one: Person, spec: ProjectSpec) -> CoachedOut:
        """Return the wire form."""
        return cls(
            rater_id=one.rater_id,
            judged=one.judged,
            told=one.told,
            trends=[TrendOut.of(trend, spec) for trend in one.trends],
            noticed=list(one.noticed),
        )


class CoachedLine(BaseModel):
    """A person in the list of all."""

    rater_id: str
    judged: int
    told: int
    right: EstimateOut | None
    """Of the aspect with most judgments."""
    weak: list[str]
    noticed: list[str]

    @classmethod
    def of(cls, one: Person, spec: ProjectSpec) -> CoachedLine:
        """Return the wire form."""
        first = one.trends[0] if one.trends else None
        return cls(
            rater_id=one.rater_id,
            judged=one.judged,
            told=one.told,
            right=None if first is None else EstimateOut.of(first.right),
            weak=[aspect_in_words(spec, x.question_id, x.aspect) for x in one.trends if x.weak],
            noticed=list(one.noticed),
        )


class CoachedGroupOut(BaseModel):
    """How everybody (an empty name), or everybody with a tag, judges one aspect."""

    name: str
    people: int
    trend: TrendOut

    @classmethod
    def of(cls, one: Group, spec: ProjectSpec) -> CoachedGroupOut:
        """Return the wire form."""
        return cls(
            name=one.name,
            people=one.people,
            trend=TrendOut.of(one.trend, spec),
        )


class SignOut(BaseModel):
    """Something for a person to look at; nothing follows from it by itself."""

    sign: str
    raters: list[str]
    sentence: str
    otherwise: str
    count: int
    items: list[str]

    @classmethod
    def of(cls, one: Evidence) -> SignOut:
        """Return the wire form."""
        lists = {"raters": list(one.raters), "items": list(one.items)}
        return cls(**{**vars(one), "sign": one.sign.value, **lists})


class CoachingOut(BaseModel):
    """Everybody, groups, and what to look at."""

    people: list[CoachedLine]
    groups: list[CoachedGroupOut]
    evidence: list[SignOut]


class StudyLine(BaseModel):
    """A case study of a plan."""

    id: str
    title: str
    read: bool


class CheckedOut(BaseModel):
    """The share right on an aspect in the weeks before and after the plan was made."""

    name: str
    before: EstimateOut
    after: EstimateOut


class PlanOut(BaseModel):
    """A plan and how far it is."""

    id: str
    aspects: list[str]
    made_at: float
    check_at: float
    due: bool
    items: int
    practised: int
    right: int
    studies: list[StudyLine]
    checks: list[CheckedOut]

    @classmethod
    def of(cls, one: PlanView, spec: ProjectSpec) -> PlanOut:
        """Return the wire form."""
        plan = one.plan
        return cls(
            id=plan.id,
            aspects=[aspect_in_words(spec, question, aspect) for question, aspect in plan.aspects],
            made_at=plan.made_at,
            check_at=plan.check_at,
            due=one.due,
            items=len(plan.items),
            practised=len(one.practised),
            right=sum(done.is_right for done in one.practised),
            studies=[StudyLine(id=i, title=title, read=read) for i, title, read in one.studies],
            checks=[
                CheckedOut(
                    name=aspect_in_words(spec, x.question_id, x.aspect),
                    before=EstimateOut.of(x.before),
                    after=EstimateOut.of(x.after),
                )
                for x in one.checks
            ],
        )


class MyPlanOut(BaseModel):
    """One's plan, and the next item to practise; null where there is none."""

    plan: PlanOut | None
    next: AssignmentOut | None

    @classmethod
    def of(cls, view: PlanView | None, offer: Offer | None, spec: ProjectSpec) -> MyPlanOut:
        """Return the wire form."""
        return cls(
            plan=None if view is None else PlanOut.of(view, spec),
            next=None if offer is None else assignment_out(offer),
        )


class PracticeIn(BaseModel):
    """An answer to a practice item, as a judgment has it."""

    model_config = ConfigDict(extra="forbid")

    answer: dict[str, Any]


class PractisedOut(BaseModel):
    """What became of an answer to a practice item."""

    is_right: bool
    score: float
    yours: str
    right: str
    settled_by: str

    @classmethod
    def of(cls, made: Practice, right: Settlement, spec: ProjectSpec) -> PractisedOut:
        """Return the wire form."""
        return cls(
            is_right=made.is_right,
            score=made.score,
            yours=in_words(spec, right.question_id, made.outcome),
            right=in_words(spec, right.question_id, right.outcome),
            settled_by=right.source.value,
        )
