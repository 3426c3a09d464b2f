"""A person reads all that is said of them, makes a plan, practises, and nobody else sees more."""

from typing import Any

import httpx
import pytest
from labeling_world import START, Desk, add_items, make_desk

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.gold import service as gold
from loopwright.infra.home import Home
from loopwright.labeling import service as labeling
from loopwright.labeling import store
from loopwright.labeling.model import ImportedJudgment
from loopwright.quality import service as quality
from support.server import RunningServer, running_server

P = "/api/projects/desk"


@pytest.fixture
def desk(home: Home) -> Desk:
    """Forty items on which three people voted "first", and Ann will say "second"."""
    made = make_desk(home, items=40, overlap=4)
    rows = [
        ImportedJudgment(
            client_id=f"import:{item}:{at}", item_id=item, question_id="preference",
            rater_id=f"rtr_{at}", outcome="first", shown_order="first_left", created_at=START,
        )
        for item in made.items
        for at in range(3)
    ]  # fmt: skip
    home.db.write(lambda tx: labeling.record_imported(tx, project_id="desk", rows=rows, now=START))
    return made


def settled(desk: Desk, count: int) -> list[str]:
    """Items that nobody judged and somebody settled."""

    def write(tx: Any) -> list[str]:
        made = add_items(tx, [f"settled-{number}" for number in range(count)])
        for item in made:
            quality.settle(
                tx, project_id="desk", item_id=item, question_id="preference", answer="first",
                source="adjudication", ref_id=f"adj_{item}", by="per_sue", now=START,
            )  # fmt: skip
        return made

    return desk.home.db.write(write)


def judge_all(server: RunningServer, client: httpx.Client, wanted: str) -> int:
    judged = 0
    while offers := client.post(f"{P}/assignments", json={"count": 20}).json()["assignments"]:
        for one in offers:
            left = order_of(server, one["id"]) == "first_left"
            side = "left" if left == (wanted == "first") else "right"
            body = {
                "client_id": one["id"], "assignment_id": one["id"], "token": one["token"],
                "answer": {"choice": side},
            }  # fmt: skip
            client.post(f"{P}/judgments", json=body).raise_for_status()
            judged += 1
    return judged


def order_of(server: RunningServer, assignment_id: str) -> str | None:
    held = server.home.db.read(lambda tx: store.get_assignment(tx, assignment_id))
    assert held is not None
    return held.shown_order


def test_a_plan_from_what_one_misses_to_its_practice(desk: Desk) -> None:
    """Ann differs from all: told to her lead, and to her next week; planned, practised."""
    known = settled(desk, 12)
    with running_server(desk.home) as server:
        lead_id, lead = server.add_person("Lena", role=Role.LEAD, project_id="desk")
        _, ann = server.add_person("Ann", role=Role.ANNOTATOR, project_id="desk")
        assert ann.get(f"{P}/my/coaching").json()["judged"] == 0
        assert ann.get(f"{P}/my/plan").json() == {"plan": None, "next": None}
        hidden = known[0]
        desk.home.db.write(
            lambda tx: gold.add(
                tx, project_id="desk", item_id=hidden, answer=None, why="", by=lead_id,
                now=system_now(),
            )
        )  # fmt: skip
        judged = judge_all(server, ann, "second")
        soon = ann.get(f"{P}/my/coaching").json()
        assert (soon["judged"], soon["told"], soon["trends"]) == (judged, 0, [])
        mine = lead.get(f"{P}/coaching/{soon['rater_id']}").json()
        [trend] = mine["trends"]
        assert mine["judged"] == judged
        assert trend["right"]["n"] >= 40
        assert trend["right"]["high"] < 0.1
        assert trend["weak"]
        assert "more judgments to know the beginning" in trend["drift"]["baseline"]["reason"]
        page = lead.get(f"{P}/coaching").json()
        assert {one["rater_id"] for one in page["people"]} >= {mine["rater_id"], "rtr_0"}
        assert lead.get(f"{P}/coaching/rtr_nobody").status_code == 404

        made = ann.post(f"{P}/my/plan").json()
        assert (made["plan"]["items"], made["plan"]["practised"]) == (10, 0)
        assert ann.post(f"{P}/my/plan").json()["error"]["code"] == "plan_running"
        for number in range(10):
            shown = ann.get(f"{P}/my/plan").json()["next"]
            assert shown["item_id"] in set(known) - {hidden}
            path = f"{P}/my/plan/items/{shown['item_id']}"
            assert ann.post(path, json={"answer": {"choice": "up"}}).status_code == 422
            got = ann.post(path, json={"answer": {"choice": "left"}}).json()
            assert got["settled_by"] == "adjudication"
            again = ann.post(path, json={"answer": {"choice": "left"}})
            assert again.json()["error"]["code"] == "practised_already"
            assert ann.get(f"{P}/my/plan").json()["plan"]["practised"] == number + 1
        assert ann.get(f"{P}/my/plan").json()["next"] is None
        assert ann.post(f"{P}/my/plan/items/{hidden}", json={"answer": {}}).status_code == 404
        desk.open(known, overlap=3)
        offers = ann.post(f"{P}/assignments", json={"count": 50}).json()["assignments"]
        practised = set(known) - {hidden}
        assert len({one["item_id"] for one in offers} & practised) <= 1


def test_a_plan_needs_something_to_practise(desk: Desk) -> None:
    """Nothing settled and no case study: said, and nothing is stored."""
    with running_server(desk.home) as server:
        _, ann = server.add_person("Ann", role=Role.ANNOTATOR, project_id="desk")
        refused = ann.post(f"{P}/my/plan")
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            422,
            "nothing_to_practise",
        )
        assert ann.get(f"{P}/my/plan").json()["plan"] is None
