"""The client sends feedback: ids by itself, once after a lost answer, batches of any length."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_client_transport import http, tiny_server

from loopwright.accounts.model import Role
from loopwright.client import Client, Forbidden, NotFound
from support.server import RunningServer


@pytest.fixture
def app(server: RunningServer) -> Iterator[Client]:
    key = server.add_person("app", role=Role.APPLICATION)[1].headers["authorization"]
    with Client(server.url, key.removeprefix("Bearer ")) as client:
        yield client


@pytest.fixture
def lead(server: RunningServer) -> Iterator[Client]:
    key = server.add_person("lea", role=Role.LEAD)[1].headers["authorization"]
    with Client(server.url, key.removeprefix("Bearer ")) as client:
        yield client


def test_one_and_many(app: Client, lead: Client, tmp_path: Path) -> None:
    done = app.send_feedback("support", "rating", 4, max=5, prompt="Hi", completion="Ho")
    assert (done["status"], done["state"]) == ("stored", "marked")
    rows = [
        {"kind": "thumb", "value": "up", "prompt": f"Hi {number}", "completion": "Ho"}
        for number in range(1200)
    ]
    results = app.send_feedback_batch("support", [*rows, {"kind": "thumb"}])
    assert [row["status"] for row in results] == ["stored"] * 1200 + ["refused"]
    assert lead.feedback_counts("support")["total"] == 1201
    [found] = lead.feedback("support", kind="rating")["feedback"]
    assert (found["score"], found["score_max"]) == (4.0, 5.0)
    with pytest.raises(NotFound):
        app.send_feedback("support", "thumb", "up", item_id="itm_none")


def test_an_application_reads_nothing(app: Client) -> None:
    assert app.projects() == []
    for read in (app.feedback, app.project, app.imports):
        with pytest.raises(Forbidden):
            read("support")


def test_a_lost_answer_is_sent_again_with_the_same_id() -> None:
    answer = http(200, b'{"status": "repeated"}')
    with tiny_server(None, answer) as server, Client(server.url, "key") as client:
        assert client.send_feedback("support", "thumb", "up", prompt="x")["status"] == "repeated"
    first, second = server.bodies()
    assert first["client_id"] == second["client_id"]
    assert first == second
