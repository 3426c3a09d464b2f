"""Items that nobody can judge are set aside for a lead, and opened again."""

import pytest
from labeling_books import check_books
from labeling_world import START, Desk, make_desk
from queue_world import judge_all, meet, reopen, skip, state

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.infra.home import Home
from loopwright.labeling import queue, service, store
from loopwright.labeling.model import Assignment, Judge, SkipReason, Submission
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=4, overlap=2)


def test_an_item_that_three_people_skip_is_set_aside_with_their_reasons(desk: Desk) -> None:
    item = desk.items[0]
    reasons = [SkipReason.BROKEN, SkipReason.BROKEN, SkipReason.UPSETTING]
    for name, reason in zip(("ann", "bob", "cat"), reasons, strict=True):
        assert state(desk, item).state is ItemProgress.OPEN
        skip(desk, name, meet(desk, name, item), reason=reason)
    assert state(desk, item).state is ItemProgress.STUCK
    [listed] = desk.home.db.read(lambda tx: queue.stuck(tx, "desk", limit=10))
    assert (listed.item_id, listed.reasons) == (item, {"broken": 2, "upsetting": 1})
    assert listed.prompt_start == "Hello item-0"
    judge_all(desk, "ann", "bob", "cat", "dan", "eve")
    assert state(desk, item).done == 0
    total = desk.home.db.read(lambda tx: sampling.totals(tx, "desk"))
    assert (total.remaining, total.open, total.closed, total.stuck) == (0, 0, 3, 1)
    waiting = desk.home.db.read(lambda tx: sampling.waiting_of(tx, desk.items))
    assert (waiting.judgments, waiting.items, waiting.stuck) == (0, 0, 1)
    check_books(desk)


def test_an_item_that_was_set_aside_can_be_opened_again(desk: Desk) -> None:
    item = desk.items[0]
    for name in ("ann", "bob", "cat"):
        skip(desk, name, meet(desk, name, item))
    assert reopen(desk, [item, *desk.items[1:], "itm_unknown"]) == 1
    assert (state(desk, item).state, state(desk, item).skips) == (ItemProgress.OPEN, 0)
    check_books(desk)
    judge_all(desk, "ann", "dan", "eve")
    judged = desk.home.db.read(lambda tx: store.judgments_of_items(tx, [item]))
    assert {one.rater_id for one in judged} == {"rtr_dan", "rtr_eve"}
    check_books(desk)


def test_what_was_set_aside_waits_for_a_lead_also_when_more_is_wanted(desk: Desk) -> None:
    item = desk.items[0]
    for name in ("ann", "bob", "cat"):
        skip(desk, name, meet(desk, name, item))
    assert desk.open([item], overlap=3) == 0
    assert (state(desk, item).state, state(desk, item).wanted) == (ItemProgress.STUCK, 3)
    check_books(desk)
    assert reopen(desk, [item]) == 1
    check_books(desk)


def test_who_holds_an_item_may_answer_it_after_it_was_set_aside(desk: Desk) -> None:
    item = desk.items[0]
    [mine] = desk.reserve("zoe")
    for name in ("ann", "bob", "cat"):
        skip(desk, name, meet(desk, name, item))
    done = desk.submit("zoe", mine)
    assert (state(desk, item).state, state(desk, item).done) == (ItemProgress.STUCK, 1)
    check_books(desk)
    desk.home.db.write(
        lambda tx: service.undo(
            tx,
            project=desk.project,
            judge=desk.judge("zoe"),
            judgment_id=done.judgment_id,
            now=START + 1000,
        )
    )
    assert (state(desk, item).state, state(desk, item).done) == (ItemProgress.STUCK, 0)
    check_books(desk)


def test_a_lease_that_ran_out_on_it_comes_back_only_when_it_is_opened_again(desk: Desk) -> None:
    item = desk.items[0]
    desk.reserve("zoe")
    for name in ("ann", "bob", "cat"):
        skip(desk, name, meet(desk, name, item))
    desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 101))
    check_books(desk)
    assert reopen(desk, [item]) == 1
    check_books(desk)


def test_an_item_is_set_aside_when_everybody_has_met_it_and_somebody_skipped(desk: Desk) -> None:
    def add(name: str, role: Role) -> str:
        return desk.home.db.write(
            lambda tx: accounts.add_person(
                tx, project_id="desk", name=name, role=role, kind=PersonKind.HUMAN, now=START
            )
        ).person_id

    people = [add("Ann", Role.ANNOTATOR), add("Bob", Role.SPECIALIST)]
    add("Lea", Role.LEAD)

    def judge_of(person_id: str) -> Judge:
        return desk.home.db.write(
            lambda tx: service.judge_of(
                tx, project_id="desk", person_id=person_id, kind="human", now=START
            )
        )

    ann, bob = (judge_of(one) for one in people)

    def offers(judge: Judge) -> list[Assignment]:
        return desk.home.db.write(
            lambda tx: service.reserve(
                tx, project=desk.project, judge=judge, count=9, held=(), now=START
            )
        )

    first = offers(ann)[0]
    skip(desk, "", first, judge=ann)
    assert state(desk, first.item_id).state is ItemProgress.OPEN
    [last] = [one for one in offers(bob) if one.item_id == first.item_id]
    desk.home.db.write(
        lambda tx: service.submit(
            tx,
            project=desk.project,
            judge=bob,
            submission=Submission(
                client_id="c", assignment_id=last.id, token=last.token, answer={"choice": "tie"}
            ),
            now=START,
        )
    )
    assert state(desk, first.item_id).state is ItemProgress.STUCK
    assert {state(desk, one).state for one in desk.items[1:]} == {ItemProgress.OPEN}
    check_books(desk)
