"""Use cases of the queue: open items, take slots, give them back, count what is done."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.infra import events
from loopwright.projects import service as projects
from loopwright.sampling import rules, store, store_upkeep
from loopwright.sampling.model import (
    Band,
    Branch,
    Counted,
    Cursor,
    ItemProgress,
    ItemState,
    Pause,
    QueueCount,
    Slot,
    Waiting,
)
from loopwright.sampling.take import Take

Held = Callable[[Sequence[str]], Mapping[str, int]]
"""Asks how many people hold each item now; the later stage that leases them gives it."""
ItemSlots = tuple[str, Branch, int]
"""An item, where its slots stand in the queue, and how many there are."""


def open_items(
    tx: Connection,
    *,
    project_id: str,
    item_ids: Sequence[str],
    overlap: int,
    band: int,
    propensity: float,
    imported: Mapping[str, int],
    held: Held,
    now: float,
) -> int:
    """Want `overlap` judgments on each item; return how many judgments that adds.

    Items already in the queue get what they lack up to `overlap`, so doing it twice adds
    nothing. `propensity` is the probability with which these items were chosen (0, 1], `imported`
    how many judgments each had before it ever was in the queue.
    """
    if overlap < 1 or not 0.0 < propensity <= 1.0:
        raise InvalidInput(
            f"Items cannot be opened with overlap {overlap} and propensity {propensity}.",
            remedy="Use an overlap of at least 1 and a propensity above 0 and up to 1.",
        )
    ids = list(dict.fromkeys(item_ids))
    known = store.states_to_change(tx, ids)
    fresh = [item_id for item_id in ids if item_id not in known]
    lanes = lanes_of(tx, project_id=project_id, item_ids=fresh)
    opened = ItemState(
        item_id="", project_id=project_id, lane="", band=Band(band).value, wanted=overlap, done=0,
        state=ItemProgress.OPEN, propensity=propensity, opened_at=now, closed_at=None,
    )  # fmt: skip
    states = [
        rules.begun(opened, item_id=item_id, lane=lanes[item_id], imported=imported.get(item_id, 0))
        for item_id in fresh
    ]
    store.insert_states(tx, states)
    raised = [
        (state, rules.raised(state, overlap=overlap, band=opened.band))
        for state in known.values()
        if state.wanted < overlap
    ]
    slots = [(one.item_id, one.branch, one.wanted - one.done) for one in states]
    slots = [slot for slot in slots if slot[2] > 0]
    slots += slots_of_raised(tx, raised=raised, held=held)
    added = sum(number for _, _, number in slots)
    if not states and not raised:
        return 0
    counts = rules.summed((state.branch, rules.count_of(state)) for state in states)
    store.count(tx, project_id=project_id, shard=rules.BULK_SHARD, counts=counts)
    change_states(tx, project_id=project_id, changes=raised)
    require_few_lanes(tx, project_id)
    store.append(tx, project_id=project_id, slots=slots)
    if added:
        _tell_opened(tx, project_id, {"items": len(slots), "judgments": added}, band, now)
    return added


def _tell_opened(
    tx: Connection, project_id: str, counts: Mapping[str, int], band: int, now: float
) -> None:
    events.emit(
        tx,
        kind="items.opened",
        project_id=project_id,
        subject_id=None,
        payload={**counts, "band": Band(band).name.lower()},
        now=now,
    )


def change_states(
    tx: Connection, *, project_id: str, changes: Sequence[tuple[ItemState, ItemState]]
) -> None:
    """Store what became of items, locked before, and keep the counts right."""
    parts = [(after.branch, rules.count_of(after)) for _, after in changes]
    parts += [(one.branch, QueueCount().minus(rules.count_of(one))) for one, _ in changes]
    store.save_states(tx, [after for _, after in changes])
    store.count(tx, project_id=project_id, shard=rules.BULK_SHARD, counts=rules.summed(parts))


def lanes_of(tx: Connection, *, project_id: str, item_ids: Sequence[str]) -> dict[str, str]:
    """Return the lane of each item: what it requires, and what its segment does."""
    if not item_ids:
        return {}
    segments = projects.get(tx, project_id).spec.segments
    of_segment = {segment.id: segment.requires for segment in segments}
    found = store.requirements(tx, item_ids)
    return {
        item_id: rules.lane_of([*found[item_id].tags, *of_segment.get(found[item_id].segment, ())])
        for item_id in item_ids
    }


def require_few_lanes(tx: Connection, project_id: str) -> None:
    """Raise InvalidInput when the project has more lanes than are searched in good time."""
    lanes = {branch.lane for branch in store.branches(tx, project_id)}
    if len(lanes) > rules.MOST_LANES:
        raise InvalidInput(
            f"Project {project_id} would have {len(lanes)} lanes: sets of required tags.",
            remedy=f"Use at most {rules.MOST_LANES} different sets of tags.",
            code="too_many_lanes",
        )


def hold_cursor(tx: Connection, *, project_id: str, judge_id: str) -> Cursor:
    """Return a judge's place in the queue; the judge's other requests wait for this one.

    Call it first in the transaction: every path locks in the same order.
    """
    return store.hold_cursor(tx, project_id=project_id, judge_id=judge_id)


def take_next(
    tx: Connection, *, take: Take, cursor: Cursor, order: Sequence[Branch], count: int, now: float
) -> tuple[Cursor, list[Slot]]:
    """Take slots past the cursor; return the cursor after them (not stored yet)."""
    ends: Mapping[Branch, int] = {}
    if rules.may_pass(cursor.passed_at, now):
        # Asked before the search, so that nothing is passed that the search cannot see.
        ends = store.ENDS(tx, project_id=cursor.project_id, order=order, after=cursor.positions)
        cursor = replace(cursor, passed_at=now) if ends else cursor
    slots = take(
        tx,
        project_id=cursor.project_id,
        judge_id=cursor.judge_id,
        order=order,
        after=cursor.positions,
        count=count,
    )
    # Entries come in order of place, so the last one of a branch is the farthest.
    positions = rules.advanced(cursor.positions, {slot.branch: slot.seq for slot in slots})
    gone = rules.passed(order, last=slots[-1].branch if slots else None, full=len(slots) == count)
    positions = rules.advanced(positions, {one: ends[one] for one in gone if one in ends})
    turn = cursor.turn + 1 if slots and len({branch.lane for branch in order}) > 1 else cursor.turn
    return replace(cursor, positions=positions, turn=turn), _one_per_item(tx, slots)


def sweep(
    tx: Connection, *, take: Take, cursor: Cursor, order: Sequence[Branch], count: int, now: float
) -> tuple[Cursor, list[Slot]]:
    """Take slots that the cursor passed over, at most once in `rules.SWEEP_SECONDS`.

    It looks at a bounded number of entries; the next sweep goes on where this one got to.
    """
    if not rules.may_sweep(cursor.swept_at, now):
        return cursor, []
    slots: list[Slot] = []
    at = dict(cursor.swept)
    for _ in range(rules.WINDOWS):
        ends = store.WINDOWS(tx, project_id=cursor.project_id, order=order, after=at)
        if not ends:
            # At the end; one that found something may be followed by another at once.
            swept_at = cursor.swept_at if slots else now
            return replace(cursor, swept={}, swept_at=swept_at), slots
        looked = [branch for branch in order if branch in ends]
        found = take(
            tx,
            project_id=cursor.project_id,
            judge_id=cursor.judge_id,
            order=looked,
            after=at,
            upto=ends,
            count=count - len(slots),
        )
        missing = count - len(slots) - len(found)
        gone = rules.passed(looked, last=found[-1].branch if found else None, full=missing == 0)
        at |= {slot.branch: slot.seq for slot in found}
        at |= {branch: ends[branch] for branch in gone}
        slots = _one_per_item(tx, slots + found)
        if missing == 0:
            break
    return replace(cursor, swept=at), slots


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


def give_back(tx: Connection, *, project_id: str, item_ids: Sequence[str], held: Held) -> None:
    """Append a slot for each item where it stands now: what was not judged is wanted again.

    An item that was set aside gets none; it gets what it lacks when it is opened again. One that
    imported judgments filled up meanwhile wants no more than it lacks besides what is `held`.
    """
    if item_ids:
        given = Counter(item_ids)
        states = store.states_to_change(tx, item_ids).values()
        most = [(state, given[state.item_id]) for state in states]
        store.append(tx, project_id=project_id, slots=slots_lacking(tx, most=most, held=held))


def slots_of_raised(
    tx: Connection, *, raised: Sequence[tuple[ItemState, ItemState]], held: Held
) -> list[ItemSlots]:
    """Return the slots of items that want more than before; the states are locked."""
    most = [(after, rules.more_wanted(before, after)) for before, after in raised]
    return slots_lacking(tx, most=most, held=held)


def slots_lacking(
    tx: Connection, *, most: Sequence[tuple[ItemState, int]], held: Held
) -> list[ItemSlots]:
    """Return the slots to append to items, at most so many each; the states are locked.

    Who holds what is asked last: until the states and free slots are locked, others answer and
    take, and a slot would be counted twice or not at all.
    """
    filled = [state.item_id for state, _ in most if state.imported]
    free = store_upkeep.free_slots(tx, filled)
    taken = Counter(held(filled)) if filled else Counter[str]()
    for item_id, entries in free.items():
        taken[item_id] += sum(number for _, number in entries)
    slots = [
        (one.item_id, one.branch, rules.slots_lacking(one, most=number, taken=taken[one.item_id]))
        for one, number in most
    ]
    return [slot for slot in slots if slot[2] > 0]


def count_judgment(
    tx: Connection, *, project_id: str, item_id: str, judge_id: str, now: float
) -> Counted | None:
    """Count a judgment on an item; return the item after it, None when it was never queued."""
    return _count(tx, project_id=project_id, item_id=item_id, judge_id=judge_id, more=1, now=now)


def uncount_judgment(
    tx: Connection, *, project_id: str, item_id: str, judge_id: str, now: float
) -> None:
    """Take a judgment's count back; a closed item is open again."""
    _count(tx, project_id=project_id, item_id=item_id, judge_id=judge_id, more=-1, now=now)


