"""Every query of the serving stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, func, insert, select

from loopwright.base.types import Json
from loopwright.infra.upsert import insert_into
from loopwright.serving.tables import capture_gap, captured_request, shadow_item

CHUNK = 500


@dataclass(frozen=True)
class Captured:
    """One stored request; messages and completion are masked."""

    id: str
    project_id: str
    subject_hash: str | None
    assigned: str
    served: str | None
    arm: str
    analysed: bool
    shadow: bool
    shadow_of: str | None
    release_id: str | None
    stream: bool
    outcome: str
    failure: str | None
    error: str | None
    latency_ms: float | None
    first_ms: float | None
    messages: list[Json]
    completion: str
    length: int
    mask_counts: dict[str, int]
    at: float


@dataclass(frozen=True)
class Seen:
    """The part of a captured request that a traffic summary needs."""

    arm: str
    analysed: bool
    subject_hash: str | None
    assigned: str
    served: str | None
    outcome: str
    failure: str | None
    latency_ms: float | None
    length: int


def add_requests(tx: Connection, rows: Sequence[Json]) -> int:
    """Store captured requests that are not there yet; returns how many were new."""
    return _add_missing(tx, captured_request, rows)


def add_gaps(tx: Connection, rows: Sequence[Json]) -> int:
    """Store what was lost, once."""
    return _add_missing(tx, capture_gap, rows)


def lost_since(tx: Connection, at: float) -> int:
    """Return how many exchanges could not be captured since `at`."""
    query = select(func.coalesce(func.sum(capture_gap.c.lost), 0)).where(capture_gap.c.at >= at)
    return int(tx.scalar(query) or 0)


def seen_of_release(tx: Connection, *, release_id: str, since: float) -> list[Seen]:
    """Return the requests under a release since a time, oldest first."""
    table = captured_request.c
    query = (
        select(
            table.arm,
            table.analysed,
            table.subject_hash,
            table.assigned,
            table.served,
            table.outcome,
            table.failure,
            table.latency_ms,
            table.length,
        )
        .where(table.release_id == release_id, table.at >= since)
        .order_by(table.at)
    )
    return [Seen(**row) for row in tx.execute(query).mappings()]


def shadow_pairs(tx: Connection, shadow_ids: Sequence[str]) -> list[tuple[Captured, Captured]]:
    """Return (answer of the stable version, answer of the candidate) where both are there."""
    if not shadow_ids:
        return []
    shadows = _captured(tx, captured_request.c.id.in_(shadow_ids))
    of = {found.shadow_of for found in shadows}
    served = {found.id: found for found in _captured(tx, captured_request.c.id.in_(of))}
    return [(served[s.shadow_of], s) for s in shadows if s.shadow_of in served]


def requests_of(tx: Connection, ids: Sequence[str]) -> list[Captured]:
    """Return the requests of applications with these ids; shadow requests are left out."""
    wanted = captured_request.c.id.in_(ids) & captured_request.c.shadow.is_(False)
    return _captured(tx, wanted)


def shadows_of(tx: Connection, request_ids: Sequence[str]) -> list[str]:
    """Return the shadow requests of the given requests."""
    query = select(captured_request.c.id).where(captured_request.c.shadow_of.in_(request_ids))
    return list(tx.scalars(query))


def shadow_items(tx: Connection, request_ids: Sequence[str]) -> set[str]:
    """Return those of the shadow requests that already have an item."""
    query = select(shadow_item.c.request_id).where(shadow_item.c.request_id.in_(request_ids))
    return set(tx.scalars(query))


def count_shadow_items(tx: Connection, release_id: str) -> int:
    """Return how many items a release has opened from shadow traffic."""
    query = select(func.count()).where(shadow_item.c.release_id == release_id)
    return int(tx.scalar(query) or 0)


def add_shadow_items(tx: Connection, made: Sequence[tuple[Captured, str]]) -> None:
    """Remember which shadow request became which item."""
    tx.execute(
        insert(shadow_item),
        [
            {"request_id": shadow.id, "release_id": shadow.release_id or "", "item_id": item_id}
            for shadow, item_id in made
        ],
    )


def recent(tx: Connection, project_id: str, *, limit: int = 100) -> list[Captured]:
    """Return a project's newest captured requests."""
    query = (
        select(captured_request)
        .where(captured_request.c.project_id == project_id)
        .order_by(captured_request.c.at.desc())
        .limit(limit)
    )
    return [_one(row) for row in tx.execute(query).mappings()]


def count_by_arm(tx: Connection, project_id: str) -> dict[str, int]:
    """Return how many requests were captured, by arm."""
    query = (
        select(captured_request.c.arm, func.count())
        .where(captured_request.c.project_id == project_id)
        .group_by(captured_request.c.arm)
    )
    return {arm: int(count) for arm, count in tx.execute(query)}


def _captured(tx: Connection, condition: Any) -> list[Captured]:
    query = select(captured_request).where(condition).order_by(captured_request.c.at)
    return [_one(row) for row in tx.execute(query).mappings()]


def _one(row: RowMapping) -> Captured:
    return Captured(**row)


def _add_missing(tx: Connection, table: Table, rows: Sequence[Json]) -> int:
    added = 0
    for start in range(0, len(rows), CHUNK):
        statement = insert_into(tx, table).on_conflict_do_nothing().returning(table.c.id)
        added += len(tx.execute(statement, list(rows[start : start + CHUNK])).all())
    return added
