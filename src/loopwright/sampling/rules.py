"""Pure decisions of the queue."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from zlib import crc32

from loopwright.sampling.model import Branch, ItemProgress, ItemState, QueueCount

SHARDS = 16
BULK_SHARD = -1
"""Counts of bulk openings, apart from those that annotators add to."""
SWEEP_SECONDS = 1.0
"""An entry passed over (locked, or committed late) waits at most this long for a sweep."""
PASS_SECONDS = 5.0
"""Entries that are not for a judge are passed for good at most this long after they came."""
WINDOW = 1000
"""Entries that one step of a sweep looks at."""
WINDOWS = 5
"""Steps of a sweep in one request."""
MOST_LANES = 64
"""Lanes of a project; each is searched by itself."""


def lane_of(tags: Iterable[str]) -> str:
    """Return the lane of items that require these tags."""
    return ",".join(sorted(set(tags)))


def tags_of(lane: str) -> tuple[str, ...]:
    """Return the tags that a lane requires."""
    return tuple(lane.split(",")) if lane else ()


def order_of(known: Collection[Branch], *, tags: frozenset[str], turn: int) -> list[Branch]:
    """Return the branches that somebody with these tags may take from, first one first.

    Bands rule. Within a band the judge's lanes take turns, the ones with most tags first, so
    that no lane waits for another to run dry.
    """
    lanes = {branch.lane for branch in known if tags.issuperset(tags_of(branch.lane))}
    ordered = sorted(lanes, key=lambda lane: (-len(tags_of(lane)), lane))
    first = turn % len(ordered) if ordered else 0
    turned = ordered[first:] + ordered[:first]
    return [
        Branch(lane, band)
        for band in sorted({branch.band for branch in known})
        for lane in turned
        if Branch(lane, band) in known
    ]


def passed(order: Sequence[Branch], *, last: Branch | None, full: bool) -> Sequence[Branch]:
    """Return the branches that a search went through to their end.

    `last` is where the last slot was found, `full` whether the search found all it wanted.
    """
    return order[: order.index(last)] if full and last is not None else order


def begun(opened: ItemState, *, item_id: str, lane: str, imported: int) -> ItemState:
    """Return an item that enters the queue with the judgments that imports brought before it."""
    fresh = replace(opened, item_id=item_id, lane=lane, done=imported, imported=imported)
    return settled(fresh, now=opened.opened_at)


def raised(state: ItemState, *, overlap: int, band: int) -> ItemState:
    """Return an item that wants more judgments, at least as urgently as before.

    What was set aside stays so: it gets what it lacks when a lead opens it again.
    """
    more = replace(state, wanted=overlap, band=min(state.band, band))
    if state.state is ItemProgress.STUCK or state.done >= overlap:
        return more
    return replace(more, state=ItemProgress.OPEN, closed_at=None)


def more_wanted(before: ItemState, after: ItemState) -> int:
    """Return how many judgments an item lacks that were not wanted of it before."""
    return max(0, after.wanted - max(before.wanted, before.done))


def slots_lacking(state: ItemState, *, most: int, taken: int) -> int:
    """Return how many of `most` further slots an item is given; one that is not open gets none.

    Only imports bring judgments that took no slot, so only there `most` can be too many: who holds
    such an item may answer it all the same. `taken` is how many people hold it and how many slots
    it has free; it need be known for items with `imported` judgments alone.
    """
    if state.state is not ItemProgress.OPEN:
        return 0
    lacking = min(most, state.wanted - state.done - taken) if state.imported else most
    return max(0, lacking)


def count_of(state: ItemState) -> QueueCount:
    """Return what an item adds to the counts of its branch; what is stuck wants nothing."""
    stuck = state.state is ItemProgress.STUCK
    return QueueCount(
        wanted=state.done if stuck else max(state.wanted, state.done),
        done=state.done,
        open=int(state.state is ItemProgress.OPEN),
        closed=int(state.state is ItemProgress.CLOSED),
        stuck=int(stuck),
        imported=state.imported,
    )


def settled(state: ItemState, *, now: float) -> ItemState:
    """Return an item with the state that its judgments give it; what is stuck stays so."""
    if state.done >= state.wanted:
        closed_at = state.closed_at or now
        return replace(state, state=ItemProgress.CLOSED, closed_at=closed_at)
    if state.state is ItemProgress.CLOSED:
        return replace(state, state=ItemProgress.OPEN, closed_at=None)
    return state


def summed(parts: Iterable[tuple[Branch, QueueCount]]) -> dict[Branch, QueueCount]:
    """Return the sum of counts by branch."""
    sums: dict[Branch, QueueCount] = {}
    for branch, part in parts:
        sums[branch] = sums.get(branch, QueueCount()).plus(part)
    return sums


def total_of(counts: Mapping[Branch, QueueCount]) -> QueueCount:
    """Return the counts of the whole queue."""
    total = QueueCount()
    for part in counts.values():
        total = total.plus(part)
    return total


def shard_of(judge_id: str) -> int:
    """Return the counter row that a judge adds to."""
    return crc32(judge_id.encode()) % SHARDS


def may_sweep(swept_at: float, now: float) -> bool:
    """Return whether to search the entries before the cursor again."""
    return now - swept_at >= SWEEP_SECONDS or now < swept_at


def may_pass(passed_at: float, now: float) -> bool:
    """Return whether to ask again where the branches end."""
    return now - passed_at >= PASS_SECONDS or now < passed_at


def advanced(positions: Mapping[Branch, int], taken: Mapping[Branch, int]) -> dict[Branch, int]:
    """Return the positions after taking entries; a cursor never goes back."""
    return {
        branch: max(positions.get(branch, 0), taken.get(branch, 0))
        for branch in sorted({*positions, *taken})
    }
