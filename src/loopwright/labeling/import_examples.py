"""A mapping for each question of a project and each kind of import, with rows that it reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from loopwright.base.types import Json
from loopwright.projects.question_spec import criteria_of
from loopwright.projects.spec import Criterion, ProjectSpec, QuestionSpec

_PROMPTS = ("Where is my parcel?", "Can I pay by invoice?")
_TEXTS = (
    ("It arrives on Friday.", "No idea.", "Look it up.", "Soon, I hope."),
    ("Yes, up to 200 euros.", "Not today.", "Ask the shop.", "Perhaps."),
)
_WORKERS = ("w1", "w2")
_ITEM = {"item": "id", "prompt": "prompt"}
_SAID = {"annotator": "worker"}
_ROWS = {
    "preferences": ("pairs", ("prompt", "chosen", "rejected")),
    "demonstrations": ("answers", ("prompt", "completion")),
    "prompts": ("questions", ("prompt",)),
    "contrast": ("audit", ("prompt", "right", "wrong")),
}
"""Kinds of import besides votes: a source, and the columns."""
_PEOPLE = ("pairwise", "single_label", "likert")
"""Kinds whose answer is one cell, of which a row may hold those of several people."""


@dataclass(frozen=True)
class Example:
    """A mapping to start from, and a small file that it reads."""

    form: str
    """The kind of question or of import that the rows are about, or "people"."""
    question: str | None
    mapping: str
    file: str
    rows: str


@dataclass(frozen=True)
class _Votes:
    """What rows of votes hold besides item, prompt and annotator; two rows of answers."""

    fields: Mapping[str, str]
    cells: Sequence[Json]
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def examples(spec: ProjectSpec) -> list[Example]:
    """Return the examples of a project: its questions first, in their order."""
    votes = [_of_question(one, spec.guideline.criteria) for one in spec.questions]
    people = next((one for one in spec.questions if one.kind in _PEOPLE), None)
    pairwise = next((one for one in spec.questions if one.kind == "pairwise"), None)
    shared = [] if people is None else [_of_people(people)]
    decided = [] if pairwise is None else [_of_rows("preferences", pairwise)]
    return [*votes, *shared, *decided, *(_of_rows(form) for form in _ROWS if form != "preferences")]


def _of_question(question: QuestionSpec, criteria: Sequence[Criterion]) -> Example:
    votes = _votes(question, criteria)
    rows = [
        {"id": str(at + 1), "prompt": _PROMPTS[at], **cells, "worker": _WORKERS[at]}
        for at, cells in enumerate(votes.cells)
    ]
    fields = {**_ITEM, **votes.fields, **_SAID}
    mapping = _mapping("votes", "crowd", fields, question=question.id, more=votes.more, offers=True)
    form = question.kind
    if form in ("boxes", "multi_label"):
        return Example(form, question.id, mapping, "votes.jsonl", _jsonl(rows))
    return Example(form, question.id, mapping, "votes.csv", _csv(rows))


def _votes(question: QuestionSpec, criteria: Sequence[Criterion]) -> _Votes:
    one: list[Json] = [{"answer": texts[0]} for texts in _TEXTS]
    completion = {"completion": "answer"}
    match question.kind:
        case "pairwise" | "scorecard":
            return _compared(question, criteria_of(question, criteria))
        case "single_label":
            labels = (question.options[0].id, question.options[-1].id)
            cells = [{**one[at], "label": label} for at, label in enumerate(labels)]
            return _Votes({**completion, "choice": "label"}, cells)
        case "multi_label":
            ids = [option.id for option in question.options]
            cells = [{**one[0], "labels": ids}, {**one[1], "labels": ids[: question.at_least or 1]}]
            return _Votes({**completion, "choice": "labels"}, cells)
        case "ranking":
            return _ranked(question.completions or 3)
        case "rubric":
            scored = criteria_of(question, criteria)
            cells = [{**cell, **{one.id: at + 1 for one in scored}} for at, cell in enumerate(one)]
            return _Votes(completion, cells, {"scores": {one.id: one.id for one in scored}})
        case "likert":
            cells = [{**cell, "level": at + 1} for at, cell in enumerate(one)]
            return _Votes({**completion, "choice": "level"}, cells)
        case "correction":
            cells = [{**one[0], "corrected": "It arrives on Friday, by noon."}]
            return _Votes({**completion, "choice": "corrected"}, cells)
        case "boxes":
            box = {"label": question.options[0].id, "x": 2, "y": 2, "width": 4, "height": 3}
            cells = [
                {"photo": "photo-1.png", "boxes": [box]},
                {"photo": "photo-1.png", "boxes": []},
            ]
            return _Votes({"image": "photo", "choice": "boxes"}, cells)


def _compared(question: QuestionSpec, criteria: Sequence[Criterion]) -> _Votes:
    fields = {
        "first": "answer_a", "second": "answer_b", "first_source": "model_a",
        "second_source": "model_b", "choice": "winner",
    }  # fmt: skip
    cells: list[Json] = [
        {
            "answer_a": first, "answer_b": second, "model_a": "old", "model_b": "new",
            "winner": winner,
        }
        for (first, second, *_), winner in zip(_TEXTS, ("a", "tie"), strict=True)
    ]  # fmt: skip
    more: dict[str, Mapping[str, str]] = {
        "choices": {"a": "first", "b": "second", "tie": "tie", "neither": "both_bad"}
    }
    if question.strength is not None:
        fields["strength"] = "by_how_much"
        cells = [{**cells[0], "by_how_much": 1}, {**cells[1], "by_how_much": ""}]
    if question.kind == "scorecard":
        for side in ("a", "b"):
            columns = {one.id: f"{one.id}_{side}" for one in criteria}
            more[f"scores_{'first' if side == 'a' else 'second'}"] = columns
            cells = [{**cell, **dict.fromkeys(columns.values(), 1)} for cell in cells]
    return _Votes(fields, cells, more)


def _ranked(count: int) -> _Votes:
    names = [chr(ord("a") + at) for at in range(count)]
    cells: list[Json] = []
    for texts in _TEXTS:
        answers = {
            f"answer_{name}": texts[at] if at < len(texts) else f"{texts[0]} ({at + 1})"
            for at, name in enumerate(names)
        }
        cells.append({**answers, **{f"rank_{name}": at + 1 for at, name in enumerate(names)}})
    return _Votes({}, cells, {"ranked": {f"answer_{name}": f"rank_{name}" for name in names}})


def _of_people(question: QuestionSpec) -> Example:
    people = ["ann", "bo", "cy"]
    if question.kind == "pairwise":
        said: Sequence[Json] = [
            {"ann": "a", "bo": "tie", "cy": ""},
            {"ann": "b", "bo": "b", "cy": "a"},
        ]
        shown = [{"answer_a": one[0], "answer_b": one[1]} for one in _TEXTS]
        fields = {"first": "answer_a", "second": "answer_b"}
        more = {"choices": {"a": "first", "b": "second", "tie": "tie"}}
    else:
        low = question.options[0].id if question.options else 1
        said = [{"ann": low, "bo": low, "cy": ""}, {"ann": low, "bo": "", "cy": low}]
        shown = [{"answer": one[0]} for one in _TEXTS]
        fields, more = {"completion": "answer"}, {}
    rows = [{"id": str(at + 1), "prompt": _PROMPTS[at], **shown[at], **said[at]} for at in range(2)]
    mapping = _mapping(
        "votes", "crowd", {**_ITEM, **fields}, question=question.id, more=more, people=people,
        offers=True,
    )  # fmt: skip
    return Example("people", question.id, mapping, "votes.csv", _csv(rows))


def _of_rows(form: str, question: QuestionSpec | None = None) -> Example:
    """Return the example of an import whose rows are no votes of somebody on a question."""
    source, columns = _ROWS[form]
    names = [column for column in columns if column != "prompt"]
    rows = [
        {"prompt": prompt, **dict(zip(names, texts, strict=False))}
        for prompt, texts in zip(_PROMPTS, _TEXTS, strict=True)
    ]
    asked = None if question is None else question.id
    fields = dict(zip(columns, columns, strict=True))
    mapping = _mapping(form, source, fields, question=asked, offers=form == "preferences")
    return Example(form, asked, mapping, f"{source}.csv", _csv(rows))


def _mapping(
    kind: str,
    source: str,
    fields: Mapping[str, str],
    *,
    question: str | None = None,
    more: Mapping[str, Mapping[str, str]] | None = None,
    people: Sequence[str] = (),
    offers: bool = False,
) -> str:
    lines = [f"kind: {kind}", f"source: {source}  # where the rows come from"]
    lines += [] if question is None else [f"question: {_word(question)}"]
    lines += ["fields:  # ours: the file's column", *_pairs(fields)]
    for name, pairs in (more or {}).items():
        lines += [f"{name}:", *_pairs(pairs)]
    lines += [f"people: [{', '.join(people)}]  # a column each"] if people else []
    lines += ["open: false  # true also offers the items for further judging"] if offers else []
    return "\n".join(lines) + "\n"


def _pairs(pairs: Mapping[str, str]) -> list[str]:
    return [f"  {_word(ours)}: {_word(theirs)}" for ours, theirs in pairs.items()]


def _word(name: str) -> str:
    """Return a name as YAML reads it: as text, also where it looks like a number."""
    plain = name[0].isalpha() and name not in ("null", "true", "false")
    return name if plain else f'"{name}"'


def _csv(rows: Sequence[Json]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _jsonl(rows: Sequence[Json]) -> str:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows).decode()
