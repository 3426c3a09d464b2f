"""What keeps the queue right besides offering and answering: who may not judge what, items that
nobody can judge, and changes by leads while people work."""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import Permission, roles_with
from loopwright.accounts.model import Role
from loopwright.base.errors import Conflict
from loopwright.base.ids import new_id
from loopwright.labeling import store, store_queue, store_seals
from loopwright.labeling.model import (
    Assignment,
    AssignmentState,
    StuckItem,
)
from loopwright.projects.model import Project
from loopwright.sampling import rules as sampling_rules
from loopwright.sampling import service as sampling
from loopwright.sampling import upkeep
from loopwright.sampling.model import Band, Branch, ItemProgress, ItemState, QueueCount

BATCH = 500
"""Items that one transaction changes, so that annotators do not wait for a long one."""
_LEADS = frozenset({Role.OWNER, Role.LEAD})


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

    `propensity` is the probability with which these items were chosen (0, 1]. Judgments count
    that imports brought before an item was first opened, and those who gave them are not asked.
    """
    votes = store_queue.uncounted(tx, item_ids)
    added = sampling.open_items(
        tx,
        project_id=project_id,
        item_ids=item_ids,
        overlap=overlap,
        band=band,
        propensity=propensity,
        imported=Counter(item_id for item_id, _ in votes),
        held=partial(store.open_counts, tx),
        now=now,
    )
    bar_voters(tx, project_id=project_id, votes=votes, now=now)
    return added


def bar(
    tx: Connection,
    *,
    project_id: str,
    item_ids: Sequence[str],
    people: Collection[str],
    now: float,
) -> None:
    """Never offer these items to these people, who wrote a part of them or asked for them.

    It takes the place of an offer, so no query of the queue has to ask. Who was offered an item
    before keeps that offer.
    """
    rows = [
        _barred(project_id, item_id, person_id, _rater_of(tx, project_id, person_id), now)
        for item_id in item_ids
        for person_id in people
    ]
    store.bar(tx, rows)


def keep_blind(
    tx: Connection, *, project_id: str, item_id: str, person_id: str, now: float
) -> None:
    """Never offer an item to a person who reads what others think of it without having judged.

    Raises Conflict while they hold the item: their answer is still to come.
    """
    if store.met_by(tx, item_id).get(person_id) is AssignmentState.OPEN:
        raise Conflict(
            f"Item {item_id} is on your desk, and you have not judged it yet.",
            remedy="Judge or skip it on the Label page; then the thread on it is open to you.",
            code="judge_first",
            detail={"item_id": item_id},
        )
    bar(tx, project_id=project_id, item_ids=[item_id], people=[person_id], now=now)


def seal(tx: Connection, *, project_id: str, item_id: str, now: float) -> None:
    """Keep the judgments on an item from being undone: it is being discussed."""
    store_seals.seal(tx, project_id=project_id, item_id=item_id, now=now)


def bar_voters(
    tx: Connection, *, project_id: str, votes: Sequence[tuple[str, str]], now: float
) -> None:
    """Never offer items that want more judgments to raters whose votes (item, rater) came with
    an import."""
    states = sampling.states_of(tx, list({item_id for item_id, _ in votes}))
    open_ones = {key for key, one in states.items() if one.state is not ItemProgress.CLOSED}
    store.bar(
        tx,
        [
            _barred(project_id, item_id, rater_id, rater_id, now)
            for item_id, rater_id in votes
            if item_id in open_ones
        ],
    )


def _rater_of(tx: Connection, project_id: str, person_id: str) -> str:
    """Return the pseudonym of a person, or the person's id while they have none."""
    known = accounts.rater_of(tx, project_id=project_id, person_id=person_id)
    return person_id if known is None else known.id


