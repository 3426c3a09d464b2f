"""Rows of a file, one at a time: CSV, JSON Lines (also gzipped), Parquet, and JSON arrays.

Memory stays flat whatever the size, but for an array, which is read whole; a row, and what a
packed file may unpack to, are bounded. Every row carries its place, so that an error can say where
it is. What is wrong with one row is a `BadRow`; what is wrong with the file is raised.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from loopwright.base.errors import InvalidInput, TooLarge
from loopwright.base.types import Json

MAX_ROW_BYTES = 16 * 1024 * 1024
MAX_ARRAY_BYTES = 512 * 1024**2
"""A JSON array is read whole; JSON Lines and Parquet may be of any size."""
MAX_UNPACKED_BYTES = 256 * 1024**2
MAX_UNPACKED_RATIO = 200
"""A gzip file may always unpack to so many bytes, and to so many times its own size: rows of text
stay far below that, and what was made to fill a disk does not."""
MAX_DEPTH = 100
"""Lists and objects within each other in one row."""
_BATCH_ROWS = 512
_BLOCK = 256 * 1024
_HEAD_ROWS = 100
_SUFFIXES = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonl.gz": "jsonl",
    ".parquet": "parquet",
    ".json": "json",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place ("votes.csv:17") and its values by column name."""

    place: str
    values: Json


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read: its place, and why in a sentence."""

    place: str
    reason: str


def format_of(name: str) -> str:
    """Return csv, jsonl, parquet or json by the file's name; raise InvalidInput for others."""
    lowered = name.lower()
    for suffix, kind in _SUFFIXES.items():
        if lowered.endswith(suffix):
            return kind
    raise InvalidInput(
        f"{name} is not a kind of file that can be imported.",
        remedy=f"Use one of {', '.join(_SUFFIXES)}.",
        code="unknown_file_kind",
    )


def read_rows(
    path: Path, *, name: str | None = None, header: Sequence[str] = ()
) -> Iterator[Row | BadRow]:
    """Yield the rows of `path`; `name` is what the user calls it (an upload's own name).

    `header` names the columns of a CSV file whose first line is a row already.
    """
    shown = name or path.name
    match format_of(shown):
        case "parquet":
            rows = _parquet_rows(path, shown)
        case "json":
            rows = _array_rows(path, shown)
        case "csv":
            rows = _csv_rows(path, shown, header)
        case _:
            rows = _json_rows(path, shown)
    yield from storable(rows)


