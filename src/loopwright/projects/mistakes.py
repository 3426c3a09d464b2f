"""What is wrong with a file that a model refuses, as sentences with their place."""

import re
import reprlib
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from loopwright.base.nearest import did_you_mean
from loopwright.projects.question_spec import SLUG

Path = tuple[str | int, ...]
_VALUE_ERROR = "Value error, "
_IN_AN_ID = "use up to 63 letters a to z, digits, - and _, beginning with a letter or a digit"
_WORD = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Mistake:
    """One wrong place of a file: the keys and list places that lead to it, and what is wrong."""

    path: Path
    sentence: str


def mistakes(failure: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    """Return what is wrong, without what only follows from it.

    A list whose one entry is wrong is also too short without it: only the entry is named.
    """
    errors = failure.errors()
    paths = [error["loc"] for error in errors]
    return [
        Mistake(error["loc"], _sentence(error, model))
        for error in errors
        if not any(len(other) > len(error["loc"]) and _leads_to(error, other) for other in paths)
    ]


def _leads_to(error: Any, other: Path) -> bool:
    return bool(other[: len(error["loc"])] == error["loc"])


def _sentence(error: Any, model: type[BaseModel]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            *above, key = error["loc"]
            return f"this key is not known. {did_you_mean(str(key), keys_at(model, above))}".strip(
                " ."
            )
        case "literal_error" | "enum":
            return _none_of(error["input"], str(context["expected"])) or str(error["msg"])
        case "union_tag_invalid":
            key = context["discriminator"].strip("'")
            return f"{key}: {_none_of(context['tag'], context['expected_tags'])}"
        case "missing":
            return "this key is needed and is not there"
        case "string_pattern_mismatch" if context["pattern"] == SLUG:
            return f"{error['input']!r} is no id: {_IN_AN_ID}"
    return str(error["msg"]).removeprefix(_VALUE_ERROR)


def _none_of(given: object, expected: str) -> str:
    """Return what could stand there instead; nothing when the choices are not words."""
    words = _WORD.findall(expected)
    if not words:
        return ""
    maybe = did_you_mean(str(given), words)
    return f"{reprlib.repr(given)} is none of {', '.join(words)}. {maybe}".strip(" .")


def keys_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that a file may have at a place."""
    here: list[Any] = [model]
    for part in path:
        here = list(_below(here, part)) or _tagged(here, part)
    return [key for one in _models(here) for key in one.model_fields]


def _below(annotations: Sequence[Any], part: str | int) -> Iterator[Any]:
    for one in _plain(annotations):
        if isinstance(one, type) and issubclass(one, BaseModel):
            if part in one.model_fields:
                yield one.model_fields[str(part)].annotation
        elif isinstance(part, int) and get_args(one):
            yield get_args(one)[0]
        elif isinstance(get_origin(one), type) and issubclass(get_origin(one), Mapping):
            yield get_args(one)[1]


def _tagged(annotations: Sequence[Any], tag: str | int) -> list[Any]:
    """The member of a union that its kind names; pydantic puts the kind into the path."""
    return [
        one
        for one in _models(annotations)
        if any(tag in get_args(field.annotation) for field in one.model_fields.values())
    ]


def _models(annotations: Sequence[Any]) -> list[type[BaseModel]]:
    plain = _plain(annotations)
    return [one for one in plain if isinstance(one, type) and issubclass(one, BaseModel)]


def _plain(annotations: Sequence[Any]) -> Iterator[Any]:
    """Yield the types behind optional ones, unions and annotations."""
    for one in annotations:
        origin = get_origin(one)
        if origin is Annotated:
            yield from _plain(get_args(one)[:1])
        elif origin in (Union, types.UnionType):
            yield from _plain(get_args(one))
        elif origin is not Literal:
            yield one
