"""The mapping file: which column of an import means what.

Errors name the line of the mapping file, what is wrong with it, and what could stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Columns
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from loopwright.base.errors import InvalidInput
from loopwright.base.nearest import did_you_mean
from loopwright.base.types import STORABLE
from loopwright.projects.mistakes import mistakes
from loopwright.projects.spec import Tags

_MOST_NAMED = 200
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=STORABLE)
]


def _worded(given: object) -> object:
    return str(given) if type(given) is int else given


_Word = Annotated[str, BeforeValidator(_worded)]
"""What stands in a file: YAML reads an unquoted 1 as a number."""


class _Loader(yaml.SafeLoader):
    """YAML in which on, off, yes and no are words: `join.on`, and choices that people write."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
)


class ImportKind(StrEnum):
    """What the rows of a file are."""

    VOTES = "votes"
    PREFERENCES = "preferences"
    DEMONSTRATIONS = "demonstrations"
    PROMPTS = "prompts"
    CONTRAST = "contrast"


class TextFormat(StrEnum):
    """How a column spells a prompt or a completion.

    TEXT is one user message (a prompt) or the assistant's answer (a completion); MESSAGES is a
    list of {role, content}; DIALOGUE is the text form with Human and Assistant turns.
    """

    TEXT = "text"
    MESSAGES = "messages"
    DIALOGUE = "dialogue"


_SHARED = ("prompt", "prompt_key", "segment", "residency", "names")
REQUIRED: Columns[ImportKind, tuple[str, ...]] = {
    ImportKind.VOTES: ("item", "prompt", "annotator"),
    ImportKind.PREFERENCES: ("chosen", "rejected"),
    ImportKind.DEMONSTRATIONS: ("prompt", "completion"),
    ImportKind.PROMPTS: ("prompt",),
    ImportKind.CONTRAST: ("prompt", "right", "wrong"),
}
OPTIONAL: Columns[ImportKind, tuple[str, ...]] = {
    ImportKind.VOTES: (
        *_SHARED, "context", "choice", "first", "second", "completion", "first_source",
        "second_source", "completion_source", "texts", "ranks", "sources", "shown", "judged_at",
        "requires", "strength", "reason", "flags", "image", "alt", "sensitive",
    ),
    ImportKind.PREFERENCES: (
        *_SHARED, "item", "annotator", "chosen_source", "rejected_source", "judged_at", "requires",
    ),
    ImportKind.DEMONSTRATIONS: (*_SHARED, "item", "completion_source"),
    ImportKind.PROMPTS: _SHARED,
    ImportKind.CONTRAST: (*_SHARED, "item", "set", "right_source", "wrong_source"),
}  # fmt: skip


