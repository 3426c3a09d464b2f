"""Reserve, submit, skip, undo and expire: one person's view of the queue."""

from collections import Counter
from dataclasses import replace

import pytest
from labeling_world import START, Desk, judge, make_desk

from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.infra.home import Home
from loopwright.labeling import service, store
from loopwright.labeling.model import ImportedJudgment, Judge, Judgment, SkipReason
from loopwright.projects.spec import Budgets
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band, ItemProgress


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=4, overlap=2)


def judgments(desk: Desk) -> list[Judgment]:
    return desk.home.db.read(lambda tx: store.judgments(tx, desk.project.id))


def state(desk: Desk, item_id: str) -> ItemProgress:
    found = desk.home.db.read(lambda tx: sampling.state_of(tx, item_id))
    assert found is not None
    return found.state


def skip(desk: Desk, name: str, assignment_id: str, token: int) -> None:
    desk.home.db.write(
        lambda tx: service.skip(
            tx,
            project=desk.project,
            judge=judge(name),
            assignment_id=assignment_id,
            token=token,
            reason=SkipReason.CANNOT_JUDGE,
            now=START,
        )
    )


def test_each_judge_meets_each_item_once_in_order(desk: Desk) -> None:
    met: list[str] = []
    for _ in range(5):
        offers = desk.reserve("ann", count=1, held=tuple(met))
        met += [offer.id for offer in offers]
        for offer in offers:
            desk.submit("ann", offer)
    assert [one.item_id for one in judgments(desk)] == desk.items
    assert desk.reserve("ann", count=3) == []
    progress = desk.home.db.write(
        lambda tx: service.Desk.of(
            tx, project=desk.project, judge=judge("ann"), now=START
        ).progress()
    )
    assert (progress.standing.mine, progress.remaining, progress.open_items) == (4, 4, 4)


def test_lower_bands_come_first(desk: Desk) -> None:
    desk.reserve("ann")
    [urgent] = desk.add_items(["urgent"], overlap=1, band=Band.TARGETED)
    assert desk.reserve("bob")[0].item_id == urgent


def test_offers_that_the_page_lost_come_again(desk: Desk) -> None:
    first = desk.reserve("ann", count=2)
    assert desk.reserve("ann", count=2) == first
    more = desk.reserve("ann", count=2, held=tuple(one.id for one in first))
    assert {one.item_id for one in more}.isdisjoint({one.item_id for one in first})


def test_sides_are_balanced_for_every_judge(home: Home) -> None:
    desk = make_desk(home, items=20, overlap=3)
    for name in ("ann", "bob", "cat"):
        counts = Counter(one.shown_order for one in desk.reserve(name, count=20))
        assert sorted(counts.values()) == [10, 10]


def test_the_outcome_is_in_item_order_whatever_the_sides(home: Home) -> None:
    desk = make_desk(home, items=10, overlap=1)
    for offer in desk.reserve("ann", count=10):
        desk.submit("ann", offer, choice="left" if offer.shown_order == "first_left" else "right")
    assert {one.outcome for one in judgments(desk)} == {"first"}
    guideline = judgments(desk)[0].guideline_version_id
    assert guideline is not None
    assert guideline.startswith("gdl_")


def test_the_same_answer_twice_is_one_judgment(desk: Desk) -> None:
    [offer] = desk.reserve("ann")
    first = desk.submit("ann", offer, client_id="once")
    again = desk.submit("ann", offer, client_id="once")
    assert (again.judgment_id, again.repeated) == (first.judgment_id, True)
    assert len(judgments(desk)) == 1
    with pytest.raises(Conflict, match="stands for another answer"):
        desk.submit("ann", offer, client_id="once", choice="tie")
    with pytest.raises(Conflict, match="already judged"):
        desk.submit("ann", offer, client_id="twice")


def test_foreign_stale_and_unknown_offers_are_refused(desk: Desk) -> None:
    [offer] = desk.reserve("ann")
    with pytest.raises(Conflict, match="belongs to another") as foreign:
        desk.submit("bob", offer)
    assert "draft" in foreign.value.remedy
    with pytest.raises(Conflict, match="offered anew"):
        desk.submit("ann", offer, token=offer.token + 1)
    with pytest.raises(InvalidInput, match="cannot be 'best'"):
        desk.submit("ann", offer, choice="best")
    with pytest.raises(NotFound):
        desk.home.db.write(
            lambda tx: service.undo(
                tx, project=desk.project, judge=judge("ann"), judgment_id="jdg_x", now=START
            )
        )
    assert judgments(desk) == []


def test_a_skipped_item_goes_to_somebody_else(desk: Desk) -> None:
    [offer] = desk.reserve("ann")
    skip(desk, "ann", offer.id, offer.token)
    skip(desk, "ann", offer.id, offer.token)
    with pytest.raises(Conflict, match="skipped"):
        desk.submit("ann", offer)
    seen = [one.item_id for one in desk.reserve("ann", count=9)]
    assert offer.item_id not in seen
    for name in ("bob", "cat"):
        for found in desk.reserve(name, count=9):
            desk.submit(name, found)
    assert state(desk, offer.item_id) is ItemProgress.CLOSED


