"""Who may see what others said of an item: nobody, as long as their own judgment is to come.

The label page hides much, but a page is no protection: every route that tells of one item asks
here. Routes that tell of many items at once need the permission records.read, which those who
only judge do not have.
"""

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select

from loopwright.accounts.access import Permission, allowed
from loopwright.accounts.model import Actor
from loopwright.base.errors import Conflict
from loopwright.labeling.model import AssignmentState
from loopwright.labeling.tables import assignment
from loopwright.quality.tables import settlement

_OVER = (AssignmentState.JUDGED, AssignmentState.SKIPPED)
"""This person said what they had to say. Who is barred may still practise on the item."""


def in_sight(item_id: ColumnElement[str], *, actor: Actor, project_id: str) -> ColumnElement[bool]:
    """Return the condition that the actor may see others' answers to an item.

    Nobody may who holds it. Who may not read records sees only what they judged, skipped or
    settled themselves: of any other item, closed ones too, they may yet be asked as gold.
    """
    held = _met(item_id, actor, AssignmentState.OPEN)
    if allowed(actor, Permission.RECORDS_READ, project_id):
        return ~held
    own = select(settlement.c.id).where(
        settlement.c.item_id == item_id, settlement.c.settled_by == actor.person_id
    )
    return and_(~held, or_(_met(item_id, actor, *_OVER), own.exists()))


def require_sight(tx: Connection, *, actor: Actor, project_id: str, item_id: str) -> None:
    """Raise Conflict while the actor may not see what others said of an item."""
    if tx.scalar(select(in_sight(literal(item_id), actor=actor, project_id=project_id))):
        return
    raise Conflict(
        f"What others said of item {item_id} is not shown to you before you judged it yourself.",
        remedy="Judge it or skip it when the Label page offers it; then look again.",
        code="still_blind",
        detail={"item_id": item_id},
    )


def _met(
    item_id: ColumnElement[str], actor: Actor, *states: AssignmentState
) -> ColumnElement[bool]:
    """Return the condition that the actor met an item, and how that ended."""
    mine = select(assignment.c.id).where(
        assignment.c.item_id == item_id,
        assignment.c.judge_id == actor.person_id,
        assignment.c.state.in_([state.value for state in states]),
    )
    return mine.exists()