class Join(BaseModel):
    """A second file whose columns are added to each row where the keys are equal as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Name
    on: dict[Name, Name] = Field(min_length=1)
    """Column of the main file -> column of the joined file."""


class ImportMapping(BaseModel):
    """A whole mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ImportKind
    source: Name
    """Where the rows come from; keys of prompts and items are unique within a source."""
    question: Name | None = None
    format: TextFormat = TextFormat.TEXT
    fields: dict[Name, Name]
    """Our field -> the file's column."""
    choices: dict[_Word, Literal["first", "second", "tie", "both_bad"]] = Field(
        default_factory=dict
    )
    scores: dict[Name, Name] = Field(default_factory=dict)
    """Criterion -> the column with its level, for a question that scores criteria."""
    scores_first: dict[Name, Name] = Field(default_factory=dict)
    """The same for the first completion of a comparison with a scorecard."""
    scores_second: dict[Name, Name] = Field(default_factory=dict)
    ranked: dict[Name, Name] = Field(default_factory=dict)
    """Column of a text -> column of its rank, for a ranking of texts in columns of their own."""
    people: tuple[Name, ...] = ()
    """Columns that each hold one person's answer, where a row has those of several people."""
    header: tuple[Name, ...] = ()
    """The names of the columns, for a CSV file whose first line is a row already."""
    join: Join | None = None
    annotator: Name | None = None
    """Who judged, when no column says so; default: the source's name."""
    segment: Name | None = None
    residency: Name | None = None
    set_name: Name | None = None
    requires: Tags = ()
    """Skills and languages that every item requires, besides those that a column names."""
    shown: Literal["first_left", "second_left"] | None = None
    """Which completion stood on the left, when it was always the same one."""
    bare: bool = False
    """Whether rows without a completion are about the prompt, or the image, alone."""
    empty_completions: bool = False
    """Whether a completion without text is one that people judged: a model that said nothing."""
    open: bool = True
    """Whether the items are also offered for further judging."""
    simulated: bool = False
    tool: Name | None = None
    """The labeling tool in which people answered; kept with the items."""

    def column(self, field: str) -> str | None:
        """Return the file's column for one of our fields, or None when it is not mapped."""
        return self.fields.get(field)

    @property
    def columns(self) -> set[str]:
        """Return every column of the file that the mapping reads."""
        scores = (self.scores, self.scores_first, self.scores_second)
        answers = (*(part.values() for part in scores), self.ranked, self.ranked.values())
        more = (name for part in answers for name in part)
        return {*self.fields.values(), *self.people, *more}

    @property
    def tells_more(self) -> bool:
        """Return whether votes say more than their outcome: how much better, why, what breaks."""
        return bool({"strength", "reason", "flags"} & set(self.fields))

    @property
    def answers(self) -> tuple[str, ...]:
        """Return the kinds of question that rows of this form answer; none for other imports."""
        if self.scores_first or self.scores_second:
            return ("scorecard",)
        if self.kind is ImportKind.PREFERENCES or "first" in self.fields:
            return ("pairwise",)
        if self.kind is not ImportKind.VOTES:
            return ()
        if self.ranked or "texts" in self.fields:
            return ("ranking",)
        if self.scores:
            return ("rubric",)
        alone = ("boxes", "likert") if "image" in self.fields else ()
        if "completion" in self.fields:
            alone = (*alone[:1], "likert", "correction")
        return ("single_label", "multi_label", *alone)


def parse_mapping(text: str, *, name: str = "mapping.yaml") -> ImportMapping:
    """Return the mapping in a YAML text; raise InvalidInput with the line of each mistake."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(failure, "problem", None) or str(failure)
        raise _refused(f"{name}{line} is not YAML: {problem}.") from failure
    if not isinstance(loaded, dict):
        raise _refused(f"{name} must be a mapping that starts with kind, source and fields.")
    try:
        mapping = ImportMapping.model_validate(loaded)
    except ValidationError as failure:
        sentences = [
            f"{name}:{_line(node, found.path)} {'.'.join(map(str, found.path))}: {found.sentence}"
            for found in mistakes(failure, ImportMapping)
        ]
        raise _refused("; ".join(sentences) + ".") from failure
    _check_fields(mapping, node, name)
    return mapping


def check_columns(mapping: ImportMapping, columns: Sequence[str], *, place: str) -> None:
    """Raise InvalidInput when a mapped column is not among `columns`."""
    missing = sorted(mapping.columns.difference(columns))
    if missing:
        maybe = did_you_mean(missing[0], columns) if len(missing) == 1 else ""
        without_header = (
            ""
            if mapping.header
            else " A CSV file whose first line is a row already needs `header: [...]`, a name for "
            f"each of its {len(columns)} columns."
        )
        raise InvalidInput(
            f"{place} has no column {listed(missing)}; it has {listed(columns)}.",
            remedy=f"{maybe}Correct the mapping's fields, or join the file that has the column."
            f"{without_header}",
            code="unknown_column",
            detail={"missing": missing[:_MOST_NAMED], "columns": list(columns[:_MOST_NAMED])},
        )


def listed(columns: Sequence[str]) -> str:
    """Return columns' names as a sentence has them: the first of many, each cut short."""
    named = ", ".join(repr(one if len(one) <= 80 else f"{one[:80]}...") for one in columns[:40])
    return f"{named} and {len(columns) - 40:,} more" if len(columns) > 40 else named


