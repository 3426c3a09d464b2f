"""A person's plan, their practice, and what a lead or they themselves read."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopwright.base.types import Json
from loopwright.coaching.trends import AspectTrend
from loopwright.stats.estimate import Estimate


@dataclass(frozen=True)
class Person:
    """How somebody judges, as they themselves and their leads read it."""

    rater_id: str
    judged: int
    told: int
    """Judgments that can be told right or wrong."""
    trends: tuple[AspectTrend, ...]
    """The aspect with most judgments first."""
    noticed: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """How everybody, or everybody with a tag, judges one aspect over time."""

    name: str
    """A tag; "" is everybody."""
    people: int
    trend: AspectTrend


@dataclass(frozen=True)
class Plan:
    """What somebody does next to get better; a fact."""

    id: str
    project_id: str
    person_id: str
    aspects: list[list[str]]
    """[question, aspect] that this person misses most."""
    items: list[str]
    """Practice items: their answer is known, and the person has not met them."""
    studies: list[str]
    made_at: float
    check_at: float


@dataclass(frozen=True)
class Practice:
    """An answer to a practice item; a fact, and never a judgment."""

    id: str
    plan_id: str
    person_id: str
    item_id: str
    answer: Json
    outcome: str
    score: float
    is_right: bool
    at: float


@dataclass(frozen=True)
class Checked:
    """What became of one aspect of a plan, by weeks before and after it was made."""

    question_id: str
    aspect: str
    before: Estimate
    after: Estimate


@dataclass(frozen=True)
class PlanView:
    """A plan with how far it is."""

    plan: Plan
    practised: Sequence[Practice]
    studies: Sequence[tuple[str, str, bool]]
    """Case study, title, whether it was read."""
    checks: Sequence[Checked]
    due: bool
    """Whether the time of the check has come."""
