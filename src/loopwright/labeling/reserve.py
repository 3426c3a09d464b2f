"""Offer items to a judge: what is held already, then the queue, then what was passed over."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from loopwright.base.ids import new_id
from loopwright.infra import events, faults
from loopwright.labeling import rules, store
from loopwright.labeling.desk import Desk
from loopwright.labeling.model import Assignment, AssignmentState, Judge
from loopwright.projects.model import Project
from loopwright.questions.registry import kind_of
from loopwright.sampling import rules as sampling_rules
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Branch, Cursor, Slot

_EXPIRE_AT_ONCE = 200


def reserve(
    tx: Connection, *, project: Project, judge: Judge, count: int, held: Sequence[str], now: float
) -> list[Assignment]:
    """Return up to `count` offers to a judge; see `reserve_more`."""
    desk = Desk.of(tx, project=project, judge=judge, now=now)
    return reserve_more(desk, count=count, held=held)


def reserve_more(
    desk: Desk, *, count: int, held: Sequence[str], uncounted: int = 0
) -> list[Assignment]:
    """Return up to `count` offers besides those in `held`, each leased to this judge only.

    Offers that the judge has but does not name (a lost page) come first. Held leases that are
    more than half over are renewed; nothing new is offered while the queue is paused.
    `uncounted` judgments of this transaction are not yet in the project's count, which the budget
    is held against.
    """
    offers = _renewed(desk, held=set(held))[:count]
    wanted = may_offer(desk, wanted=count - len(offers), uncounted=uncounted)
    if wanted < 1:
        return offers
    order = sampling_rules.order_of(desk.counts, tags=desk.judge.tags, turn=desk.cursor.turn)
    search = _Search(desk, order, wanted)
    search.run()
    desk.moved(search.cursor)
    return offers + search.offers


def expire_leases(tx: Connection, *, now: float, count: int = _EXPIRE_AT_ONCE) -> int:
    """Put the slots of leases that ran out back into the queue; return how many there were."""
    overdue = store.overdue(tx, now=now, count=count)
    store.settle(
        tx, [one[0] for one in overdue], state=AssignmentState.EXPIRED, reason=None, now=now
    )
    for project_id in dict.fromkeys(one[1] for one in overdue):
        items = [item_id for _, project, item_id in overdue if project == project_id]
        held = partial(store.open_counts, tx)
        sampling.give_back(tx, project_id=project_id, item_ids=items, held=held)
        events.emit(
            tx,
            kind="leases.expired",
            project_id=project_id,
            subject_id=None,
            payload={"count": len(items)},
            now=now,
        )
    return len(overdue)


class _Search:
    """One search for offers; each step's offers are stored before the next step looks."""

    def __init__(self, desk: Desk, order: Sequence[Branch], wanted: int) -> None:
        self._desk, self._tx, self._now = desk, desk.tx, desk.now
        self._order, self._wanted = order, wanted
        self.cursor = desk.cursor
        self.offers: list[Assignment] = []

    def run(self) -> None:
        """Look past the cursor; at its end also for lapsed, expired and passed-over slots."""
        self._look(sampling.take_next)
        if self._missing == 0:
            return
        expired = expire_leases(self._tx, now=self._now)
        self._take_lapsed()
        if expired:
            self._look(sampling.take_next)
        if self._missing:
            self._look(sampling.sweep)

    @property
    def _missing(self) -> int:
        return self._wanted - len(self.offers)

    def _look(self, step: Callable[..., tuple[Cursor, list[Slot]]]) -> None:
        self.cursor, slots = step(
            self._tx,
            take=store.TAKE,
            cursor=self.cursor,
            order=self._order,
            count=self._missing,
            now=self._now,
        )
        self.offers += offer(self._desk, slots)

    def _take_lapsed(self) -> None:
        """Take back the judge's own expired offers whose slots nobody took meanwhile."""
        lapsed = store.lapsed_of(
            self._tx,
            project_id=self._desk.project.id,
            judge_id=self._desk.judge.judge_id,
            lanes={branch.lane for branch in self._order},
            count=self._missing,
        )
        again = [
            replace(
                one,
                state=AssignmentState.OPEN,
                token=one.token + 1,
                lease_until=self._now + self._desk.project.spec.lease_seconds,
                settled_at=None,
            )
            for one in lapsed
            if sampling.retake(self._tx, one.item_id)
        ]
        store.lease(self._tx, again)
        self.offers += again