def _count(
    tx: Connection, *, project_id: str, item_id: str, judge_id: str, more: int, now: float
) -> Counted | None:
    found = store.add_done(tx, item_id, more)
    if found is None:
        return None
    after = rules.settled(found, now=now)
    changed = rules.count_of(after).minus(rules.count_of(replace(found, done=found.done - more)))
    shard = rules.shard_of(judge_id)
    store.count(tx, project_id=project_id, shard=shard, counts={found.branch: changed})
    closes = after.state is ItemProgress.CLOSED and found.state is not ItemProgress.CLOSED
    if after.state is not found.state:
        store.set_state(tx, item_id=item_id, state=after.state, closed_at=after.closed_at)
    if closes:
        events.emit(
            tx,
            kind="item.closed",
            project_id=project_id,
            subject_id=item_id,
            payload={"judgments": after.done},
            now=now,
        )
    return Counted(after, closes, changed)


def state_of(tx: Connection, item_id: str) -> ItemState | None:
    """Return how far an item is, None when it was never queued."""
    return store.state_of(tx, item_id)


def states_of(tx: Connection, item_ids: Sequence[str]) -> dict[str, ItemState]:
    """Return how far items are; those that were never queued are left out."""
    return store.states_of(tx, item_ids)


def waiting_of(tx: Connection, item_ids: Sequence[str]) -> Waiting:
    """Return what these items still wait for; nobody waits for those that were set aside."""
    states = store.states_of(tx, item_ids).values()
    open_ones = [one for one in states if one.state is ItemProgress.OPEN]
    return Waiting(
        judgments=sum(max(0, one.wanted - one.done) for one in open_ones),
        items=len(open_ones),
        stuck=sum(one.state is ItemProgress.STUCK for one in states),
    )


def pause_of(tx: Connection, project_id: str) -> Pause | None:
    """Return why and since when nothing is offered; None when the queue runs."""
    return store.pause_of(tx, project_id)


def branch_counts(tx: Connection, project_id: str) -> dict[Branch, QueueCount]:
    """Return the counts of each branch of the queue."""
    return store.branch_counts(tx, project_id)


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
