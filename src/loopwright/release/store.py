"""Every query of the release stage."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from loopwright.base.types import Json
from loopwright.infra.refs import Ids
from loopwright.release.model import (
    UNDER_WAY,
    Release,
    ReleaseEvent,
    ReleaseState,
    Routing,
    Stage,
)
from loopwright.release.tables import release, release_event, routing

RELEASES = Ids(
    noun="release",
    id=release.c.id,
    project=release.c.project_id,
    remedy="The page Releases lists the project's releases with their ids.",
    code="no_release",
)


def add_release(tx: Connection, found: Release) -> None:
    """Store a new release."""
    tx.execute(insert(release).values(**_release_row(found)))


def save_release(tx: Connection, found: Release) -> None:
    """Replace what may change of a release."""
    row = _release_row(found)
    tx.execute(update(release).where(release.c.id == row.pop("id")).values(**row))


def get_release(tx: Connection, release_id: str) -> Release | None:
    """Return a release, locked until the transaction ends where the database can."""
    query = select(release).where(release.c.id == release_id).with_for_update()
    row = tx.execute(query).mappings().first()
    return None if row is None else _release(row)


def read_release(tx: Connection, release_id: str) -> Release | None:
    """Return a release without a lock."""
    row = tx.execute(select(release).where(release.c.id == release_id)).mappings().first()
    return None if row is None else _release(row)


def releases(tx: Connection, project_id: str, *, limit: int = 200) -> list[Release]:
    """Return a project's releases, newest first."""
    query = (
        select(release)
        .where(release.c.project_id == project_id)
        .order_by(release.c.created_at.desc(), release.c.id.desc())
        .limit(limit)
    )
    return [_release(row) for row in tx.execute(query).mappings()]


def release_of_cycle(tx: Connection, *, cycle_id: str, candidate_policy_id: str) -> Release | None:
    """Return the release that a cycle opened for a candidate."""
    query = select(release).where(
        release.c.cycle_id == cycle_id, release.c.candidate_policy_id == candidate_policy_id
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else _release(row)


def under_way(tx: Connection, project_id: str | None = None) -> list[Release]:
    """Return the releases that can still move."""
    query = select(release).where(release.c.state.in_([state.value for state in UNDER_WAY]))
    if project_id is not None:
        query = query.where(release.c.project_id == project_id)
    return [_release(row) for row in tx.execute(query).mappings()]


def live_release(tx: Connection, project_id: str) -> Release | None:
    """Return the release whose candidate answers everybody now."""
    query = select(release).where(
        release.c.project_id == project_id, release.c.state == ReleaseState.LIVE.value
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else _release(row)


def add_event(
    tx: Connection,
    found: Release,
    *,
    at: float,
    kind: str,
    from_state: ReleaseState | None,
    actor: str,
    sentence: str,
    evidence: Json,
) -> None:
    """Append what happened to a release."""
    tx.execute(
        insert(release_event).values(
            release_id=found.id,
            at=at,
            kind=kind,
            from_state=None if from_state is None else from_state.value,
            to_state=found.state.value,
            actor=actor,
            sentence=sentence,
            evidence=evidence,
        )
    )


def events_of(tx: Connection, release_id: str) -> list[ReleaseEvent]:
    """Return what happened to a release, oldest first."""
    query = (
        select(release_event)
        .where(release_event.c.release_id == release_id)
        .order_by(release_event.c.seq)
    )
    return [ReleaseEvent(**row) for row in tx.execute(query).mappings()]


def decisions(tx: Connection, project_id: str, *, limit: int = 50) -> list[ReleaseEvent]:
    """Return a project's newest decisions about releases, newest first."""
    query = (
        select(release_event)
        .join(release, release.c.id == release_event.c.release_id)
        .where(
            release.c.project_id == project_id,
            release_event.c.kind.in_(["refused", "live", "rolled_back", "held", "aborted"]),
        )
        .order_by(release_event.c.seq.desc())
        .limit(limit)
    )
    return [ReleaseEvent(**row) for row in tx.execute(query).mappings()]


def get_routing(tx: Connection, project_id: str) -> Routing | None:
    """Return a project's routing, locked until the transaction ends where the database can."""
    query = select(routing).where(routing.c.project_id == project_id).with_for_update()
    row = tx.execute(query).mappings().first()
    return None if row is None else Routing(**row)


def read_routing(tx: Connection, project_id: str) -> Routing | None:
    """Return a project's routing without a lock."""
    row = tx.execute(select(routing).where(routing.c.project_id == project_id)).mappings().first()
    return None if row is None else Routing(**row)


def routed_projects(tx: Connection) -> Sequence[str]:
    """Return the projects that have a routing."""
    return tx.execute(select(routing.c.project_id)).scalars().all()


def put_routing(tx: Connection, found: Routing) -> None:
    """Store a project's routing, new or changed."""
    row = asdict(found)
    changed = tx.execute(
        update(routing).where(routing.c.project_id == found.project_id).values(**row)
    )
    if changed.rowcount == 0:
        tx.execute(insert(routing).values(**row))


def _release_row(found: Release) -> dict[str, Any]:
    row = {field.name: getattr(found, field.name) for field in fields(found)}
    row["state"] = found.state.value
    row["stages"] = [asdict(stage) for stage in found.stages]
    return row


def _release(row: RowMapping | Mapping[str, Any]) -> Release:
    values = dict(row)
    values["state"] = ReleaseState(values["state"])
    values["stages"] = tuple(Stage(**stage) for stage in values["stages"])
    return Release(**values)
