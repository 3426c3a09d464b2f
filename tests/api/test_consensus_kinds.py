"""Every kind of question has a consensus; probabilities are corrected by gold, or it is said."""

from typing import Any

import pytest
from kinds_world import GOOD, KINDS, QUESTIONS, make_world, submit
from labeling_world import START, Desk, make_desk

from loopwright.accounts.model import Role
from loopwright.infra.home import Home
from loopwright.labeling import service as labeling
from loopwright.labeling.model import ImportedJudgment
from loopwright.monitoring import store as monitoring
from loopwright.quality import service as quality
from loopwright.quality.live import ConsensusKeeper
from loopwright.quality.reconcile import reconcile
from support.server import RunningServer, running_server


def test_every_kind_has_a_live_consensus_and_reconciling_says_the_same(
    server: RunningServer,
) -> None:
    with server.owner() as owner:
        world = make_world(server, owner)
        for kind in KINDS:
            world.add_item(kind, overlap=2)
        keeper = ConsensusKeeper(server.home)
        keeper.step()
        for name in ("ann", "bob"):
            person = owner.post(
                "/api/projects/kinds/people", json={"name": name, "role": "annotator"}
            )
            with server.client(person.json()["api_key"]) as client:
                for _ in KINDS:
                    offer = world.offer(client)
                    done = submit(client, offer, GOOD[offer["question"]["kind"]])
                    assert done.status_code == 200
        keeper.step()
        keeper.stop()
        rows = owner.get("/api/projects/kinds/consensus").json()
        by_kind = {row["question_id"]: row for row in rows}
        assert set(by_kind) == set(QUESTIONS.values())
        assert {row["n"] for row in rows} == {2}
        assert all(row["not_calibrated"].startswith("not calibrated") for row in rows)
        assert by_kind["tags"]["answer"] == "a,b"
        assert by_kind["score"]["parts"][0]["value"] > 1.5
        assert by_kind["score"]["one_more_vote"] is None
        assert [one["shape"] for one in by_kind["best"]["parts"]] == ["rank"] * 4
        [box] = [one for one in by_kind["find"]["parts"] if one["shape"] == "box"]
        assert (box["answer"], box["value"]) == ("framed", 1.0)
        assert box["box"] == {"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}
        assert {one["aspect"] for one in by_kind["full"]["parts"]} == {"tone", "truth"}
        assert by_kind["topic"]["one_more_vote"] >= 0.0
        assert server.home.db.read(lambda tx: monitoring.without_consensus(tx, "kinds")).n == 0
        before = {row["item_id"]: row["updated_at"] for row in rows}
        reconcile(server.home, project_id="kinds", now=START)
        again = owner.get("/api/projects/kinds/consensus").json()
        assert {row["item_id"]: row["updated_at"] for row in again} == before


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=30, overlap=2)


def test_probabilities_are_corrected_by_gold_once_there_is_enough(desk: Desk) -> None:
    rows = [
        ImportedJudgment(
            client_id=f"import:{item}:{at}", item_id=item, question_id="preference",
            rater_id=f"rtr_{at}", outcome="first", shown_order="first_left", created_at=START,
        )
        for item in desk.items
        for at in range(3)
    ]  # fmt: skip

    def settle(items: list[str], outcome: str) -> None:
        for item in items:
            desk.home.db.write(
                lambda tx, item=item: quality.settle(  # type: ignore[misc]
                    tx, project_id="desk", item_id=item, question_id="preference",
                    answer=outcome, source="gold", ref_id=f"gld_{item}", by="per_sue", now=START,
                )
            )  # fmt: skip

    desk.home.db.write(
        lambda tx: labeling.record_imported(tx, project_id="desk", rows=rows, now=START)
    )
    reconcile(desk.home, project_id="desk", now=START)
    with running_server(desk.home) as served:
        reader = served.add_person("Lea", role=Role.LEAD, project_id="desk")[1]

        def one(item: str) -> dict[str, Any]:
            found = reader.get("/api/projects/desk/consensus?limit=50").json()
            [row] = [row for row in found if row["item_id"] == item]
            return dict(row)

        settle(desk.items[:12], "first")
        before = one(desk.items[-1])
        assert before["calibrated"] is None
        assert before["not_calibrated"] == "not calibrated: needs 8 more gold items"
        # Everybody agrees, and every third time everybody is wrong.
        settle(desk.items[12:18], "second")
        settle(desk.items[18:21], "first")
        after = one(desk.items[-1])
        assert after["not_calibrated"] is None
        assert after["probability"] - 0.01 > after["calibrated"] > 0.5