def _renewed(desk: Desk, *, held: set[str]) -> list[Assignment]:
    """Return the judge's open offers that are not in `held`; leases half over are renewed."""
    mine, now, seconds = desk.mine, desk.now, desk.project.spec.lease_seconds
    old = [one.id for one in mine if rules.needs_renewal(one, lease_seconds=seconds, now=now)]
    renewed = store.renew(desk.tx, old, lease_until=now + seconds)
    lost = set(old) - renewed
    return [
        replace(one, lease_until=now + seconds) if one.id in renewed else one
        for one in mine
        if one.id not in held and one.id not in lost
    ]


def may_offer(desk: Desk, *, wanted: int, uncounted: int = 0) -> int:
    """Return how many of `wanted` new offers the judge may get now; see `reserve_more`."""
    held = len(desk.mine)
    wanted = min(wanted, desk.project.spec.assignment.most_held - held)
    if wanted < 1:
        return 0
    wanted = min(wanted, _allowed(desk, held))
    return 0 if wanted < 1 or _spent(desk, uncounted) else wanted


def _allowed(desk: Desk, held: int) -> int:
    """Return how many new offers a pause and the judge's caps allow, besides those held."""
    spec, human, standing = desk.project.spec.assignment, desk.judge.human, desk.standing
    if desk.pause is not None or rules.cap_reached(spec, standing, human=human, now=desk.now):
        return 0
    left = rules.left(spec, standing, human=human)
    return spec.most_held if left is None else left - held


def _spent(desk: Desk, uncounted: int) -> bool:
    budget = desk.project.spec.budgets.judgments
    if budget is None:
        return False
    total = desk.total
    # Judgments that came with an import cost nothing.
    return total.done - total.imported + uncounted >= budget


def offer(desk: Desk, slots: Sequence[Slot], *, seconds: float | None = None) -> list[Assignment]:
    """Store an offer to the judge for each slot, which was taken for it; return the offers.

    They are leased for `seconds`, without it as long as the project says.
    """
    if not slots:
        return []
    faults.point("reserve.taken")
    project, judge, now = desk.project, desk.judge, desk.now
    shuffled = {
        slot.item_id: kind_of(project.spec.question(slot.question_id).kind).shuffles
        for slot in slots
    }
    # Only pairs are balanced side by side; longer orders are drawn for each rater and item.
    pairs = sum(shuffled[slot.item_id] and len(slot.completion_ids) == 2 for slot in slots)
    place = desk.take_places(pairs)
    offers = []
    for slot in slots:
        order, size = None, len(slot.completion_ids)
        if shuffled[slot.item_id]:
            order = rules.shown_order(judge.rater_id, place, item_id=slot.item_id, size=size)
            place += size == 2
        offers.append(
            Assignment(
                id=new_id("asg"),
                project_id=project.id,
                item_id=slot.item_id,
                question_id=slot.question_id,
                rater_id=judge.rater_id,
                judge_id=judge.judge_id,
                token=1,
                state=AssignmentState.OPEN,
                lease_until=now + (seconds or project.spec.lease_seconds),
                shown_order=order,
                guideline_version_id=desk.guideline_id,
                band=slot.band,
                reason=None,
                created_at=now,
                settled_at=None,
            )
        )
    store.insert_offers(desk.tx, offers, shuffled=pairs)
    desk.texts.ask(
        desk.tx,
        item_ids=[slot.item_id for slot in slots],
        completion_ids=[key for slot in slots for key in slot.completion_ids],
    )
    return offers
