"""Every query of labeling; assignments and judgments."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, bindparam, func, select

from loopwright.accounts.tables import rater
from loopwright.base.types import Json
from loopwright.infra.database import Repeat
from loopwright.infra.prepared import Prepared
from loopwright.infra.together import Together
from loopwright.infra.upsert import DIALECTS, adding
from loopwright.intake.model import ItemPurpose
from loopwright.intake.tables import item
from loopwright.labeling import rules, store_effort
from loopwright.labeling.model import Assignment, AssignmentState, Judgment
from loopwright.labeling.tables import assignment, judgment, rater_progress
from loopwright.questions.model import ShownOrder
from loopwright.sampling.tables import queue_entry
from loopwright.sampling.take import Take

_CHUNK = 1000

# A scalar subquery, so that no planner turns it into a join over all that the judge did.
_SEEN = (
    select(assignment.c.id)
    .where(
        assignment.c.item_id == queue_entry.c.item_id,
        assignment.c.judge_id == bindparam("judge"),
    )
    .limit(1)
    .correlate(queue_entry)
    .scalar_subquery()
)
TAKE = Take(_SEEN.is_(None))
"""Takes slots of items that the judge was never offered."""

_ONE = Prepared(select(assignment).where(assignment.c.id == bindparam("key")).with_for_update())
_MINE = (
    select(assignment)
    .where(
        assignment.c.judge_id == bindparam("judge"),
        assignment.c.project_id == bindparam("project"),
    )
    .order_by(assignment.c.id)
)
_HELD = Prepared(_MINE.where(assignment.c.state == "open"))
_FREE = select(queue_entry.c.seq).where(
    queue_entry.c.item_id == assignment.c.item_id,
    queue_entry.c.remaining > 0,
    queue_entry.c.lane.in_(bindparam("lanes", expanding=True)),
)
_LAPSED = _MINE.where(assignment.c.state == "expired", _FREE.exists()).limit(bindparam("count"))
_OVERDUE = (
    select(assignment.c.id, assignment.c.project_id, assignment.c.item_id)
    .where(assignment.c.state == "open", assignment.c.lease_until < bindparam("now"))
    .order_by(assignment.c.lease_until)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_SETTLE_ANY = (
    assignment.update()
    .where(assignment.c.id == bindparam("key"))
    .values(state=bindparam("to"), reason=bindparam("why"), settled_at=bindparam("at"))
)
_SETTLE = Prepared(_SETTLE_ANY)
_SETTLE_OPEN = Prepared(
    _SETTLE_ANY.where(assignment.c.state == "open").returning(assignment.c.item_id)
)
_ANSWERED = _SETTLE_ANY.where(
    assignment.c.state == bindparam("was"), assignment.c.token == bindparam("fence")
).returning(assignment.c.id)
_OPEN_OF = (
    select(assignment.c.item_id, func.count())
    .where(assignment.c.item_id.in_(bindparam("ids", expanding=True)), assignment.c.state == "open")
    .group_by(assignment.c.item_id)
)
_MET = select(assignment.c.judge_id, assignment.c.state).where(
    assignment.c.item_id == bindparam("item")
)
_ACTIVE = (
    select(rater.c.person_id)
    .join(
        rater_progress,
        (rater_progress.c.rater_id == rater.c.id)
        & (rater_progress.c.project_id == rater.c.project_id),
    )
    .where(rater.c.project_id == bindparam("project"), rater.c.person_id.is_not(None))
)
_LEASE = (
    assignment.update()
    .where(assignment.c.id == bindparam("key"))
    .values(state="open", token=bindparam("fence"), lease_until=bindparam("until"), settled_at=None)
)
_OF_CLIENT = Prepared(
    select(judgment).where(
        judgment.c.project_id == bindparam("project"), judgment.c.client_id == bindparam("client")
    )
)
_SUPERSEDE = (
    judgment.update()
    .where(judgment.c.id == bindparam("key"))
    .values(superseded_by=bindparam("by"), superseded_at=bindparam("at"))
)


def _adding(insert: Any) -> Any:
    """Count shuffled offers made to a rater."""
    counted = insert.values(
        project_id=bindparam("project"),
        rater_id=bindparam("rater"),
        offered=bindparam("more_offered"),
        judged=0,
        skipped=0,
    )
    return adding(counted, to=["offered"], key=store_effort.RATER_KEY).returning(
        rater_progress.c.offered
    )


def _given(table: Table, *, prefix: str, without: Collection[str] = ()) -> dict[str, Any]:
    """Return each column of a new row as a parameter of its own."""
    columns = [column for column in table.c if column.name not in without]
    return {one.name: bindparam(f"{prefix}_{one.name}", type_=one.type) for one in columns}


# Statements are built once: building one costs more than running it.
_INSERT = Prepared(assignment.insert())
_OFFER = Together(
    offer=assignment.insert().values(_given(assignment, prefix="asg")).returning(assignment.c.id),
    offered={name: _adding(dialect.insert(rater_progress)) for name, dialect in DIALECTS.items()},
)
_BAR = {
    name: dialect.insert(assignment).on_conflict_do_nothing() for name, dialect in DIALECTS.items()
}
_NEW_JUDGMENTS = {
    name: dialect.insert(judgment)
    .on_conflict_do_nothing(index_elements=["project_id", "client_id"])
    .returning(judgment.c.id)
    for name, dialect in DIALECTS.items()
}
_LATER = ("seq", "superseded_by", "superseded_at")
_RECORD = Together(
    judgment={
        name: insert.values(_given(judgment, prefix="jdg", without=_LATER))
        for name, insert in _NEW_JUDGMENTS.items()
    },
    answered=_ANSWERED,
    rater=store_effort.JUDGED,
    day=store_effort.ON_DAY,
)


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list into parts that fit one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def assignment_for_update(tx: Connection, assignment_id: str) -> Assignment | None:
    """Return an assignment, locked; None when there is none of that id."""
    row = _ONE.first(tx, {"key": assignment_id})
    return None if row is None else assignment_of(row)


def get_assignment(tx: Connection, assignment_id: str) -> Assignment | None:
    """Return an assignment; None when there is none of that id."""
    row = tx.execute(select(assignment).where(assignment.c.id == assignment_id)).mappings().first()
    return None if row is None else assignment_of(row)


def held_by(tx: Connection, *, project_id: str, judge_id: str) -> list[Assignment]:
    """Return a judge's open assignments, oldest first."""
    return [
        assignment_of(row) for row in _HELD.rows(tx, {"project": project_id, "judge": judge_id})
    ]


