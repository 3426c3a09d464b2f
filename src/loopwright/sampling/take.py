"""Take the next wanted slots past a judge's cursor: the step that must never count or sort.

PostgreSQL does it in one statement and passes over rows that others hold (SKIP LOCKED);
SQLite has one writer, so short statements do. Both look at one index entry per slot taken,
plus one for each entry that the judge may not take.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, union_all
from sqlalchemy.sql import Select

from loopwright.sampling.model import Band, Slot
from loopwright.sampling.tables import queue_entry


class Take:
    """Takes slots of items that `eligible` allows.

    `eligible` is a condition on `queue_entry` with the parameter "judge"; a later stage, which
    knows who has seen what, gives it.
    """

    def __init__(self, eligible: ColumnElement[bool]) -> None:
        self._eligible = eligible
        self._one_band = self._wanted(bindparam("band")).where(
            queue_entry.c.seq > bindparam("after")
        )
        self._decrement = (
            queue_entry.update()
            .where(
                queue_entry.c.item_id == bindparam("item"),
                queue_entry.c.seq == bindparam("place"),
            )
            .values(remaining=queue_entry.c.remaining - 1)
        )
        self._all_bands = self._locking_update()

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
        if tx.dialect.name == "postgresql":
            places = {f"after_{band.value}": after.get(band, 0) for band in Band}
            rows = tx.execute(self._all_bands, {**given, **places}).all()
            taken = [Slot(row.item_id, row.seq, row.band) for row in rows]
        else:
            taken = self._take_by_band(tx, given, after)
        return sorted(taken, key=lambda slot: (slot.band, slot.seq))

    def _take_by_band(
        self, tx: Connection, given: dict[str, Any], after: Mapping[int, int]
    ) -> list[Slot]:
        taken: list[Slot] = []
        for band in Band:
            wanted = given["count"] - len(taken)
            if wanted == 0:
                break
            place = {"band": band.value, "after": after.get(band, 0)}
            rows = tx.execute(self._one_band, {**given, **place, "count": wanted}).all()
            taken += [Slot(row.item_id, row.seq, row.band) for row in rows]
        if taken:
            tx.execute(
                self._decrement, [{"item": slot.item_id, "place": slot.seq} for slot in taken]
            )
        return taken

    def _wanted(self, band: Any) -> "Select[Any]":
        return (
            select(queue_entry.c.item_id, queue_entry.c.seq, queue_entry.c.band)
            .where(
                queue_entry.c.project_id == bindparam("project"),
                queue_entry.c.band == band,
                queue_entry.c.remaining > 0,
                self._eligible,
            )
            .order_by(queue_entry.c.seq)
            .limit(bindparam("count"))
        )

    def _locking_update(self) -> Any:
        bands = [
            self._wanted(band.value)
            .where(queue_entry.c.seq > bindparam(f"after_{band.value}"))
            .with_for_update(of=queue_entry, skip_locked=True)
            .subquery(f"band_{band.value}")
            for band in Band
        ]
        # Branches run in order and stop at the limit; inlined, they could run more than once.
        picked = (
            union_all(*(select(band) for band in bands))
            .limit(bindparam("count"))
            .cte("picked")
            .prefix_with("MATERIALIZED")
        )
        return (
            queue_entry.update()
            .where(
                queue_entry.c.item_id == picked.c.item_id,
                queue_entry.c.seq == picked.c.seq,
            )
            .values(remaining=queue_entry.c.remaining - 1)
            .returning(queue_entry.c.item_id, queue_entry.c.seq, queue_entry.c.band)
        )
