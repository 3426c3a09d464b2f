"""What project.yaml says, and where it is wrong when it is."""

from typing import Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from loopwright.base.errors import InvalidInput
from loopwright.projects.assignment_spec import AssignmentSpec
from loopwright.projects.discussion_spec import DiscussionSpec
from loopwright.projects.early_exit_spec import Costs, EarlyExitSpec
from loopwright.projects.escalation_spec import EscalationSpec
from loopwright.projects.feedback_spec import FeedbackSpec
from loopwright.projects.file import CODE, line_of, parse_yaml, readable, repeated_keys
from loopwright.projects.gold_spec import GoldSpec
from loopwright.projects.mistakes import Mistake, mistakes
from loopwright.projects.question_spec import (
    Criterion,
    Flag,
    GuidelineSpec,
    LabelOption,
    QuestionSpec,
    Slug,
    Tags,
    misfits,
    require_unique,
)
from loopwright.projects.recipe import Part, Recipe

__all__ = [
    "Criterion",
    "Flag",
    "GuidelineSpec",
    "LabelOption",
    "ProjectSpec",
    "QuestionSpec",
    "Slug",
    "Tags",
    "parse_project",
]


class Segment(Part):
    """A kind of traffic with its weight for the business."""

    id: Slug
    name: str
    weight: float = Field(default=1.0, gt=0)
    requires: Tags = ()
    """Tags that who judges this segment's items must have, besides those of the item."""


class Mix(Part):
    """Shares of the queue; what is left over goes to core items."""

    targeted: float = Field(default=0.3, ge=0, le=1)
    evaluation: float = Field(default=0.2, ge=0, le=1)
    confused: float = Field(default=0.2, ge=0, le=1)
    core: float = Field(default=0.3, ge=0, le=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = self.targeted + self.evaluation + self.confused + self.core
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares add up to {total:g}, not 1")
        return self


class Gates(Part):
    """What a candidate must show before it meets users; None demands nothing."""

    win_rate_low: float = Field(default=0.5, ge=0, le=1)
    min_raters: int = Field(default=10, ge=2)
    min_judgments: int = Field(default=60, ge=1)
    contrast_accuracy_low: float | None = Field(default=None, ge=0, le=1)
    on_policy_accuracy_low: float | None = Field(default=None, ge=0, le=1)
    max_length_ratio: float | None = Field(default=1.5, gt=0)
    max_canned_share: float | None = Field(default=None, ge=0, le=1)


class ReleaseStage(Part):
    """One step of the ramp."""

    name: Slug
    share: float = Field(ge=0, le=1)
    min_requests: int = Field(default=50, ge=0)
    max_error_rate: float = Field(default=0.05, ge=0, le=1)
    seconds: float = Field(default=60.0, ge=0)


class ReleasePlan(Part):
    """Shadow, canary, full: what each stage needs before the next."""

    stages: tuple[ReleaseStage, ...] = (
        ReleaseStage(name="shadow", share=0.0),
        ReleaseStage(name="canary", share=0.1),
        ReleaseStage(name="full", share=1.0),
    )
    wait_seconds: float = Field(default=3600.0, gt=0)
    """How long a stage waits for enough traffic before the release is held."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        require_unique("stages", [stage.name for stage in self.stages])
        return self


class Budgets(Part):
    """Limits that stop work before it is overspent; None sets no limit."""

    judgments: int | None = Field(default=None, ge=1)


class ProjectSpec(Part):
    """A whole project.yaml."""

    id: Slug
    name: str = Field(min_length=1)
    description: str = ""
    simulated: bool = False
    questions: tuple[QuestionSpec, ...] = Field(min_length=1)
    guideline: GuidelineSpec
    segments: tuple[Segment, ...] = (Segment(id="all", name="All traffic"),)
    overlap: int = Field(default=1, ge=1, le=100)
    lease_seconds: float = Field(default=900.0, ge=1)
    mix: Mix = Mix()
    recipe: Recipe = Recipe()
    gates: Gates = Gates()
    release: ReleasePlan = ReleasePlan()
    budgets: Budgets = Budgets()
    assignment: AssignmentSpec = AssignmentSpec()
    reveal: Literal["never", "after_judgment"] = "never"
    """Whether annotators learn which policy wrote what once their answer is final."""
    feedback: FeedbackSpec = FeedbackSpec()
    early_exit: EarlyExitSpec | None = None
    """None: every item gets all the judgments that are wanted."""
    costs: Costs | None = None
    discussion: DiscussionSpec = DiscussionSpec()
    escalation: EscalationSpec = EscalationSpec()
    gold: GoldSpec = GoldSpec()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        require_unique("questions", [question.id for question in self.questions])
        require_unique("segments", [segment.id for segment in self.segments])
        return self

    def question(self, question_id: str) -> QuestionSpec:
        """Return the question of that id. Raises InvalidInput when there is none."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise InvalidInput(
            f"Project {self.id} has no question {question_id!r}.",
            remedy=f"Use one of: {', '.join(question.id for question in self.questions)}.",
            code="unknown_question",
        )


def parse_project(text: str, *, source: str = "project.yaml") -> ProjectSpec:
    """Parse project.yaml. Raises InvalidInput naming each wrong place by line."""
    tree, content = parse_yaml(text, source)
    if not isinstance(content, dict):
        raise InvalidInput(
            f"{source}:1: a project file is a mapping of keys to values.",
            remedy="Start from examples/support/project.yaml.",
            code=CODE,
        )
    problems = [
        f"{source}:{line}: {readable(key)}: this key is given twice"
        for line, key in repeated_keys(tree, set())
    ]
    if problems:
        raise _invalid(problems)
    try:
        spec = ProjectSpec.model_validate(content)
    except ValidationError as failure:
        raise _invalid(
            [_problem(tree, source, found) for found in mistakes(failure, ProjectSpec)]
        ) from failure
    wanting = [Mistake(loc, message) for loc, message in misfits(spec.questions, spec.guideline)]
    if wanting:
        raise _invalid([_problem(tree, source, found) for found in wanting])
    return spec


def _invalid(problems: list[str]) -> InvalidInput:
    return InvalidInput(
        "\n".join(problems),
        remedy="Correct these lines and apply the file again; nothing was changed.",
        code=CODE,
        detail={"problems": problems},
    )


def _problem(tree: yaml.Node | None, source: str, found: Mistake) -> str:
    path = ".".join(str(part) for part in found.path)
    place = f"{source}:{line_of(tree, found.path)}: {readable(path) or 'file'}"
    return f"{place}: {readable(found.sentence)}"
