"""Pure decisions of labeling: sides, leases, caps, what may still be answered or undone."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from loopwright.base.errors import Conflict, LoopwrightError
from loopwright.labeling.model import (
    Assignment,
    AssignmentState,
    CapReached,
    Judgment,
    Session,
    Standing,
)
from loopwright.projects.assignment_spec import AssignmentSpec, Caps
from loopwright.questions.model import ShownOrder

UNDO_SECONDS = 60.0
"""How long the judgment that closed its item can be undone."""
BREAK_SECONDS = 1800.0
"""A session ends with a break of half an hour."""

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


def day_of(now: float) -> str:
    """Return the day of a time, in UTC, as 2026-11-24."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")


def next_day(now: float) -> float:
    """Return when the next day begins, in UTC."""
    midnight = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1)).timestamp()


def same_session(last_at: float, now: float) -> bool:
    """Return whether work at `now` goes on with the session whose last work was at `last_at`."""
    return now - last_at < BREAK_SECONDS


def active_ms(told: int | None, *, offered_at: float, now: float) -> int:
    """Return how much active time to count: never more than passed since the offer."""
    return min(told or 0, max(0, int((now - offered_at) * 1000)))


def cap_reached(
    spec: AssignmentSpec, standing: Standing, *, human: bool, now: float
) -> CapReached | None:
    """Return the limit that keeps a person from being offered more, and when it ends."""
    if not human:
        return None
    if _over(spec.per_day, standing.today.judged, standing.today.active_ms):
        return CapReached("day", next_day(now))
    session = standing.session
    if session is not None and _over(spec.per_session, session.judged, session.active_ms):
        return CapReached("session", session.last_at + BREAK_SECONDS)
    return None


def left(spec: AssignmentSpec, standing: Standing, *, human: bool) -> int | None:
    """Return how many more judgments the caps allow now; None when they set no limit."""
    session: Session | None = standing.session
    allowed = [
        cap.judgments - judged
        for cap, judged in (
            (spec.per_day, standing.today.judged),
            (spec.per_session, 0 if session is None else session.judged),
        )
        if cap.judgments is not None
    ]
    return max(0, min(allowed)) if allowed and human else None


def fair_share(remaining: int, people: int) -> int:
    """Return how many items one of so many people may hold of what is left, at least one."""
    return max(1, remaining // max(1, people))


def _over(cap: Caps, judged: int, active_ms: int) -> bool:
    if cap.judgments is not None and judged >= cap.judgments:
        return True
    return cap.minutes is not None and active_ms >= cap.minutes * 60_000


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


def undo_refusal(
    judgment: Judgment, *, item_open: bool, revealed: bool, sealed: bool, now: float
) -> LoopwrightError | None:
    """Return why a judgment can no longer be undone, None when it can.

    `revealed`: the judge has seen which policy wrote what, so the next answer would not be blind.
    `sealed`: the item is discussed, and who judged it may have read what others think.
    """
    if judgment.superseded_by is not None:
        return Conflict(
            f"Judgment {judgment.id} was undone before.",
            remedy="Answer the item on your desk.",
            code="already_undone",
        )
    if revealed:
        return Conflict(
            f"Judgment {judgment.id} stays: it was shown to you who wrote what.",
            remedy="Tell a lead if it was a mistake; one odd judgment weighs little.",
            code="revealed",
        )
    if sealed:
        return Conflict(
            f"Judgment {judgment.id} stays: its item is being discussed by those who judged it.",
            remedy="Say in the thread what you think now; your first answer is kept beside it.",
            code="discussed",
        )
    if item_open or now - judgment.created_at <= UNDO_SECONDS:
        return None
    return Conflict(
        f"Item {judgment.item_id} has all its judgments, so judgment {judgment.id} stays.",
        remedy="Tell a lead if it was a mistake; an odd judgment weighs little in the consensus.",
        code="item_closed",
    )
