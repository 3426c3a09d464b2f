"""Reads a file of past votes for `loopwright replay`, and counts what it left out and why."""

import csv
import math
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loopwright.base.errors import InvalidInput

LABELS = ("annotator", "item", "label")
PAIRS = ("annotator", "item", "left", "right", "winner")
_SIDES = ("left", "right", "tie")
_TIE = "tie"
_EVERY = 20_000
Progress = Callable[[int], None]
"""Is told how many bytes have been read so far."""
Codes = NDArray[np.int64]


@dataclass
class _Names:
    """Names as numbers from 0, in order of appearance."""

    code: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> int:
        return self.code.setdefault(name, len(self.code))

    def names(self) -> list[str]:
        return list(self.code)


@dataclass(frozen=True)
class PairSides:
    """What a pairs file adds, one entry per vote: names of both sides as shown, and the winner."""

    left: Codes
    right: Codes
    winner: Codes
    """1 the left, -1 the right, 0 a tie."""
    sources: list[str]


@dataclass(frozen=True)
class VoteFile:
    """Votes as numbers, in the order in which they were given; the last of repeated ones only."""

    kind: str
    """labels or pairs."""
    item: Codes
    annotator: Codes
    label: Codes
    gold: Codes
    """(items,): the right label, -1 where the file has none."""
    seconds: NDArray[np.float64] | None
    """Per vote; NaN where it is not given."""
    items: list[str]
    annotators: list[str]
    labels: list[str]
    counts: dict[str, int]
    """Rows, and what was left out of them."""
    pairs: PairSides | None = None
    timed: bool = False
    """Whether a column gave the order."""


class _Rows:
    """Columns that grow row by row, compactly."""

    def __init__(self) -> None:
        self.items, self.annotators = _Names(), _Names()
        self.labels, self.sources = _Names(), _Names()
        self.item, self.annotator, self.label = array("q"), array("q"), array("q")
        self.left, self.right, self.winner = array("q"), array("q"), array("b")
        self.seconds, self.time = array("d"), array("d")
        self.gold: dict[int, int] = {}
        self.contradicted: set[int] = set()
        self.counts = dict.fromkeys(("rows", "blank_labels"), 0)

    def truth(self, item: int, name: str) -> None:
        code = self.labels.of(name)
        if self.gold.setdefault(item, code) != code:
            self.contradicted.add(item)


@dataclass(frozen=True)
class _Place:
    """A file's columns: where each name is; missing ones are None."""

    path: Path
    at: dict[str, int]
    width: int

    def value(self, row: list[str], name: str) -> str:
        place = self.at.get(name)
        return "" if place is None else row[place].strip()


