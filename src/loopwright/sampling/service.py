"""Use cases of the queue: open items, take slots, give them back, count what is done."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.infra import events
from loopwright.sampling import rules, store
from loopwright.sampling.model import Band, ItemProgress, ItemState, QueueCount


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
    store.insert_states(
        tx,
        [
            ItemState(
                item_id=item_id,
                project_id=project_id,
                band=chosen.value,
                wanted=overlap,
                done=0,
                state=ItemProgress.OPEN,
                propensity=propensity,
                opened_at=now,
                closed_at=None,
            )
            for item_id in fresh
        ],
    )
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


def totals(tx: Connection, project_id: str) -> QueueCount:
    """Return how many judgments the project wanted and has."""
    return store.totals(tx, project_id)
