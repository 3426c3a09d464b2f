"""What somebody answered in a row, for kinds of question that one word does not answer; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from loopwright.base.types import Json
from loopwright.intake.mapping import ImportMapping
from loopwright.projects.question_spec import QuestionSpec
from loopwright.questions.elsewhere import in_sides
from loopwright.questions.model import PAIR_SIDES

_RANK = "a rank; 1 is the best"


class RowAnswers:
    """Reads the answers to one question by one mapping. A ValueError says what is wrong."""

    def __init__(self, mapping: ImportMapping, question: QuestionSpec) -> None:
        self._mapping = mapping
        self._choice = mapping.fields.get("choice", "")
        self._kind = question.kind
        self._options = named_options(question)
        self._levels = {name.casefold(): at for at, name in enumerate(question.scale, start=1)}

    def read(self, values: Json, *, outcome: str = "", shown: str | None = None) -> Json:
        """Return the answer as the kind takes it; whether it fits is for the kind to say.

        `outcome` and `shown` are those of a comparison.
        """
        first_left = shown != "second_left"
        sides = PAIR_SIDES if first_left else tuple(reversed(PAIR_SIDES))
        place = dict(zip(("first", "second"), sides, strict=True))
        found = self._compared(values, outcome, place) if outcome else self._alone(values)
        reason = values.get(self._mapping.fields.get("reason", ""))
        if reason not in (None, ""):
            found["reason"] = reason
        flags = values.get(self._mapping.fields.get("flags", ""))
        if flags not in (None, ""):
            column = self._mapping.fields["flags"]
            found["flags"] = [_on(one, place) for one in listed(flags, column)]
        return found

    def _compared(self, values: Json, outcome: str, place: Mapping[str, str]) -> Json:
        strength = values.get(self._mapping.fields.get("strength", ""))
        found: Json = {
            "choice": place.get(outcome, outcome),
            "strength": None if strength == "" else number(strength),
        }
        if self._kind == "scorecard":
            by_side = {"first": self._mapping.scores_first, "second": self._mapping.scores_second}
            found["scores"] = {
                place[which]: _levels(values, columns) for which, columns in by_side.items()
            }
        return found

    def _alone(self, values: Json) -> Json:
        if self._kind == "ranking":
            return {"ranks": in_sides(self._ranks(values))}
        if self._kind == "rubric":
            return {"scores": _levels(values, self._mapping.scores)}
        given = values.get(self._choice)
        if given is None:
            raise ValueError(f"{self._choice} is missing")
        if self._kind == "multi_label":
            return {"labels": [self._label(one) for one in _words(given, self._choice)]}
        if self._kind == "likert":
            return {"value": self._level(given)}
        if self._kind == "single_label":
            return {"label": self._label(given)}
        if self._kind == "boxes":
            return {"boxes": [self._box(one) for one in listed(given, self._choice)]}
        return {"text": given}

    def texts(self, values: Json) -> list[tuple[str, Any, str | None]]:
        """Return (column, text, who wrote it) of the texts that were ranked."""
        ranked = self._mapping.ranked
        if ranked:
            return [(column, values.get(column), None) for column in ranked]
        column = self._mapping.fields["texts"]
        found = listed(values.get(column), column)
        sources: Sequence[Any] = [None] * len(found)
        named = self._mapping.fields.get("sources")
        if named is not None:
            sources = listed(values.get(named), named)
            if len(sources) != len(found):
                raise ValueError(f"{named} has {len(sources)} entries, {column} has {len(found)}")
        return [
            (f"{column}[{at}]", text, None if source is None else str(source))
            for at, (text, source) in enumerate(zip(found, sources, strict=True))
        ]

    def _ranks(self, values: Json) -> list[Any]:
        ranked = self._mapping.ranked
        if ranked:
            return [_measured(values.get(one), one, _RANK) for one in ranked.values()]
        column, texts = self._mapping.fields["ranks"], self._mapping.fields["texts"]
        ranks = listed(values.get(column), column)
        count = len(listed(values.get(texts), texts))
        if len(ranks) != count:
            raise ValueError(f"{column} has {len(ranks)} ranks, {texts} has {count} texts")
        return [_measured(one, f"{column}[{at}]", _RANK) for at, one in enumerate(ranks)]

    def _box(self, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        found = {name: number(value) for name, value in given.items()}
        return {**found, "label": self._label(given["label"])} if "label" in given else found

    def _label(self, given: Any) -> Any:
        return self._options.get(str(given).strip().casefold(), given)

    def _level(self, given: Any) -> Any:
        level = number(given)
        return self._levels.get(str(given).strip().casefold(), level)


def _levels(values: Json, columns: Mapping[str, str]) -> Json:
    return {
        criterion: _measured(values.get(column), column, f"the level of {criterion}")
        for criterion, column in columns.items()
    }


def _measured(given: Any, column: str, wanted: str) -> Any:
    """Return a number of a cell; a ValueError names the column that has none."""
    if given is None or (isinstance(given, str) and not given.strip()):
        raise ValueError(f"{column} is empty; it wants {wanted}")
    found = number(given)
    if type(found) not in (int, float):
        raise ValueError(f"{column} is {given!r}, and it wants {wanted}")
    return found


def _on(flag: Any, place: Mapping[str, str]) -> Any:
    """Return a flag on the side that a completion of a comparison stood on."""
    if not isinstance(flag, dict):
        return flag
    return {**flag, "side": place.get(str(flag.get("side")), flag.get("side"))}


def named_options(question: QuestionSpec) -> dict[str, str]:
    """Return {name or id, in lower case: the option's id}."""
    named = {option.name.casefold(): option.id for option in question.options}
    return {**named, **{option.id.casefold(): option.id for option in question.options}}


def number(given: Any) -> Any:
    """Return a number that a file spells as text or as 4.0; anything else as it stands."""
    if isinstance(given, str):
        try:
            given = float(given)
        except ValueError:
            return given
    whole = isinstance(given, float) and given.is_integer()
    return int(given) if whole else given


def listed(given: Any, column: str) -> list[Any]:
    """Return a list of a row, also where a file spells it as JSON."""
    if isinstance(given, str):
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            given = None
    if not isinstance(given, list):
        raise ValueError(f"{column} is not a list; write a JSON list")
    return given


def _words(given: Any, column: str) -> list[Any]:
    """Return the labels of a cell: a list, a JSON list, or words with commas between."""
    if isinstance(given, Mapping):
        given = given.get("choices")  # as Label Studio's CSV has several choices
    if isinstance(given, str) and not given.lstrip().startswith(("[", "{")):
        if not given.strip():
            raise ValueError(f"{column} is empty; write [] where no label fits")
        return given.split(",")
    if isinstance(given, str) and given.lstrip().startswith("{"):
        try:
            return _words(orjson.loads(given), column)
        except orjson.JSONDecodeError:
            raise ValueError(f"{column} is not a list of labels") from None
    return listed(given, column)