def lapsed_of(
    tx: Connection, *, project_id: str, judge_id: str, lanes: Collection[str], count: int
) -> list[Assignment]:
    """Return assignments in these lanes that a judge let run out and others left, oldest first."""
    given = {"project": project_id, "judge": judge_id, "lanes": list(lanes), "count": count}
    return [assignment_of(row) for row in tx.execute(_LAPSED, given).mappings()]


def overdue(tx: Connection, *, now: float, count: int) -> list[tuple[str, str, str]]:
    """Return (assignment, project, item) of leases that ran out, locked."""
    rows = tx.execute(_OVERDUE, {"now": now, "count": count})
    return [(row[0], row[1], row[2]) for row in rows]


def insert_offers(tx: Connection, offers: Sequence[Assignment], *, shuffled: int) -> None:
    """Store new offers to one judge, and that so many of them are pairs with shuffled sides.

    A second offer of an item to the same judge fails the transaction.
    """
    first, *others = ({**vars(row), "state": row.state.value} for row in offers)
    given = {f"asg_{name}": value for name, value in first.items()}
    more = {"project": first["project_id"], "rater": first["rater_id"], "more_offered": shuffled}
    _OFFER.ask(tx, given | more)
    _INSERT.run_many(tx, others)


def bar(tx: Connection, rows: Sequence[Assignment]) -> None:
    """Store offers that are never made; who met an item already stays as they are."""
    insert = _BAR[tx.dialect.name]
    for part in chunks(rows):
        tx.execute(insert, [{**vars(row), "state": row.state.value} for row in part])


def open_counts(tx: Connection, item_ids: Sequence[str]) -> dict[str, int]:
    """Return how many people hold each item now."""
    held: dict[str, int] = {}
    for part in chunks(item_ids):
        held.update((row[0], row[1]) for row in tx.execute(_OPEN_OF, {"ids": list(part)}))
    return held


def met_by(tx: Connection, item_id: str) -> dict[str, AssignmentState]:
    """Return who met an item, by judge, and what became of it."""
    rows = tx.execute(_MET, {"item": item_id})
    return {row.judge_id: AssignmentState(row.state) for row in rows}


def active_people(tx: Connection, project_id: str) -> set[str]:
    """Return the people who were ever offered an item of the project."""
    return set(tx.scalars(_ACTIVE, {"project": project_id}))


def settle(
    tx: Connection,
    assignment_ids: Sequence[str],
    *,
    state: AssignmentState,
    reason: str | None,
    now: float,
) -> None:
    """Write down what became of offers."""
    rows = [{"key": key, "to": state.value, "why": reason, "at": now} for key in assignment_ids]
    _SETTLE.run_many(tx, rows)


def end_open(tx: Connection, assignment_ids: Sequence[str], *, now: float) -> list[str]:
    """End the leases of those offers that are still open; return their items."""
    ended = []
    for key in sorted(assignment_ids):
        given = {"key": key, "to": AssignmentState.EXPIRED.value, "why": None, "at": now}
        ended += [row["item_id"] for row in _SETTLE_OPEN.rows(tx, given)]
    return ended


