"""The promise under load: exactly the wanted judgments, each by another person, none lost."""

import random
import threading
from collections import Counter, defaultdict
from contextlib import suppress
from itertools import count

from labeling_world import START, Desk, judge, make_desk
from sqlalchemy import select

from loopwright.base.errors import Conflict
from loopwright.infra.home import Home
from loopwright.labeling import service, store
from loopwright.labeling.model import Assignment, SkipReason, Submission
from loopwright.sampling import service as sampling
from loopwright.sampling.tables import queue_entry

PEOPLE, ITEMS, OVERLAP, HELD = 24, 3000, 3, 10


def answer(desk: Desk, name: str, held: list[Assignment], done: list[str]) -> list[Assignment]:
    """Answer the first item held; with the last one, reserve the next in the same transaction.

    The statements of a search are most of an answer's work, and one Python runs them all: offers
    come in batches, so that the run is short while 24 people still race for every item.
    """
    offer, rest = held[0], held[1:]
    submission = Submission(
        client_id=f"{name}:{offer.id}",
        assignment_id=offer.id,
        token=offer.token,
        answer={"choice": "left", "reason": None},
    )
    submitted, more = desk.home.db.write(
        lambda tx: service.submit_and_reserve(
            service.Desk.of(tx, project=desk.project, judge=judge(name), now=START),
            submission=submission,
            count=0 if rest else HELD,
            held=[one.id for one in rest],
        )
    )
    done.append(submitted.judgment_id)
    return rest + more


def remaining(desk: Desk) -> int:
    return desk.home.db.read(lambda tx: sampling.totals(tx, desk.project.id).remaining)


def annotate(desk: Desk, name: str, done: list[str]) -> None:
    """Judge until nothing is offered any more."""
    held: list[Assignment] = []
    for turn in count(1):
        # An empty answer may be a matter of what others hold; time goes on, so the sweep runs.
        held = desk.reserve(name, count=HELD, now=START + turn)
        if not held:
            return
        while held:
            held = answer(desk, name, held, done)


def run_all(work: list[threading.Thread]) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def test_24_people_judge_3000_items_exactly_three_times(home: Home) -> None:
    desk = make_desk(home, items=ITEMS, overlap=OVERLAP)
    acknowledged: dict[str, list[str]] = defaultdict(list)
    names = [f"p{number}" for number in range(PEOPLE)]
    run_all(
        [threading.Thread(target=annotate, args=(desk, one, acknowledged[one])) for one in names]
    )
    # Whoever stopped while others still held the last items is not asked again here; a last
    # round serves what their turns left over.
    for name in names:
        annotate(desk, name, acknowledged[name])
    found = desk.home.db.read(lambda tx: store.judgments(tx, desk.project.id))
    per_item: dict[str, list[str]] = defaultdict(list)
    for one in found:
        per_item[one.item_id].append(one.rater_id)
    assert {len(raters) for raters in per_item.values()} == {OVERLAP}
    assert all(len(set(raters)) == OVERLAP for raters in per_item.values())
    assert len(per_item) == ITEMS
    assert {one.id for one in found} == {one for ids in acknowledged.values() for one in ids}
    assert remaining(desk) == 0


def test_skips_expiries_and_undos_under_load_keep_the_count(home: Home) -> None:
    desk = make_desk(home, items=120, overlap=2, more="assignment: {skips: 100}\n")

    def roam(name: str) -> None:
        dice = random.Random(name)
        now = START
        for _ in range(60):
            now += dice.choice([0, 1, 30, 150])
            for offer in desk.reserve(name, count=2, now=now):
                act(desk, name, offer, dice=dice, now=now)

    run_all([threading.Thread(target=roam, args=(f"p{number}",)) for number in range(8)])
    desk.home.db.write(lambda tx: service.expire_leases(tx, now=1e9, count=1000))
    for name in [f"q{number}" for number in range(3)]:
        while offers := desk.reserve(name, count=10, now=1e9):
            for offer in offers:
                desk.submit(name, offer, now=1e9)
    found = desk.home.db.read(lambda tx: store.judgments(tx, desk.project.id))
    assert Counter(one.item_id for one in found) == dict.fromkeys(desk.items, 2)
    assert len({(one.item_id, one.rater_id) for one in found}) == len(found)
    left = select(queue_entry.c.item_id).where(queue_entry.c.remaining != 0)
    assert desk.home.db.read(lambda tx: tx.scalars(left).all()) == []
    assert remaining(desk) == 0


def act(desk: Desk, name: str, offer: Assignment, *, dice: random.Random, now: float) -> None:
    """Do one of the things that people do with an offer."""
    what = dice.random()
    with suppress(Conflict):  # the lease ran out meanwhile, or the item was offered anew
        if what < 0.2:
            desk.home.db.write(
                lambda tx: service.skip(
                    tx,
                    project=desk.project,
                    judge=judge(name),
                    assignment_id=offer.id,
                    token=offer.token,
                    reason=SkipReason.BROKEN,
                    now=now,
                )
            )
        elif what < 0.4:
            desk.home.db.write(lambda tx: service.expire_leases(tx, now=now))
        else:
            done = desk.submit(name, offer, now=now)
            if what > 0.9:
                desk.home.db.write(
                    lambda tx: service.undo(
                        tx,
                        project=desk.project,
                        judge=judge(name),
                        judgment_id=done.judgment_id,
                        now=now,
                    )
                )


def test_one_person_in_many_windows_gets_each_item_once(home: Home) -> None:
    people = 8
    desk = make_desk(home, items=200, overlap=3)
    acknowledged: list[list[str]] = [[] for _ in range(people)]

    def window(number: int) -> None:
        for _ in range(30):
            for offer in desk.reserve("ann", count=3):
                with suppress(Conflict):  # another window was faster with this one
                    done = desk.submit("ann", offer, client_id=f"{number}:{offer.id}")
                    acknowledged[number].append(done.judgment_id)

    run_all([threading.Thread(target=window, args=(number,)) for number in range(people)])
    found = desk.home.db.read(lambda tx: store.judgments(tx, desk.project.id))
    assert len({one.item_id for one in found}) == len(found)
    assert sorted(one.id for one in found) == sorted(one for part in acknowledged for one in part)
