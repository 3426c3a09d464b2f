"""Every query of the queue. None of them walks or counts the queue."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)

from loopwright.base.types import Json
from loopwright.infra.database import JsonText
from loopwright.infra.prepared import Prepared
from loopwright.infra.upsert import DIALECTS, adding
from loopwright.intake.tables import item, prompt
from loopwright.sampling import rules
from loopwright.sampling.model import (
    Branch,
    Cursor,
    ItemProgress,
    ItemState,
    Pause,
    QueueCount,
    Requirement,
    Slot,
)
from loopwright.sampling.sequence import next_places
from loopwright.sampling.tables import (
    item_state,
    queue_cursor,
    queue_entry,
    queue_pause,
    queue_tally,
)
from loopwright.sampling.take import Ends

_CHUNK = 1000
_COUNTS = QueueCount._fields
ENDS = Ends()
"""Finds the last wanted entry of branches."""
WINDOWS = Ends(window=rules.WINDOW)
"""Finds the last one of the next wanted entries that one step of a sweep looks at."""

_INSERT_ENTRY = queue_entry.insert()
_STATE = select(item_state).where(item_state.c.item_id == bindparam("item"))
_COUNT_DONE = Prepared(
    item_state.update()
    .where(item_state.c.item_id == bindparam("item"))
    .values(done=item_state.c.done + bindparam("more"))
    .returning(item_state)
)
_SET_STATE = Prepared(
    item_state.update()
    .where(item_state.c.item_id == bindparam("item"))
    .values(state=bindparam("to"), closed_at=bindparam("at"))
)
_SAVE_STATE = (
    item_state.update()
    .where(item_state.c.item_id == bindparam("item"))
    .values(
        lane=bindparam("to_lane"),
        band=bindparam("to_band"),
        wanted=bindparam("to_wanted"),
        done=bindparam("to_done"),
        state=bindparam("to_state"),
        closed_at=bindparam("at"),
        imported=bindparam("to_imported"),
        skips=bindparam("to_skips"),
    )
)
_FREE_SLOT = (
    select(queue_entry.c.seq, queue_entry.c.band, queue_entry.c.lane)
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
_TOTALS = Prepared(
    select(*(func.sum(queue_tally.c[name]).label(name) for name in _COUNTS)).where(
        queue_tally.c.project_id == bindparam("project")
    )
)
_BRANCHES = Prepared(
    select(queue_tally.c.lane, queue_tally.c.band).where(
        queue_tally.c.project_id == bindparam("project"), queue_tally.c.shard == rules.BULK_SHARD
    )
)
_OF_BRANCHES = (
    select(
        queue_tally.c.lane,
        queue_tally.c.band,
        *(func.sum(queue_tally.c[name]).label(name) for name in _COUNTS),
    )
    .where(queue_tally.c.project_id == bindparam("project"))
    .group_by(queue_tally.c.lane, queue_tally.c.band)
)


def counts_column(dialect: str) -> ColumnElement[Any]:
    """Return the counts of every branch as one value, for `counts_of` to read."""
    cells = _OF_BRANCHES.subquery("counts").c
    if dialect == "sqlite":
        listed: Any = func.json_group_array(func.json_array(*cells))
    else:
        listed = cast(func.json_agg(func.json_build_array(*cells)), Text)
    return select(type_coerce(listed, JsonText)).scalar_subquery().label("counts")


def counts_of(value: list[list[Any]] | None) -> dict[Branch, QueueCount]:
    """Return what a `counts_column` says."""
    return {Branch(row[0], row[1]): QueueCount(*row[2:]) for row in value or ()}


_BRANCH_COUNTS = {name: Prepared(select(counts_column(name))) for name in ("sqlite", "postgresql")}
_PAUSE = select(queue_pause).where(queue_pause.c.project_id == bindparam("project"))
_MY_CURSOR = (
    queue_cursor.c.project_id == bindparam("project"),
    queue_cursor.c.judge_id == bindparam("judge"),
)
CURSOR_COLUMNS = (
    queue_cursor.c.positions,
    queue_cursor.c.swept_at,
    queue_cursor.c.swept,
    queue_cursor.c.passed_at,
    queue_cursor.c.turn,
)
_CURSOR = Prepared(select(*CURSOR_COLUMNS).where(*_MY_CURSOR).with_for_update())
_SAVE_CURSOR = Prepared(
    queue_cursor.update()
    .where(*_MY_CURSOR)
    .values(
        positions=bindparam("at", type_=JsonText),
        swept_at=bindparam("swept_last"),
        swept=bindparam("swept_to", type_=JsonText),
        passed_at=bindparam("passed"),
        turn=bindparam("lane_turn"),
    )
)


# Statements are built once: building one costs more than running it.
_TALLY_KEY = ("project_id", "shard", "lane", "band")
_COUNT = Prepared(
    {
        name: adding(dialect.insert(queue_tally), to=_COUNTS, key=_TALLY_KEY)
        for name, dialect in DIALECTS.items()
    }
)
_NEW_CURSOR = {
    name: dialect.insert(queue_cursor).on_conflict_do_nothing()
    for name, dialect in DIALECTS.items()
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


def states_to_change(tx: Connection, item_ids: Sequence[str]) -> dict[str, ItemState]:
    """Return how far items are, locked until the transaction ends."""
    return {
        row["item_id"]: _state(row)
        for part in chunks(item_ids)
        for row in tx.execute(
            select(item_state)
            .where(item_state.c.item_id.in_(part))
            .order_by(item_state.c.item_id)  # everybody locks in one order
            .with_for_update()
        ).mappings()
    }


def save_states(tx: Connection, states: Sequence[ItemState]) -> None:
    """Store what became of items."""
    for part in chunks(states):
        tx.execute(_SAVE_STATE, [_changed(state) for state in part])


def requirements(tx: Connection, item_ids: Sequence[str]) -> dict[str, Requirement]:
    """Return what items require of who judges them."""
    query = select(item.c.id, item.c.requires, prompt.c.segment).join(
        prompt, prompt.c.id == item.c.prompt_id
    )
    return {
        row.id: Requirement(row.requires, row.segment)
        for part in chunks(item_ids)
        for row in tx.execute(query.where(item.c.id.in_(part)))
    }


def append(tx: Connection, *, project_id: str, slots: Sequence[tuple[str, Branch, int]]) -> None:
    """Append (item, branch, number of slots) at the end of their branches."""
    places = next_places(len(slots))
    rows = [
        {
            "item_id": item_id,
            "seq": seq,
            "project_id": project_id,
            "lane": branch.lane,
            "band": branch.band,
            "remaining": number,
        }
        for seq, (item_id, branch, number) in zip(places, slots, strict=True)
    ]
    for part in chunks(rows):
        tx.execute(_INSERT_ENTRY, part)


def count(
    tx: Connection, *, project_id: str, shard: int, counts: Mapping[Branch, QueueCount]
) -> None:
    """Add to counter rows of the project."""
    rows = [
        {
            "project_id": project_id,
            "shard": shard,
            "lane": branch.lane,
            "band": branch.band,
            **counts[branch]._asdict(),
        }
        for branch in sorted(counts)
    ]
    _COUNT.run_many(tx, rows)


def totals(tx: Connection, project_id: str) -> QueueCount:
    """Return the project's counts: a few rows are added up, whatever the queue's length."""
    [row] = _TOTALS.rows(tx, {"project": project_id})
    return QueueCount(**{name: int(number or 0) for name, number in row.items()})


def branches(tx: Connection, project_id: str) -> set[Branch]:
    """Return the branches of the queue that ever had an item."""
    return {Branch(**row) for row in _BRANCHES.rows(tx, {"project": project_id})}


def add_done(tx: Connection, item_id: str, more: int) -> ItemState | None:
    """Add to an item's judgments; return how far it is, None when it was never queued."""
    row = _COUNT_DONE.first(tx, {"item": item_id, "more": more})
    return None if row is None else _state(row)


