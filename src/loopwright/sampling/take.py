"""Take the next wanted slots past a judge's cursor: the step that must never count or sort.

PostgreSQL does it in one statement and passes over rows that others hold (SKIP LOCKED);
SQLite has one writer, so a query and an update do. Both look at one index entry per slot taken,
plus one for each entry that the judge may not take. Entries of lanes that are closed to the
judge are never looked at: each lane is a range of the index.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, literal, select, union_all
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.selectable import CompoundSelect

from loopwright.base.types import Json
from loopwright.infra.prepared import Prepared
from loopwright.intake.tables import item
from loopwright.sampling.model import Branch, Slot
from loopwright.sampling.tables import queue_entry

_DECREMENT = Prepared(
    queue_entry.update()
    .where(queue_entry.c.item_id == bindparam("item"), queue_entry.c.seq == bindparam("place"))
    .values(remaining=queue_entry.c.remaining - 1)
)


class Take:
    """Takes slots of items that `eligible` allows.

    `eligible` is a condition on `queue_entry` with the parameter "judge"; a later stage, which
    knows who has seen what, gives it. Statements are built once for each number of branches and
    of slots: for a limit that it does not know PostgreSQL would plan the statement at each use.
    """

    def __init__(self, eligible: ColumnElement[bool]) -> None:
        self._eligible = eligible
        self._takes: dict[tuple[int, bool, int], Prepared] = {}

    def __call__(
        self,
        tx: Connection,
        *,
        project_id: str,
        judge_id: str,
        order: Sequence[Branch],
        after: Mapping[Branch, int],
        upto: Mapping[Branch, int] | None = None,
        count: int,
    ) -> list[Slot]:
        """Take up to `count` slots, one per entry, branches in order, each by place.

        `after` is where each branch is looked at from, `upto` where the look ends.
        """
        if count < 1 or not order:
            return []
        given: dict[str, Any] = {"project": project_id, "judge": judge_id}
        for number, branch in enumerate(order):
            given[f"lane_{number}"], given[f"band_{number}"] = branch
            given[f"after_{number}"] = after.get(branch, 0)
            if upto is not None:
                given[f"upto_{number}"] = upto.get(branch, 0)
        shape = (len(order), upto is not None, count)
        if shape not in self._takes:
            pick = self._pick(*shape)
            self._takes[shape] = Prepared({"sqlite": _asking(pick), "postgresql": _taking(pick)})
        rows = self._takes[shape].rows(tx, given)
        if tx.dialect.name == "sqlite":
            _DECREMENT.run_many(tx, [{"item": row["item_id"], "place": row["seq"]} for row in rows])
        taken = [_slot(row) for row in rows]
        return sorted(taken, key=lambda slot: (order.index(slot.branch), slot.seq))

    def _pick(self, branches: int, bounded: bool, count: int) -> "CompoundSelect[Any]":
        """Return the query: each branch from its own place on, in order, up to the limit."""
        entry = queue_entry.c
        parts = [
            select(entry.item_id, entry.seq, entry.band, entry.lane)
            .where(
                entry.project_id == bindparam("project"),
                entry.lane == bindparam(f"lane_{number}"),
                entry.band == bindparam(f"band_{number}"),
                entry.seq > bindparam(f"after_{number}"),
                # Only where it is meant: for a range of unknown length PostgreSQL would
                # sort what is in it instead of walking the index up to the limit.
                *([entry.seq <= bindparam(f"upto_{number}")] if bounded else []),
                entry.remaining > 0,
                self._eligible,
            )
            .order_by(entry.seq)
            .limit(count)
            .with_for_update(of=queue_entry, skip_locked=True)
            .subquery(f"branch_{number}")
            for number in range(branches)
        ]
        # Branches run in order, and none runs once the limit is reached.
        return union_all(*(select(part) for part in parts)).limit(count)


def _slot(row: Json) -> Slot:
    return Slot(
        item_id=row["item_id"],
        seq=row["seq"],
        band=row["band"],
        lane=row["lane"],
        question_id=row["question_id"],
        completion_ids=row["completion_ids"],
    )


def _asking(pick: "CompoundSelect[Any]") -> "Select[Any]":
    """Return the query with what the items that it finds ask."""
    picked = pick.subquery("picked")
    return select(picked, *_asked(picked.c.item_id))


def _asked(item_id: ColumnElement[str]) -> "list[ColumnElement[Any]]":
    """Return what an item asks; scalars, so that no planner walks the items to join them."""
    return [
        select(column).where(item.c.id == item_id).scalar_subquery().label(column.name)
        for column in (item.c.question_id, item.c.completion_ids)
    ]


def _taking(pick: "CompoundSelect[Any]") -> "ReturningUpdate[Any]":
    """Return the one statement that takes what `pick` finds."""
    # Inlined instead of materialized, branches could run (and lock) more than once.
    picked = pick.cte("picked").prefix_with("MATERIALIZED")
    entry = queue_entry.c
    return (
        queue_entry.update()
        .where(entry.item_id == picked.c.item_id, entry.seq == picked.c.seq)
        .values(remaining=entry.remaining - 1)
        .returning(entry.item_id, entry.seq, entry.band, entry.lane, *_asked(entry.item_id))
    )


class Ends:
    """Finds where branches end: one look at the index for each."""

    def __init__(self, *, window: int | None = None) -> None:
        self._window = window
        self._queries: dict[int, CompoundSelect[Any]] = {}

    def __call__(
        self,
        tx: Connection,
        *,
        project_id: str,
        order: Sequence[Branch],
        after: Mapping[Branch, int],
    ) -> dict[Branch, int]:
        """Return the last place of each branch that has an entry past `after`.

        With a window: the last place among that many entries.
        """
        if not order:
            return {}
        given: dict[str, Any] = {"project": project_id}
        for number, branch in enumerate(order):
            given[f"lane_{number}"], given[f"band_{number}"] = branch
            given[f"after_{number}"] = after.get(branch, 0)
        if len(order) not in self._queries:
            parts = [self._last(number) for number in range(len(order))]
            self._queries[len(order)] = union_all(*(select(part) for part in parts))
        rows = tx.execute(self._queries[len(order)], given)
        return {order[row.number]: row.seq for row in rows}

    def _last(self, number: int) -> Any:
        entry = queue_entry.c
        entries = select(entry.seq).where(
            entry.project_id == bindparam("project"),
            entry.lane == bindparam(f"lane_{number}"),
            entry.band == bindparam(f"band_{number}"),
            entry.seq > bindparam(f"after_{number}"),
            entry.remaining > 0,
        )
        if self._window is not None:
            first = entries.order_by(entry.seq).limit(self._window).subquery(f"first_{number}")
            entries = select(first.c.seq)
        seq = entries.selected_columns.seq
        last = entries.order_by(seq.desc()).limit(1).subquery(f"last_{number}")
        return select(literal(number).label("number"), last.c.seq).subquery(f"end_{number}")
