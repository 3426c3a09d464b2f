"""Label Studio's JSON export: tasks with data, annotations by several people, predictions.

https://labelstud.io/guide/task_format: an annotation's `result` is a list of
{from_name, to_name, type, value}. Read are choices, taxonomy, pairwise, rating, ranker,
textarea and rectanglelabels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from loopwright.base.types import Json
from loopwright.feedback.tools import boxes, texts
from loopwright.feedback.tools.model import Bad, Fields, Kind, LeftOut, Read, Said, Shown
from loopwright.intake.readers import BadRow, Row


@dataclass(frozen=True)
class _Task:
    """Where a task stood, its key and its data, and what of it was compared."""

    place: str
    key: str
    data: Json
    fields: Fields
    tags: tuple[str, ...] = ()
    """The tags of the compared texts, left and right."""

    @property
    def pair(self) -> tuple[str, str] | None:
        """Return the compared fields, where the tags are called like them."""
        if len(self.tags) == 2 and all(tag in self.data for tag in self.tags):
            return self.tags[0], self.tags[1]
        return None


_SIDES = {"left": "first", "right": "second"}


def read(rows: Iterable[Row | BadRow], *, fields: Fields) -> Iterator[Read]:
    """Yield what every annotator said about every task."""
    for row in rows:
        if isinstance(row, BadRow):
            yield Bad(row.place, row.reason)
            continue
        try:
            yield from list(_task(row, fields))
        except ValueError as failure:
            yield Bad(row.place, str(failure))


def is_export(values: Json) -> bool:
    """Return whether a row looks like a task of the JSON export."""
    return isinstance(values.get("data"), dict) and "annotations" in values


def _task(row: Row, fields: Fields) -> Iterator[Read]:
    values = row.values
    if not is_export(values):
        raise ValueError("it is no task of Label Studio's JSON export (data and annotations)")
    for what in ("predictions", "drafts"):
        found = values.get(what)
        if isinstance(found, list) and found:
            yield LeftOut(what, len(found))
    annotations = values["annotations"]
    if not isinstance(annotations, list) or not annotations:
        yield LeftOut("tasks without annotations")
        return
    key = str(values.get("id") or values.get("inner_id") or row.place)
    for annotation in annotations:
        yield from _annotation(annotation, row, key, fields)


def _annotation(annotation: Any, row: Row, key: str, fields: Fields) -> Iterator[Read]:
    if not isinstance(annotation, dict):
        yield Bad(row.place, "an annotation is no object")
        return
    who = texts.person(annotation.get("completed_by"))
    if annotation.get("was_cancelled"):
        yield LeftOut("cancelled annotations")
        return
    results = annotation.get("result")
    if not isinstance(results, list):
        yield Bad(row.place, "the annotation has no list of results", who)
        return
    task = _Task(row.place, key, row.values["data"], fields, _compared(results))
    for result in results:
        if not isinstance(result, dict) or not isinstance(result.get("value"), dict):
            yield Bad(row.place, "a result has no value", who)
        else:
            yield from _result(result, task, annotation)


def _result(result: Json, task: _Task, annotation: Json) -> Iterator[Read]:
    kind = str(result.get("type"))
    read_kind = _KINDS.get(kind)
    if read_kind is None:
        yield LeftOut(f"{kind[:100]} regions")
        return
    shown = _shown(kind, task)
    base = Said(
        task.place,
        shown,
        str(result.get("from_name") or kind)[:200],
        read_kind,
        "",
        texts.person(annotation.get("completed_by")),
        at=texts.seconds(annotation.get("created_at")),
        sheet=str(annotation.get("id") or ""),
        side=_side(result, task, shown),
    )
    try:
        yield from list(_answers(kind, result, task, base))
    except ValueError as failure:
        yield replace(base, unread=str(failure))


def _shown(kind: str, task: _Task) -> Shown:
    if kind == "rectanglelabels":
        image = boxes.image_of(task.data, task.fields)
        return Shown(task.key, texts.prompt_beside(task.data, task.fields), image=image)
    compared = kind in ("pairwise", "rating")
    return texts.shown(task.key, task.data, task.fields, pair=task.pair if compared else None)


def _side(result: Json, task: _Task, shown: Shown) -> str:
    """Return which of the compared texts a result was given on, "" where it is on no single one."""
    names = result.get("to_name")
    on = names[0] if isinstance(names, list) and len(names) == 1 else names
    for pair in (task.tags, shown.sources):
        if len(pair) == 2 and on in pair:
            return ("first", "second")[list(pair).index(on)]
    return ""


def _answers(kind: str, result: Json, task: _Task, base: Said) -> Iterator[Read]:
    value, control = result["value"], base.control
    if kind == "pairwise":
        side = _SIDES.get(str(value.get("selected")))
        if side is None:
            yield LeftOut("comparisons without a choice")
        elif len(base.shown.texts) != 2:
            raise ValueError(
                "the two texts that were compared are not known; name them as "
                "fields: first=NAME, second=NAME (--field)"
            )
        else:
            yield replace(base, value=side)
    elif kind == "rating":
        number = value.get("rating")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"the rating of {control} is no number")
        yield replace(base, score=float(number))
    elif kind == "rectanglelabels":
        yield replace(base, box=boxes.box_of(result, control))
    elif kind == "ranker":
        yield _ranking(value, task.data, base)
    elif kind == "textarea":
        yield from _texts(value, base)
    else:
        for label in _labels(kind, value):
            yield replace(base, value=label)


def _ranking(value: Json, data: Json, base: Said) -> Read:
    """Return an order of the list's entries, best first; entries in groups are no order."""
    found = value.get("ranker")
    groups = found if isinstance(found, dict) else {base.control: found}
    filled = {name: ids for name, ids in groups.items() if ids}
    if len(filled) != 1 or "_" in filled:
        return LeftOut("rankings in groups")
    [order] = filled.values()
    if not isinstance(order, list):
        raise ValueError(f"the ranking of {base.control} is no list of ids")
    place = {str(one): at for at, one in enumerate(order, start=1)}
    entries = _entries(data, set(place))
    if entries is None:
        raise ValueError(
            f"{base.control} ranks {', '.join(place)}, and no list of the task's data holds "
            "entries with just these ids"
        )
    shown = texts.ranked(base.shown.key, base.shown.prompt, entries)
    return replace(base, shown=shown, ranks=tuple(float(place[name]) for name in entries))