def _barred(project_id: str, item_id: str, judge_id: str, rater_id: str, now: float) -> Assignment:
    return Assignment(
        id=new_id("asg"),
        project_id=project_id,
        item_id=item_id,
        question_id="",
        rater_id=rater_id,
        judge_id=judge_id,
        token=0,
        state=AssignmentState.BARRED,
        lease_until=0.0,
        shown_order=None,
        guideline_version_id=None,
        band=0,
        reason=None,
        created_at=now,
        settled_at=now,
    )


def count_skip(tx: Connection, *, project: Project, item_id: str, leased: bool, now: float) -> None:
    """Count a skip; set the item aside when there are too many, or nobody is left."""
    held = partial(store.open_counts, tx)
    state = upkeep.count_skip(tx, project_id=project.id, item_id=item_id, leased=leased, held=held)
    if state is None or state.state is not ItemProgress.OPEN:
        return
    if state.skips >= project.spec.assignment.skips:
        upkeep.set_aside(tx, state=state, reason="skipped", now=now)
    else:
        set_aside_if_nobody_is_left(tx, state=state, now=now)


def set_aside_if_nobody_is_left(tx: Connection, *, state: ItemState, now: float) -> None:
    """Set an open item aside when everybody who may judge it has met it.

    Those are the project's annotators and specialists who have its tags, and whoever else was
    ever offered an item here. Ask only for items that somebody skipped: others wait for people
    who may yet be invited.
    """
    if state.state is not ItemProgress.OPEN:
        return
    met = store.met_by(tx, state.item_id)
    if AssignmentState.OPEN in met.values():
        return
    over = {judge for judge, became in met.items() if became is not AssignmentState.EXPIRED}
    people = eligible(tx, project_id=state.project_id, lane=state.lane)
    if people and people <= over:
        upkeep.set_aside(tx, state=state, reason="nobody_left", now=now)


def eligible(tx: Connection, *, project_id: str, lane: str) -> set[str]:
    """Return the people who may be offered items of a lane."""
    may = roles_with(Permission.JUDGE)
    needed = set(sampling_rules.tags_of(lane))
    active = store.active_people(tx, project_id)
    return {
        one.id
        for one in accounts.people(tx, project_id)
        if one.role in may
        and needed.issubset(one.tags)
        and (one.role not in _LEADS or one.id in active)
    }


def branches(tx: Connection, project_id: str) -> list[tuple[Branch, QueueCount, int]]:
    """Return each lane and band with its counts and how many people may take from it."""
    counts = sampling.branch_counts(tx, project_id)
    people = {
        lane: len(eligible(tx, project_id=project_id, lane=lane))
        for lane in {branch.lane for branch in counts}
    }
    return [(one, counts[one], people[one.lane]) for one in sorted(counts)]


def stuck(tx: Connection, project_id: str, *, limit: int) -> list[StuckItem]:
    """Return the items that were set aside, oldest first, with the reasons of who skipped them."""
    return store_queue.stuck(tx, project_id, limit=limit)


def move(
    tx: Connection, *, project_id: str, item_ids: Sequence[str], band: Band, now: float
) -> int:
    """Put items at the end of a band; return how many moved."""
    states = upkeep.lock(tx, project_id=project_id, item_ids=item_ids)
    return upkeep.move(tx, project_id=project_id, states=states, band=band, now=now)


def set_overlap(
    tx: Connection, *, project_id: str, item_ids: Sequence[str], overlap: int, now: float
) -> int:
    """Want this many judgments on items, never fewer than are there or being made."""
    states = upkeep.lock(tx, project_id=project_id, item_ids=item_ids)
    held = partial(store.open_counts, tx)
    return upkeep.set_overlap(
        tx, project_id=project_id, states=states, held=held, overlap=overlap, now=now
    )


def reopen(tx: Connection, *, project_id: str, item_ids: Sequence[str], now: float) -> int:
    """Offer items that were set aside again; return how many there were."""
    states = upkeep.lock(tx, project_id=project_id, item_ids=item_ids)
    held = partial(store.open_counts, tx)
    return upkeep.reopen(tx, project_id=project_id, states=states, held=held, now=now)
