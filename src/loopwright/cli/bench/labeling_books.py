"""The books of a queue: what its counters and entries must say, counted row by row."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, select

from loopwright.labeling.tables import assignment, judgment
from loopwright.sampling import rules, store
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress, ItemState
from loopwright.sampling.tables import item_state, queue_entry


def mistakes(tx: Connection, project_id: str) -> list[str]:
    """Return what is wrong with a project's books; an empty list when nothing is.

    Every slot of every item is in exactly one place, an item has the judgments it wanted and never
    more, nobody has two in force on one item, and the counters are what the rows say.
    """
    queued = select(item_state.c.item_id).where(item_state.c.project_id == project_id)
    states = store.states_of(tx, list(tx.scalars(queued)))
    free = _by_item(tx, project_id, queue_entry, func.sum(queue_entry.c.remaining))
    held = _by_item(tx, project_id, assignment, func.count(), assignment.c.state == "open")
    done = _by_item(tx, project_id, judgment, func.count(), judgment.c.superseded_by.is_(None))
    found = [
        f"item {key}: {what}"
        for key, state in states.items()
        for what in _of_item(state, free[key], held[key], done[key])
    ]
    found += [f"{judge} judged item {key} {number} times" for key, judge, number in _twice(tx)]
    counted = rules.summed((one.branch, rules.count_of(one)) for one in states.values())
    told = sampling.branch_counts(tx, project_id)
    if {branch: count for branch, count in told.items() if any(count)} != counted:
        found.append(f"the queue counts {told}; its rows say {counted}")
    return found


def _of_item(state: ItemState, free: int, held: int, done: int) -> Iterator[str]:
    where = f"{state.state.value}, wants {state.wanted}, {done} judged, {held} held, {free} free"
    if state.done != done:
        yield f"counts {state.done} judgments ({where})"
    if done - state.imported > state.wanted:  # imports bring more than is wanted
        yield f"has more than it wants ({where})"
    if state.state is ItemProgress.OPEN:
        lacking = state.wanted - done - held
        # Who held an item when an import filled it may answer all the same.
        if free != max(0, lacking) or (lacking < 0 and not state.imported):
            yield f"its slots are not each in one place ({where})"
    elif free:
        yield f"is offered although it is not open ({where})"
    if (state.state is ItemProgress.CLOSED) != (done >= state.wanted):
        yield f"its state is not what its judgments say ({where})"


def _twice(tx: Connection) -> list[tuple[str, str, int]]:
    """Return (item, judge, judgments in force) where one judge has more than one."""
    judge = func.coalesce(assignment.c.judge_id, judgment.c.rater_id)
    query = (
        select(judgment.c.item_id, judge, func.count())
        .outerjoin(assignment, assignment.c.id == judgment.c.assignment_id)
        .where(judgment.c.superseded_by.is_(None))
        .group_by(judgment.c.item_id, judge)
        .having(func.count() > 1)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query)]


def _by_item(
    tx: Connection, project_id: str, table: Any, what: Any, condition: Any = None
) -> Counter[str]:
    query: Select[Any] = select(table.c.item_id, what).where(table.c.project_id == project_id)
    if condition is not None:
        query = query.where(condition)
    return Counter({row[0]: int(row[1]) for row in tx.execute(query.group_by(table.c.item_id))})