def _entries(data: Json, ids: set[str]) -> dict[str, Any] | None:
    """Return {id: text} of the list in the data whose entries have these ids, in its order."""
    for listed in data.values():
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            continue
        found = {
            str(one.get("id")): one.get("body") or one.get("html") or one.get("title")
            for one in listed
        }
        if set(found) == ids and len(listed) == len(ids):
            return found
    return None


def _texts(value: Json, base: Said) -> Iterator[Read]:
    written = value.get("text")
    lines = written if isinstance(written, list) else [written]
    text = "\n".join(str(line) for line in lines if line)
    if not text.strip():
        return
    if len(base.shown.texts) == 1 and texts.is_edit(base.control):
        yield replace(base, value=text)
    else:
        yield LeftOut("remarks")


def _labels(kind: str, value: Json) -> list[str]:
    found = value.get(kind)
    if not isinstance(found, list):
        raise ValueError(f"a result of type {kind} has no list of {kind}")
    if kind == "taxonomy":
        # The deepest place says it all: the path leads there.
        return [" / ".join(map(str, path)) for path in found if isinstance(path, list) and path]
    return [str(label) for label in found]


def _compared(results: list[Any]) -> tuple[str, ...]:
    """Return the tags of the two texts that were compared, or none."""
    for result in results:
        if isinstance(result, dict) and result.get("type") == "pairwise":
            named = result.get("to_name")
            names = named.split(",") if isinstance(named, str) else named
            if isinstance(names, list) and len(names) == 2:
                left, right = (str(name).strip() for name in names)
                return left, right
    return ()


_KINDS: dict[str, Kind] = {
    "choices": "label",
    "taxonomy": "label",
    "pairwise": "pair",
    "rating": "rating",
    "ranker": "ranking",
    "rectanglelabels": "box",
    "textarea": "text",
}
