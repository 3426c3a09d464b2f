"""Label Studio's JSON export: tasks with data, annotations by several people, predictions.

https://labelstud.io/guide/task_format: an annotation's `result` is a list of
{from_name, to_name, type, value}. Read are choices, taxonomy, pairwise, rating, ranker,
textarea and rectanglelabels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from loopwright.base.types import Json
from loopwright.feedback.tools import boxes, texts
from loopwright.feedback.tools.model import Bad, Fields, LeftOut, Read, Said, Shown
from loopwright.intake.readers import BadRow, Row

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
        if values.get(what):
            yield LeftOut(what, len(values[what]))
    annotations = values["annotations"]
    if not isinstance(annotations, list) or not annotations:
        yield LeftOut("tasks without annotations")
        return
    key = str(values.get("id") or values.get("inner_id") or row.place)
    for annotation in annotations:
        if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
            raise ValueError("an annotation has no list of results")
        if annotation.get("was_cancelled"):
            yield LeftOut("cancelled annotations")
            continue
        for result in annotation["result"]:
            yield from _result(result, row=row, key=key, annotation=annotation, fields=fields)


def _result(result: Any, *, row: Row, key: str, annotation: Json, fields: Fields) -> Iterator[Read]:
    if not isinstance(result, dict) or not isinstance(result.get("value"), dict):
        raise ValueError("a result has no value")
    kind, value, data = str(result.get("type")), result["value"], row.values["data"]
    control = str(result.get("from_name") or kind)
    read_kind = _KINDS.get(kind)
    if read_kind is None:
        yield LeftOut(f"{kind} regions")
        return
    if kind == "rectanglelabels":
        image = boxes.image_of(data, fields)
        shown = Shown(key, texts.prompt_beside(data, fields), image=image)
    else:
        pair = _named_pair(result, data) if kind == "pairwise" else None
        shown = texts.shown(key, data, fields, pair=pair)
    who = texts.person(annotation.get("completed_by"))
    at = texts.seconds(annotation.get("created_at"))
    sheet = str(annotation.get("id") or "")

    def said(what: str, *, score: float | None = None, as_kind: Any = read_kind) -> Said:
        return Said(row.place, shown, control, as_kind, what, who, score=score, at=at, sheet=sheet)

    if kind == "pairwise":
        side = _SIDES.get(str(value.get("selected")))
        if side is None:
            yield LeftOut("comparisons without a choice")
        elif len(shown.texts) != 2:
            raise ValueError(
                "the two texts that were compared are not known; name them with "
                "--field first=NAME --field second=NAME"
            )
        else:
            yield said(side)
    elif kind == "rating":
        number = value.get("rating")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"the rating of {control} is no number")
        yield said("", score=float(number))
    elif kind == "rectanglelabels":
        yield replace(said("", as_kind="box"), box=boxes.box_of(result, control))
    elif kind == "ranker":
        yield _ranking(value, data, said("", as_kind="ranking"))
    elif kind == "textarea":
        yield from _texts(value, control, shown, said)
    else:
        for label in _labels(kind, value):
            yield said(label)


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


def _texts(value: Json, control: str, shown: Shown, said: Any) -> Iterator[Read]:
    written = value.get("text")
    lines = written if isinstance(written, list) else [written]
    text = "\n".join(str(line) for line in lines if line)
    if not text.strip():
        return
    if len(shown.texts) == 1 and texts.is_edit(control):
        yield said(text)
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


def _named_pair(result: Json, data: Json) -> tuple[str, str] | None:
    """Return the compared fields where the tags are called like them."""
    named = result.get("to_name")
    names = named.split(",") if isinstance(named, str) else named
    if isinstance(names, list) and len(names) == 2:
        left, right = (str(name).strip() for name in names)
        if left in data and right in data:
            return left, right
    return None


_KINDS = {
    "choices": "label",
    "taxonomy": "label",
    "pairwise": "pair",
    "rating": "rating",
    "ranker": "ranking",
    "rectanglelabels": "box",
    "textarea": "text",
}
