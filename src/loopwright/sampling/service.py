"""Use cases of the queue: open items, take slots, give them back, count what is done."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.infra import events
from loopwright.sampling import rules, store
from loopwright.sampling.model import Band, Cursor, ItemProgress, ItemState, QueueCount, Slot
from loopwright.sampling.take import Take


def open_items(
    tx: Connection,
    *,
    project_id: str,
    item_ids: Sequence[str],
    overlap: int,
    band: int,
    propensity: float,
    now: float,
) -> int:
    """Want `overlap` judgments on each item; return how many judgments that adds.

    Items already in the queue get what they lack up to `overlap`, so doing it twice adds
    nothing. `propensity` is the probability with which these items were chosen (0, 1].
    """
    if overlap < 1 or not 0.0 < propensity <= 1.0:
        raise InvalidInput(
            f"Items cannot be opened with overlap {overlap} and propensity {propensity}.",
            remedy="Use an overlap of at least 1 and a propensity above 0 and up to 1.",
        )
    chosen = Band(band)
    ids = list(dict.fromkeys(item_ids))
    known = store.states_of(tx, ids)
    fresh = [item_id for item_id in ids if item_id not in known]
    lacking = {
        item_id: overlap - state.wanted
        for item_id, state in known.items()
        if state.wanted < overlap
    }
    opened = ItemState(
        item_id="", project_id=project_id, band=chosen.value, wanted=overlap, done=0,
        state=ItemProgress.OPEN, propensity=propensity, opened_at=now, closed_at=None,
    )  # fmt: skip
    store.insert_states(tx, [replace(opened, item_id=item_id) for item_id in fresh])
    store.raise_wanted(tx, lacking)
    slots = [(item_id, chosen.value, overlap) for item_id in fresh]
    slots += [(item_id, chosen.value, number) for item_id, number in lacking.items()]
    added = sum(number for _, _, number in slots)
    if added == 0:
        return 0
    store.append(tx, project_id=project_id, slots=slots)
    store.count(tx, project_id=project_id, shard=rules.BULK_SHARD, wanted=added, done=0)
    events.emit(
        tx,
        kind="items.opened",
        project_id=project_id,
        subject_id=None,
        payload={"items": len(slots), "judgments": added, "band": chosen.name.lower()},
        now=now,
    )
    return added


def hold_cursor(tx: Connection, *, project_id: str, judge_id: str) -> Cursor:
    """Return a judge's place in the queue; the judge's other requests wait for this one.

    Call it first in the transaction: every path locks in the same order.
    """
    return store.hold_cursor(tx, project_id=project_id, judge_id=judge_id)


def take_next(
    tx: Connection, *, take: Take, cursor: Cursor, count: int
) -> tuple[Cursor, list[Slot]]:
    """Take slots past the cursor; return the cursor after them (not stored yet)."""
    slots = take(
        tx,
        project_id=cursor.project_id,
        judge_id=cursor.judge_id,
        after=cursor.positions,
        count=count,
    )
    # Entries come in order of place, so the last one of a band is the farthest.
    positions = rules.advanced(cursor.positions, {slot.band: slot.seq for slot in slots})
    moved = Cursor(cursor.project_id, cursor.judge_id, positions, cursor.swept_at)
    return moved, _one_per_item(tx, slots)


def sweep(
    tx: Connection, *, take: Take, cursor: Cursor, count: int, now: float
) -> tuple[Cursor, list[Slot]]:
    """Take slots that the cursor passed over, at most once in `rules.SWEEP_SECONDS`."""
    if not rules.may_sweep(cursor.swept_at, now):
        return cursor, []
    slots = take(tx, project_id=cursor.project_id, judge_id=cursor.judge_id, after={}, count=count)
    # A sweep that finds something may be repeated at once: there may be more.
    swept_at = cursor.swept_at if slots else now
    moved = Cursor(cursor.project_id, cursor.judge_id, cursor.positions, swept_at)
    return moved, _one_per_item(tx, slots)


def save_cursor(tx: Connection, *, before: Cursor, after: Cursor) -> None:
    """Store the cursor when it moved."""
    if after != before:
        store.save_cursor(tx, after)


def retake(tx: Connection, item_id: str) -> bool:
    """Take a slot of this very item if one is free; return whether there was one."""
    slot = store.free_slot(tx, item_id)
    if slot is None:
        return False
    store.change_remaining(tx, item_id=item_id, seq=slot.seq, more=-1)
    return True


def give_back(tx: Connection, *, project_id: str, slots: Sequence[tuple[str, int]]) -> None:
    """Append a slot for each (item, band): what was not judged is wanted again."""
    if slots:
        store.append(
            tx, project_id=project_id, slots=[(item_id, band, 1) for item_id, band in slots]
        )


def count_judgment(
    tx: Connection, *, project_id: str, item_id: str, judge_id: str, now: float
) -> bool:
    """Count a judgment on an item; return whether that closed it."""
    counted = store.add_done(tx, item_id, 1)
    if counted is None:
        return False
    store.count(tx, project_id=project_id, shard=rules.shard_of(judge_id), wanted=0, done=1)
    done, wanted = counted
    if done != wanted:
        return False
    store.set_state(tx, item_id=item_id, state=ItemProgress.CLOSED, closed_at=now)
    events.emit(
        tx,
        kind="item.closed",
        project_id=project_id,
        subject_id=item_id,
        payload={"judgments": done},
        now=now,
    )
    return True


def uncount_judgment(tx: Connection, *, project_id: str, item_id: str, judge_id: str) -> None:
    """Take a judgment's count back; the item is open again."""
    if store.add_done(tx, item_id, -1) is None:
        return
    store.count(tx, project_id=project_id, shard=rules.shard_of(judge_id), wanted=0, done=-1)
    store.set_state(tx, item_id=item_id, state=ItemProgress.OPEN, closed_at=None)


def state_of(tx: Connection, item_id: str) -> ItemState | None:
    """Return how far an item is, None when it was never queued."""
    return store.state_of(tx, item_id)


def states_of(tx: Connection, item_ids: Sequence[str]) -> dict[str, ItemState]:
    """Return how far items are; those that were never queued are left out."""
    return store.states_of(tx, item_ids)


def totals(tx: Connection, project_id: str) -> QueueCount:
    """Return how many judgments the project wanted and has."""
    return store.totals(tx, project_id)


def _one_per_item(tx: Connection, slots: Sequence[Slot]) -> list[Slot]:
    """Put back what was taken twice of an item that stands in the queue more than once."""
    kept: dict[str, Slot] = {}
    for slot in slots:
        if slot.item_id in kept:
            store.change_remaining(tx, item_id=slot.item_id, seq=slot.seq, more=1)
        kept.setdefault(slot.item_id, slot)
    return list(kept.values())
