"""Queries of the queue's upkeep: the free slots of items, taken out or looked at."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from loopwright.intake.tables import item
from loopwright.sampling.model import ItemState, Slot
from loopwright.sampling.store import chunks
from loopwright.sampling.tables import queue_entry

_FREE_OF = (
    queue_entry.c.item_id.in_(bindparam("ids", expanding=True)),
    queue_entry.c.remaining > 0,
)
_CLEAR = (
    queue_entry.delete()
    .where(*_FREE_OF)
    .returning(queue_entry.c.item_id, queue_entry.c.seq, queue_entry.c.remaining)
)
_FREE_SLOTS = (
    select(queue_entry.c.item_id, queue_entry.c.seq, queue_entry.c.remaining)
    .where(*_FREE_OF)
    .order_by(queue_entry.c.item_id, queue_entry.c.seq.desc())
    .with_for_update()
)

_ASKED = select(item.c.id, item.c.question_id, item.c.completion_ids).where(
    item.c.id.in_(bindparam("ids", expanding=True))
)


def clear_slots(tx: Connection, item_ids: Sequence[str]) -> dict[str, int]:
    """Take the free slots of items out of the queue; return how many, oldest place first."""
    found: list[tuple[int, str, int]] = []
    for part in chunks(item_ids):
        cleared = tx.execute(_CLEAR, {"ids": list(part)})
        found += [(row.seq, row.item_id, row.remaining) for row in cleared]
    freed: dict[str, int] = {}
    for _, item_id, remaining in sorted(found):
        freed[item_id] = freed.get(item_id, 0) + remaining
    return freed


def free_slots(tx: Connection, item_ids: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Return (place, free slots) of the items' entries, locked, the last place first."""
    found: dict[str, list[tuple[int, int]]] = {}
    for part in chunks(item_ids):
        for row in tx.execute(_FREE_SLOTS, {"ids": list(part)}):
            found.setdefault(row.item_id, []).append((row.seq, row.remaining))
    return found


def slots_at(tx: Connection, states: Sequence[ItemState]) -> list[Slot]:
    """Return a slot of each item that no entry of the queue holds."""
    asked = {
        row.id: row
        for part in chunks([state.item_id for state in states])
        for row in tx.execute(_ASKED, {"ids": list(part)})
    }
    return [
        Slot(
            item_id=state.item_id,
            seq=0,
            band=state.band,
            lane=state.lane,
            question_id=asked[state.item_id].question_id,
            completion_ids=asked[state.item_id].completion_ids,
        )
        for state in states
    ]