def set_state(
    tx: Connection, *, item_id: str, state: ItemProgress, closed_at: float | None
) -> None:
    """Open or close an item."""
    _SET_STATE.run(tx, {"item": item_id, "to": state.value, "at": closed_at})


def branch_counts(tx: Connection, project_id: str) -> dict[Branch, QueueCount]:
    """Return the counts of each branch, from a few counter rows of it."""
    [row] = _BRANCH_COUNTS[tx.dialect.name].rows(tx, {"project": project_id})
    return counts_of(row["counts"])


def pause_of(tx: Connection, project_id: str) -> Pause | None:
    """Return why and since when nothing is offered; None when the queue runs."""
    row = tx.execute(_PAUSE, {"project": project_id}).mappings().first()
    return None if row is None else Pause(row["reason"], row["paused_by"], row["since"])


def put_pause(tx: Connection, project_id: str, pause: Pause | None) -> None:
    """Store a pause in place of the one before, or none."""
    tx.execute(queue_pause.delete().where(queue_pause.c.project_id == project_id))
    if pause is not None:
        tx.execute(queue_pause.insert(), {"project_id": project_id, **vars(pause)})


def free_slot(tx: Connection, item_id: str) -> Slot | None:
    """Return a wanted slot of one item, locked; None when there is none or others hold it."""
    row = tx.execute(_FREE_SLOT, {"item": item_id}).first()
    return None if row is None else Slot(item_id, row.seq, row.band, row.lane)


