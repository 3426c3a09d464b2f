"""Keeping the queue while people work: who may not judge what, pauses, bands, overlap."""

import random
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from labeling_books import check_books
from labeling_world import START, Desk, make_desk
from queue_world import import_votes, judge_all, move, overlap, reopen, skip, state
from sqlalchemy import Engine, event

from loopwright.base.errors import Conflict
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.labeling import queue, service, store
from loopwright.labeling.model import Assignment, Judge
from loopwright.sampling import service as sampling
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


# Votes that came with an import


def test_imported_votes_count_toward_what_is_wanted(desk: Desk) -> None:
    one, two, three, untouched = desk.items
    assert import_votes(desk, one, "7", "8") == 2
    assert import_votes(desk, two, "7") == 1
    assert import_votes(desk, three, "7", "8", "9") == 3
    assert import_votes(desk, three, "7", "8", "9") == 0
    check_books(desk)
    assert [state(desk, item).state.value for item in desk.items] == [
        "closed", "open", "closed", "open",
    ]  # fmt: skip
    voter = Judge(rater_id="rtr_7", judge_id="rtr_7")
    offered = desk.home.db.write(
        lambda tx: service.reserve(
            tx, project=desk.project, judge=voter, count=9, held=(), now=START
        )
    )
    assert [offer.item_id for offer in offered] == [untouched]
    judge_all(desk, "ann", "bob")
    judged = desk.home.db.read(lambda tx: store.judgments(tx, "desk"))
    assert Counter(found.item_id for found in judged) == {one: 2, two: 2, three: 3, untouched: 1}
    check_books(desk)


def test_imported_votes_leave_alone_what_is_leased(desk: Desk) -> None:
    [mine] = desk.reserve("ann")
    import_votes(desk, mine.item_id, "7", "8")
    assert state(desk, mine.item_id).state is ItemProgress.CLOSED
    desk.submit("ann", mine)
    assert state(desk, mine.item_id).done == 3
    total = desk.home.db.read(lambda tx: sampling.totals(tx, "desk"))
    assert (total.remaining, total.imported) == (6, 2)


def test_an_imported_vote_takes_a_free_slot_and_none_that_is_leased(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=3)
    [item] = desk.items
    desk.reserve("ann")
    import_votes(desk, item, "7")
    check_books(desk)
    judge_all(desk, "bob", "cat", "ann", "dan")
    assert (state(desk, item).done, state(desk, item).state) == (3, ItemProgress.CLOSED)


@pytest.mark.parametrize("skips", [True, False])
def test_what_an_import_closed_is_offered_to_nobody_when_its_lease_ends(
    desk: Desk, *, skips: bool
) -> None:
    [mine] = desk.reserve("ann")
    import_votes(desk, mine.item_id, "7", "8")
    if skips:
        skip(desk, "ann", mine)
    else:
        desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 101))
    check_books(desk)
    offered = desk.reserve("bob", count=9, now=START + 102)
    assert mine.item_id not in {one.item_id for one in offered}


@pytest.mark.parametrize("skips", [True, False])
def test_what_imports_and_others_fill_up_is_not_offered_again(home: Home, *, skips: bool) -> None:
    desk = make_desk(home, items=1, overlap=3)
    [item] = desk.items
    [mine] = desk.reserve("ann")
    [other] = desk.reserve("bob", now=START + 50)
    import_votes(desk, item, "7", "8")
    if skips:
        skip(desk, "ann", mine)
    else:
        desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 101))
    assert desk.reserve("cat", now=START + 102) == []
    desk.submit("bob", other, now=START + 102)
    assert (state(desk, item).done, state(desk, item).state) == (3, ItemProgress.CLOSED)
    check_books(desk)


def test_an_item_with_more_than_it_wanted_needs_fewer_for_a_higher_overlap(desk: Desk) -> None:
    [mine] = desk.reserve("ann")
    import_votes(desk, mine.item_id, "7", "8")
    desk.submit("ann", mine)
    assert desk.open([mine.item_id], overlap=3) == 0
    check_books(desk)
    assert desk.open([mine.item_id], overlap=4) == 1
    check_books(desk)
    assert overlap(desk, [mine.item_id], 5) == 1
    check_books(desk)


def test_what_is_undone_after_an_import_filled_the_item_is_not_lacking(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=2)
    [item] = desk.items
    [mine] = desk.reserve("ann")
    done = desk.submit("ann", mine)
    import_votes(desk, item, "7", "8")
    check_books(desk)
    desk.home.db.write(
        lambda tx: service.undo(
            tx,
            project=desk.project,
            judge=desk.judge("ann"),
            judgment_id=done.judgment_id,
            now=START + 1,
        )
    )
    check_books(desk)
    desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 200))
    assert desk.reserve("bob", now=START + 201) == []
    assert (state(desk, item).done, state(desk, item).state) == (2, ItemProgress.CLOSED)
    check_books(desk)


@pytest.mark.parametrize("skips", [True, False])
def test_a_slot_given_back_while_another_answers_is_not_lost(
    postgres_url: str, tmp_path: Path, *, skips: bool
) -> None:
    """Who holds the item is asked after its state is locked, not before."""
    home = open_home(Settings(home=tmp_path / "home", database_url=postgres_url))
    desk = make_desk(home, items=1, overlap=3)
    [item] = desk.items
    [mine] = desk.reserve("ann")
    [other] = desk.reserve("bob", now=START + 50)
    import_votes(desk, item, "7")
    giver = threading.current_thread()
    answered: list[str] = []

    def between(_c: object, _cursor: object, statement: str, *_: object) -> None:
        mine_now = threading.current_thread() is giver and not answered
        if mine_now and "FROM item_state" in statement and "FOR UPDATE" in statement:
            answered.append("bob")
            answer = threading.Thread(target=lambda: desk.submit("bob", other, now=START + 101))
            answer.start()
            answer.join()

    event.listen(Engine, "before_cursor_execute", between)
    try:
        if skips:
            skip(desk, "ann", mine)
        else:
            desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 101))
    finally:
        event.remove(Engine, "before_cursor_execute", between)
    assert answered
    check_books(desk)
    assert len(desk.reserve("cat", now=START + 102)) == 1
    home.close()


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


def test_leads_change_the_queue_under_load_and_the_books_stay_right(home: Home) -> None:
    desk = make_desk(home, items=90, overlap=2)
    stop = threading.Event()

    def lead() -> None:
        dice = random.Random("lead")
        while not stop.is_set():
            some = dice.sample(desk.items, 30)
            what = dice.random()
            if what < 0.4:
                move(desk, some, dice.choice(list(Band)))
            elif what < 0.8:
                overlap(desk, some, dice.choice([1, 2, 3]))
            else:
                reopen(desk, some)

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
    leads = threading.Thread(target=lead)
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
