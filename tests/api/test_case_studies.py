"""Case studies over HTTP, and the desk by client and command line, on both databases."""

import json
from typing import Any

import pytest
from adjudication_world import P, World, act, blind, claim, decision, make_world, sided
from typer.testing import CliRunner

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, only_server
from loopwright.cli.main import app
from loopwright.client import ApiError, Client
from support.server import RunningServer


@pytest.fixture
def world(server: RunningServer) -> World:
    return make_world(server)


def test_a_case_study_is_read_checked_versioned_and_retired(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    _, eve = world.person("Eve")
    _, sam = world.person("Sam", Role.SPECIALIST)
    item_id = world.split("lesson", ann, bob, now=now)
    case = claim(sam)
    case_id = case["case"]["id"]
    written = {"title": "Read to the end", "why": "WHY it matters", "criteria": ["tone"]}
    early = act(sam, case_id, "study", written)
    assert early.json()["error"]["code"] == "nothing_to_teach"
    blind(sam, case, "Text 1")
    act(sam, case_id, "decide", decision(case, "Text 1"))
    made = act(sam, case_id, "study", written)
    assert made.status_code == 200, made.text
    study_id = made.json()["study"]["id"]
    assert made.json()["taught"]["why"] == "WHY it matters"
    assert act(sam, case_id, "reopen").json()["error"]["code"] == "built_on"
    [todo] = eve.get(f"{P}/my/cases").json()["studies"]
    assert (todo["id"], todo["read"], todo["right"]) == (study_id, False, None)

    closed = eve.get(f"{P}/case-studies/{study_id}")
    assert closed.json()["taught"] is None
    assert "WHY" not in closed.text
    assert "secret-policy" not in closed.text
    bad = eve.post(f"{P}/case-studies/{study_id}/read", json={"answer": {"choice": "up"}})
    assert bad.status_code == 422
    guess = _choice(closed.json()["shown"], "Text 0")
    read = eve.post(f"{P}/case-studies/{study_id}/read", json={"answer": guess}).json()
    assert (read["study"]["read"], read["study"]["right"]) == (True, False)
    assert read["taught"]["text"] == "Second answer is better"
    right = _choice(closed.json()["shown"], "Text 1")
    second = eve.post(f"{P}/case-studies/{study_id}/read", json={"answer": right}).json()
    assert second["study"]["right"] is False, "the first answer counts"
    plain = ann.post(f"{P}/case-studies/{study_id}/read", json={}).json()
    assert (plain["study"]["read"], plain["study"]["right"]) == (True, None)
    assert eve.get(f"{P}/my/cases").json()["studies"] == []

    next_one = act(sam, case_id, "study", {**written, "title": "To the very end"}).json()
    assert (next_one["study"]["id"], next_one["study"]["version"]) == (study_id, 2)
    assert eve.post(f"{P}/case-studies/{study_id}/retire").status_code == 403
    assert sam.post(f"{P}/case-studies/{study_id}/retire").status_code == 200
    assert eve.get(f"{P}/case-studies").json()["studies"] == []
    assert len(eve.get(f"{P}/case-studies?retired=true").json()["studies"]) == 1
    world.owner.post(f"{P}/queue/overlap", json={"overlap": 4, "items": [item_id], "closed": True})
    offered = eve.post(f"{P}/assignments", json={"count": 5}).json()["assignments"]
    assert offered == [], "who read the answer is not asked"


def _choice(shown: dict[str, Any], text: str) -> dict[str, Any]:
    return sided({"choice": text, "reason": None}, shown)


def command(world: World, *words: str) -> str:
    """Run a command against the server as `loopwright up` leaves it."""
    home = world.server.home
    with only_server(home.settings):
        (home.path / SERVER_FILE).write_text(json.dumps({"url": world.server.url}))
        key = world.owner.headers["authorization"].removeprefix("Bearer ")
        (home.path / TOKEN_FILE).write_text(key)
        args = ["cases", *words, "-p", "desk", "--home", str(home.path)]
        done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output
    return done.output if "--json" in words else " ".join(done.output.split())


def test_the_client_and_the_command_line_tell_of_the_desk(world: World) -> None:
    now = system_now()
    _, ann = world.person("Ann")
    _, bob = world.person("Bob")
    world.split("told", ann, bob, now=now)
    key = world.owner.headers["Authorization"].removeprefix("Bearer ")
    with Client(world.server.url, key) as client:
        [waiting] = client.cases("desk")
        assert waiting["reasons"] is None
        taken = client.claim_case("desk")
        assert taken is not None
        assert client.claim_case("desk") is None
        answer = sided({"choice": "Text 0", "reason": None}, taken["shown"])
        with pytest.raises(ApiError, match="not decided blind"):
            client.decide_case("desk", waiting["id"], answer, "It says why.")
        assert client.decide_blind("desk", waiting["id"], answer)["opened"] is not None
        done = client.decide_case("desk", waiting["id"], answer, "It says why.")
        assert done["opened"]["decision"]["changed"] is False
        figures = client.case_figures("desk")
        assert (figures["decided"], figures["changed"]["value"]) == (1, 0.0)
        listed = command(world, "list", "--closed")
        assert "median time 0.0 h" in listed
        assert "0.000 [0.000, 0.793] n=1" in listed
        assert "It says why." in command(world, "show", waiting["id"])
        assert json.loads(command(world, "list", "--json"))["cases"] == []
        made = client.publish_case_study("desk", waiting["id"], title="T", why="W")
        assert [one["id"] for one in client.case_studies("desk")] == [made["study"]["id"]]
