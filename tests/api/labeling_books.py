"""The books of a queue: what its counters and entries must say, counted row by row."""

from collections import Counter
from typing import Any

from labeling_world import Desk
from sqlalchemy import Connection, Select, func, select

from loopwright.labeling.tables import assignment, judgment
from loopwright.sampling import rules, store
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress
from loopwright.sampling.tables import item_state, queue_entry


def check_books(desk: Desk) -> None:
    """Every slot of every item is in exactly one place, and the counters count that."""
    desk.home.db.read(lambda tx: _check(tx, desk.project.id))


def _check(tx: Connection, project_id: str) -> None:
    queued = select(item_state.c.item_id).where(item_state.c.project_id == project_id)
    states = store.states_of(tx, list(tx.scalars(queued)))
    free = _by_item(tx, select(queue_entry.c.item_id, func.sum(queue_entry.c.remaining)))
    held = _by_item(
        tx, select(assignment.c.item_id, func.count()).where(assignment.c.state == "open")
    )
    done = _by_item(
        tx, select(judgment.c.item_id, func.count()).where(judgment.c.superseded_by.is_(None))
    )
    for key, state in states.items():
        assert state.done == done[key], state
        if state.state is ItemProgress.OPEN:
            assert free[key] + held[key] + state.done == state.wanted, (state, free[key], held[key])
        else:
            assert free[key] == 0, state
        assert (state.state is ItemProgress.CLOSED) == (state.done >= state.wanted), state
    counted = rules.summed((one.branch, rules.count_of(one)) for one in states.values())
    found = sampling.branch_counts(tx, project_id)
    assert {branch: count for branch, count in found.items() if any(count)} == counted


def _by_item(tx: Connection, query: Select[Any]) -> Counter[str]:
    item_id = query.selected_columns[0]
    return Counter({row[0]: int(row[1]) for row in tx.execute(query.group_by(item_id))})
