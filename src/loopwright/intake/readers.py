"""Rows of a file, one at a time: CSV, JSON Lines (also gzipped), Parquet, and JSON arrays.

Memory stays flat whatever the size, but for an array, which is read whole. Every row carries its
place, so that an error can say where it is. What is wrong with one row is a `BadRow`; what is wrong
with the file is raised.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from loopwright.base.errors import InvalidInput, TooLarge
from loopwright.base.types import Json

MAX_ROW_BYTES = 16 * 1024 * 1024
MAX_ARRAY_BYTES = 512 * 1024**2
"""A JSON array is read whole; JSON Lines and Parquet may be of any size."""
_BATCH_ROWS = 512
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
    kind = format_of(shown)
    if kind == "parquet":
        yield from _parquet_rows(path, shown)
        return
    if kind == "json":
        yield from _array_rows(path, shown)
        return
    with _opened(path, shown) as stream:
        yield from _csv_rows(stream, shown, header) if kind == "csv" else _json_rows(stream, shown)


def columns_of(
    path: Path, *, name: str | None = None, header: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the columns that the first rows have; raise InvalidInput when there are no rows."""
    shown = name or path.name
    columns: dict[str, None] = {}
    for row in islice(read_rows(path, name=shown, header=header), _HEAD_ROWS):
        if isinstance(row, Row):
            columns.update(dict.fromkeys(row.values))
    if not columns:
        raise InvalidInput(
            f"{shown} holds no rows.",
            remedy="Check that this is the right file, and that it has rows.",
            code="empty_file",
        )
    return tuple(columns)


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[BinaryIO]:
    """Open plain or gzipped bytes; a damaged archive becomes an InvalidInput."""
    if not shown.lower().endswith(".gz"):
        with path.open("rb") as plain:
            yield plain
        return
    try:
        with gzip.open(path, "rb") as packed:
            yield cast(BinaryIO, packed)
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
            raise TooLarge(
                f"{shown}:{number} is longer than {MAX_ROW_BYTES // 1024**2} MiB.",
                remedy="Write one row a line; split what is larger.",
            )
        yield number, line


def _json_rows(stream: BinaryIO, shown: str) -> Iterator[Row | BadRow]:
    for number, line in _lines(stream, shown):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        place = f"{shown}:{number}"
        try:
            values = orjson.loads(line)
        except orjson.JSONDecodeError as failure:
            yield BadRow(place, f"the line is not JSON: {failure.msg} at character {failure.pos}")
            continue
        if isinstance(values, dict):
            yield Row(place, values)
        else:
            yield BadRow(place, f"the line is a JSON {type(values).__name__}, not an object")


def _array_rows(path: Path, shown: str) -> Iterator[Row | BadRow]:
    if path.stat().st_size > MAX_ARRAY_BYTES:
        raise TooLarge(
            f"{shown} is a JSON array larger than {MAX_ARRAY_BYTES // 1024**2} MiB.",
            remedy="Export it in parts, or write one object a line (.jsonl).",
        )
    try:
        loaded: Any = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as failure:
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


def _csv_rows(stream: BinaryIO, shown: str, given: Sequence[str]) -> Iterator[Row | BadRow]:
    csv.field_size_limit(MAX_ROW_BYTES)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        header = list(given) if given else next(rows, None)
        if header is None:
            return
        _check_header(header, shown)
        width, start = len(header), rows.line_num + 1
        for cells in rows:
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
        raise InvalidInput(
            f"{shown} is not UTF-8 text, somewhere after line {rows.line_num}.",
            remedy="Save the file as UTF-8 and import it again.",
            code="not_utf8",
        ) from failure


def _check_header(header: list[str], shown: str) -> None:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise InvalidInput(
            f"{shown}:1 names the column {doubled[0]!r} more than once.",
            remedy="Give every column its own name.",
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
