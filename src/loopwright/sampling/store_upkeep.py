"""Queries of the queue's upkeep: the free slots of items, taken out or looked at."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

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
