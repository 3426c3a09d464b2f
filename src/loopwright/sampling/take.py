"""Take the next wanted slots past a judge's cursor: the step that must never count or sort.

PostgreSQL does it in one statement and passes over rows that others hold (SKIP LOCKED);
SQLite has one writer, so a query and an update do. Both look at one index entry per slot taken,
plus one for each entry that the judge may not take.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, union_all
from sqlalchemy.sql.selectable import CompoundSelect

from loopwright.sampling.model import Band, Slot
from loopwright.sampling.tables import queue_entry

_DECREMENT = (
    queue_entry.update()
    .where(queue_entry.c.item_id == bindparam("item"), queue_entry.c.seq == bindparam("place"))
    .values(remaining=queue_entry.c.remaining - 1)
)


class Take:
    """Takes slots of items that `eligible` allows.

    `eligible` is a condition on `queue_entry` with the parameter "judge"; a later stage, which
    knows who has seen what, gives it.
    """

    def __init__(self, eligible: ColumnElement[bool]) -> None:
        self._eligible = eligible
        self._pick = self._first_wanted()
        self._take = self._take_picked()

    def __call__(
        self,
        tx: Connection,
        *,
        project_id: str,
        judge_id: str,
        after: Mapping[int, int],
        count: int,
    ) -> list[Slot]:
        """Take up to `count` slots, one per item, in order of band and place."""
        if count < 1:
            return []
        given: dict[str, Any] = {"project": project_id, "judge": judge_id, "count": count}
        given |= {f"after_{band.value}": after.get(band, 0) for band in Band}
        if tx.dialect.name == "postgresql":
            rows = tx.execute(self._take, given).all()
        else:
            rows = tx.execute(self._pick, given).all()
            if rows:
                tx.execute(_DECREMENT, [{"item": row.item_id, "place": row.seq} for row in rows])
        taken = [Slot(row.item_id, row.seq, row.band) for row in rows]
        return sorted(taken, key=lambda slot: (slot.band, slot.seq))

    def _first_wanted(self) -> "CompoundSelect[Any]":
        """Return the query: each band from its own place on, bands in order, up to the limit."""
        bands = [
            select(queue_entry.c.item_id, queue_entry.c.seq, queue_entry.c.band)
            .where(
                queue_entry.c.project_id == bindparam("project"),
                queue_entry.c.band == band.value,
                queue_entry.c.seq > bindparam(f"after_{band.value}"),
                queue_entry.c.remaining > 0,
                self._eligible,
            )
            .order_by(queue_entry.c.seq)
            .limit(bindparam("count"))
            .with_for_update(of=queue_entry, skip_locked=True)
            .subquery(f"band_{band.value}")
            for band in Band
        ]
        # Branches run in order, and none runs once the limit is reached.
        return union_all(*(select(band) for band in bands)).limit(bindparam("count"))

    def _take_picked(self) -> Any:
        # Inlined instead of materialized, the branches could run (and lock) more than once.
        picked = self._pick.cte("picked").prefix_with("MATERIALIZED")
        return (
            queue_entry.update()
            .where(
                queue_entry.c.item_id == picked.c.item_id,
                queue_entry.c.seq == picked.c.seq,
            )
            .values(remaining=queue_entry.c.remaining - 1)
            .returning(queue_entry.c.item_id, queue_entry.c.seq, queue_entry.c.band)
        )
