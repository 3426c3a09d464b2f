"""The outbox: what happened, written in the transaction in which it happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Double, Index, Integer, Table, Text, select

from loopwright.base.types import Json
from loopwright.infra.database import JsonText, metadata
from loopwright.infra.prepared import Prepared

# SQLite numbers rows by itself only when the key is plain INTEGER.
Sequence64 = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("project_id", Text),
    Column("subject_id", Text),
    Column("payload", JsonText, nullable=False),
    Index("ix_event_project_seq", "project_id", "seq"),
)

_INSERT = Prepared(event.insert())


@dataclass(frozen=True)
class Event:
    """One thing that happened; `seq` orders the stream."""

    seq: int
    at: float
    kind: str
    project_id: str | None
    subject_id: str | None
    payload: Json


def emit(
    tx: Connection,
    *,
    kind: str,
    project_id: str | None,
    subject_id: str | None,
    payload: Json,
    now: float,
) -> None:
    """Append an event in the caller's transaction."""
    _INSERT.run(
        tx,
        {
            "at": now,
            "kind": kind,
            "project_id": project_id,
            "subject_id": subject_id,
            "payload": payload,
        },
    )


def after(
    tx: Connection, *, seq: int, limit: int = 200, project_id: str | None = None
) -> Sequence[Event]:
    """Return events with a greater `seq`, oldest first."""
    query = select(event).where(event.c.seq > seq).order_by(event.c.seq).limit(limit)
    if project_id is not None:
        query = query.where(event.c.project_id == project_id)
    return [Event(**row) for row in tx.execute(query).mappings()]


def last_seq(tx: Connection) -> int:
    """Return the number of the newest event, 0 when there is none."""
    found = tx.scalar(select(event.c.seq).order_by(event.c.seq.desc()).limit(1))
    return int(found or 0)
