"""Datasets as trainers read them; rows bound to a place stay there, and the export says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection

from loopwright.base.digests import canonical_json
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.datasets import service
from loopwright.datasets.model import DatasetKind, DatasetVersion
from loopwright.infra.events import emit
from loopwright.infra.home import Home
from loopwright.intake.dialogue import render_dialogue
from loopwright.intake.model import Message

_BATCH = 1000


class ExportFormat(StrEnum):
    """The shapes a dataset can leave in."""

    TRL_PREFERENCE = "trl-preference"
    """prompt, chosen, rejected as plain text; several turns are written as a dialogue."""
    TRL_CONVERSATIONAL = "trl-preference-conversational"
    """prompt, chosen, rejected as lists of {role, content}."""
    TRL_COMPLETION = "trl-prompt-completion"
    """prompt, completion as plain text: demonstrations for supervised fine-tuning."""
    TRL_COMPLETION_CONVERSATIONAL = "trl-prompt-completion-conversational"
    """prompt, completion as lists of {role, content}."""
    JSONL = "jsonl"
    """Our own rows, whole."""
    PARQUET = "parquet"
    """Our own rows, whole, in columns."""


_WHOLE = (ExportFormat.JSONL, ExportFormat.PARQUET)
_PREFERENCES = (ExportFormat.TRL_PREFERENCE, ExportFormat.TRL_CONVERSATIONAL)
_DEMONSTRATIONS = (ExportFormat.TRL_COMPLETION, ExportFormat.TRL_COMPLETION_CONVERSATIONAL)
_CONVERSATIONAL = (
    ExportFormat.TRL_CONVERSATIONAL,
    ExportFormat.TRL_COMPLETION_CONVERSATIONAL,
)


@dataclass(frozen=True)
class Exported:
    """What an export wrote and what it held back, with the reason."""

    rows: int
    refused: int
    refused_reasons: dict[str, int]


def export_dataset(
    home: Home,
    *,
    version: DatasetVersion,
    format_: ExportFormat,
    path: Path,
    residency: str | None,
    actor: str,
    now: float,
) -> Exported:
    """Write `version` to `path` and log the export.

    A row with a residency tag leaves only when `residency` names that place, one that shows an
    image only in a format that can name it; the others are held back and counted. Raises
    InvalidInput when the format does not fit the dataset.
    """
    _check_format(version, format_)
    refused: dict[str, int] = {}
    allowed = _allowed(service.read_rows(home, version), format_, residency, refused)
    if format_ is ExportFormat.PARQUET:
        count = _write_parquet(path, allowed)
    else:
        count = _write_lines(path, (shape(row, version.kind, format_) for row in allowed))
    done = Exported(count, sum(refused.values()), dict(sorted(refused.items())))
    home.db.write(lambda tx: _log(tx, version, format_, done, residency, actor, now))
    return done


def shape(row: Json, kind: DatasetKind, format_: ExportFormat) -> Json:
    """Return one row in an export's shape."""
    if format_ is ExportFormat.JSONL:
        return row
    names = ("chosen", "rejected") if kind is DatasetKind.PREFERENCES else ("completion",)
    if format_ in _CONVERSATIONAL:
        return {"prompt": row["prompt"], **{name: _turns(row[name]) for name in names}}
    return {"prompt": _plain(row["prompt"]), **{name: _answer(row[name]) for name in names}}


def _turns(answer: str | list[Message]) -> list[Message]:
    return [{"role": "assistant", "content": answer}] if isinstance(answer, str) else answer


def _answer(answer: str | list[Message]) -> str:
    return answer if isinstance(answer, str) else _dialogue(answer)


def _plain(messages: Sequence[Message]) -> str:
    if len(messages) == 1 and messages[0]["role"] == "user":
        return messages[0]["content"]
    return _dialogue(messages)


def _dialogue(messages: Sequence[Message]) -> str:
    if all(message["role"] in ("user", "assistant") for message in messages):
        return render_dialogue(messages)
    return "".join(f"\n\n{m['role'].capitalize()}: {m['content']}" for m in messages)


def _allowed(
    rows: Iterable[Json], format_: ExportFormat, residency: str | None, refused: dict[str, int]
) -> Iterator[Json]:
    for row in rows:
        bound = row.get("residency")
        if bound is not None and bound != residency:
            reason = f"residency {bound}: the row may not leave it"
        elif row.get("image") is not None and format_ not in _WHOLE:
            reason = f"image: {format_.value} holds texts only, and the prompt shows an image"
        else:
            yield row
            continue
        refused[reason] = refused.get(reason, 0) + 1


def _write_lines(path: Path, rows: Iterable[Json]) -> int:
    count = 0
    with path.open("wb") as stream:
        for row in rows:
            stream.write(canonical_json(row) + b"\n")
            count += 1
    return count


def _write_parquet(path: Path, rows: Iterable[Json]) -> int:
    count, writer = 0, None
    try:
        for part in _batches(rows):
            table = pa.Table.from_pylist([_columns(row) for row in part], schema=_schema(part[0]))
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
            count += len(part)
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        pq.write_table(pa.table({"item_id": pa.array([], pa.string())}), path)
    return count


def _columns(row: Json) -> Json:
    names = ("chosen", "rejected", "completion", "original")
    answers = {name: _turns(row[name]) for name in names if row.get(name) is not None}
    return {**row, **answers}


def _schema(row: Json) -> pa.Schema:
    turns = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    special = {
        **dict.fromkeys(("prompt", "chosen", "rejected", "completion", "original"), turns),
        **dict.fromkeys(("judgments", "guideline_versions"), pa.list_(pa.string())),
        **dict.fromkeys(("probability", "weight", "strength"), pa.float64()),
        "simulated": pa.bool_(),
    }
    return pa.schema([(name, special.get(name, pa.string())) for name in sorted(row)])


def _batches(rows: Iterable[Json]) -> Iterator[list[Json]]:
    part: list[Json] = []
    for row in rows:
        part.append(row)
        if len(part) == _BATCH:
            yield part
            part = []
    if part:
        yield part


def _check_format(version: DatasetVersion, format_: ExportFormat) -> None:
    pairs = version.kind is DatasetKind.PREFERENCES
    fitting = (*_WHOLE, *(_PREFERENCES if pairs else _DEMONSTRATIONS))
    if format_ not in fitting:
        raise InvalidInput(
            f"Dataset {version.digest} holds {version.kind.value}, which {format_.value} is not.",
            remedy=f"Export it as one of {', '.join(fitting)}.",
            code="format_does_not_fit",
        )


def _log(
    tx: Connection,
    version: DatasetVersion,
    format_: ExportFormat,
    done: Exported,
    residency: str | None,
    actor: str,
    now: float,
) -> None:
    emit(
        tx,
        kind="dataset.exported",
        project_id=version.project_id,
        subject_id=version.digest,
        payload={
            "format": format_.value,
            "rows": done.rows,
            "refused": done.refused,
            "refused_reasons": done.refused_reasons,
            "residency": residency,
            "by": actor,
        },
        now=now,
    )