def lease(tx: Connection, leases: Sequence[Assignment]) -> None:
    """Store tokens and lease ends as these assignments have them; they are open after it."""
    rows = [{"key": one.id, "fence": one.token, "until": one.lease_until} for one in leases]
    if rows:
        tx.execute(_LEASE, rows)


def renew(tx: Connection, assignment_ids: Sequence[str], *, lease_until: float) -> set[str]:
    """Extend leases that nobody ended meanwhile; return those."""
    if not assignment_ids:
        return set()
    statement = (
        assignment.update()
        .where(assignment.c.id.in_(assignment_ids), assignment.c.state == "open")
        .values(lease_until=lease_until)
        .returning(assignment.c.id)
    )
    return set(tx.scalars(statement))


def judgment_of_client(tx: Connection, *, project_id: str, client_id: str) -> Judgment | None:
    """Return the judgment that a client id stands for, superseded or not."""
    given = {"project": project_id, "client": client_id}
    row = _OF_CLIENT.first(tx, given)
    return None if row is None else _judgment(row)


def record(
    tx: Connection, row: Json, *, offer: Assignment, active_ms: int, now: float
) -> Callable[[], Json | None]:
    """Store a judgment, settle the offer that it answers, count it for its rater.

    What comes back has to be called before the transaction ends. It returns the rater's counters
    after it; None when the project has its `client_id` already. It raises Repeat when the offer
    is no longer as it was read. Both leave the transaction to be rolled back.
    """
    returned = _RECORD.ask(
        tx,
        {
            **{f"jdg_{name}": value for name, value in row.items()},
            "key": offer.id,
            "was": offer.state.value,
            "fence": offer.token,
            "to": AssignmentState.JUDGED.value,
            "why": None,
            "at": now,
            "project": offer.project_id,
            "rater": offer.rater_id,
            "guideline": offer.guideline_version_id,
            "active": active_ms,
            "on": rules.day_of(now),
            "more_judged": 1,
            "more_skipped": 0,
            "more_active": active_ms,
        },
    )

    def counters() -> Json | None:
        found = returned()
        if found["judgment"] is None:
            return None
        if found["answered"] is None:
            raise Repeat(f"offer {offer.id} was settled meanwhile")
        return {**(found["rater"] or {}), **(found["day"] or {})}

    return counters


def supersede(tx: Connection, judgment_id: str, *, by: str, now: float) -> None:
    """Mark a judgment as no longer in force; it stays as a fact."""
    tx.execute(_SUPERSEDE, {"key": judgment_id, "by": by, "at": now})


def judgments(
    tx: Connection,
    project_id: str,
    *,
    purpose: ItemPurpose | str | None = None,
    after_seq: int = 0,
    limit: int | None = None,
) -> list[Judgment]:
    """Return the judgments in force (not superseded) after `after_seq`, in order of `seq`."""
    query = (
        select(judgment)
        .where(
            judgment.c.project_id == project_id,
            judgment.c.seq > after_seq,
            judgment.c.superseded_by.is_(None),
        )
        .order_by(judgment.c.seq)
        .limit(limit)
    )
    if purpose is not None:
        query = query.join(item, item.c.id == judgment.c.item_id).where(
            item.c.purpose == str(purpose)
        )
    return [_judgment(row) for row in tx.execute(query).mappings()]


def judgments_of_items(tx: Connection, item_ids: Sequence[str]) -> list[Judgment]:
    """Return the judgments in force on these items, in order of `seq`."""
    found = [
        _judgment(row)
        for part in chunks(item_ids)
        for row in tx.execute(
            select(judgment).where(judgment.c.item_id.in_(part), judgment.c.superseded_by.is_(None))
        ).mappings()
    ]
    return sorted(found, key=lambda one: one.seq)


def get_judgment(tx: Connection, judgment_id: str) -> Judgment | None:
    """Return one judgment, superseded or not."""
    row = tx.execute(select(judgment).where(judgment.c.id == judgment_id)).mappings().first()
    return None if row is None else _judgment(row)


def insert_missing_judgments(tx: Connection, rows: Sequence[Json]) -> set[str]:
    """Store judgments whose `client_id` the project does not have; return the ids of the new."""
    insert = _NEW_JUDGMENTS[tx.dialect.name]
    return {row.id for part in chunks(rows) for row in tx.execute(insert, part)}


def _judgment(row: RowMapping | Json) -> Judgment:
    return Judgment(**row)


def assignment_of(row: RowMapping | Json) -> Assignment:
    """Return an assignment from a row of its table."""
    shown = row["shown_order"]
    return Assignment(
        **{
            **row,
            "state": AssignmentState(row["state"]),
            "shown_order": None if shown is None else ShownOrder(shown),
        }
    )
