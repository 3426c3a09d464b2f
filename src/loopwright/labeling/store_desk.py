"""One look at what a judge's request needs first: project, pseudonym, place in the queue."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, literal, select

from loopwright.accounts.tables import rater
from loopwright.base.types import Json
from loopwright.guidelines.tables import guideline_version
from loopwright.infra.prepared import Prepared
from loopwright.labeling.model import Assignment, Judge
from loopwright.labeling.store import assignment_of
from loopwright.labeling.tables import assignment
from loopwright.projects import store as projects
from loopwright.projects.model import Project
from loopwright.projects.tables import project
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Branch, Cursor, Pause, QueueCount
from loopwright.sampling.store import CURSOR_COLUMNS, counts_column, counts_of, cursor_of
from loopwright.sampling.tables import queue_cursor, queue_pause

_CURSOR = [column.label(f"cursor.{column.name}") for column in CURSOR_COLUMNS]
_PROJECT = [column.label(f"project.{column.name}") for column in projects.COLUMNS]
_OFFER = [column.label(f"offer.{column.name}") for column in assignment.c]
_PLACE = and_(
    queue_cursor.c.project_id == bindparam("project"), queue_cursor.c.judge_id == bindparam("judge")
)


def _locking(columns: list[Any], source: Any, *, dialect: str) -> Any:
    """Return one row with the place in the queue, locked.

    What stands beside the place is as old as the wait for it. So only what hardly ever changes is
    read here, and the counts, which may miss a few judgments of others anyway.
    """
    return (
        select(*columns, *_CURSOR, counts_column(dialect))
        .select_from(source)
        .where(_PLACE)
        .with_for_update(of=queue_cursor)
    )


_BY_PERSON = queue_cursor.join(
    rater,
    and_(rater.c.project_id == bindparam("project"), rater.c.person_id == bindparam("judge")),
).join(project, project.c.id == bindparam("project"))
_PERSON = [*_PROJECT, rater.c.id.label("rater_id"), rater.c.tags]
_DIALECTS = ("sqlite", "postgresql")
_OF_JUDGE = Prepared({name: _locking([], queue_cursor, dialect=name) for name in _DIALECTS})
_WHOLE = Prepared({name: _locking(_PERSON, _BY_PERSON, dialect=name) for name in _DIALECTS})
_GUIDELINE = (
    select(guideline_version.c.id)
    .where(guideline_version.c.project_id == bindparam("project"))
    .order_by(guideline_version.c.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("guideline_id")
)
_NOW = Prepared(
    select(*_OFFER, _GUIDELINE, queue_pause.c.reason, queue_pause.c.paused_by, queue_pause.c.since)
    .select_from(
        select(literal(1).label("one"))
        .subquery("base")
        .outerjoin(queue_pause, queue_pause.c.project_id == bindparam("project"))
        .outerjoin(
            assignment,
            and_(
                assignment.c.judge_id == bindparam("judge"),
                assignment.c.project_id == bindparam("project"),
                assignment.c.state == "open",
            ),
        )
    )
    .order_by(assignment.c.id)
)
"""Read once the place is locked: what people change while this judge's request waits."""


@dataclass(frozen=True)
class Look:
    """What was found beside project and judge; the place in the queue is locked."""

    cursor: Cursor
    counts: dict[Branch, QueueCount]
    mine: list[Assignment]
    guideline_id: str | None
    pause: Pause | None


def look(tx: Connection, *, project_id: str, judge: Judge) -> Look:
    """Return where a judge stands; the place in the queue is made on first use."""
    given = {"project": project_id, "judge": judge.judge_id}
    row = _OF_JUDGE.first(tx, given)
    if row is None:
        sampling.hold_cursor(tx, project_id=project_id, judge_id=judge.judge_id)
        [row] = _OF_JUDGE.rows(tx, given)
    return _look(row, _NOW.rows(tx, given), project_id, judge.judge_id)


def whole(
    tx: Connection, *, project_id: str, person_id: str, human: bool
) -> tuple[Project, Judge, Look] | None:
    """Return all of a person's desk; None where they have no pseudonym or no place yet."""
    given = {"project": project_id, "judge": person_id}
    whole, now = _WHOLE.ask(tx, given), _NOW.ask(tx, given)
    row = whole.first(tx)
    if row is None:
        return None
    found = projects.project_of(_part(row, "project."))
    judge = Judge(row["rater_id"], person_id, frozenset(row["tags"]), human)
    return found, judge, _look(row, now.rows(tx), project_id, person_id)


def _look(locked: Json, rows: list[Json], project_id: str, judge_id: str) -> Look:
    offers = [_part(row, "offer.") for row in rows]
    now = rows[0]
    since = now["since"]
    return Look(
        cursor=cursor_of(_part(locked, "cursor."), project_id=project_id, judge_id=judge_id),
        counts=counts_of(locked["counts"]),
        mine=[assignment_of(offer) for offer in offers if offer["id"] is not None],
        guideline_id=now["guideline_id"],
        pause=None if since is None else Pause(now["reason"], now["paused_by"], since),
    )


def _part(row: Json, head: str) -> Json:
    """Return the columns of a row that stand under a name."""
    return {name.removeprefix(head): value for name, value in row.items() if name.startswith(head)}
