"""Use cases of those who keep the queue: pause, move, change the overlap, set aside, open again.

People work meanwhile. Every function locks the items' states first, so that an answer, an
expired lease and a change by a lead follow each other; a free slot is in the queue exactly once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.infra import events
from loopwright.sampling import rules, store, store_upkeep
from loopwright.sampling.model import Band, ItemProgress, ItemState, Pause, Slot
from loopwright.sampling.service import (
    Held,
    change_states,
    lanes_of,
    require_few_lanes,
    slots_lacking,
    slots_of_raised,
)


def pause(tx: Connection, *, project_id: str, reason: str, by: str, now: float) -> Pause:
    """Offer nothing new until `resume`; what is leased may still be answered."""
    made = Pause(reason, by, now)
    store.put_pause(tx, project_id, made)
    # Why is for the people of the project: events also leave it, as webhooks.
    _emit(tx, "queue.paused", project_id, {}, now)
    return made


def resume(tx: Connection, *, project_id: str, now: float) -> bool:
    """Offer items again; return whether the queue was paused."""
    if store.pause_of(tx, project_id) is None:
        return False
    store.put_pause(tx, project_id, None)
    _emit(tx, "queue.resumed", project_id, {}, now)
    return True


def lock(tx: Connection, *, project_id: str, item_ids: Sequence[str]) -> dict[str, ItemState]:
    """Return how far the project's items among these are, locked until the transaction ends."""
    found = store.states_to_change(tx, list(dict.fromkeys(item_ids)))
    return {key: state for key, state in found.items() if state.project_id == project_id}


def move(
    tx: Connection, *, project_id: str, states: Mapping[str, ItemState], band: Band, now: float
) -> int:
    """Put items at the end of a band, in the lane of the tags they require now.

    Returns how many moved. Items that have all their judgments stay where they were.
    """
    lanes = lanes_of(tx, project_id=project_id, item_ids=list(states))
    changes = [
        (state, replace(state, lane=lanes[state.item_id], band=band.value))
        for state in states.values()
        if state.state is not ItemProgress.CLOSED
    ]
    changes = [(before, after) for before, after in changes if before != after]
    after = {to.item_id: to for _, to in changes}
    freed = store_upkeep.clear_slots(tx, list(after))
    change_states(tx, project_id=project_id, changes=changes)
    require_few_lanes(tx, project_id)
    slots = [(item_id, after[item_id].branch, number) for item_id, number in freed.items()]
    store.append(tx, project_id=project_id, slots=slots)
    if changes:
        payload = {"items": len(changes), "band": band.name.lower()}
        _emit(tx, "items.moved", project_id, payload, now)
    return len(changes)


def set_overlap(
    tx: Connection,
    *,
    project_id: str,
    states: Mapping[str, ItemState],
    held: Held,
    overlap: int,
    now: float,
) -> int:
    """Want `overlap` judgments on items, never fewer than are there or being made (`held`).

    Returns how many items changed.
    """
    raised = [
        (state, rules.raised(state, overlap=overlap, band=state.band))
        for state in states.values()
        if overlap > state.wanted
    ]
    slots = slots_of_raised(tx, raised=raised, held=held)
    store.append(tx, project_id=project_id, slots=slots)
    lowered = [
        (state, rules.settled(replace(state, wanted=wanted), now=now))
        for state, wanted in _lowered(tx, states, held, overlap)
    ]
    changes = [*raised, *lowered]
    change_states(tx, project_id=project_id, changes=changes)
    if changes:
        payload = {"items": len(changes), "overlap": overlap}
        _emit(tx, "items.overlap_changed", project_id, payload, now)
    return len(changes)


def _lowered(
    tx: Connection, states: Mapping[str, ItemState], held: Held, overlap: int
) -> list[tuple[ItemState, int]]:
    """Take slots out of their entries where they stand; return each state with what it wants."""
    above = {key: state for key, state in states.items() if state.wanted > overlap}
    entries = store_upkeep.free_slots(tx, list(above))
    holding = held(list(above)) if above else {}
    found = []
    for key, state in above.items():
        least = max(overlap, state.done + holding.get(key, 0), 1)
        cut = state.wanted - least
        if state.state is not ItemProgress.STUCK:
            cut = min(cut, sum(number for _, number in entries.get(key, ())))
        wanted = state.wanted - max(0, cut)
        if wanted == state.wanted:
            continue
        found.append((state, wanted))
        for seq, number in entries.get(key, ()):
            taken = min(cut, number)
            store.change_remaining(tx, item_id=key, seq=seq, more=-taken)
            cut -= taken
    return found