def _check_fields(mapping: ImportMapping, node: yaml.Node | None, name: str) -> None:
    required, optional = REQUIRED[mapping.kind], OPTIONAL[mapping.kind]
    known = {*required, *optional}
    for field in mapping.fields:
        if field not in known:
            raise _refused(
                f"{name}:{_line(node, ('fields', field))} an import of {mapping.kind.value} has no "
                f"field {field!r}. {did_you_mean(field, known)}It has {', '.join(sorted(known))}."
            )
    _check_scores(mapping, node, name)
    needed = [field for field in required if field not in mapping.fields]
    if mapping.kind is ImportKind.VOTES:
        needed += [field for field in _answer_of(mapping) if field not in mapping.fields]
    if mapping.kind is ImportKind.PREFERENCES and mapping.format is TextFormat.TEXT:
        needed += [] if "prompt" in mapping.fields else ["prompt"]
    if mapping.people:
        needed = _needed_beside_people(mapping, needed, node, name)
    if needed:
        raise _refused(
            f"{name}:{_line(node, ('fields',))} fields lacks {', '.join(needed)}, which an import "
            f"of {mapping.kind.value} needs."
        )
    if ("first" in mapping.fields) != ("second" in mapping.fields):
        raise _refused(f"{name}:{_line(node, ('fields',))} first and second go together.")
    _check_form(mapping, node, name)


def _check_form(mapping: ImportMapping, node: yaml.Node | None, name: str) -> None:
    """Refuse what only another form of rows has; it would be passed over in silence."""
    forms = {
        "first": "first" in mapping.fields,
        "texts": "texts" in mapping.fields,
        "ranked": bool(mapping.ranked),
        "scores": bool(mapping.scores),
    }
    given = [form for form, there in forms.items() if there]
    if len(given) > 1:
        line = _line(node, (given[1],))
        raise _refused(f"{name}:{line} {' and '.join(given)} are answers to different questions.")
    alone = given and mapping.kind is not ImportKind.VOTES and given[0] in ("ranked", "scores")
    if alone:
        line = _line(node, (given[0],))
        raise _refused(f"{name}:{line} {given[0]} belongs to an import of votes.")
    where = mapping.shown is not None or "shown" in mapping.fields
    if where and given and given[0] != "first":
        line = _line(node, ("shown",))
        raise _refused(f"{name}:{line} shown says where first and second stood; leave it out.")


def _needed_beside_people(
    mapping: ImportMapping, needed: Sequence[str], node: yaml.Node | None, name: str
) -> list[str]:
    said = {"annotator", "choice"}
    if mapping.kind is not ImportKind.VOTES or "choice" not in {*needed, *mapping.fields}:
        raise _refused(f"{name}:{_line(node, ('people',))} people give a choice each; no others.")
    if said & set(mapping.fields) or mapping.annotator is not None:
        raise _refused(
            f"{name}:{_line(node, ('people',))} people says who judged and what; annotator and "
            "choice have no place beside it."
        )
    return [field for field in needed if field not in said]


def _check_scores(mapping: ImportMapping, node: yaml.Node | None, name: str) -> None:
    paired = "first" in mapping.fields
    for part in ("scores", "scores_first", "scores_second"):
        if getattr(mapping, part) and paired == (part == "scores"):
            fits = "scores_first and scores_second" if paired else "scores"
            texts = "two completions have" if paired else "one completion has"
            raise _refused(f"{name}:{_line(node, (part,))} {texts} {fits}, not {part}.")
    if set(mapping.scores_first) != set(mapping.scores_second):
        raise _refused(
            f"{name}:{_line(node, ('scores_first',))} scores_first and scores_second must name "
            "the same criteria."
        )


def _answer_of(mapping: ImportMapping) -> tuple[str, ...]:
    """Return the fields that hold what was answered."""
    if mapping.ranked:
        return ()
    if {"texts", "ranks"} & set(mapping.fields):
        return ("texts", "ranks")
    if mapping.scores:
        return () if "image" in mapping.fields else ("completion",)
    return ("choice",)


def _refused(message: str) -> InvalidInput:
    return InvalidInput(
        message,
        remedy="Correct the mapping; the Data page and examples/ show whole ones.",
        code="invalid_mapping",
    )


def _line(node: yaml.Node | None, place: Sequence[object]) -> int:
    """Return the line (from 1) of the deepest part of `place` that the YAML text has."""
    line = node.start_mark.line if node is not None else 0
    for part in place:
        if not isinstance(node, yaml.MappingNode):
            break
        pair = next((p for p in node.value if p[0].value == str(part)), None)
        if pair is None:
            break
        line, node = pair[0].start_mark.line, pair[1]
    return line + 1