def test_an_expired_lease_goes_back_and_a_late_answer_counts_while_its_slot_is_free(
    desk: Desk,
) -> None:
    late, lost = desk.reserve("ann", count=2)
    after = START + 101
    assert desk.home.db.write(lambda tx: service.expire_leases(tx, now=after)) == 2
    desk.submit("ann", late, now=after)
    for name in ("bob", "cat"):
        for offer in desk.reserve(name, count=9, now=after):
            desk.submit(name, offer, now=after)
    with pytest.raises(Conflict, match="ran out") as refused:
        desk.submit("ann", lost, now=after)
    assert "draft" in refused.value.remedy
    assert Counter(one.item_id for one in judgments(desk)) == dict.fromkeys(desk.items, 2)


def test_a_lone_annotator_gets_expired_items_again(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=1)
    [first] = desk.reserve("ann")
    after = START + 101
    desk.home.db.write(lambda tx: service.expire_leases(tx, now=after))
    [again] = desk.reserve("ann", now=after)
    assert (again.id, again.token) == (first.id, first.token + 1)
    with pytest.raises(Conflict, match="offered anew"):
        desk.submit("ann", first, now=after)
    desk.submit("ann", again, now=after)
    assert state(desk, desk.items[0]) is ItemProgress.CLOSED


def test_held_leases_are_renewed(desk: Desk) -> None:
    [offer] = desk.reserve("ann")
    desk.reserve("ann", count=1, held=(offer.id,), now=START + 60)
    assert desk.home.db.write(lambda tx: service.expire_leases(tx, now=START + 120)) == 0
    desk.submit("ann", offer, now=START + 150)


def test_undo_takes_a_judgment_back_and_offers_the_item_anew(desk: Desk) -> None:
    [offer] = desk.reserve("ann")
    done = desk.submit("ann", offer)

    def undo(now: float) -> object:
        return desk.home.db.write(
            lambda tx: service.undo(
                tx, project=desk.project, judge=judge("ann"), judgment_id=done.judgment_id, now=now
            )
        )

    again = undo(START)
    assert judgments(desk) == []
    with pytest.raises(Conflict, match="undone before"):
        undo(START)
    with pytest.raises(Conflict, match="offered anew"):
        desk.submit("ann", offer, client_id="old")
    [held] = desk.reserve("ann", count=1)
    assert held == again
    assert desk.submit("ann", held, choice="tie").repeated is False
    assert [one.outcome for one in judgments(desk)] == ["tie"]
    kept = desk.home.db.read(lambda tx: store.get_judgment(tx, done.judgment_id))
    assert kept is not None
    assert kept.superseded_by is not None


def test_the_client_id_of_an_undone_answer_stands_for_no_new_one(desk: Desk) -> None:
    [offer] = desk.reserve("ann")
    done = desk.submit("ann", offer, client_id="c1")
    again = desk.home.db.write(
        lambda tx: service.undo(
            tx,
            project=desk.project,
            judge=desk.judge("ann"),
            judgment_id=done.judgment_id,
            now=START,
        )
    )
    assert desk.submit("ann", offer, client_id="c1").repeated, "a late retry of what was undone"
    with pytest.raises(Conflict) as refused:
        desk.submit("ann", again, client_id="c1")
    assert refused.value.code == "client_id_reused"
    assert not desk.submit("ann", again, client_id="c2").repeated


def test_a_closed_item_can_be_undone_only_at_once(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=1)
    [offer] = desk.reserve("ann")
    done = desk.submit("ann", offer)
    assert done.item_closed
    with pytest.raises(Conflict, match="has all its judgments"):
        desk.home.db.write(
            lambda tx: service.undo(
                tx,
                project=desk.project,
                judge=judge("ann"),
                judgment_id=done.judgment_id,
                now=START + 61,
            )
        )


def test_one_person_with_two_raters_counts_once(home: Home) -> None:
    desk = make_desk(home, items=1, overlap=2)
    [offer] = desk.reserve("ann")
    desk.submit("ann", offer)
    other = Judge(rater_id="rtr_second", judge_id="per_ann")
    found = desk.home.db.write(
        lambda tx: service.reserve(
            tx, project=desk.project, judge=other, count=1, held=(), now=START + 10
        )
    )
    assert found == []


def test_opening_again_adds_only_what_is_lacking(desk: Desk) -> None:
    assert desk.open(desk.items, overlap=2) == 0
    assert desk.open(desk.items, overlap=3) == 4
    for name in ("ann", "bob", "cat", "dan"):
        for offer in desk.reserve(name, count=9):
            desk.submit(name, offer)
    assert Counter(one.item_id for one in judgments(desk)) == dict.fromkeys(desk.items, 3)


def test_nothing_is_offered_once_the_budget_is_spent(home: Home) -> None:
    desk = make_desk(home, items=4, overlap=2)
    spent = Budgets(judgments=2)
    desk.project = replace(
        desk.project, spec=desk.project.spec.model_copy(update={"budgets": spent})
    )
    for offer in desk.reserve("ann", count=2):
        desk.submit("ann", offer)
    assert desk.reserve("ann", count=2) == []


def test_imported_judgments_are_stored_once(desk: Desk) -> None:
    rows = [
        ImportedJudgment(
            client_id=f"import:file:{item_id}:7",
            item_id=item_id,
            question_id="preference",
            rater_id="rtr_7",
            outcome="first",
            shown_order=None,
            created_at=5.0,
        )
        for item_id in desk.items
    ]
    for expected in (4, 0):
        added = desk.home.db.write(
            lambda tx: service.record_imported(tx, project_id="desk", rows=rows, now=START)
        )
        assert added == expected
    assert [one.origin for one in judgments(desk)] == ["import"] * 4
