"""What others do between reading a desk and writing to it, on PostgreSQL, where they can."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from labeling_world import START, Desk, judge, make_desk
from sqlalchemy import Connection

from loopwright.base.errors import Conflict
from loopwright.infra.home import Home
from loopwright.labeling import service, store
from loopwright.labeling.model import Assignment, Submission, Submitted
from loopwright.labeling.sharing import release
from loopwright.questions.model import ShownOrder
from loopwright.sampling import service as sampling
from loopwright.sampling import upkeep
from support.postgres import somebody_waits

AFTER = START + 101
"""When leases have run out."""


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """SQLite has one writer: nothing happens between two statements of its transaction."""
    return postgres_url


def elsewhere(desk: Desk, work: Callable[[Connection], object]) -> None:
    """Commit something from another connection while this thread's transaction is open."""
    done = threading.Thread(target=lambda: desk.home.db.write(work))
    done.start()
    done.join(10)
    assert not done.is_alive()


def answer_while(
    desk: Desk, offer: Assignment, meanwhile: Callable[[Connection], object]
) -> tuple[Submitted, int]:
    """Answer an offer; once the desk is read, `meanwhile` is committed. Return the attempts too."""
    attempts = 0

    def work(tx: Connection) -> Submitted:
        nonlocal attempts
        attempts += 1
        place = service.Desk.of(tx, project=desk.project, judge=judge("ann"), now=AFTER)
        held = place.mine
        if attempts == 1:
            assert [one.id for one in held] == [offer.id]
            elsewhere(desk, meanwhile)
        sent = Submission("late", offer.id, offer.token, {"choice": "left", "reason": None})
        done, _ = service.submit_and_reserve(place, submission=sent, count=0, held=())
        return done

    return desk.home.db.write(work), attempts


def test_a_lease_that_ends_after_it_was_read_is_looked_at_again(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=1)
    [offer] = desk.reserve("ann")
    done, attempts = answer_while(desk, offer, lambda tx: service.expire_leases(tx, now=AFTER))
    assert (done.repeated, done.item_closed, attempts) == (False, True, 2)
    total = home.db.read(lambda tx: sampling.totals(tx, "desk"))
    assert (total.wanted, total.done, total.open) == (1, 1, 0)
    assert desk.reserve("bob", now=AFTER) == []


def test_it_is_refused_when_somebody_else_took_the_slot(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=1)
    [offer] = desk.reserve("ann")

    def others(tx: Connection) -> None:
        service.expire_leases(tx, now=AFTER)
        service.reserve(tx, project=desk.project, judge=judge("bob"), count=1, held=(), now=AFTER)

    with pytest.raises(Conflict, match="ran out"):
        answer_while(desk, offer, others)
    [taken] = desk.reserve("bob", now=AFTER)
    assert desk.submit("bob", taken, now=AFTER).item_closed


def test_two_tabs_of_one_person_keep_the_sides_balanced(home: Home) -> None:
    desk = make_desk(home, items=24, overlap=1)
    offers: dict[str, Assignment] = {}
    start = threading.Barrier(2)

    def tab() -> None:
        start.wait(10)
        while found := desk.reserve("ann", count=2):
            for offer in found:
                offers[offer.id] = offer
                with suppress(Conflict):  # the other tab had it, too, and was first
                    desk.submit("ann", offer)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(tab) for _ in range(2)]:
            one.result(30)
    assert len(offers) == 24
    first = sum(one.shown_order == ShownOrder.FIRST_LEFT for one in offers.values())
    assert first == 12


def test_a_lease_given_back_as_it_runs_out_goes_back_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(home, items=1, overlap=1)
    [offer] = desk.reserve("ann")
    look = store.held_by

    def looked(tx: Connection, **given: str) -> list[Assignment]:
        found = look(tx, **given)
        elsewhere(desk, lambda tx: service.expire_leases(tx, now=AFTER))
        return found

    monkeypatch.setattr(store, "held_by", looked)

    def give(tx: Connection) -> int:
        return release(
            tx,
            project=desk.project,
            judge=judge("ann"),
            assignment_ids=[offer.id],
            sitting=None,
            now=AFTER,
        )

    assert home.db.write(give) == 0
    monkeypatch.setattr(store, "held_by", look)
    taken = [desk.reserve(name, now=AFTER + 10) for name in ("bob", "cat")]
    assert [len(one) for one in taken] == [1, 0]


def test_a_pause_that_comes_while_a_request_waits_holds_for_it(home: Home) -> None:
    desk = make_desk(home, items=4, overlap=1)
    [held] = desk.reserve("ann")

    def first(tx: Connection) -> "Future[list[Assignment]]":
        sampling.hold_cursor(tx, project_id="desk", judge_id=held.judge_id)
        waits = pool.submit(desk.reserve, "ann", count=3)
        while not waits.done() and not home.db.read(somebody_waits):
            threading.Event().wait(0.01)
        elsewhere(
            desk,
            lambda tx: upkeep.pause(tx, project_id="desk", reason="Look.", by="per_l", now=START),
        )
        return waits

    with ThreadPoolExecutor(1) as pool:
        found = home.db.write(first).result(10)
    assert [one.id for one in found] == [held.id]
