"""Every query of the queue. None of them walks or counts the queue."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from loopwright.infra.database import JsonText
from loopwright.sampling.model import Cursor, ItemProgress, ItemState, QueueCount, Slot
from loopwright.sampling.sequence import next_places
from loopwright.sampling.tables import item_state, queue_count, queue_cursor, queue_entry

_CHUNK = 1000

_INSERT_ENTRY = queue_entry.insert()
_STATE = select(item_state).where(item_state.c.item_id == bindparam("item"))
_COUNT_DONE = (
    item_state.update()
    .where(item_state.c.item_id == bindparam("item"))
    .values(done=item_state.c.done + bindparam("more"))
    .returning(item_state.c.done, item_state.c.wanted)
)
_SET_STATE = (
    item_state.update()
    .where(item_state.c.item_id == bindparam("item"))
    .values(state=bindparam("to"), closed_at=bindparam("at"))
)
_FREE_SLOT = (
    select(queue_entry.c.seq, queue_entry.c.band)
    .where(queue_entry.c.item_id == bindparam("item"), queue_entry.c.remaining > 0)
    .order_by(queue_entry.c.seq)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CHANGE_REMAINING = (
    queue_entry.update()
    .where(queue_entry.c.item_id == bindparam("item"), queue_entry.c.seq == bindparam("place"))
    .values(remaining=queue_entry.c.remaining + bindparam("more"))
)
_TOTALS = select(func.sum(queue_count.c.wanted), func.sum(queue_count.c.done)).where(
    queue_count.c.project_id == bindparam("project")
)
_MY_CURSOR = (
    queue_cursor.c.project_id == bindparam("project"),
    queue_cursor.c.judge_id == bindparam("judge"),
)
_CURSOR = (
    select(queue_cursor.c.positions, queue_cursor.c.swept_at).where(*_MY_CURSOR).with_for_update()
)
_SAVE_CURSOR = (
    queue_cursor.update()
    .where(*_MY_CURSOR)
    .values(positions=bindparam("at", type_=JsonText), swept_at=bindparam("swept"))
)


def _adding(insert: Any) -> Any:
    return insert.on_conflict_do_update(
        index_elements=["project_id", "shard"],
        set_={
            "wanted": queue_count.c.wanted + insert.excluded.wanted,
            "done": queue_count.c.done + insert.excluded.done,
        },
    )


# Statements are built once: building one costs more than running it.
_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
_COUNT = {name: _adding(dialect.insert(queue_count)) for name, dialect in _DIALECTS.items()}
_NEW_CURSOR = {
    name: dialect.insert(queue_cursor).on_conflict_do_nothing()
    for name, dialect in _DIALECTS.items()
}


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list into parts that fit one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def states_of(tx: Connection, item_ids: Sequence[str]) -> dict[str, ItemState]:
    """Return how far items are; items that were never queued are left out."""
    return {
        row["item_id"]: _state(row)
        for part in chunks(item_ids)
        for row in tx.execute(select(item_state).where(item_state.c.item_id.in_(part))).mappings()
    }


def state_of(tx: Connection, item_id: str) -> ItemState | None:
    """Return how far one item is, None when it was never queued."""
    row = tx.execute(_STATE, {"item": item_id}).mappings().first()
    return None if row is None else _state(row)


def insert_states(tx: Connection, states: Sequence[ItemState]) -> None:
    """Store items that enter the queue for the first time."""
    rows = [{**vars(state), "state": state.state.value} for state in states]
    for part in chunks(rows):
        tx.execute(item_state.insert(), part)


def raise_wanted(tx: Connection, more: Mapping[str, int]) -> None:
    """Want more judgments on items; the number is added to what was wanted."""
    statement = (
        item_state.update()
        .where(item_state.c.item_id == bindparam("item"))
        .values(
            wanted=item_state.c.wanted + bindparam("more"),
            state=ItemProgress.OPEN.value,
            closed_at=None,
        )
    )
    rows = [{"item": item_id, "more": number} for item_id, number in more.items()]
    for part in chunks(rows):
        tx.execute(statement, part)


def append(tx: Connection, *, project_id: str, slots: Sequence[tuple[str, int, int]]) -> None:
    """Append (item, band, number of slots) at the end of their bands."""
    places = next_places(len(slots))
    rows = [
        {
            "item_id": item_id,
            "seq": seq,
            "project_id": project_id,
            "band": band,
            "remaining": number,
        }
        for seq, (item_id, band, number) in zip(places, slots, strict=True)
    ]
    for part in chunks(rows):
        tx.execute(_INSERT_ENTRY, part)


def count(tx: Connection, *, project_id: str, shard: int, wanted: int, done: int) -> None:
    """Add to one of the project's counter rows."""
    tx.execute(
        _COUNT[tx.dialect.name],
        {"project_id": project_id, "shard": shard, "wanted": wanted, "done": done},
    )


def totals(tx: Connection, project_id: str) -> QueueCount:
    """Return the project's counts: a few rows are added up, whatever the queue's length."""
    wanted, done = tx.execute(_TOTALS, {"project": project_id}).one()
    return QueueCount(int(wanted or 0), int(done or 0))


def add_done(tx: Connection, item_id: str, more: int) -> tuple[int, int] | None:
    """Add to an item's judgments; return (done, wanted), None when it was never queued."""
    row = tx.execute(_COUNT_DONE, {"item": item_id, "more": more}).first()
    return None if row is None else (int(row.done), int(row.wanted))


def set_state(
    tx: Connection, *, item_id: str, state: ItemProgress, closed_at: float | None
) -> None:
    """Open or close an item."""
    tx.execute(_SET_STATE, {"item": item_id, "to": state.value, "at": closed_at})


def free_slot(tx: Connection, item_id: str) -> Slot | None:
    """Return a wanted slot of one item, locked; None when there is none or others hold it."""
    row = tx.execute(_FREE_SLOT, {"item": item_id}).first()
    return None if row is None else Slot(item_id, row.seq, row.band)


def change_remaining(tx: Connection, *, item_id: str, seq: int, more: int) -> None:
    """Take slots out of an entry (negative) or put them back."""
    tx.execute(_CHANGE_REMAINING, {"item": item_id, "place": seq, "more": more})


def hold_cursor(tx: Connection, *, project_id: str, judge_id: str) -> Cursor:
    """Return a judge's cursor, locked until the transaction ends; made on first use."""
    key = {"project": project_id, "judge": judge_id}
    row = tx.execute(_CURSOR, key).first()
    if row is None:
        tx.execute(
            _NEW_CURSOR[tx.dialect.name],
            {"project_id": project_id, "judge_id": judge_id, "positions": {}, "swept_at": 0.0},
        )
        row = tx.execute(_CURSOR, key).one()
    positions = {int(band): int(seq) for band, seq in row.positions.items()}
    return Cursor(project_id, judge_id, positions, row.swept_at)


def save_cursor(tx: Connection, cursor: Cursor) -> None:
    """Store where a judge is now."""
    tx.execute(
        _SAVE_CURSOR,
        {
            "project": cursor.project_id,
            "judge": cursor.judge_id,
            "at": {str(band): seq for band, seq in cursor.positions.items()},
            "swept": cursor.swept_at,
        },
    )


def _state(row: RowMapping) -> ItemState:
    return ItemState(**{**row, "state": ItemProgress(row["state"])})