def read_votes(path: Path, *, progress: Progress = lambda _: None) -> VoteFile:
    """Return the votes of a labels or a pairs file; its header says which.

    Raises InvalidInput that names the line for what has no defined meaning.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            return _read(path, csv.reader(_told(stream, progress)))
    except UnicodeDecodeError as failure:
        raise InvalidInput(
            f"{path.name} is not UTF-8 text: {failure.reason} at byte {failure.start}.",
            remedy="Save it as UTF-8, for example with iconv.",
        ) from failure
    except csv.Error as failure:
        raise InvalidInput(
            f"{path.name} cannot be read as CSV: {failure}.",
            remedy="Write it as comma-separated values with a header.",
        ) from failure
    except OSError as failure:
        raise InvalidInput(
            f"{path} cannot be read: {failure.strerror}.", remedy="Name a CSV file."
        ) from failure


def _told(lines: Iterator[str], progress: Progress) -> Iterator[str]:
    size = 0
    for number, line in enumerate(lines):
        size += len(line)
        if number % _EVERY == 0:
            progress(size)
        yield line
    progress(size)


def _read(path: Path, reader: "csv._reader") -> VoteFile:  # type: ignore[name-defined]
    place, kind = _header(path, next(reader, None))
    rows, take = _Rows(), _take_label if kind == "labels" else _take_pair
    for row in reader:
        if not row or (len(row) == 1 and not row[0].strip()):
            continue
        if len(row) != place.width:
            raise InvalidInput(
                f"{path.name}, line {reader.line_num}: {len(row)} fields, "
                f"but the header has {place.width}.",
                remedy="Quote fields that hold commas.",
            )
        rows.counts["rows"] += 1
        take(rows, place, row, reader.line_num)
    return _finished(rows, place, kind)


def _header(path: Path, row: list[str] | None) -> tuple[_Place, str]:
    names = [name.strip().lower() for name in row or ()]
    kinds = {"pairs": PAIRS, "labels": LABELS}
    kind = next((kind for kind, columns in kinds.items() if set(columns) <= set(names)), None)
    if kind is None:
        needed = " or ".join(",".join(columns) for columns in (LABELS, PAIRS))
        first = f"lacks a header: its first line is {','.join(names)[:80]!r}"
        raise InvalidInput(
            f"{path.name} {first if names else 'is empty'}.",
            remedy=f"The first line names the columns: {needed}.",
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InvalidInput(
            f"{path.name} has two columns named {twice[0]}.", remedy="Give each its own name."
        )
    return _Place(path, {name: at for at, name in enumerate(names)}, len(names)), kind


def _take_label(rows: _Rows, place: _Place, row: list[str], line: int) -> None:
    item = rows.items.of(_needed(place, row, "item", line))
    gold, label = place.value(row, "gold"), place.value(row, "label")
    if gold:
        rows.truth(item, gold)
    if not label:
        rows.counts["blank_labels"] += 1
        return
    annotator = rows.annotators.of(_needed(place, row, "annotator", line))
    _take(rows, place, row, line, vote=(item, annotator, rows.labels.of(label)))


def _take_pair(rows: _Rows, place: _Place, row: list[str], line: int) -> None:
    """Take a vote on two sides; the item is this pair of sides, whichever stood on the left."""
    name, winner = _needed(place, row, "item", line), place.value(row, "winner")
    left, right = _needed(place, row, "left", line), _needed(place, row, "right", line)
    if not winner:
        rows.counts["blank_labels"] += 1
        return
    if left == right:
        rows.counts["same_sides"] = rows.counts.get("same_sides", 0) + 1
        return
    if winner.lower() not in _SIDES:
        raise InvalidInput(
            f"{place.path.name}, line {line}: winner is {winner[:40]!r}.",
            remedy=f"It is one of {', '.join(_SIDES)}.",
        )
    sign = (1, -1, 0)[_SIDES.index(winner.lower())]
    first = left < right
    pair = f"{left}\x1f{right}" if first else f"{right}\x1f{left}"
    item = rows.items.of(f"{name}\x1f{pair}")
    # As seen from the pair itself, so that swapped sides count as the same answer.
    label = rows.labels.of(_TIE if sign == 0 else "first" if (sign > 0) == first else "second")
    annotator = rows.annotators.of(_needed(place, row, "annotator", line))
    _take(rows, place, row, line, vote=(item, annotator, label))
    rows.left.append(rows.sources.of(left))
    rows.right.append(rows.sources.of(right))
    rows.winner.append(sign)


def _take(
    rows: _Rows, place: _Place, row: list[str], line: int, *, vote: tuple[int, int, int]
) -> None:
    rows.item.append(vote[0])
    rows.annotator.append(vote[1])
    rows.label.append(vote[2])
    if "seconds" in place.at:
        rows.seconds.append(_seconds(place, row, line))
    if "time" in place.at:
        before = rows.time[-1] if len(rows.time) else -math.inf
        rows.time.append(_time(place, row, line, before))


def _needed(place: _Place, row: list[str], name: str, line: int) -> str:
    value = place.value(row, name)
    if not value:
        raise InvalidInput(
            f"{place.path.name}, line {line}: {name} is empty.",
            remedy="Fill it in or leave the row out.",
        )
    return value


def _seconds(place: _Place, row: list[str], line: int) -> float:
    text = place.value(row, "seconds")
    try:
        return float(text) if text else math.nan
    except ValueError as failure:
        raise InvalidInput(
            f"{place.path.name}, line {line}: seconds is {text[:40]!r}.",
            remedy="It is a number of seconds, or empty.",
        ) from failure


def _time(place: _Place, row: list[str], line: int, before: float) -> float:
    """Return a time in seconds; a row without one stays behind the row before it."""
    text = place.value(row, "time")
    if not text:
        return before
    with suppress(ValueError):
        if math.isfinite(number := float(text)):
            return number
    try:
        at = datetime.fromisoformat(text)
    except ValueError as failure:
        raise InvalidInput(
            f"{place.path.name}, line {line}: time is {text[:40]!r}.",
            remedy="It is a number or an ISO 8601 time such as 2026-01-31T12:00:00Z, or empty.",
        ) from failure
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _finished(rows: _Rows, place: _Place, kind: str) -> VoteFile:
    item, annotator = np.array(rows.item, dtype=np.int64), np.array(rows.annotator, dtype=np.int64)
    order = np.arange(len(item))
    if len(rows.time):
        order = np.argsort(np.array(rows.time), kind="stable")
    order = order[_last_of_each(item[order], annotator[order], len(rows.annotators.code))]
    gold = np.full(len(rows.items.code), -1, dtype=np.int64)
    for one, code in rows.gold.items():
        gold[one] = -1 if one in rows.contradicted else code
    voted = np.bincount(item[order], minlength=len(gold)) > 0
    counts = {
        **rows.counts,
        "replaced_votes": len(item) - len(order),
        "contradictory_gold": len(rows.contradicted),
        "gold_without_votes": int(((gold >= 0) & ~voted).sum()),
    }
    pairs = None
    if kind == "pairs":
        left, right, winner = (
            np.array(one, dtype=np.int64)[order] for one in (rows.left, rows.right, rows.winner)
        )
        pairs = PairSides(left, right, winner, rows.sources.names())
    return VoteFile(
        kind=kind,
        item=item[order],
        annotator=annotator[order],
        label=np.array(rows.label, dtype=np.int64)[order],
        gold=gold,
        seconds=np.array(rows.seconds)[order] if "seconds" in place.at else None,
        items=rows.items.names(),
        annotators=rows.annotators.names(),
        labels=rows.labels.names(),
        counts=counts,
        pairs=pairs,
        timed="time" in place.at,
    )


def _last_of_each(item: Codes, annotator: Codes, annotators: int) -> Codes:
    """Return the places of each annotator's last vote on each item, in order."""
    key = item * max(annotators, 1) + annotator
    _, from_behind = np.unique(key[::-1], return_index=True)
    places: Codes = np.sort(len(key) - 1 - from_behind)
    return places
