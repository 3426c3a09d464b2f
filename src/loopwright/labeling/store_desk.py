"""One look at what a judge's request needs first: project, pseudonym, place in the queue."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from loopwright.accounts.tables import rater
from loopwright.base.types import Json
from loopwright.guidelines.tables import guideline_version
from loopwright.infra.prepared import Prepared
from loopwright.labeling.model import Judge
from loopwright.projects import store as projects
from loopwright.projects.model import Project
from loopwright.projects.tables import project
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Branch, Cursor, Pause, QueueCount
from loopwright.sampling.store import CURSOR_COLUMNS, counts_column, counts_of
from loopwright.sampling.tables import queue_cursor, queue_pause

_CURSOR = [column.label(f"cursor.{column.name}") for column in CURSOR_COLUMNS]
_PROJECT = [column.label(f"project.{column.name}") for column in projects.COLUMNS]
_GUIDELINE = (
    select(guideline_version.c.id)
    .where(guideline_version.c.project_id == bindparam("project"))
    .order_by(guideline_version.c.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("guideline_id")
)
_PLACE = and_(
    queue_cursor.c.project_id == bindparam("project"), queue_cursor.c.judge_id == bindparam("judge")
)


def _query(columns: list[Any], source: Any, *, dialect: str) -> Any:
    """Return one row with the place in the queue, locked, and what goes with it.

    What stands beside the place is as old as the wait for it: nothing that this judge's other
    requests change may be read here. The counts may miss as much as other judges' transactions
    that are not over, which is never more than a few.
    """
    return (
        select(
            *columns,
            *_CURSOR,
            _GUIDELINE,
            counts_column(dialect),
            queue_pause.c.reason,
            queue_pause.c.paused_by,
            queue_pause.c.since,
        )
        .select_from(
            source.outerjoin(queue_pause, queue_pause.c.project_id == bindparam("project"))
        )
        .where(_PLACE)
        .with_for_update(of=queue_cursor)
    )


_BY_PERSON = queue_cursor.join(
    rater,
    and_(rater.c.project_id == bindparam("project"), rater.c.person_id == bindparam("judge")),
).join(project, project.c.id == bindparam("project"))
_PERSON = [*_PROJECT, rater.c.id.label("rater_id"), rater.c.tags]
_DIALECTS = ("sqlite", "postgresql")
_OF_JUDGE = Prepared({name: _query([], queue_cursor, dialect=name) for name in _DIALECTS})
_WHOLE = Prepared({name: _query(_PERSON, _BY_PERSON, dialect=name) for name in _DIALECTS})


@dataclass(frozen=True)
class Look:
    """What was found beside project and judge; the place in the queue is locked."""

    cursor: Cursor
    guideline_id: str | None
    pause: Pause | None
    counts: dict[Branch, QueueCount]


def look(tx: Connection, *, project_id: str, judge: Judge) -> Look:
    """Return where a judge stands; the place in the queue is made on first use."""
    given = {"project": project_id, "judge": judge.judge_id}
    row = _OF_JUDGE.first(tx, given)
    if row is None:
        sampling.hold_cursor(tx, project_id=project_id, judge_id=judge.judge_id)
        [row] = _OF_JUDGE.rows(tx, given)
    return _look(row, project_id, judge.judge_id)


def whole(
    tx: Connection, *, project_id: str, person_id: str, human: bool
) -> tuple[Project, Judge, Look] | None:
    """Return all of a person's desk; None where they have no pseudonym or no place yet."""
    row = _WHOLE.first(tx, {"project": project_id, "judge": person_id})
    if row is None:
        return None
    head = "project."
    found = projects.project_of(
        {name.removeprefix(head): value for name, value in row.items() if name.startswith(head)}
    )
    judge = Judge(row["rater_id"], person_id, frozenset(row["tags"]), human)
    return found, judge, _look(row, project_id, person_id)


def _look(row: Json, project_id: str, judge_id: str) -> Look:
    place = {column.name: row[f"cursor.{column.name}"] for column in CURSOR_COLUMNS}
    since = row["since"]
    return Look(
        cursor=sampling.cursor_of(place, project_id=project_id, judge_id=judge_id),
        guideline_id=row["guideline_id"],
        pause=None if since is None else Pause(row["reason"], row["paused_by"], since),
        counts=counts_of(row["counts"]),
    )
