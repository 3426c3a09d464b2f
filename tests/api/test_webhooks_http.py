"""Webhooks over HTTP, the client and the command line: secrets once, logs by pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.client import Client, Conflict, InvalidInput, NotFound
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.webhooks import sender, service
from support.receiver import Receiver, receiving
from support.server import PROJECT_YAML, RunningServer, add_project, running_server

BASE = "/api/projects/support/webhooks"


@pytest.fixture(name="home")
def webhook_home(database_url: str, tmp_path: Path) -> Iterator[Home]:
    settings = Settings(
        home=tmp_path / "home", database_url=database_url, webhooks_allow_loopback=True
    )
    opened = open_home(settings)
    add_project(opened, PROJECT_YAML.replace("id: support", "id: elsewhere"))
    yield opened
    opened.close()


@pytest.fixture
def lead(server: RunningServer) -> Iterator[Client]:
    key = server.add_person("lea", role=Role.LEAD)[1].headers["authorization"]
    with Client(server.url, key.removeprefix("Bearer ")) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def send_all(home: Home) -> None:
    now = system_now()
    home.db.write(lambda tx: service.follow(tx, now=now))
    while claims := home.db.write(lambda tx: sender.claim(tx, now=now)):
        for one in claims:
            _send(home, one, now)


def _send(home: Home, one: sender.Claim, now: float) -> None:
    outcome = sender.send(one, allow_loopback=True, now=now)
    home.db.write(lambda tx: sender.settle(tx, one, outcome, now=now, jitter=0.5))


def test_a_webhook_from_the_first_message_to_the_last(
    lead: Client, home: Home, receiver: Receiver
) -> None:
    made = lead.add_webhook("support", receiver.url, kinds=["feedback.*"], description="Desk")
    hook, secret = made["webhook"]["id"], made["secret"]
    assert secret.startswith("whsec_")
    assert "development alone" in made["webhook"]["warning"]
    elsewhere = lead.add_webhook("support", "https://example.com/hook")["webhook"]
    assert elsewhere["warning"] is None
    lead.remove_webhook("support", elsewhere["id"])
    assert secret not in repr(lead.webhooks("support"))
    lead.send_feedback("support", "thumb", "up", prompt="Where is it?", completion="Here.")
    lead.ping_webhook("support", hook)
    receiver.status = 500
    send_all(home)
    assert {one["kind"] for one in lead.webhook_deliveries("support", hook)["deliveries"]} == {
        "feedback.received", "webhook.ping",
    }  # fmt: skip
    assert "Where is it" not in repr([one.body for one in receiver.got])
    page = lead.webhook_deliveries("support", hook, limit=1)
    rest = lead.webhook_deliveries("support", hook, limit=1, before=page["next"])
    assert rest["next"] is None
    [one] = rest["deliveries"]
    assert (one["state"], one["attempts"], one["last_status"]) == ("pending", 1, 500)
    assert [tried["status"] for tried in one["tries"]] == [500]
    with pytest.raises(Conflict):
        lead.redeliver("support", hook, one["id"])
    with pytest.raises(NotFound):
        lead.redeliver("support", hook, "whd_none")
    assert lead.pause_webhook("support", hook)["state"] == "paused"
    assert lead.resume_webhook("support", hook)["state"] == "active"
    rotated = lead.rotate_webhook("support", hook)
    assert rotated["secret"] != secret
    assert rotated["webhook"]["rotating_until"] > system_now()
    changed = lead.change_webhook("support", hook, kinds=["release.*"])
    assert (changed["kinds"], changed["url"]) == (["release.*"], receiver.url)
    lead.remove_webhook("support", hook)
    assert lead.webhooks("support") == []
    with pytest.raises(NotFound):
        lead.webhook_deliveries("support", hook)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "https:/"},
        {"url": "http://example.com/"},
        {"url": "https://example.com/", "kinds": ["nothing.*"]},
        {"url": "https://example.com/", "kinds": ["Release"]},
        {"url": "https://example.com/", "secret": "mine"},
        {"url": "https://example.com/" + "x" * 2000},
        {"url": "https://example.com/", "description": "\0"},
    ],
)
def test_bad_input_adds_nothing(server: RunningServer, lead: Client, body: object) -> None:
    with server.add_person("eva", role=Role.ENGINEER)[1] as engineer:
        answer = engineer.post(BASE, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["remedy"]
    assert lead.webhooks("support") == []


def test_another_project_does_not_see_it(server: RunningServer, lead: Client) -> None:
    hook = lead.add_webhook("support", "https://example.com/")["webhook"]["id"]
    with server.owner() as owner:
        path = f"/api/projects/elsewhere/webhooks/{hook}"
        answers = [
            owner.post(path, json={}),
            *(owner.post(f"{path}/{what}") for what in ("pause", "rotate", "ping", "remove")),
            owner.get(f"{path}/deliveries"),
        ]
    assert [answer.status_code for answer in answers] == [404] * 6


def test_a_project_has_a_bounded_number(lead: Client) -> None:
    for number in range(service.MOST):
        lead.add_webhook("support", f"https://example.com/{number}")
    with pytest.raises(Conflict):
        lead.add_webhook("support", "https://example.com/more")


def test_without_the_setting_this_machine_is_not_called(home: Home) -> None:
    settings = home.settings.model_copy(update={"webhooks_allow_loopback": False})
    with running_server(Home(settings, home.db, home.artifacts)) as server:
        add_project(home)
        key = httpx.Headers(server.add_person("lea", role=Role.LEAD)[1].headers)["authorization"]
        with Client(server.url, key.removeprefix("Bearer ")) as client:
            with pytest.raises(InvalidInput, match="https://"):
                client.add_webhook("support", "http://127.0.0.1:1/")
