"""What project.yaml says of questions and of the guideline they are answered under."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from loopwright.base.nearest import did_you_mean
from loopwright.projects.recipe import Part

SLUG = r"^[a-z0-9][a-z0-9_-]{0,62}$"
Slug = Annotated[str, Field(pattern=SLUG)]
Tags = Annotated[tuple[Slug, ...], Field(max_length=8)]
"""Skills and languages that somebody has, or that an item requires."""
Kind = Literal[
    "pairwise",
    "single_label",
    "multi_label",
    "ranking",
    "rubric",
    "likert",
    "correction",
    "boxes",
    "scorecard",
]
_FIELDS: dict[str, tuple[str, ...]] = {
    "pairwise": ("strength",),
    "single_label": ("options",),
    "multi_label": ("options", "at_least"),
    "ranking": ("completions",),
    "rubric": ("criteria",),
    "likert": ("scale",),
    "correction": (),
    "boxes": ("options",),
    "scorecard": ("strength", "criteria"),
}
"""What a question of each kind may set, besides what all have."""
_FEWEST_OPTIONS = {"single_label": 2, "multi_label": 1, "boxes": 1}
_LEVELS = (2, 7)
_SCORED = ("rubric", "scorecard")
SCALE = (2, 11)


def require_unique(what: str, ids: Sequence[str]) -> None:
    """Raise ValueError when two of these have the same id."""
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ValueError(f"two {what} have the same id: {', '.join(twice)}")


class LabelOption(Part):
    """One label of a question."""

    id: Slug
    name: str


class QuestionSpec(Part):
    """What is asked of an annotator."""

    id: Slug
    kind: Kind
    text: str = Field(min_length=1)
    options: tuple[LabelOption, ...] = Field(default=(), max_length=200)
    """The labels of single_label, multi_label and boxes."""
    at_least: int | None = Field(default=None, ge=0)
    """How many labels a multi_label answer needs; without one, none."""
    strength: int | None = Field(default=None, ge=2, le=4)
    """By how many levels a comparison says how much better; without one it does not."""
    completions: int | None = Field(default=None, ge=3, le=9)
    """How many completions a ranking shows; without one, from 3 to 9."""
    scale: tuple[str, ...] = ()
    """The levels of a likert question, low first."""
    criteria: tuple[Slug, ...] | None = None
    """The guideline's criteria that are scored; without it, all of them."""
    ask_reason: bool = True

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        for name in ("options", "at_least", "strength", "completions", "scale", "criteria"):
            if name not in _FIELDS[self.kind] and getattr(self, name):
                can = ", ".join(_FIELDS[self.kind]) or "none of its own"
                raise ValueError(f"a {self.kind} question has no `{name}`; its settings: {can}")
        fewest = _FEWEST_OPTIONS.get(self.kind, 0)
        if len(self.options) < fewest:
            needed = "two options" if fewest == 2 else "one option"
            raise ValueError(f"a {self.kind} question needs at least {needed}")
        require_unique("options", [option.id for option in self.options])
        if (self.at_least or 0) > len(self.options):
            raise ValueError(
                f"at_least is {self.at_least}, and there are {len(self.options)} options"
            )
        if self.kind == "likert" and not SCALE[0] <= len(self.scale) <= SCALE[1]:
            raise ValueError(
                f"a likert question needs a `scale` of {SCALE[0]} to {SCALE[1]} levels, low first"
            )
        require_unique("criteria", self.criteria or ())
        return self


class Criterion(Part):
    """One thing that the guideline asks the annotator to weigh."""

    id: Slug
    name: str
    description: str = ""
    scale: tuple[str, ...] = ()
    """What each level means, low first."""


class Flag(Part):
    """A policy that a text or an image may break, for annotators to mark where they see it."""

    id: Slug
    name: str
    description: str = ""
    severities: tuple[Slug, ...] = Field(
        default=("low", "medium", "high"), min_length=1, max_length=7
    )

    @model_validator(mode="after")
    def _severities_are_unique(self) -> Self:
        require_unique("severities", self.severities)
        return self


class GuidelineSpec(Part):
    """The guideline's text with its criteria, checklist and policy flags."""

    text: str = Field(min_length=1)
    criteria: tuple[Criterion, ...] = ()
    checklist: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        require_unique("criteria", [criterion.id for criterion in self.criteria])
        require_unique("flags", [flag.id for flag in self.flags])
        return self


def criteria_of(question: QuestionSpec, criteria: Sequence[Criterion]) -> list[Criterion]:
    """Return those of a guideline's criteria that a question scores."""
    if question.kind not in _SCORED:
        return []
    if question.criteria is None:
        return list(criteria)
    known = {one.id: one for one in criteria}
    return [known[name] for name in question.criteria if name in known]


def misfits(
    questions: Sequence[QuestionSpec], guideline: GuidelineSpec
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield (place, message) of what questions want of the guideline and it does not have."""
    known = [criterion.id for criterion in guideline.criteria]
    scored: dict[str, str] = {}
    for at, question in enumerate(questions):
        if question.kind not in _SCORED:
            continue
        place = ("questions", at)
        for number, name in enumerate(question.criteria or ()):
            if name not in known:
                has = ", ".join(known) or "none"
                what = f"the guideline has no criterion {name!r}, it has: {has}."
                yield (
                    (*place, "criteria", number),
                    f"{what} {did_you_mean(name, known)}".strip(" ."),
                )
        found = criteria_of(question, guideline.criteria)
        if not found and not question.criteria:
            yield place, f"a {question.kind} question needs criteria; the guideline has none"
        scored |= {criterion.id: question.id for criterion in found}
    low, high = _LEVELS
    for number, criterion in enumerate(guideline.criteria):
        if criterion.id in scored and not low <= len(criterion.scale) <= high:
            yield (
                ("guideline", "criteria", number),
                f"question {scored[criterion.id]!r} scores {criterion.id!r}, which needs a `scale` "
                f"of {low} to {high} levels, low first; it has {len(criterion.scale)}",
            )
