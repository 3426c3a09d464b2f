"""Votes that came with an import: they fill items while people hold them, and take no slot."""

import threading
from collections import Counter
from pathlib import Path

import pytest
from labeling_books import check_books
from labeling_world import START, Desk, add_items, make_desk
from queue_world import import_votes, judge_all, overlap, skip, state
from sqlalchemy import Engine, event

from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.labeling import service, store
from loopwright.labeling.model import Judge
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=4, overlap=2)


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


@pytest.mark.parametrize("by_a_lead", [True, False])
def test_who_holds_an_item_that_an_import_filled_counts_for_a_higher_overlap(
    home: Home, *, by_a_lead: bool
) -> None:
    """Two are wanted then: the imported one, and the one that is being made."""
    desk = make_desk(home, items=1, overlap=1)
    [item] = desk.items
    [mine] = desk.reserve("ann")
    import_votes(desk, item, "7")
    if by_a_lead:
        overlap(desk, [item], 2)
    else:
        desk.open([item], overlap=2)
    check_books(desk)
    assert state(desk, item).state is ItemProgress.OPEN
    assert desk.reserve("bob") == []
    desk.submit("ann", mine)
    assert (state(desk, item).done, state(desk, item).state) == (2, ItemProgress.CLOSED)
    check_books(desk)


def test_votes_that_were_imported_before_an_item_was_opened_count(home: Home) -> None:
    desk = make_desk(home, items=0, overlap=1)
    few, enough = home.db.write(lambda tx: add_items(tx, ["few", "enough"]))
    import_votes(desk, few, "7")
    import_votes(desk, enough, "7", "8", "9")
    assert desk.open([few, enough], overlap=2) == 1
    check_books(desk)
    assert [state(desk, one).state.value for one in (few, enough)] == ["open", "closed"]
    assert "rtr_7" in desk.home.db.read(lambda tx: store.met_by(tx, few))
    judge_all(desk, "ann", "bob")
    assert [state(desk, one).done for one in (few, enough)] == [2, 3]
    check_books(desk)


def test_undo_beside_another_who_holds_an_item_that_an_import_filled(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=2)
    [item] = desk.items
    [mine], [other] = desk.reserve("ann"), desk.reserve("bob")
    done = desk.submit("ann", mine)
    import_votes(desk, item, "7")
    again = desk.home.db.write(
        lambda tx: service.undo(
            tx,
            project=desk.project,
            judge=desk.judge("ann"),
            judgment_id=done.judgment_id,
            now=START + 1,
        )
    )
    check_books(desk)
    overlap(desk, [item], 3)  # the import's, and those that the two are making
    assert desk.reserve("cat") == []
    desk.submit("ann", again, client_id="again")
    desk.submit("bob", other)
    assert (state(desk, item).done, state(desk, item).state) == (3, ItemProgress.CLOSED)
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