def want_one_more(
    tx: Connection, *, project_id: str, item_ids: Sequence[str], now: float
) -> list[Slot]:
    """Want one judgment more on items, and take it at once; return the slots.

    They never stand in the queue. Items that were set aside are left out.
    """
    changes = []
    for state in lock(tx, project_id=project_id, item_ids=item_ids).values():
        if state.state is not ItemProgress.STUCK:
            wanted = max(state.wanted, state.done) + 1
            changes.append((state, rules.settled(replace(state, wanted=wanted), now=now)))
    change_states(tx, project_id=project_id, changes=changes)
    return store_upkeep.slots_at(tx, [after for _, after in changes])


def set_aside(tx: Connection, *, state: ItemState, reason: str, now: float) -> None:
    """Take an open item out of the queue until a lead opens it again."""
    store_upkeep.clear_slots(tx, [state.item_id])
    after = replace(state, state=ItemProgress.STUCK)
    change_states(tx, project_id=state.project_id, changes=[(state, after)])
    events.emit(
        tx,
        kind="item.stuck",
        project_id=state.project_id,
        subject_id=state.item_id,
        payload={"reason": reason, "skips": state.skips, "judgments": state.done},
        now=now,
    )


def reopen(
    tx: Connection,
    *,
    project_id: str,
    states: Mapping[str, ItemState],
    held: Held,
    now: float,
) -> int:
    """Offer items that were set aside again; return how many there were.

    Who skipped or judged one does not get it again.
    """
    changes = [
        (state, replace(state, state=ItemProgress.OPEN, skips=0))
        for state in states.values()
        if state.state is ItemProgress.STUCK
    ]
    holding = held([state.item_id for state, _ in changes]) if changes else {}
    slots = [
        (to.item_id, to.branch, to.wanted - to.done - holding.get(to.item_id, 0))
        for _, to in changes
    ]
    store.append(tx, project_id=project_id, slots=[slot for slot in slots if slot[2] > 0])
    change_states(tx, project_id=project_id, changes=changes)
    if changes:
        _emit(tx, "items.reopened", project_id, {"items": len(changes)}, now)
    return len(changes)


def count_skip(
    tx: Connection, *, project_id: str, item_id: str, leased: bool, held: Held
) -> ItemState | None:
    """Count that somebody skipped an item and, when it was `leased`, give its slot back.

    Returns the item after it, None when it was never queued.
    """
    before = store.states_to_change(tx, [item_id]).get(item_id)
    if before is None:
        return None
    after = replace(before, skips=before.skips + 1)
    store.save_states(tx, [after])
    if leased:
        slots = slots_lacking(tx, most=[(after, 1)], held=held)
        store.append(tx, project_id=project_id, slots=slots)
    return after


def count_imported(
    tx: Connection, *, project_id: str, counts: Mapping[str, int], now: float
) -> None:
    """Count judgments that were made elsewhere: items that have enough of them are closed.

    Each takes the place of a free slot; who holds an item may still answer. More than were wanted
    do not make more wanted: a judgment that is undone is then not lacking. Items that were never
    queued count nothing here.
    """
    states = lock(tx, project_id=project_id, item_ids=list(counts))
    freed = store_upkeep.clear_slots(tx, list(states))
    changes = []
    for key, state in states.items():
        more = counts[key]
        done = replace(
            state,
            done=state.done + more,
            imported=state.imported + more,
        )
        changes.append((state, rules.settled(done, now=now)))
    slots = [
        (to.item_id, to.branch, freed.get(to.item_id, 0) - counts[to.item_id]) for _, to in changes
    ]
    store.append(tx, project_id=project_id, slots=[slot for slot in slots if slot[2] > 0])
    change_states(tx, project_id=project_id, changes=changes)


def _emit(tx: Connection, kind: str, project_id: str, payload: Json, now: float) -> None:
    events.emit(tx, kind=kind, project_id=project_id, subject_id=None, payload=payload, now=now)
