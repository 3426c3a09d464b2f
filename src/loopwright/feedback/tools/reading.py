"""Rows of one or several files of an export: also JSON arrays, which tools write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from loopwright.base.errors import InvalidInput
from loopwright.intake.readers import BadRow, Row, read_rows, storable, unreadable


@dataclass(frozen=True)
class Part:
    """One file: where it lies, and what the user calls it."""

    path: Path
    name: str


def rows_of(parts: Sequence[Part]) -> Iterator[Row | BadRow]:
    """Yield the rows of all parts, in the order of their names; a place is "file:row"."""
    for part in sorted(parts, key=lambda one: one.name):
        if part.name.lower().endswith(".arrow"):
            yield from storable(_arrow(part))
        else:
            yield from read_rows(part.path, name=part.name)


def head_of(parts: Sequence[Part], count: int = 100) -> list[Row]:
    """Return the first good rows; raise InvalidInput when there are none."""
    found: list[Row] = []
    bad: BadRow | None = None
    for row in rows_of(parts):
        if isinstance(row, Row):
            found.append(row)
        else:
            bad = bad or row
        if len(found) == count:
            break
    if not found and bad is not None:
        raise unreadable(bad)
    if not found:
        raise InvalidInput(
            f"{parts[0].name if parts else 'The export'} holds no rows.",
            remedy="Check that this is the right file, and that it has rows.",
            code="empty_file",
        )
    return found


def _arrow(part: Part) -> Iterator[Row | BadRow]:
    """Rows of a file that `datasets` keeps on disk: an Arrow stream."""
    try:
        with pa.OSFile(str(part.path), "rb") as source, pa.ipc.open_stream(source) as stream:
            number = 0
            for batch in stream:
                for values in batch.to_pylist():
                    number += 1
                    yield Row(f"{part.name}:row {number}", values)
    except (pa.ArrowInvalid, OSError) as failure:
        raise InvalidInput(
            f"{part.name} is not a readable Arrow stream: {str(failure).splitlines()[0]}",
            remedy="Write it again, or save the dataset as Parquet.",
            code="damaged_file",
        ) from failure
