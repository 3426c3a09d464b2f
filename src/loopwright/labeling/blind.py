"""Whose own judgment of an item is still to come: until then nobody's answer to it reaches them.

The label page hides much, but a page is no protection: every route that tells of one item asks
here. Routes that tell of many items at once need the permission records.read, which those who
only judge do not have.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from loopwright.accounts.access import Permission, allowed
from loopwright.accounts.model import Actor
from loopwright.base.errors import Conflict
from loopwright.labeling.model import AssignmentState
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import assignment
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress

_OVER = frozenset({AssignmentState.JUDGED, AssignmentState.SKIPPED, AssignmentState.BARRED})
"""This person will not be asked about the item (again)."""


def blind_items(
    tx: Connection, *, actor: Actor, project_id: str, item_ids: Sequence[str]
) -> frozenset[str]:
    """Return which of these items the actor must not see others' answers to.

    Whoever holds an item is blind to it until they judged it or gave it back. Who judges and may
    not read records is blind to every item that still wants judgments and may come to them.
    """
    met = _met(tx, person_id=actor.person_id, item_ids=item_ids)
    held = {item for item, state in met.items() if state is AssignmentState.OPEN}
    if not allowed(actor, Permission.JUDGE, project_id) or allowed(
        actor, Permission.RECORDS_READ, project_id
    ):
        return frozenset(held)
    wanted = {
        item
        for item, state in sampling.states_of(tx, item_ids).items()
        if state.state is not ItemProgress.CLOSED
    }
    return frozenset(held | {item for item in wanted if met.get(item) not in _OVER})


def require_sight(tx: Connection, *, actor: Actor, project_id: str, item_id: str) -> None:
    """Raise Conflict while the actor's own judgment of an item is still to come."""
    if not blind_items(tx, actor=actor, project_id=project_id, item_ids=[item_id]):
        return
    raise Conflict(
        f"What others said of item {item_id} is not shown to you before you judged it yourself.",
        remedy="Judge it or skip it on the Label page; then look again.",
        code="still_blind",
        detail={"item_id": item_id},
    )


def _met(tx: Connection, *, person_id: str, item_ids: Sequence[str]) -> dict[str, AssignmentState]:
    columns = (assignment.c.item_id, assignment.c.state)
    return {
        row.item_id: AssignmentState(row.state)
        for part in chunks(list(item_ids))
        for row in tx.execute(
            select(*columns).where(
                assignment.c.item_id.in_(part), assignment.c.judge_id == person_id
            )
        )
    }
