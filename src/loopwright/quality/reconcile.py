"""Consensus computed again from all judgments, without keeping those who judge waiting.

Computing needs no lock: it reads one moment. Writing is cut into parts of a few hundred items,
each a transaction of its own, since every answer stands for itself. What was judged since the
moment of reading is left alone and looked at again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.quality import store
from loopwright.quality.book import ConsensusBook
from loopwright.quality.model import Consensus, ItemVote

AT_ONCE = 400
"""Items per transaction."""
_PASSES = 3
"""Then the keeper, which follows every judgment, has the last word."""

Numbers = Mapping[str, frozenset[int]]
"""The numbers of the judgments in force, by item."""


def reconcile(home: Home, *, project_id: str, now: float) -> int:
    """Compute a project's consensus and reliabilities again from all judgments; return items.

    The same judgments give the same rows, however they arrived.
    """
    items = 0
    for _ in range(_PASSES):
        items, moved = _pass(home, project_id, now)
        if not moved:
            break
    return items


def _pass(home: Home, project_id: str, now: float) -> tuple[int, int]:
    """Return how many items were computed, and how many were judged meanwhile."""
    votes, stale, mark = home.db.read(
        lambda tx: (
            store.votes(tx, project_id),
            store.stale_items(tx, project_id),
            store.mark(tx, project_id),
        )
    )
    book = ConsensusBook()
    book.load(votes)
    changed, _ = book.changes(now=now)
    read = _numbers(votes)
    moved = 0
    for start in range(0, len(changed), AT_ONCE):
        part = changed[start : start + AT_ONCE]
        moved += home.db.write(lambda tx, part=part: _save(tx, part, read))  # type: ignore[misc]

    rated = book.reliabilities(project_id)

    def finish(tx: Connection) -> None:
        store.hold_writing(tx)
        judged = store.numbers_of(tx, stale)
        store.drop_consensus(tx, [item for item in stale if item not in judged])
        if store.mark(tx, project_id) == mark:  # else the keeper may have newer ones
            store.put_reliabilities(tx, project_id, rated)
        events.emit(
            tx,
            kind="quality.reconciled",
            project_id=project_id,
            subject_id=None,
            payload={"items": len(changed)},
            now=now,
        )

    home.db.write(finish)
    return len(changed), moved


def _save(tx: Connection, part: Sequence[Consensus], read: Numbers) -> int:
    """Store what is still true of these items; return how many were judged meanwhile."""
    # Without it the keeper could store a newer answer between the look and the writing.
    store.hold_writing(tx)
    ids = [row.item_id for row in part]
    judged, known = store.numbers_of(tx, ids), store.consensus_of(tx, ids)
    still = [row for row in part if judged.get(row.item_id) == read[row.item_id]]
    store.put_consensus(tx, [row for row in still if not _same(row, known.get(row.item_id))])
    return len(part) - len(still)


def _numbers(votes: Sequence[ItemVote]) -> Numbers:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for vote in votes:
        found[vote.item_id].add(vote.seq)
    return {item: frozenset(numbers) for item, numbers in found.items()}


def _same(row: Consensus, known: Consensus | None) -> bool:
    return known is not None and row.says_as(known)
