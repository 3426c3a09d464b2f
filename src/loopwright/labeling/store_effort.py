"""Queries of what raters have done: a few counters per rater, session and day, never a count."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, literal, or_, select

from loopwright.base.types import Json
from loopwright.guidelines.tables import guideline_version
from loopwright.infra.prepared import Prepared
from loopwright.infra.upsert import DIALECTS, adding
from loopwright.labeling import rules
from loopwright.labeling.model import Day, Session, Standing
from loopwright.labeling.tables import rater_day, rater_progress

RATER_KEY = ("project_id", "rater_id")
"""What is one rater's own, in one project."""
_BASE = select(literal(1).label("one")).subquery("base")
_STANDING = Prepared(
    select(
        rater_progress.c.judged,
        rater_progress.c.session_started_at,
        rater_progress.c.session_last_at,
        rater_progress.c.session_judged,
        rater_progress.c.session_active_ms,
        rater_progress.c.last_guideline,
        rater_progress.c.offered,
        rater_day.c.judged.label("day_judged"),
        rater_day.c.skipped.label("day_skipped"),
        rater_day.c.active_ms.label("day_active_ms"),
    )
    .select_from(_BASE)
    .outerjoin(
        rater_progress,
        and_(
            rater_progress.c.project_id == bindparam("project"),
            rater_progress.c.rater_id == bindparam("rater"),
        ),
    )
    .outerjoin(
        rater_day,
        and_(
            rater_day.c.project_id == bindparam("project"),
            rater_day.c.rater_id == bindparam("rater"),
            rater_day.c.day == bindparam("on"),
        ),
    )
)
_DAYS = (
    select(rater_day)
    .where(
        rater_day.c.project_id == bindparam("project"), rater_day.c.rater_id == bindparam("rater")
    )
    .order_by(rater_day.c.day.desc())
    .limit(bindparam("count"))
)
_NUMBER = (
    select(guideline_version.c.number)
    .where(guideline_version.c.id == bindparam("guideline"))
    .scalar_subquery()
)


def _judged(insert: Any) -> Any:
    """Count one judgment: it goes on with the newest session, or begins one after a break."""
    table, new = rater_progress.c, insert.excluded
    goes_on = new.session_last_at - table.session_last_at < rules.BREAK_SECONDS
    newer = or_(table.last_guideline.is_(None), new.last_guideline > table.last_guideline)
    return (
        insert.values(
            project_id=bindparam("project"),
            rater_id=bindparam("rater"),
            offered=0,
            judged=1,
            skipped=0,
            session_started_at=bindparam("at"),
            session_last_at=bindparam("at"),
            session_judged=1,
            session_active_ms=bindparam("active"),
            last_guideline=_NUMBER,
        )
        .on_conflict_do_update(
            index_elements=list(RATER_KEY),
            set_={
                "judged": table.judged + 1,
                "session_started_at": case(
                    (goes_on, table.session_started_at), else_=new.session_started_at
                ),
                "session_last_at": new.session_last_at,
                "session_judged": case((goes_on, table.session_judged + 1), else_=1),
                "session_active_ms": case(
                    (goes_on, table.session_active_ms + new.session_active_ms),
                    else_=new.session_active_ms,
                ),
                "last_guideline": case((newer, new.last_guideline), else_=table.last_guideline),
            },
        )
        .returning(
            table.judged,
            table.session_started_at,
            table.session_last_at,
            table.session_judged,
            table.session_active_ms,
            table.last_guideline,
            table.offered,
        )
    )


def _on_day(insert: Any) -> Any:
    """Add to what a rater did on a day."""
    counts = ("judged", "skipped", "active_ms")
    done = insert.values(
        project_id=bindparam("project"),
        rater_id=bindparam("rater"),
        day=bindparam("on"),
        judged=bindparam("more_judged"),
        skipped=bindparam("more_skipped"),
        active_ms=bindparam("more_active"),
    )
    return adding(done, to=counts, key=[*RATER_KEY, "day"]).returning(
        *(rater_day.c[name].label(f"day_{name}") for name in counts)
    )


def _one_more(insert: Any, counter: str) -> Any:
    """Add one to a counter of a rater who may have none yet."""
    counts = {"offered": 0, "judged": 0, "skipped": 0, counter: 1}
    one = insert.values(
        project_id=bindparam("project"),
        rater_id=bindparam("rater"),
        **counts,
    )
    return adding(one, to=[counter], key=RATER_KEY)