def storable(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    """Yield rows; those that no database takes become bad rows."""
    for row in rows:
        problem = None if isinstance(row, BadRow) else _problem(row.values)
        yield row if problem is None else BadRow(row.place, problem)


def _problem(values: Json) -> str | None:
    """Return why a row cannot be stored. Without recursion: its depth is the sender's choice."""
    level: list[Any] = [values]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for one in level:
            parts = [*one, *one.values()] if isinstance(one, dict) else one
            for part in parts:
                if isinstance(part, str):
                    if "\0" in part:
                        return "it holds a NUL character, which cannot be stored"
                elif isinstance(part, dict | list):
                    inner.append(part)
        if not inner:
            return None
        level = inner
    return f"its values are nested deeper than {MAX_DEPTH} levels"


def columns_of(
    path: Path, *, name: str | None = None, header: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the columns that the first rows have; raise InvalidInput when there are no rows."""
    shown = name or path.name
    columns: dict[str, None] = {}
    bad: BadRow | None = None
    for row in islice(read_rows(path, name=shown, header=header), _HEAD_ROWS):
        if isinstance(row, Row):
            columns.update(dict.fromkeys(row.values))
        else:
            bad = bad or row
    if not columns and bad is not None:
        raise unreadable(bad)
    if not columns:
        raise InvalidInput(
            f"{shown} holds no rows.",
            remedy="Check that this is the right file, and that it has rows.",
            code="empty_file",
        )
    return tuple(columns)


def unreadable(bad: BadRow) -> InvalidInput:
    """Return the refusal of a file of which no row can be read, by the first of them."""
    return InvalidInput(
        f"{bad.place}: {bad.reason}. No row of the file can be read.",
        remedy="Export it again, or check that this is the right file.",
        code="bad_row",
        detail={"place": bad.place},
    )


class _Bounded(io.RawIOBase):
    """The bytes of a packed file, up to what an honest one holds."""

    def __init__(self, packed: gzip.GzipFile, *, most: int, shown: str) -> None:
        self._packed, self._left, self._most, self._shown = packed, most, most, shown

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._packed.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise TooLarge(
                f"{self._shown} unpacks to more than {self._most // 1024**2} MiB.",
                remedy="Unpack it and import it in parts.",
            )
        return count


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[BinaryIO]:
    """Open plain or gzipped bytes; a damaged archive becomes an InvalidInput."""
    if not shown.lower().endswith(".gz"):
        with path.open("rb") as plain:
            yield plain
        return
    try:
        with gzip.open(path, "rb") as packed:
            most = max(MAX_UNPACKED_BYTES, path.stat().st_size * MAX_UNPACKED_RATIO)
            bounded = _Bounded(packed, most=most, shown=shown)
            yield cast(BinaryIO, io.BufferedReader(bounded, _BLOCK))
    except (EOFError, gzip.BadGzipFile, zlib.error) as failure:
        raise InvalidInput(
            f"{shown} is not a whole gzip file: {failure}.",
            remedy="Copy or download it again; it may have been cut off.",
            code="damaged_file",
        ) from failure


def _lines(stream: BinaryIO, shown: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_ROW_BYTES + 1):
        number += 1
        if len(line) > MAX_ROW_BYTES:
            raise _too_long(f"{shown}:{number}")
        yield number, line


def _too_long(place: str) -> TooLarge:
    return TooLarge(
        f"{place} is longer than {MAX_ROW_BYTES // 1024**2} MiB.",
        remedy="Write one row a line; split what is larger.",
    )


def _json_rows(path: Path, shown: str) -> Iterator[Row | BadRow]:
    with _opened(path, shown) as stream:
        for number, line in _lines(stream, shown):
            text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if text.strip():
                yield _json_row(text, f"{shown}:{number}")


def _json_row(line: bytes, place: str) -> Row | BadRow:
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as failure:
        if _is_utf8(line):
            at = f"{failure.msg} at character {failure.pos}"
            return BadRow(place, f"the line is not JSON: {at}")
        return BadRow(place, "the line is not UTF-8 text; save the file as UTF-8")
    if isinstance(values, dict):
        return Row(place, values)
    return BadRow(place, f"the line is a JSON {type(values).__name__}, not an object")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _array_rows(path: Path, shown: str) -> Iterator[Row | BadRow]:
    if path.stat().st_size > MAX_ARRAY_BYTES:
        raise TooLarge(
            f"{shown} is a JSON array larger than {MAX_ARRAY_BYTES // 1024**2} MiB.",
            remedy="Export it in parts, or write one object a line (.jsonl).",
        )
    content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    try:
        loaded: Any = orjson.loads(content)
    except orjson.JSONDecodeError as failure:
        if not _is_utf8(content):
            raise _not_utf8(f"{shown} is not UTF-8 text") from failure
        raise InvalidInput(
            f"{shown} is not JSON: {failure.msg} at character {failure.pos}.",
            remedy="Export it again; it may have been cut off.",
            code="damaged_file",
        ) from failure
    rows = loaded if isinstance(loaded, list) else [loaded]
    for number, values in enumerate(rows, start=1):
        place = f"{shown}:{number}"
        if isinstance(values, dict):
            yield Row(place, values)
        else:
            yield BadRow(place, f"it is a JSON {type(values).__name__}, not an object")


class _CsvLines:
    """Lines of a CSV file; those of one row are bounded together."""

    def __init__(self, stream: BinaryIO, shown: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        self._shown = shown
        self._number = 0
        self.row_size = 0
        """Characters since a row began; set to 0 at the end of each."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_BYTES + 1)
        if not line:
            raise StopIteration
        self._number += 1
        self.row_size += len(line)
        if self.row_size > MAX_ROW_BYTES:
            raise _too_long(f"{self._shown}:{self._number}")
        return line


def _csv_rows(path: Path, shown: str, given: Sequence[str]) -> Iterator[Row | BadRow]:
    csv.field_size_limit(MAX_ROW_BYTES)
    with _opened(path, shown) as stream:
        lines = _CsvLines(stream, shown)
        rows = csv.reader(lines, strict=True)
        try:
            header = list(given) if given else next(rows, None)
            if header is None:
                return
            _check_header(header, shown)
            width, start = len(header), rows.line_num + 1
            for cells in rows:
                lines.row_size = 0
                place, start = f"{shown}:{start}", rows.line_num + 1
                if len(cells) == width:
                    yield Row(place, dict(zip(header, cells, strict=True)))
                elif cells:
                    yield BadRow(place, f"the row has {len(cells)} fields, the header has {width}")
        except csv.Error as failure:
            raise InvalidInput(
                f"{shown}:{rows.line_num} is not well-formed CSV: {failure}.",
                remedy="Quote fields that hold commas, quotes or line breaks; double inner quotes.",
                code="malformed_csv",
            ) from failure
        except UnicodeDecodeError as failure:
            # Text is decoded in blocks, so the line is looked for.
            raise _not_utf8(f"{_first_undecodable(path, shown)} is not UTF-8 text") from failure


def _first_undecodable(path: Path, shown: str) -> str:
    with _opened(path, shown) as stream:
        found = (number for number, line in _lines(stream, shown) if not _is_utf8(line))
        return f"{shown}:{next(found, 1)}"


def _not_utf8(problem: str) -> InvalidInput:
    return InvalidInput(
        f"{problem}.",
        remedy='Save the file as UTF-8 ("CSV UTF-8" in a spreadsheet) and import it again.',
        code="not_utf8",
    )


def _check_header(header: list[str], shown: str) -> None:
    doubled = sorted(name for name, count in Counter(header).items() if count > 1)
    if doubled:
        raise InvalidInput(
            f"{shown}:1 names the column {doubled[0][:200]!r} more than once.",
            remedy="Give every column its own name; a file without a header needs `header` in "
            "its mapping.",
            code="malformed_csv",
        )


def _parquet_rows(path: Path, shown: str) -> Iterator[Row | BadRow]:
    try:
        with pq.ParquetFile(path) as source:
            number = 0
            for batch in source.iter_batches(batch_size=_BATCH_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    yield Row(f"{shown}:row {number}", values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as failure:
        raise InvalidInput(
            f"{shown} is not a readable Parquet file: {str(failure).splitlines()[0]}",
            remedy="Write it again, or convert it to JSON Lines.",
            code="damaged_file",
        ) from failure
