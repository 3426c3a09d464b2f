"""Rows with a list of completions for one prompt, each with a rank, a score or ratings.

The completions are objects, as in Nectar ({answer, model, rank}) and UltraFeedback ({response,
model, overall_score, annotations: {criterion: {Rating}}}), or texts with lists of ranks, ratings
and models of the same length beside them, as distilabel writes them. The forms are those of the
sets' own pages: https://huggingface.co/datasets/openbmb/UltraFeedback, berkeley-nest/Nectar and
alvarobartt/ultrafeedback-mini there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loopwright.base.digests import digest_json
from loopwright.base.types import Json
from loopwright.feedback.tools import texts
from loopwright.feedback.tools.model import Fields, LeftOut, Prompt, Read, Said, Shown
from loopwright.intake.readers import Row

LISTS = ("completions", "responses", "answers", "generations", "candidates", "outputs")
CONTROL = "ranking"
_TEXTS = ("response", "answer", "completion", "generation", "text", "content", "output")
_MODELS = ("model", "source", "generation_models", "model_names", "models", "sources")
_RANKS = ("rank", "ranks", "ranking")
_SCORES = ("overall_score", "score", "rating", "scores", "ratings")


@dataclass(frozen=True)
class _Entry:
    """One completion of a row."""

    text: Prompt
    model: str
    rank: float | None
    score: float | None
    ratings: Mapping[str, Any] = field(default_factory=dict)


def list_in(rows: Iterable[Row], fields: Fields) -> str | None:
    """Return the column that lists completions with something to order them by, if there is one."""
    names = (fields["completion"],) if "completion" in fields else LISTS
    for row in rows:
        for name in names:
            listed = row.values.get(name)
            if isinstance(listed, list) and listed and _is_rated(listed[0], row.values):
                return name
    return None


def read_list(row: Row, name: str, fields: Fields) -> Iterator[Read]:
    """Yield the order of a row's completions, and what each was rated. Raises ValueError."""
    listed = row.values.get(name)
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"{name} is no list of completions")
    prompt = texts.shown("", {**row.values, name: None}, {**fields, "completion": name}).prompt
    entries = [_entry(one, at, row.values, f"{name}[{at}]") for at, one in enumerate(listed)]
    key = digest_json([texts.turns(prompt, "user"), [texts.plain(one.text) for one in entries]])
    key = key.removeprefix("sha256:")[:32]
    shown = Shown(
        key, prompt, tuple(one.text for one in entries), tuple(one.model for one in entries)
    )
    ranks = _ranks(entries, name)
    if ranks is not None:
        yield _ordered(row.place, shown, ranks)
    for at, one in enumerate(entries):
        alone = Shown(f"{key}:{at}", prompt, (one.text,), (one.model,))
        for control, given in one.ratings.items():
            score = _number(given)
            if score is None:
                yield LeftOut(f"ratings of {control} that are no numbers")
            else:
                yield Said(
                    row.place, alone, control, "rating", "", "unknown", score=score, sheet=str(at)
                )


def _ordered(place: str, shown: Shown, ranks: tuple[float, ...]) -> Read:
    if len(ranks) == 1:
        return LeftOut("lists of a single completion")
    if len(ranks) == 2:
        first, second = ranks
        outcome = "tie" if first == second else "first" if first < second else "second"
        return Said(place, shown, CONTROL, "pair", outcome, "unknown")
    return Said(place, shown, CONTROL, "ranking", "", "unknown", ranks=ranks)


def _ranks(entries: list[_Entry], name: str) -> tuple[float, ...] | None:
    """Return the rank of each completion, by its rank or else its score; the same is a tie."""
    ranks = [one.rank for one in entries]
    scores = [one.score for one in entries]
    given = ranks if any(one is not None for one in ranks) else scores
    known = [one for one in given if one is not None]
    if not known:
        return None
    if len(known) < len(given):
        missing = given.index(None)
        raise ValueError(f"{name}[{missing}] has no rank or score, and others have")
    if given is ranks:
        return tuple(known)
    return tuple(1.0 + sum(other > one for other in known) for one in known)


def _is_rated(entry: Any, values: Json) -> bool:
    if isinstance(entry, dict):
        rated = {*_RANKS, *_SCORES, "annotations"} & set(entry)
        return bool(rated) and any(isinstance(entry.get(name), str) for name in _TEXTS)
    beside = (values.get(name) for name in (*_RANKS, *_SCORES))
    return isinstance(entry, str) and any(isinstance(one, list) for one in beside)


def _entry(one: Any, at: int, values: Json, place: str) -> _Entry:
    if isinstance(one, dict):
        name = next((name for name in _TEXTS if one.get(name) is not None), None)
        if name is None:
            raise ValueError(f"{place} has no text ({', '.join(_TEXTS)})")
        about: Mapping[str, Any] = one
        text = texts.text_of(one, name)
    else:
        # What a list beside the texts says at the same place.
        about = {
            name: listed[at]
            for name, listed in values.items()
            if isinstance(listed, list) and len(listed) > at
        }
        text = texts.text_of({place: one}, place)
    annotations = about.get("annotations")
    return _Entry(
        text,
        str(_first(about, _MODELS) or f"completion-{at + 1}"),
        _number(_first(about, _RANKS)),
        _number(_first(about, _SCORES)),
        _ratings(annotations if isinstance(annotations, dict) else {}),
    )


def _ratings(annotations: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        str(name): one.get("Rating", one.get("rating")) if isinstance(one, dict) else one
        for name, one in annotations.items()
    }
    return {name: given for name, given in found.items() if given is not None}


def _first(values: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((values[name] for name in names if values.get(name) is not None), None)


def _number(given: Any) -> float | None:
    if isinstance(given, str):
        try:
            return float(given)
        except ValueError:
            return None
    return float(given) if isinstance(given, int | float) and type(given) is not bool else None
