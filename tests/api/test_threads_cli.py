"""`loopwright threads` and the client's calls: a discussion from its first word to the file."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, only_server
from loopwright.cli.main import app
from loopwright.client import Client, InvalidInput, NotFound
from support.server import RunningServer

runner = CliRunner()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the command line never sees the database."""
    return sqlite_url


@pytest.fixture
def client(server: RunningServer) -> Iterator[Client]:
    """A client of the owner; commands find the server as `loopwright up` leaves it."""
    with server.owner() as owner, only_server(server.home.settings):
        key = owner.headers["authorization"].removeprefix("Bearer ")
        (server.home.path / SERVER_FILE).write_text(json.dumps({"url": server.url}))
        (server.home.path / TOKEN_FILE).write_text(key)
        with Client(server.url, key) as found:
            yield found


def told(server: RunningServer, *args: str, code: int = 0) -> str:
    done = runner.invoke(app, ["threads", *args, "-p", "support", "--home", str(server.home.path)])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def test_a_discussion_is_listed_shown_and_written_to_a_file(
    server: RunningServer, client: Client, tmp_path: Path
) -> None:
    assert "Threads: none yet." in told(server, "list")
    opened = client.open_thread("support", "criterion", "helpful", "What is *solved*?")
    thread = opened["id"]
    client.say("support", thread, "[red]When it works.[/red]", client_id="once")
    client.say("support", thread, "[red]When it works.[/red]", client_id="once")
    with pytest.raises(InvalidInput, match="no question"):
        client.take_stance("support", thread, {"choice": "left"})
    assert client.my_threads("support")["threads"] == [], "one's own words wait for nobody"
    found = client.end_thread("support", thread, "We agree", lesson="Say so")
    assert found["state"] == "resolved"
    assert client.threads("support", state="open")["threads"] == []
    assert json.loads(told(server, "list", "--json"))["threads"][0]["id"] == thread
    assert "Helpful" in told(server, "list")
    shown = told(server, "show", thread[-12:])
    assert "lead: [red]When it works.[/red]" in shown
    assert "Lesson: Say so" in shown
    assert "There is no thread" in told(server, "show", "thr_none", code=1)
    with pytest.raises(NotFound):
        client.thread("support", "thr_none")
    out = tmp_path / "threads.jsonl"
    assert "Wrote" in told(server, "export", "-o", str(out))
    [row] = [json.loads(line) for line in out.read_text().splitlines()]
    assert (row["rationale"], row["lesson"], row["guideline"]) == ("We agree", "Say so", 1)
    assert row["subject"] == {"kind": "criterion", "id": "helpful"}
