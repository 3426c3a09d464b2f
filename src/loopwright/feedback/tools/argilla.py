"""Argilla's datasets (version 2): records.json, or flat Parquet as on the Hub.

A record of the JSON form has fields, responses {question: [{value, user_id}]} and suggestions;
a flat row has `question.responses`, `question.responses.users` and `question.responses.status`
beside its fields. What kind a question is, is read from settings.json where that is sent along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from loopwright.base.types import Json
from loopwright.feedback.tools import texts
from loopwright.feedback.tools.model import Bad, Fields, Kind, LeftOut, Read, Said
from loopwright.intake.readers import BadRow, Row

_RESPONSES = ".responses"
_SUGGESTION = ".suggestion"
_NOT_FIELDS = {"id", "status", "_server_id", "score", "inserted_at", "updated_at"}
_TIES = {"tie", "equal", "same", "both", "both good", "both_good"}
_BOTH_BAD = {"neither", "none", "both bad", "both_bad"}
_FIRST = {"1", "a", "first", "left"}
_SECOND = {"2", "b", "second", "right"}

_UNREAD: Mapping[str, Kind] = {
    "rating": "rating",
    "ranking": "ranking",
    "text": "text",
}

Kinds = Mapping[str, str]
"""Question -> its type in settings.json."""


def kinds_of(settings: Any) -> dict[str, str]:
    """Return the types of the questions in a settings.json; none of them where it is other."""
    questions = settings.get("questions") if isinstance(settings, dict) else None
    found: dict[str, str] = {}
    for question in questions if isinstance(questions, list) else ():
        inner = question.get("settings") if isinstance(question, dict) else None
        if isinstance(inner, dict) and isinstance(question.get("name"), str):
            found[question["name"]] = str(inner.get("type"))
    return found


def is_export(values: Json) -> bool:
    """Return whether a row looks like a record."""
    nested = isinstance(values.get("fields"), dict) and "responses" in values
    return nested or any(str(name).endswith(_RESPONSES) for name in values)


def read(rows: Iterable[Row | BadRow], *, fields: Fields, kinds: Kinds) -> Iterator[Read]:
    """Yield what every person said about every record."""
    for row in rows:
        if isinstance(row, BadRow):
            yield Bad(row.place, row.reason)
            continue
        try:
            yield from list(_record(row, fields, kinds))
        except ValueError as failure:
            yield Bad(row.place, str(failure))


def _record(row: Row, fields: Fields, kinds: Kinds) -> Iterator[Read]:
    record = _nested(row.values)
    if isinstance(record["suggestions"], dict) and record["suggestions"]:
        yield LeftOut("suggestions", len(record["suggestions"]))
    answers = {name: given for name, given in record["responses"].items() if given}
    if not answers:
        yield LeftOut("records without responses")
        return
    shown = texts.shown(str(record["id"] or row.place), record["fields"], fields)
    for question, given in answers.items():
        for response in _objects(given, question):
            status = response.get("status")
            if status in ("draft", "discarded"):
                yield LeftOut(f"{'drafts' if status == 'draft' else 'discarded responses'}")
                continue
            who = texts.person(response.get("user_id"))
            base = Said(row.place, shown, question, "label", "", who)
            given_fields = record["fields"]
            kind = kinds.get(question) or _guessed(base, response.get("value"))
            try:
                yield from list(_response(base, response.get("value"), kind, given_fields))
            except ValueError as failure:
                yield replace(base, kind=_UNREAD.get(kind, "label"), unread=str(failure))


def _objects(given: Any, question: str) -> list[Json]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ValueError(f"the responses to {question} are no list of {{value, user_id}}")
    return given


def _response(base: Said, value: Any, kind: str, fields: Json) -> Iterator[Read]:
    if value is None:
        yield LeftOut("empty responses")
    elif kind == "rating":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"the rating of {base.control} is no number")
        yield _with(base, "rating", "", score=float(value))
    elif kind == "ranking":
        yield _ranking(base, value, fields)
    elif kind == "text":
        if len(base.shown.texts) == 1 and texts.is_edit(base.control) and str(value).strip():
            yield _with(base, "text", str(value))
        else:
            yield LeftOut("remarks")
    elif kind in ("label_selection", "multi_label_selection"):
        labels = value if isinstance(value, list) else [value]
        side = _side(str(labels[0]), base) if len(labels) == 1 else None
        if side is not None:
            yield _with(base, "pair", side)
        else:
            for label in labels:
                yield _with(base, "label", str(label))
    else:
        yield LeftOut(f"{kind} responses")


def _guessed(base: Said, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "rating"
    if isinstance(value, list):
        ranked = bool(value) and all(
            (isinstance(one, dict) and "rank" in one) or one in base.shown.sources for one in value
        )
        return "ranking" if ranked else "multi_label_selection"
    long = isinstance(value, str) and (len(value) > 100 or texts.is_edit(base.control))
    return "text" if long else "label_selection"


def _ranking(base: Said, value: Any, fields: Json) -> Read:
    """A ranking of fields with texts; one of the two compared texts is a comparison."""
    ranks = _ranks(base, value)
    if not set(ranks) <= set(fields) or len(ranks) < 2:
        return LeftOut("rankings of what is no field of the record")
    if set(ranks) == set(base.shown.sources) and len(ranks) == 2:
        first, second = (ranks[name] for name in base.shown.sources)
        outcome = "tie" if first == second else "first" if first < second else "second"
        return _with(base, "pair", outcome)
    named = {name: fields[name] for name in fields if name in ranks}
    shown = texts.ranked(base.shown.key, base.shown.prompt, named)
    placed = tuple(ranks[name] for name in named)
    return replace(base, kind="ranking", shown=shown, ranks=placed)


def _ranks(base: Said, value: Any) -> dict[str, float]:
    """Return {option: rank}. Raises ValueError for an option without one."""
    if isinstance(value, Mapping) and isinstance(value.get("value"), list):
        value = [  # as Parquet of older versions has a list of objects
            {"value": name, "rank": rank}
            for name, rank in zip(value["value"], value.get("rank") or (), strict=True)
        ]
    found: dict[str, float] = {}
    for place, one in enumerate(value if isinstance(value, list) else (), start=1):
        ranked = one if isinstance(one, dict) else {"value": one, "rank": place}
        name, rank = str(ranked.get("value")), ranked.get("rank")
        if isinstance(rank, bool) or not isinstance(rank, int | float):
            raise ValueError(f"{base.control} has no rank for {name}; every text needs one")
        found[name] = float(rank)
    return found


def _side(label: str, base: Said) -> str | None:
    """Return which text a label names, None when it is a label like others."""
    if len(base.shown.texts) != 2:
        return None
    said = label.strip().lower()
    first, second = (name.lower() for name in base.shown.sources)
    if said == first or said in _FIRST:
        return "first"
    if said == second or said in _SECOND:
        return "second"
    if said in _TIES:
        return "tie"
    return "both_bad" if said in _BOTH_BAD else None


def _nested(values: Json) -> Json:
    """Return a record in the JSON form, whichever form the row has."""
    if isinstance(values.get("fields"), dict):
        responses = values.get("responses") or {}
        if not isinstance(responses, dict):
            raise ValueError("responses is no object by question; is it an export of version 2?")
        return {
            "id": values.get("id"),
            "fields": values["fields"],
            "responses": responses,
            "suggestions": values.get("suggestions") or {},
        }
    questions = [name.removesuffix(_RESPONSES) for name in values if name.endswith(_RESPONSES)]
    if not questions:
        raise ValueError("it is no record of Argilla (fields and responses)")
    given = {name: _flat(values, name) for name in questions}
    suggestions = {
        name: values[name]
        for name in values
        if name.endswith(_SUGGESTION) and values[name] is not None
    }
    fields = {
        name: value
        for name, value in values.items()
        if name not in _NOT_FIELDS and _RESPONSES not in name and _SUGGESTION not in name
    }
    return {
        "id": values.get("id"), "fields": fields, "responses": given, "suggestions": suggestions,
    }  # fmt: skip


def _flat(values: Json, question: str) -> list[Json]:
    key = f"{question}{_RESPONSES}"
    answers = values.get(key) or []
    users, states = values.get(f"{key}.users"), values.get(f"{key}.status")
    if not all(isinstance(one or [], list) for one in (answers, users, states)):
        raise ValueError(f"{key}, its users and its status are not all lists")
    users, states = (one or [None] * len(answers) for one in (users, states))
    if not len(answers) == len(users) == len(states):
        raise ValueError(f"{key} and its users and status have different lengths")
    return [
        {"value": value, "user_id": user, "status": state}
        for value, user, state in zip(answers, users, states, strict=True)
    ]


def _with(base: Said, kind: Any, value: str, *, score: float | None = None) -> Said:
    return Said(base.place, base.shown, base.control, kind, value, base.annotator, score=score)