# Statements are built once: building one costs more than running it.
JUDGED = {name: _judged(dialect.insert(rater_progress)) for name, dialect in DIALECTS.items()}
"""Counts a judgment for its rater and the session; part of storing it."""
ON_DAY = {name: _on_day(dialect.insert(rater_day)) for name, dialect in DIALECTS.items()}
_ON_DAY = Prepared(ON_DAY)
_SKIPPED = {
    name: _one_more(dialect.insert(rater_progress), "skipped") for name, dialect in DIALECTS.items()
}
_SAT = {
    name: _one_more(dialect.insert(rater_progress), "sitting").returning(rater_progress.c.sitting)
    for name, dialect in DIALECTS.items()
}
_SITTING = select(rater_progress.c.sitting).where(
    rater_progress.c.project_id == bindparam("project"),
    rater_progress.c.rater_id == bindparam("rater"),
)
_TAKEN_BACK = (
    rater_progress.update()
    .where(
        rater_progress.c.project_id == bindparam("project"),
        rater_progress.c.rater_id == bindparam("rater"),
    )
    .values(
        judged=rater_progress.c.judged - 1,
        session_judged=case(
            (
                func.coalesce(rater_progress.c.session_started_at, 0) <= bindparam("judged_at"),
                rater_progress.c.session_judged - 1,
            ),
            else_=rater_progress.c.session_judged,
        ),
    )
)


def standing(tx: Connection, *, project_id: str, rater_id: str, now: float) -> Standing:
    """Return what a rater has done, in one look."""
    given = {"project": project_id, "rater": rater_id, "on": rules.day_of(now)}
    [row] = _STANDING.rows(tx, given)
    return standing_of(row, now=now)


def standing_of(row: Json, *, now: float) -> Standing:
    """Return what a row of a rater's counters says."""
    session = None
    if row["session_last_at"] is not None and rules.same_session(row["session_last_at"], now):
        session = Session(
            *(row[f"session_{name}"] for name in ("started_at", "last_at", "judged", "active_ms"))
        )
    day = (row[f"day_{name}"] or 0 for name in ("judged", "skipped", "active_ms"))
    return Standing(
        mine=row["judged"] or 0,
        today=Day(rules.day_of(now), *day),
        session=session,
        last_guideline=row["last_guideline"],
        offered=row["offered"] or 0,
    )


def days(tx: Connection, *, project_id: str, rater_id: str, count: int) -> list[Day]:
    """Return what a rater did on each day with any work, newest first."""
    given = {"project": project_id, "rater": rater_id, "count": count}
    rows = tx.execute(_DAYS, given)
    return [Day(row.day, row.judged, row.skipped, row.active_ms) for row in rows]


def uncount_judged(tx: Connection, *, project_id: str, rater_id: str, judged_at: float) -> None:
    """Take a judgment's count back; the time that it took was spent all the same."""
    given = {"project": project_id, "rater": rater_id, "judged_at": judged_at}
    tx.execute(_TAKEN_BACK, given)
    count_on_day(tx, project_id=project_id, rater_id=rater_id, at=judged_at, judged=-1)


def count_skipped(tx: Connection, *, project_id: str, rater_id: str, now: float) -> None:
    """Count a skip for its rater and for the day."""
    tx.execute(_SKIPPED[tx.dialect.name], {"project": project_id, "rater": rater_id})
    count_on_day(tx, project_id=project_id, rater_id=rater_id, at=now, skipped=1)


def begin_sitting(tx: Connection, *, project_id: str, rater_id: str) -> int:
    """Return the number of a sitting that begins now, from 1; it ends the one before."""
    given = {"project": project_id, "rater": rater_id}
    return int(tx.execute(_SAT[tx.dialect.name], given).scalar_one())


def sitting_of(tx: Connection, *, project_id: str, rater_id: str) -> int:
    """Return the number of a rater's newest sitting, 0 before the first."""
    return tx.scalar(_SITTING, {"project": project_id, "rater": rater_id}) or 0


def count_on_day(
    tx: Connection,
    *,
    project_id: str,
    rater_id: str,
    at: float,
    judged: int = 0,
    skipped: int = 0,
    active_ms: int = 0,
) -> None:
    """Add to what a rater did on the day of `at`."""
    _ON_DAY.run(
        tx,
        {
            "project": project_id,
            "rater": rater_id,
            "on": rules.day_of(at),
            "more_judged": judged,
            "more_skipped": skipped,
            "more_active": active_ms,
        },
    )
