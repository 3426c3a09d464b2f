"""What others do between reading a desk and writing to it, on PostgreSQL, where they can."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from labeling_world import START, Desk, judge, make_desk
from sqlalchemy import Connection

from loopwright.base.errors import Conflict
from loopwright.infra.home import Home
from loopwright.labeling import service
from loopwright.labeling.model import Assignment, Submission, Submitted
from loopwright.questions.model import ShownOrder
from loopwright.sampling import service as sampling

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
