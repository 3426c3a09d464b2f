"""A cycle that waits for people says for how many judgments, and where to judge."""

from pathlib import Path

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from loopwright.accounts.model import Role
from loopwright.base.types import Json
from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, only_server
from loopwright.cli.main import app
from loopwright.infra.settings import Settings
from loopwright.loop import service, store
from loopwright.loop.model import Cycle, CycleState
from support.server import RunningServer

PROJECT = "/api/projects/support"


def add_items(owner: httpx.Client, *, set_name: str, count: int) -> None:
    items = [
        {
            "prompt": {"messages": [{"role": "user", "content": f"{set_name} {number}?"}]},
            "completions": [{"text": "Yes.", "policy": "a"}, {"text": "No.", "policy": "b"}],
            "set_name": set_name,
            "key": f"{set_name}:{number}",
        }
        for number in range(count)
    ]
    assert owner.post(f"{PROJECT}/items", json={"items": items, "overlap": 2}).status_code == 200


def judge_one(client: httpx.Client) -> None:
    [offer] = client.post(f"{PROJECT}/assignments", json={"count": 1}).json()["assignments"]
    body = {
        "client_id": f"c-{offer['id']}",
        "assignment_id": offer["id"],
        "token": offer["token"],
        "answer": {"choice": "left", "reason": None},
    }
    assert client.post(f"{PROJECT}/judgments", json=body).status_code == 200


@pytest.fixture
def cycle(server: RunningServer) -> Cycle:
    """A cycle that waits for the three items of its first round; others are open too."""
    owner = server.owner()
    add_items(owner, set_name="round-1", count=3)
    add_items(owner, set_name="elsewhere", count=2)
    home = server.home
    made = home.db.write(lambda tx: service.start(tx, project_id="support", by="me", now=1.0))
    home.db.write(
        lambda tx: service.begin_step(
            tx, made, name="wait_for_judgments", inputs={"sets": ["round-1"]}, now=2.0
        )
    )
    return made


def test_it_counts_what_its_own_items_miss(server: RunningServer, cycle: Cycle) -> None:
    owner = server.owner()

    def waiting() -> Json | None:
        found: Json = owner.get(f"{PROJECT}/cycles/{cycle.id}").json()
        return found["waiting"]  # type: ignore[no-any-return]

    assert waiting() == {"judgments": 6, "wanted": 6, "items": 3}
    for name in ("Ann", "Ben"):
        judge_one(server.add_person(name, role=Role.ANNOTATOR)[1])
    left = waiting()
    assert left is not None
    assert (left["judgments"], left["wanted"]) == (4, 6)
    home = server.home
    home.db.write(
        lambda tx: service.end(tx, cycle, state=CycleState.CANCELLED, error=None, now=3.0)
    )
    assert waiting() is None


def status(server: RunningServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `loopwright cycle status` prints, asked of the running server."""
    settings = Settings(home=home)
    monkeypatch.setenv("LOOPWRIGHT_HOME", str(settings.home))
    key = server.owner().headers["authorization"].removeprefix("Bearer ")
    with only_server(settings):
        (settings.home / SERVER_FILE).write_bytes(orjson.dumps({"url": server.url, "pid": 1}))
        (settings.home / TOKEN_FILE).write_text(key)
        told = CliRunner().invoke(app, ["cycle", "status", "-p", "support"])
    assert told.exit_code == 0, told.output
    return told.stdout


def test_status_says_how_many_and_where(
    server: RunningServer, cycle: Cycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = status(server, tmp_path / "served", monkeypatch)
    assert "It waits for 6 of 6 judgments, on 3 items." in told
    assert f"Judge at {server.url}/p/support/label" in told
    assert "wait for judgments" in told


def test_status_says_what_the_gate_decided_and_why(
    server: RunningServer, cycle: Cycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "The win rate needs 9 more annotators."
    decided = {"gate": {"decision": "hold", "reasons": [why]}}
    home = server.home
    home.db.write(lambda tx: store.update_cycle(tx, cycle.id, result=decided))
    home.db.write(lambda tx: service.end(tx, cycle, state=CycleState.HELD, error=None, now=3.0))
    told = status(server, tmp_path / "served", monkeypatch)
    assert "Gate: hold" in told
    assert why in told
    assert "loopwright cycle resume" in told
