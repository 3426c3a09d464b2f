"""Pure decisions of labeling: sides, leases, and what may still be answered or undone."""

from hashlib import blake2b

from loopwright.base.errors import Conflict, LoopwrightError
from loopwright.labeling.model import Assignment, AssignmentState, Judgment
from loopwright.questions.model import ShownOrder

UNDO_SECONDS = 60.0
"""How long the judgment that closed its item can be undone."""

_DRAFT = "The answer was not counted; keep it as a draft and go on with the next item."


def shown_order(rater_id: str, offer: int, *, item_id: str = "", size: int = 2) -> ShownOrder:
    """Return how a rater meets the completions of their n-th offer of a pair (from 0).

    In each block of two offers both orders occur, in an order that hangs on rater and block
    only: sides stay balanced for every rater, and nobody can tell the next one. More than two
    completions stand in an order drawn by rater and item: every order is as likely.
    """
    if size != 2:
        drawn = [blake2b(f"{rater_id}:{item_id}:{at}".encode()).digest() for at in range(size)]
        return ShownOrder.of(sorted(range(size), key=drawn.__getitem__))
    block, place = divmod(offer, 2)
    coin = blake2b(f"{rater_id}:{block}".encode(), digest_size=1).digest()[0] & 1
    return (ShownOrder.FIRST_LEFT, ShownOrder.SECOND_LEFT)[coin ^ place]


def needs_renewal(assignment: Assignment, *, lease_seconds: float, now: float) -> bool:
    """Return whether less than half of a held lease is left."""
    return assignment.lease_until - now < lease_seconds / 2


def refusal(assignment: Assignment, token: int) -> LoopwrightError | None:
    """Return why an answer or skip with this token cannot be taken, None when it can.

    An expired lease is no reason by itself: its slot may still be free.
    """
    place = {"assignment_id": assignment.id, "item_id": assignment.item_id}
    if assignment.state is AssignmentState.JUDGED:
        return Conflict(
            f"You have already judged item {assignment.item_id} (assignment {assignment.id}).",
            remedy="Undo that judgment first if you want to change it.",
            code="already_judged",
            detail=place,
        )
    if assignment.state is AssignmentState.SKIPPED:
        return Conflict(
            f"You skipped item {assignment.item_id} (assignment {assignment.id}) before.",
            remedy=_DRAFT,
            code="already_skipped",
            detail=place,
        )
    if token != assignment.token:
        return Conflict(
            f"Assignment {assignment.id} was offered anew after this answer was begun.",
            remedy=f"{_DRAFT} The item is on your desk again: answer it there.",
            code="stale_token",
            detail=place,
        )
    return None


def slot_lost(assignment: Assignment) -> LoopwrightError:
    """Return why a late answer cannot be taken: somebody else has the slot."""
    return Conflict(
        f"The lease on item {assignment.item_id} ran out and others have judged it since.",
        remedy=_DRAFT,
        code="lease_lost",
        detail={"assignment_id": assignment.id, "item_id": assignment.item_id},
    )


def undo_refusal(judgment: Judgment, *, item_open: bool, now: float) -> LoopwrightError | None:
    """Return why a judgment can no longer be undone, None when it can."""
    if judgment.superseded_by is not None:
        return Conflict(
            f"Judgment {judgment.id} was undone before.",
            remedy="Answer the item on your desk.",
            code="already_undone",
        )
    if item_open or now - judgment.created_at <= UNDO_SECONDS:
        return None
    return Conflict(
        f"Item {judgment.item_id} has all its judgments, so judgment {judgment.id} stays.",
        remedy="Tell a lead if it was a mistake; an odd judgment weighs little in the consensus.",
        code="item_closed",
    )
