"""What project.yaml says, and where it is wrong when it is."""

from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from loopwright.base.errors import InvalidInput
from loopwright.projects.recipe import Part, Recipe

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class LabelOption(Part):
    """One label of a single-label question."""

    id: Slug
    name: str


class QuestionSpec(Part):
    """What is asked of an annotator."""

    id: Slug
    kind: Literal["pairwise", "single_label"]
    text: str = Field(min_length=1)
    options: tuple[LabelOption, ...] = ()
    ask_reason: bool = True

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        ids = [option.id for option in self.options]
        if self.kind == "single_label" and len(ids) < 2:
            raise ValueError("a single_label question needs at least two options")
        if len(set(ids)) != len(ids):
            raise ValueError("two options have the same id")
        return self


class Criterion(Part):
    """One thing that the guideline asks the annotator to weigh."""

    id: Slug
    name: str
    description: str = ""
    scale: tuple[str, ...] = ()


class GuidelineSpec(Part):
    """The guideline's text with its criteria and checklist."""

    text: str = Field(min_length=1)
    criteria: tuple[Criterion, ...] = ()
    checklist: tuple[str, ...] = ()


class Segment(Part):
    """A kind of traffic with its weight for the business."""

    id: Slug
    name: str
    weight: float = Field(default=1.0, gt=0)


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

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for what, ids in (
            ("questions", [question.id for question in self.questions]),
            ("segments", [segment.id for segment in self.segments]),
        ):
            if len(set(ids)) != len(ids):
                raise ValueError(f"two {what} have the same id")
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
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        place = f"{source}:{mark.line + 1}" if mark else source
        problem = getattr(failure, "problem", None) or "not valid YAML"
        raise InvalidInput(
            f"{place}: {problem}.",
            remedy="Correct the YAML at that line; indentation uses spaces.",
            code="invalid_project_file",
        ) from failure
    if not isinstance(content, dict):
        raise InvalidInput(
            f"{source}:1: a project file is a mapping of keys to values.",
            remedy="Start from examples/support/project.yaml.",
            code="invalid_project_file",
        )
    try:
        return ProjectSpec.model_validate(content)
    except ValidationError as failure:
        problems = [_problem(tree, source, error) for error in failure.errors()]
        raise InvalidInput(
            "\n".join(problems),
            remedy="Correct these lines and apply the file again; nothing was changed.",
            code="invalid_project_file",
            detail={"problems": problems},
        ) from failure


def _problem(tree: yaml.Node | None, source: str, error: Any) -> str:
    path = [str(part) for part in error["loc"]]
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "this key is not known"
    return f"{source}:{_line_of(tree, error['loc'])}: {'.'.join(path) or 'file'}: {message}"


def _line_of(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    """Return the line of the deepest part of `path` that the file holds."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return line
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
