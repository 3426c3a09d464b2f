"""Items close early and open again, on both databases, and never one judgment too many."""

import random
import threading
from collections import Counter
from contextlib import suppress

import pytest
from labeling_world import START, Desk, judge, make_desk

from loopwright.accounts.model import Role
from loopwright.base.errors import Conflict
from loopwright.infra.home import Home
from loopwright.labeling import service as labeling
from loopwright.labeling import store as judged
from loopwright.labeling.model import Assignment, ImportedJudgment, SkipReason
from loopwright.quality import exit_keeper, store_exits
from loopwright.quality import service as quality
from loopwright.quality.exit_model import ExitKind, GateState
from loopwright.quality.live import ConsensusKeeper
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress
from support.server import running_server

GOLD, PLANNED = 120, 5
MORE = """
assignment: {skips: 100}
costs: {judgment: 0.5, currency: EUR}
early_exit: {min: 2, max: 5, error: 0.05, audit: 0.2}
"""


@pytest.fixture
def desk(home: Home, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A project with gold that five people answered rightly, and items that want five votes."""
    monkeypatch.setattr(exit_keeper, "GATE_SECONDS", 0.0)
    desk = make_desk(home, items=GOLD, overlap=PLANNED, more=MORE)
    gold, desk.items = desk.items, []
    vote(desk, {item: ["first"] * PLANNED for item in gold})
    for item in gold:
        settle(desk, item, "first")
    return desk


def vote(desk: Desk, answers: dict[str, list[str]]) -> None:
    rows = [
        ImportedJudgment(
            client_id=f"import:{item}:{at}", item_id=item, question_id="preference",
            rater_id=f"rtr_{at}", outcome=outcome, shown_order="first_left", created_at=START,
        )
        for item, outcomes in answers.items()
        for at, outcome in enumerate(outcomes)
    ]  # fmt: skip
    desk.home.db.write(
        lambda tx: labeling.record_imported(tx, project_id="desk", rows=rows, now=START)
    )


def settle(desk: Desk, item: str, outcome: str) -> None:
    desk.home.db.write(
        lambda tx: quality.settle(
            tx, project_id="desk", item_id=item, question_id="preference", answer=outcome,
            source="gold", ref_id=f"gld_{item}", by="per_sue", now=START,
        )
    )  # fmt: skip


def prefer_first(offer: Assignment) -> str:
    return "left" if offer.shown_order == "first_left" else "right"


def answer_all(desk: Desk, name: str) -> dict[str, str]:
    """Answer all that is offered; return {item: judgment}."""
    done = {}
    while offers := desk.reserve(name, count=10):
        for offer in offers:
            made = desk.submit(name, offer, choice=prefer_first(offer))
            done[offer.item_id] = made.judgment_id
    return done


def test_items_close_early_and_open_again_when_a_vote_is_undone(desk: Desk) -> None:
    desk.items = desk.add_items([f"new-{number}" for number in range(20)], overlap=PLANNED)
    keeper = ConsensusKeeper(desk.home)
    answer_all(desk, "ada")
    keeper.step()
    [gate] = desk.home.db.read(lambda tx: list(store_exits.gates(tx, "desk").values()))[:1]
    assert (gate.state, gate.set_on) == (GateState.RUNNING, GOLD // 2), gate.reason
    second = answer_all(desk, "bea")
    assert len(second) == 20, "one vote is below the minimum: nothing closed before"
    keeper.step()
    facts = desk.home.db.read(lambda tx: store_exits.facts_of(tx, desk.items))
    kinds = {item: rows[-1].kind for item, rows in facts.items()}
    closed = [item for item, kind in kinds.items() if kind is ExitKind.CLOSED]
    audited = [item for item, kind in kinds.items() if kind is ExitKind.AUDIT]
    assert len(closed) + len(audited) == 20
    assert len(closed) >= 10
    assert audited
    states = desk.home.db.read(lambda tx: sampling.states_of(tx, desk.items))
    assert {(states[one].wanted, states[one].state) for one in closed} == {(2, ItemProgress.CLOSED)}
    assert {(states[one].wanted, states[one].state) for one in audited} == {(5, ItemProgress.OPEN)}
    assert set(answer_all(desk, "cyd")) == set(audited), "only audited items go on"

    desk.home.db.write(
        lambda tx: labeling.undo(
            tx, project=desk.project, judge=judge("bea"), judgment_id=second[closed[0]],
            now=START + 1,
        )
    )  # fmt: skip
    keeper.step()
    state = desk.home.db.read(lambda tx: sampling.states_of(tx, closed[:1]))[closed[0]]
    assert (state.wanted, state.state) == (PLANNED, ItemProgress.OPEN)
    for name in ("dan", "eve"):
        answer_all(desk, name)
    keeper.step()
    keeper.stop()
    with running_server(desk.home) as served:
        reader = served.add_person("Lea", role=Role.LEAD, project_id="desk")[1]
        found = reader.get("/api/projects/desk/early-exit").json()
    assert found["items"]["audited"] == len(audited)
    assert found["error"]["n"] == len(audited)
    assert found["error"]["value"] == 0.0
    saved = found["saved"]
    assert saved["votes"] >= 3 * (len(closed) - 1)
    assert saved["money"] == pytest.approx(0.5 * saved["votes"])
    assert saved["planned"] == saved["used"] + saved["votes"]
    assert found["gates"][0]["state"] == "running"
    assert found["simulated"] is True
    assert sum(one["accuracy"]["n"] for one in found["calibration"][0]["bins"]) == GOLD
    assert [one["kind"] for one in found["ledger"]].count("reopened") == 1


def test_audits_that_turn_out_wrong_pause_the_gate(desk: Desk) -> None:
    desk.items = desk.add_items([f"new-{number}" for number in range(40)], overlap=PLANNED)
    keeper = ConsensusKeeper(desk.home)
    for name in ("ada", "bea"):
        answer_all(desk, name)
    keeper.step()
    facts = desk.home.db.read(lambda tx: store_exits.audit_facts(tx, "desk"))
    assert len(facts) >= 3
    for one in facts:
        settle(desk, one.item_id, "second")
    keeper.step()
    keeper.stop()
    gates = desk.home.db.read(lambda tx: store_exits.gates(tx, "desk"))
    assert gates["preference"].state is GateState.PAUSED
    assert "would have been closed wrongly" in (gates["preference"].reason or "")


def test_without_gold_nothing_closes_and_it_says_what_is_needed(home: Home) -> None:
    desk = make_desk(home, items=3, overlap=3, more=MORE)
    keeper = ConsensusKeeper(home)
    for name in ("ada", "bea"):
        answer_all(desk, name)
    with running_server(home) as served:
        reader = served.add_person("Eva", role=Role.VIEWER, project_id="desk")[1]
        before = reader.get("/api/projects/desk/early-exit").json()
    assert [one["reason"] for one in before["gates"]] == ["needs 40 more gold items"] * 2
    keeper.step()
    keeper.stop()
    states = home.db.read(lambda tx: sampling.states_of(tx, desk.items))
    assert {state.wanted for state in states.values()} == {3}
    with running_server(home) as served:
        reader = served.add_person("Lea", role=Role.LEAD, project_id="desk")[1]
        found = reader.get("/api/projects/desk/early-exit").json()
    assert [one["state"] for one in found["gates"]] == ["waiting", "waiting"]
    assert found["gates"][0]["reason"] == "needs 40 more gold items"
    assert found["error"]["value"] is None
    assert found["saved"]["votes"] == 0


def test_early_exit_under_load_takes_never_one_judgment_too_many(desk: Desk) -> None:
    """People answer, skip, undo and let leases run out while items close and open again."""
    desk.items = desk.add_items([f"new-{number}" for number in range(60)], overlap=PLANNED)
    keeper, over = ConsensusKeeper(desk.home), threading.Event()

    def roam(name: str) -> None:
        dice, now = random.Random(name), START
        for _ in range(40):
            now += dice.choice([0, 1, 30, 150])
            for offer in desk.reserve(name, count=2, now=now):
                with suppress(Conflict):
                    act(desk, name, offer, dice=dice, now=now)

    def keep() -> None:
        while not over.is_set():
            keeper.step()

    people = [threading.Thread(target=roam, args=(f"p{number}",)) for number in range(8)]
    closing = threading.Thread(target=keep)
    for thread in (*people, closing):
        thread.start()
    for thread in people:
        thread.join()
    over.set()
    closing.join()
    desk.home.db.write(lambda tx: labeling.expire_leases(tx, now=1e9, count=1000))
    for name in [f"q{number}" for number in range(6)]:
        while offers := desk.reserve(name, count=10, now=1e9):
            for offer in offers:
                desk.submit(name, offer, choice=prefer_first(offer), now=1e9)
            keeper.step()
    keeper.stop()
    states = desk.home.db.read(lambda tx: sampling.states_of(tx, desk.items))
    found = desk.home.db.read(lambda tx: judged.judgments(tx, "desk"))
    mine = [one for one in found if one.item_id in states]
    counts = Counter(one.item_id for one in mine)
    assert {key: state.wanted for key, state in states.items()} == dict(counts)
    assert all(state.done == counts[key] for key, state in states.items())
    assert max(Counter((one.item_id, one.rater_id) for one in mine).values()) == 1
    assert max(counts.values()) <= PLANNED
    assert sum(counts.values()) < 60 * PLANNED, "some closed early"
    assert {state.state for state in states.values()} == {ItemProgress.CLOSED}


def act(desk: Desk, name: str, offer: Assignment, *, dice: random.Random, now: float) -> None:
    match dice.choice(["answer", "answer", "answer", "undo", "skip", "leave"]):
        case "answer":
            desk.submit(name, offer, choice=prefer_first(offer), now=now)
        case "undo":
            made = desk.submit(name, offer, choice=prefer_first(offer), now=now)
            desk.home.db.write(
                lambda tx: labeling.undo(
                    tx, project=desk.project, judge=judge(name), judgment_id=made.judgment_id,
                    now=now,
                )
            )  # fmt: skip
        case "skip":
            desk.home.db.write(
                lambda tx: labeling.skip(
                    tx, project=desk.project, judge=judge(name), assignment_id=offer.id,
                    token=offer.token, reason=SkipReason.CANNOT_JUDGE, now=now,
                )
            )  # fmt: skip
