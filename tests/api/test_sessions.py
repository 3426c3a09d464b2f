"""A calibration session: blind, revealed, judged again, and the agreement before and after."""

import httpx
import pytest
from labeling_world import Desk, make_desk

from loopwright.accounts.model import Role
from loopwright.infra.home import Home
from support.server import RunningServer, running_server

P = "/api/projects/desk"


@pytest.fixture
def desk(home: Home) -> Desk:
    return make_desk(home, items=6, overlap=3)


def say(client: httpx.Client, session: str, item: str, outcome: str) -> httpx.Response:
    """Answer with the outcome in item order, whichever side it stands on for this person."""
    path = f"{P}/sessions/{session}/items/{item}"
    shown = client.get(path).json()["shown"]
    plain = client.get(path, params={"in_order": True}).json()["shown"]
    left_first = shown["completions"][0]["text"] == plain["completions"][0]["text"]
    side = "left" if left_first == (outcome == "first") else "right"
    return client.post(path, json={"answer": {"choice": side, "reason": "canary reason"}})


def people(server: RunningServer, count: int) -> list[httpx.Client]:
    return [
        server.add_person(f"Ann {at}", role=Role.ANNOTATOR, project_id="desk")[1]
        for at in range(count)
    ]


def test_a_session_from_blind_answers_to_its_lesson(desk: Desk) -> None:
    """Nothing of the others before the reveal; agreement of the same people before and after."""
    with running_server(desk.home) as server:
        _, lead = server.add_person("Lena", role=Role.LEAD, project_id="desk")
        anns = people(server, 3)
        body = {"name": "Monday", "items": desk.items[:4]}
        session = lead.post(f"{P}/sessions", json=body).json()["session"]["id"]
        path = f"{P}/sessions/{session}"
        assert lead.post(f"{path}/reveal").json()["error"]["code"] == "nothing_to_reveal"
        for item in desk.items[:4]:
            for at, ann in enumerate(anns):
                said = say(ann, session, item, "first" if at else "second")
                assert said.status_code == 200, said.text
        again = say(anns[0], session, desk.items[0], "first")
        assert again.json()["error"]["code"] == "answered_already"
        blind = [one.get(path).text for one in (*anns, lead)]
        assert not any("canary" in text or "annotator " in text for text in blind)
        assert anns[0].get(path).json()["items"][0]["counts"] == {}
        early = lead.post(f"{path}/close", json={"lesson": "too early"})
        assert early.json()["error"]["code"] == "still_blind"

        told = [one.get(f"{path}/items/{desk.items[0]}?in_order=true").json() for one in anns]
        firsts = {one["shown"]["completions"][0]["text"] for one in told}
        assert len(firsts) == 1
        shown = lead.post(f"{path}/reveal").json()
        assert sorted(shown["items"][0]["counts"].values()) == [1, 2]
        assert shown["before"][0]["raters"] == 3
        [own] = [one for one in anns[0].get(path).json()["items"][0]["said"] if one["who"] == "you"]
        assert own["reason"] == "canary reason"
        late = say(lead, session, desk.items[0], "first")
        assert late.json()["error"]["code"] == "not_blind_any_more"
        for item in desk.items[:4]:
            assert say(anns[0], session, item, "first").status_code == 200
            assert say(anns[1], session, item, "first").status_code == 200
        others = anns[2].get(path).json()["items"][0]["said"]
        assert all(one["second"] is None for one in others)

        ended = lead.post(f"{path}/close", json={"lesson": "Tone counts."}).json()
        assert ended["session"]["lesson"] == "Tone counts."
        plain = {
            name: {one["name"]: one["estimate"]["value"] for one in ended[name][0]["coefficients"]}[
                "agreement"
            ]
            for name in ("before_same", "after")
        }
        assert plain == {"before_same": 0.0, "after": 1.0}
        closed = say(anns[2], session, desk.items[0], "first")
        assert closed.json()["error"]["code"] == "session_closed"
        offers = anns[0].post(f"{P}/assignments", json={"count": 20}).json()["assignments"]
        assert not {one["item_id"] for one in offers} & set(desk.items[:4])


def test_a_session_of_nothing_or_of_gold_is_refused(desk: Desk) -> None:
    """Nothing disputed yet, an item that is not there, hidden gold: told, and nothing is stored."""
    with running_server(desk.home) as server:
        _, lead = server.add_person("Lena", role=Role.LEAD, project_id="desk")
        bare = lead.post(f"{P}/sessions", json={"name": "Monday"})
        assert (bare.status_code, "1 to 30 items" in bare.text) == (422, True)
        assert lead.post(f"{P}/sessions", json={"name": "M", "items": ["itm_x"]}).status_code == 404
        gold = {"item_id": desk.items[0], "answer": "first"}
        lead.post(f"{P}/gold", json=gold).raise_for_status()
        hidden = lead.post(f"{P}/sessions", json={"name": "M", "items": desk.items[:2]})
        assert "hidden gold" in hidden.json()["error"]["message"]
        assert lead.get(f"{P}/sessions").json() == {"sessions": []}
        assert lead.get(f"{P}/sessions/cal_none").status_code == 404
