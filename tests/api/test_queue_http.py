"""The queue over HTTP, by the client and by the command line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from loopwright.accounts.model import Role
from loopwright.cli import queue_commands, user_commands
from loopwright.cli.main import app
from loopwright.client import ApiError, Client
from support.server import RunningServer


@pytest.fixture
def owner(server: RunningServer) -> Iterator[Client]:
    """The owner's client; ten items of two segments are in the queue."""
    with server.owner() as http:
        key = http.headers["authorization"].removeprefix("Bearer ")
    with Client(server.url, key) as client:
        client.add_items(
            "support",
            [
                {
                    "prompt": {
                        "messages": [{"role": "user", "content": f"Question {number}"}],
                        "segment": "billing" if number < 4 else "shipping",
                    },
                    "completions": [{"text": "Yes", "policy": "a"}, {"text": "No", "policy": "b"}],
                    "key": f"item-{number}",
                    "requires": ["de"] if number == 9 else [],
                }
                for number in range(10)
            ],
            overlap=2,
        )
        yield client


@pytest.fixture
def command(owner: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command against the test's server; returns what it prints."""

    @contextmanager
    def connected(_: object) -> Iterator[Client]:
        yield owner

    for commands in (queue_commands, user_commands):
        monkeypatch.setattr(commands, "connected", connected)

    def run(*words: str) -> str:
        told = CliRunner().invoke(app, [*words, "-p", "support"])
        assert told.exit_code == 0, told.output
        return told.stdout

    return run


def judge(client: Client, count: int, reason: str | None = None) -> list[str]:
    """Answer or skip what is offered; return the items."""
    met = []
    for one in client.reserve("support", count=count)["assignments"]:
        if reason is None:
            client.submit("support", one, {"choice": "left", "reason": None})
        else:
            client.skip("support", one, reason)
        met.append(one["item_id"])
    return met


def test_leads_see_counts_by_lane_and_band(owner: Client, server: RunningServer) -> None:
    _, http = server.add_person("Ann", role=Role.ANNOTATOR)
    with http:
        assert http.get("/api/projects/support/queue").status_code == 403
    found = owner.queue("support")
    assert (found["judgments"], found["open"], found["stuck"], found["paused"]) == (20, 10, 0, None)
    by_lane = {tuple(one["requires"]): one for one in found["branches"]}
    assert (by_lane[()]["open"], by_lane[()]["band"], by_lane[()]["people"]) == (9, "core", 1)
    assert (by_lane[("de",)]["open"], by_lane[("de",)]["people"]) == (1, 0)


def test_a_pause_is_told_with_its_reason_and_ends(owner: Client) -> None:
    assert owner.pause_queue("support", "New guideline")["paused"]["reason"] == "New guideline"
    assert owner.reserve("support", count=3)["assignments"] == []
    assert owner.resume_queue("support")["paused"] is None
    assert len(owner.reserve("support", count=3)["assignments"]) == 3


def test_a_segment_moves_and_its_overlap_changes(owner: Client) -> None:
    assert owner.move_items("support", "targeted", segment="billing") == 4
    first = {
        one["prompt"][0]["content"] for one in owner.reserve("support", count=4)["assignments"]
    }
    assert first == {f"Question {number}" for number in range(4)}
    assert owner.set_overlap("support", 3, purpose="core", segment="shipping") == 6
    assert owner.queue("support")["judgments"] == 4 * 2 + 6 * 3
    assert owner.set_overlap("support", 1, everything=True) == 10
    assert owner.queue("support")["judgments"] == 10


def test_which_items_are_meant_must_be_said_in_one_way(owner: Client) -> None:
    with pytest.raises(ApiError, match="name items, or a segment"):
        owner.move_items("support", "core")
    with pytest.raises(ApiError, match="name items, or a segment"):
        owner.move_items("support", "core", segment="billing", everything=True)
    with pytest.raises(ApiError):
        owner.move_items("support", "urgent", everything=True)


def test_what_people_skip_is_listed_and_opened_again(
    owner: Client, server: RunningServer, command: Any
) -> None:
    people = [owner.add_person("support", name) for name in ("Ann", "Bob", "Cat")]
    for person in people:
        with Client(server.url, person["api_key"]) as client:
            judge(client, 9, "not_my_language")
    found = json.loads(command("queue", "status", "--json"))
    assert (found["stuck"], len(found["stuck_items"])) == (9, 9)
    assert found["stuck_items"][0]["reasons"] == {"not_my_language": 3}
    assert found["stuck_items"][0]["why"] == "skipped"
    loop = owner.get("/api/projects/support/loop")
    [alert] = [one for one in loop["alerts"] if "set aside" in one["sentence"]]
    assert "9 items were set aside: 9 that too many people skipped." in alert["sentence"]
    assert "Settings, Queue" in alert["remedy"]
    assert "not_my_language 3" in command("queue", "status")
    ids = [one["item_id"] for one in found["stuck_items"]]
    assert "9 items reopened" in command("queue", "reopen", *ids)
    assert len(judge(owner, 20)) == 9


def test_the_command_line_keeps_the_queue(owner: Client, command: Any) -> None:
    assert "Paused: Lunch" in command("queue", "pause", "--reason", "Lunch")
    assert "Judgments wanted: 20. Items open: 10" in command("queue", "resume")
    assert "4 items moved" in command("queue", "move", "--band", "confused", "--segment", "billing")
    assert "10 items changed" in command("queue", "overlap", "1", "--all")
    told = CliRunner().invoke(app, ["queue", "move", "--band", "core", "-p", "support"])
    assert (told.exit_code, "No items are named" in told.stderr) == (1, True)
    person = owner.people("support")[0]["id"]
    assert "de, medical" in command("user", "tags", person, "--set", "medical,de")
    assert "medical" in command("user", "list")
    assert len(owner.reserve("support", count=20)["assignments"]) == 10
