"""Gold from the answer that is known to the person who missed it, hidden on its way."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from labeling_world import Desk, make_desk

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.gold import store
from loopwright.gold.handout import hand_due
from loopwright.gold.keeper import GoldKeeper
from loopwright.infra.home import Home
from loopwright.labeling import store as labeling
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress
from support.server import RunningServer, running_server

P = "/api/projects/desk"
# Every judgment is followed by gold, so that what is due needs no luck.
ALWAYS = "\ngold: {rate: 0.5, first_rate: 0.5, most_rate: 0.5, per_month: 1000}\n"


@pytest.fixture
def desk(home: Home) -> Desk:
    """Twelve items that Bo has judged, then eight that nobody has."""
    made = make_desk(home, items=0, overlap=1, more=ALWAYS)
    made.items = made.add_items([f"known-{number}" for number in range(12)], overlap=1)
    for offer in made.reserve("bo", count=12, now=system_now()):
        made.submit("bo", offer, now=system_now())
    made.add_items([f"fresh-{number}" for number in range(8)], overlap=1)
    return made


def offered(client: httpx.Client, count: int = 1) -> list[dict[str, object]]:
    got = client.post(f"{P}/assignments", json={"count": count})
    return list(got.json()["assignments"])


def answer(
    client: httpx.Client, offer: dict[str, object], choice: str = "left", *, again: str = ""
) -> str:
    body = {
        "client_id": f"c-{offer['id']}{again}", "assignment_id": offer["id"],
        "token": offer["token"], "answer": {"choice": choice}, "active_ms": 4000, "revisions": 0,
    }  # fmt: skip
    stored = client.post(f"{P}/judgments", json=body)
    assert stored.status_code == 200, stored.text
    return str(stored.json()["judgment_id"])


def judge_until_handed(server: RunningServer, client: httpx.Client, keeper: GoldKeeper) -> str:
    """Judge from the queue until the next item did not come from it; return the assignment."""
    known = {one.item_id for one in server.home.db.read(lambda tx: store.golds(tx, "desk"))}
    for _ in range(60):
        keeper.step()
        [offer] = offered(client)
        if item_of(server, offer) in known:
            return str(offer["id"])
        answer(client, offer)
    raise AssertionError("no gold came in sixty judgments")


def test_gold_is_met_unseen_scored_and_explained(desk: Desk) -> None:
    """From the lead's answer to the annotator's miss; nothing tells the item from another."""
    known = desk.items[0]
    with running_server(desk.home) as server:
        _, lead = server.add_person("Lena", role=Role.LEAD, project_id="desk")
        _, ann = server.add_person("Ann", role=Role.ANNOTATOR, project_id="desk")
        body = {"item_id": known, "answer": "first", "why": "It names the form."}
        made = lead.post(f"{P}/gold", json=body)
        assert made.status_code == 201, made.text
        [first] = offered(ann)
        answer(ann, first)
        keeper = GoldKeeper(server.home)
        keeper.step()  # from here on it is drawn
        handed = judge_until_handed(server, ann, keeper)
        [shown] = offered(ann)
        assert shown["id"] == handed
        assert set(shown) == set(first)
        assert "gold" not in str(shown)
        side = "right" if shown_first_left(server, handed) else "left"
        judgment = answer(ann, shown, side)
        undone = ann.post(f"{P}/judgments/{judgment}/undo")
        assert undone.status_code == 200, undone.text
        answer(
            ann, undone.json()["assignment"], "left" if side == "right" else "right", again="-again"
        )
        [row] = lead.get(f"{P}/gold").json()["gold"]
        assert (row["right"]["n"], row["right"]["value"]) == (1, 0.0)
        assert row["answer"]
        mine = ann.get(f"{P}/my/gold").json()
        [miss] = mine["misses"]
        assert miss["why"] == "It names the form."
        assert miss["yours"] != miss["right"]
        assert mine["right"]["n"] == 1
        [person] = lead.get(f"{P}/gold/people").json()["people"]
        assert (person["right"]["n"], person["unmet"]) == (1, 0)
        state = server.home.db.read(lambda tx: sampling.state_of(tx, known))
        assert state is not None
        assert (state.done, state.wanted, state.state) == (2, 2, ItemProgress.CLOSED)
        assert ann.get(f"{P}/gold").status_code == 403


def shown_first_left(server: RunningServer, assignment_id: str) -> bool:
    held = server.home.db.read(lambda tx: labeling.get_assignment(tx, assignment_id))
    assert held is not None
    return held.shown_order == "first_left"


def test_two_servers_hand_out_once(desk: Desk) -> None:
    """What is due is offered once, however many look at the same time."""
    known = desk.items
    with running_server(desk.home) as server:
        _, lead = server.add_person("Lena", role=Role.LEAD, project_id="desk")
        person, ann = server.add_person("Ann", role=Role.ANNOTATOR, project_id="desk")
        for item in known:
            lead.post(f"{P}/gold", json={"item_id": item, "answer": "first"}).raise_for_status()
        [first] = offered(ann)
        answer(ann, first)
        keeper = GoldKeeper(server.home)
        keeper.step()
        for offer in offered(ann, 6):
            answer(ann, offer)
        [rater] = server.home.db.read(lambda tx: store.judged_since(tx, "desk", 0.0))

        def look(_: int) -> int:
            return server.home.db.write(
                lambda tx: hand_due(
                    tx, project=desk.project, rater_id=rater, person_id=person, now=system_now()
                )
            )

        with ThreadPoolExecutor(4) as pool:
            made = sum(pool.map(look, range(4)))
        after = server.home.db.read(lambda tx: store.pace_of(tx, project_id="desk", rater_id=rater))
        assert after is not None
        assert after.judged == 7
        held = [one for one in offered(ann, 50) if item_of(server, one) in known]
        assert 0 < made == len(held) <= 3


def item_of(server: RunningServer, offer: dict[str, object]) -> str:
    held = server.home.db.read(lambda tx: labeling.get_assignment(tx, str(offer["id"])))
    assert held is not None
    return held.item_id


def test_gold_that_contradicts_itself_is_refused_with_what_stands(desk: Desk) -> None:
    """Twice gold, another answer than the settled one, none, no such item: told, not stored."""
    one, two = desk.items[:2]
    with running_server(desk.home) as server:
        _, lead = server.add_person("Lena", role=Role.LEAD, project_id="desk")

        def add(**body: object) -> httpx.Response:
            return lead.post(f"{P}/gold", json=body)

        assert add(item_id=one, answer="first").status_code == 201
        again = add(item_id=one, answer="second")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "already_gold")
        bare = add(item_id=two)
        assert bare.status_code == 422
        assert "no settled answer" in bare.json()["error"]["message"]
        assert add(item_id="itm_none", answer="first").status_code == 404
        assert add(item_id=two, answer="blue").status_code == 422
        [row] = lead.get(f"{P}/gold").json()["gold"]
        why = {"why": "It was printed in the newsletter."}
        for _ in range(2):
            page = lead.post(f"{P}/gold/{row['id']}/retire", json=why).json()
        assert page["gold"][0]["retired_why"] == why["why"]
        gone = add(item_id=one, answer="first")
        assert "was gold and is retired" in gone.json()["error"]["message"]
        assert lead.post(f"{P}/gold/gld_none/retire", json=why).status_code == 404