def change_remaining(tx: Connection, *, item_id: str, seq: int, more: int) -> None:
    """Take slots out of an entry (negative) or put them back."""
    tx.execute(_CHANGE_REMAINING, {"item": item_id, "place": seq, "more": more})


def hold_cursor(tx: Connection, *, project_id: str, judge_id: str) -> Cursor:
    """Return a judge's cursor, locked until the transaction ends; made on first use."""
    key = {"project": project_id, "judge": judge_id}
    row = _CURSOR.first(tx, key)
    if row is None:
        tx.execute(
            _NEW_CURSOR[tx.dialect.name],
            {
                "project_id": project_id,
                "judge_id": judge_id,
                "positions": {},
                "swept_at": 0.0,
                "swept": {},
                "passed_at": 0.0,
                "turn": 0,
            },
        )
        [row] = _CURSOR.rows(tx, key)
    return cursor_of(row, project_id=project_id, judge_id=judge_id)


def cursor_of(row: Json, *, project_id: str, judge_id: str) -> Cursor:
    """Return a cursor from a row with the `CURSOR_COLUMNS`."""
    return Cursor(
        project_id,
        judge_id,
        positions=_positions(row["positions"]),
        swept_at=row["swept_at"],
        swept=_positions(row["swept"]),
        passed_at=row["passed_at"],
        turn=row["turn"],
    )


def save_cursor(tx: Connection, cursor: Cursor) -> None:
    """Store where a judge is now."""
    _SAVE_CURSOR.run(
        tx,
        {
            "project": cursor.project_id,
            "judge": cursor.judge_id,
            "at": _stored(cursor.positions),
            "swept_last": cursor.swept_at,
            "swept_to": _stored(cursor.swept),
            "passed": cursor.passed_at,
            "lane_turn": cursor.turn,
        },
    )


def _stored(positions: Mapping[Branch, int]) -> dict[str, int]:
    return {
        f"{branch.band}:{branch.lane}" if branch.lane else str(branch.band): seq
        for branch, seq in positions.items()
    }


def _positions(stored: Mapping[str, int]) -> dict[Branch, int]:
    parts = [(key.partition(":"), seq) for key, seq in stored.items()]
    return {Branch(lane, int(band)): seq for (band, _, lane), seq in parts}


def _changed(state: ItemState) -> dict[str, Any]:
    return {
        "item": state.item_id,
        "to_lane": state.lane,
        "to_band": state.band,
        "to_wanted": state.wanted,
        "to_done": state.done,
        "to_state": state.state.value,
        "at": state.closed_at,
        "to_imported": state.imported,
        "to_skips": state.skips,
    }


def _state(row: RowMapping | Json) -> ItemState:
    return ItemState(**{**row, "state": ItemProgress(row["state"])})
