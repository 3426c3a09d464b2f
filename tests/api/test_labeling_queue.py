"""Keeping the queue while people work: who may not judge what, pauses, bands, overlap."""

import random
import threading
from collections import Counter
from contextlib import suppress

import pytest
from labeling_books import check_books
from labeling_world import START, Desk, make_desk
from queue_world import import_votes, judge_all, move, overlap, reopen, skip, state

from loopwright.base.errors import Conflict
from loopwright.infra.home import Home
from loopwright.labeling import queue, service, store
from loopwright.labeling.model import Assignment
from loopwright.sampling import upkeep
from loopwright.sampling.model import Band, ItemProgress


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=4, overlap=2)


# Who may not judge what


def test_who_wrote_a_part_of_an_item_is_never_offered_it(desk: Desk) -> None:
    for _ in range(2):
        desk.home.db.write(
            lambda tx: queue.bar(
                tx, project_id="desk", item_ids=desk.items[:2], people=["per_ann"], now=START
            )
        )
    assert {one.item_id for one in desk.reserve("ann", count=9)} == set(desk.items[2:])
    judge_all(desk, "bob", "cat")
    assert desk.reserve("ann", count=9, now=START + 10)[0].item_id in desk.items[2:]
    check_books(desk)


# Pauses


def test_a_paused_queue_offers_nothing_new_and_takes_what_is_leased(desk: Desk) -> None:
    [mine, other] = desk.reserve("ann", count=2)
    desk.home.db.write(
        lambda tx: upkeep.pause(
            tx, project_id="desk", reason="New guideline", by="per_lea", now=START
        )
    )
    assert desk.reserve("bob") == []
    assert desk.reserve("ann", count=5) == [mine, other]
    done = desk.submit("ann", mine)
    again = desk.home.db.write(
        lambda tx: service.undo(
            tx,
            project=desk.project,
            judge=desk.judge("ann"),
            judgment_id=done.judgment_id,
            now=START,
        )
    )
    desk.submit("ann", again, client_id="again")
    skip(desk, "ann", other)
    assert desk.home.db.write(lambda tx: upkeep.resume(tx, project_id="desk", now=START))
    assert not desk.home.db.write(lambda tx: upkeep.resume(tx, project_id="desk", now=START))
    assert len(desk.reserve("bob", count=9)) == 4
    check_books(desk)


# Bands and overlap


def test_items_move_to_another_band_and_cursors_find_them(desk: Desk) -> None:
    [passed] = desk.reserve("ann")
    assert move(desk, desk.items[2:], Band.TARGETED) == 2
    assert move(desk, desk.items[2:], Band.TARGETED) == 0
    check_books(desk)
    held = (passed.id,)
    assert [one.item_id for one in desk.reserve("ann", count=2, held=held)] == desk.items[2:]
    skip(desk, "ann", passed)
    move(desk, [passed.item_id], Band.EVALUATION)
    assert [one.item_id for one in desk.reserve("bob", count=4)] == [
        *desk.items[2:], passed.item_id, desk.items[1],
    ]  # fmt: skip
    check_books(desk)


def test_a_move_keeps_what_is_held_and_gives_it_back_to_the_new_band(desk: Desk) -> None:
    [mine] = desk.reserve("ann")
    move(desk, [mine.item_id], Band.TARGETED)
    skip(desk, "ann", mine)
    check_books(desk)
    assert desk.reserve("bob")[0].item_id == mine.item_id


def test_overlap_goes_up_and_down_but_never_below_what_is_there_or_held(desk: Desk) -> None:
    [mine] = desk.reserve("ann")
    desk.submit("ann", mine)
    assert mine.item_id == desk.items[0]
    assert desk.reserve("bob")[0].item_id == desk.items[0]
    assert overlap(desk, desk.items, 1) == 3  # one judgment and one lease stand against it
    assert [state(desk, one).wanted for one in desk.items] == [2, 1, 1, 1]
    check_books(desk)
    assert overlap(desk, desk.items, 3) == 4
    check_books(desk)
    judge_all(desk, "bob", "cat", "dan", "eve")
    judged = desk.home.db.read(lambda tx: store.judgments(tx, "desk"))
    assert Counter(one.item_id for one in judged) == dict.fromkeys(desk.items, 3)


def test_lowering_the_overlap_closes_items_and_their_last_judgment_stays(desk: Desk) -> None:
    [mine] = desk.reserve("ann")
    done = desk.submit("ann", mine)
    overlap(desk, [mine.item_id], 1)
    assert state(desk, mine.item_id).state is ItemProgress.CLOSED
    check_books(desk)

    def undo(now: float) -> Assignment:
        return desk.home.db.write(
            lambda tx: service.undo(
                tx,
                project=desk.project,
                judge=desk.judge("ann"),
                judgment_id=done.judgment_id,
                now=now,
            )
        )

    with pytest.raises(Conflict, match="has all its judgments"):
        undo(START + 61)
    undo(START + 59)
    assert state(desk, mine.item_id).state is ItemProgress.OPEN
    check_books(desk)


def test_a_closed_item_is_opened_again_by_a_higher_overlap(desk: Desk) -> None:
    judge_all(desk, "ann", "bob")
    assert overlap(desk, desk.items, 3) == 4
    judge_all(desk, "ann", "bob", "cat")
    judged = desk.home.db.read(lambda tx: store.judgments(tx, "desk"))
    assert Counter(one.item_id for one in judged) == dict.fromkeys(desk.items, 3)
    check_books(desk)


def keep_changing(desk: Desk, stop: threading.Event) -> None:
    """Do what leads and imports do to items, until it is enough."""
    dice = random.Random("lead")
    votes = 0
    while not stop.is_set():
        some = dice.sample(desk.items, 30)
        what = dice.random()
        if what < 0.2:
            votes += 1
            import_votes(desk, some[0], f"voter-{votes}")
        elif what < 0.5:
            move(desk, some, dice.choice(list(Band)))
        elif what < 0.8:
            overlap(desk, some, dice.choice([1, 2, 3]))
        else:
            reopen(desk, some)


def test_leads_change_the_queue_under_load_and_the_books_stay_right(home: Home) -> None:
    desk = make_desk(home, items=90, overlap=2)
    stop = threading.Event()

    def expire(now: float) -> None:
        home.db.write(lambda tx: service.expire_leases(tx, now=now, count=1000))

    def roam(name: str) -> None:
        dice = random.Random(name)
        now = START
        for _ in range(40):
            now += dice.choice([0, 1, 30, 150])
            for offer in desk.reserve(name, count=2, now=now):
                with suppress(Conflict):  # the lease ran out meanwhile
                    if dice.random() < 0.3:
                        skip(desk, name, offer)
                    else:
                        desk.submit(name, offer, now=now)
            expire(now)

    people = [threading.Thread(target=roam, args=(f"p{number}",)) for number in range(8)]
    leads = threading.Thread(target=keep_changing, args=(desk, stop))
    for thread in [*people, leads]:
        thread.start()
    for thread in people:
        thread.join()
    stop.set()
    leads.join()
    check_books(desk)
    expire(1e9)
    reopen(desk, desk.items)
    check_books(desk)
    for name in ("q1", "q2", "q3"):
        while offers := desk.reserve(name, count=10, now=1e9):
            for offer in offers:
                desk.submit(name, offer, now=1e9)
    check_books(desk)
    assert {state(desk, one).state for one in desk.items} == {ItemProgress.CLOSED}
