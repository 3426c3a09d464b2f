"""Webhooks against a real receiver: signed, retried, given up, sent again, never lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from webhook_world import NOW, P, add, follow, happen, messages, send_due

from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.client.webhooks import SignatureRefused, verify
from loopwright.infra import events
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.webhooks import rules, sender, service, store
from loopwright.webhooks.model import (
    FAMILIES,
    DeliveryState,
    Outcome,
    WebhookState,
)
from support.receiver import Receiver, receiving
from support.server import add_project

Json = dict[str, Any]


@pytest.fixture(name="home")
def webhook_home(database_url: str, tmp_path: Path) -> Iterator[Home]:
    settings = Settings(
        home=tmp_path / "home", database_url=database_url, webhooks_allow_loopback=True
    )
    opened = open_home(settings)
    add_project(opened)
    yield opened
    opened.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def test_what_happens_is_sent_signed_with_small_facts(home: Home, receiver: Receiver) -> None:
    happen(home, "release.started")
    hook = add(home, f"{receiver.url}/hook?x=1", "release.*", "cycle.failed")
    happen(home, "release.advanced", error="e" * 900, counts={"a": 1, "b": "text"}, rows=["x"])
    happen(home, "items.opened")
    happen(home, "cycle.failed")
    assert follow(home) == 2
    assert follow(home) == 0
    assert send_due(home, NOW) == [DeliveryState.DELIVERED] * 2
    first, second = receiver.got
    assert first.path == "/hook?x=1"
    told = verify(first.body, first.headers, hook.secret, now=NOW)
    assert told["id"] == first.headers["webhook-id"]
    assert told["type"] == "release.advanced"
    assert told["timestamp"] == "2033-05-18T03:33:20Z"
    assert told["data"] == {
        "project_id": P, "subject_id": "sub_1", "n": 1, "error": "e" * 200, "counts": {"a": 1},
    }  # fmt: skip
    assert verify(second.body, second.headers, hook.secret, now=NOW)["type"] == "cycle.failed"


def test_another_projects_events_stay_there(home: Home, receiver: Receiver) -> None:
    add(home, receiver.url)

    def write(tx: Connection) -> None:
        for project in ("elsewhere", None):
            events.emit(
                tx, kind="item.closed", project_id=project, subject_id=None, payload={}, now=NOW
            )

    home.db.write(write)
    assert follow(home) == 0
    assert not home.db.read(lambda tx: service.anything_new(tx, now=NOW))


def test_forged_old_and_foreign_messages_are_refused(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    happen(home, "item.closed")
    follow(home)
    send_due(home, NOW)
    [got] = receiver.got
    assert verify(got.body, got.headers, ["whsec_AAAA", hook.secret], now=NOW + 299)
    wrong: list[tuple[bytes, Json, str, float]] = [
        (got.body + b" ", got.headers, hook.secret, NOW),
        (got.body, {**got.headers, "webhook-id": "msg_other"}, hook.secret, NOW),
        (got.body, {**got.headers, "webhook-timestamp": str(int(NOW) + 1)}, hook.secret, NOW),
        (got.body, {**got.headers, "webhook-timestamp": "soon"}, hook.secret, NOW),
        (got.body, {**got.headers, "webhook-signature": "v1,\u00e4"}, hook.secret, NOW),
        (got.body, {}, hook.secret, NOW),
        (got.body, got.headers, rules.new_secret(b"x" * 32), NOW),
        (got.body, got.headers, hook.secret, NOW + 301),
        (got.body, got.headers, hook.secret, NOW - 301),
    ]
    for body, headers, secret, now in wrong:
        with pytest.raises(SignatureRefused):
            verify(body, headers, secret, now=now)


def test_the_signature_is_that_of_the_published_example() -> None:
    """Standard Webhooks' own test values."""
    signed = rules.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_failing_receiver_is_tried_for_hours_and_given_up(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    receiver.status = 500
    happen(home, "item.closed")
    follow(home)
    now, tries = NOW, 0
    while (one := messages(home, hook)[0]).state is DeliveryState.PENDING:
        assert one.next_at is not None
        assert send_due(home, one.next_at - 0.001) == []
        now = one.next_at
        send_due(home, now)
        tries += 1
    assert tries == len(rules.WAITS) + 1
    assert 15 * 3600 < now - NOW < 24 * 3600
    [dead] = messages(home, hook)
    assert (dead.last_status, dead.last_error) == (500, "The receiver answered 500.")
    assert len(set(receiver.ids())) == 1
    stamps = [int(one.headers["webhook-timestamp"]) for one in receiver.got]
    assert stamps == sorted(set(stamps)), "each try is signed at its own time"
    log = home.db.read(lambda tx: store.attempts(tx, [dead.id]))[dead.id]
    assert [one.number for one in log] == list(range(1, tries + 1))
    receiver.status = 204
    again = home.db.write(
        lambda tx: service.send_again(
            tx, project_id=P, webhook_id=hook.id, delivery_id=dead.id, now=now + 1
        )
    )
    assert again.state is DeliveryState.PENDING
    assert send_due(home, now + 1) == [DeliveryState.DELIVERED]
    assert len(set(receiver.ids())) == 1


def test_waits_are_spread() -> None:
    assert rules.wait_after(1, 0.0) == 4.0
    assert rules.wait_after(1, 1.0) == pytest.approx(6.0)
    assert rules.wait_after(len(rules.WAITS) + 1, 0.5) is None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/redirect", "redirects are not followed"),
        ("/slow-head", "No answer within"),
        ("/cut", "failed"),
    ],
)
def test_other_failures_are_tried_again(
    home: Home, receiver: Receiver, path: str, said: str
) -> None:
    hook = add(home, receiver.url + path)
    happen(home, "item.closed")
    follow(home)
    assert send_due(home, NOW, seconds=0.5) == [DeliveryState.PENDING]
    [one] = messages(home, hook)
    assert said in str(one.last_error)
    assert len(receiver.got) == 1


def test_a_receiver_that_is_gone_pauses_its_webhook(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    receiver.status = 410
    happen(home, "item.closed")
    follow(home)
    assert send_due(home, NOW) == [DeliveryState.DEAD]
    found = home.db.read(lambda tx: service.get(tx, P, hook.id))
    assert (found.state, "410" in str(found.reason)) == (WebhookState.PAUSED, True)


def test_a_name_that_leads_inside_is_refused_at_every_try(home: Home) -> None:
    """The address is vetted when it is called, whatever it was when it was added."""
    hook = add(home, "https://localhost/")
    happen(home, "item.closed")
    follow(home)
    [one] = home.db.write(lambda tx: sender.claim(tx, now=NOW))
    outcome = sender.send(one, allow_loopback=False, now=NOW)
    assert outcome.status is None
    assert "own machine" in str(outcome.error)
    assert hook.url == "https://localhost/"


def test_both_secrets_sign_for_a_day_after_a_rotation(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    new = home.db.write(lambda tx: service.rotate(tx, project_id=P, webhook_id=hook.id, now=NOW))
    assert new.secret != hook.secret
    for at in (NOW + 1, NOW + rules.OVERLAP_SECONDS):
        happen(home, "item.closed")
        follow(home)
        send_due(home, at)
    during, after = receiver.got
    assert verify(during.body, during.headers, hook.secret, now=NOW + 1)
    assert verify(during.body, during.headers, new.secret, now=NOW + 1)
    late = NOW + rules.OVERLAP_SECONDS
    assert verify(after.body, after.headers, new.secret, now=late)
    with pytest.raises(SignatureRefused):
        verify(after.body, after.headers, hook.secret, now=late)


def test_paused_sends_nothing_and_resumed_sends_what_waited(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    happen(home, "item.closed")
    follow(home)
    home.db.write(lambda tx: service.pause(tx, project_id=P, webhook_id=hook.id))
    happen(home, "items.opened")
    assert follow(home) == 0
    assert send_due(home, NOW) == []
    with pytest.raises(Conflict):
        home.db.write(lambda tx: service.ping(tx, project_id=P, webhook_id=hook.id, now=NOW))
    home.db.write(lambda tx: service.resume(tx, project_id=P, webhook_id=hook.id))
    home.db.write(lambda tx: service.ping(tx, project_id=P, webhook_id=hook.id, now=NOW))
    assert follow(home) == 0
    send_due(home, NOW)
    kinds = [one.kind for one in reversed(messages(home, hook))]
    assert kinds == ["item.closed", "webhook.ping"]
    home.db.write(lambda tx: service.remove(tx, project_id=P, webhook_id=hook.id))
    with pytest.raises(NotFound):
        home.db.read(lambda tx: service.get(tx, P, hook.id))


def test_a_slow_receiver_holds_up_only_itself(home: Home, receiver: Receiver) -> None:
    slow = add(home, f"{receiver.url}/slow-head")
    quick = add(home, receiver.url)
    for _ in range(3):
        happen(home, "item.closed")
    follow(home)
    first = home.db.write(lambda tx: sender.claim(tx, now=NOW))
    assert {one.webhook.id for one in first} == {slow.id, quick.id}
    others = home.db.write(lambda tx: sender.claim(tx, now=NOW, busy=[slow.id]))
    assert {one.webhook.id for one in others} == {quick.id}


KILLED = """
import os, signal, sys
from pathlib import Path
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.web.stages import load_tables
from loopwright.webhooks import sender
load_tables()
home = open_home(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]))
[one] = home.db.write(lambda tx: sender.claim(tx, now=float(sys.argv[3])))
outcome = sender.send(one, allow_loopback=True, now=float(sys.argv[3]))
assert outcome.delivered
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_between_sending_and_marking_it_is_sent_again_under_its_id(
    home: Home, receiver: Receiver
) -> None:
    hook = add(home, receiver.url)
    happen(home, "item.closed")
    follow(home)
    url = home.settings.url
    argv = [sys.executable, "-c", KILLED, str(home.path), url, str(NOW)]
    died = subprocess.run(argv, check=False, env=dict(os.environ), timeout=60)
    assert died.returncode == -9
    assert len(receiver.got) == 1
    assert send_due(home, NOW + rules.LEASE_SECONDS - 1) == [], "another may be sending it"
    assert send_due(home, NOW + rules.LEASE_SECONDS) == [DeliveryState.DELIVERED]
    assert len(receiver.got) == 2
    assert len(set(receiver.ids())) == 1
    assert messages(home, hook)[0].attempts == 2


def test_a_late_answer_does_not_settle_what_was_leased_anew(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    happen(home, "item.closed")
    follow(home)
    [slow] = home.db.write(lambda tx: sender.claim(tx, now=NOW))
    assert send_due(home, NOW + 61) == [DeliveryState.DELIVERED]
    failed = Outcome(500, None, 1.0)
    home.db.write(lambda tx: sender.settle(tx, slow, failed, now=NOW + 70, jitter=0.5))
    assert messages(home, hook)[0].state is DeliveryState.DELIVERED


def test_the_thread_sends_by_itself_and_ends(home: Home, receiver: Receiver) -> None:
    add(home, receiver.url)
    add(home, f"{receiver.url}/slow-head")
    thread = sender.WebhookSender(home, seconds=0.02)
    thread.start()
    for _ in range(5):
        happen(home, "item.closed")
    end = time.monotonic() + 20
    while sum(one.path == "/" for one in receiver.got) < 5 and time.monotonic() < end:
        time.sleep(0.02)
    receiver.released.set()
    thread.stop()
    assert sum(one.path == "/" for one in receiver.got) == 5


@pytest.mark.parametrize("kinds", [["nothing.*"], ["release"], ["release."], ["*"]])
def test_unknown_kinds_are_refused(home: Home, kinds: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        add(home, "https://example.com/", *kinds)
    assert "release.*" in refused.value.message


def test_every_kind_of_event_has_a_family() -> None:
    source = Path(service.__file__).parents[1]
    text = "\n".join(path.read_text() for path in source.rglob("*.py"))
    told = set(re.findall(r"\b(?:kind=|_emit\(tx, |_tell\(tx, )f?\"([a-z_]+)\.[a-z_{]", text))
    assert told >= {"release", "cycle", "feedback", "item"}
    assert told <= set(FAMILIES)


def test_the_log_forgets_what_was_delivered_long_ago(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url)
    happen(home, "item.closed")
    follow(home)
    send_due(home, NOW)
    assert home.db.write(lambda tx: store.forget(tx, before=NOW, limit=10)) == 0
    assert home.db.write(lambda tx: store.forget(tx, before=NOW + 1, limit=10)) == 1
    assert messages(home, hook) == []


def test_what_the_log_forgot_is_not_sent_again(home: Home, receiver: Receiver) -> None:
    add(home, receiver.url)
    happen(home, "item.closed")
    follow(home)
    send_due(home, NOW)
    later = NOW + sender.KEPT_SECONDS + 1
    assert home.db.write(lambda tx: store.forget(tx, before=NOW + 1, limit=10)) == 1
    assert home.db.write(lambda tx: service.follow(tx, now=later)) == 0


def test_other_kinds_count_from_when_they_are_asked_for(home: Home, receiver: Receiver) -> None:
    hook = add(home, receiver.url, "release.*")
    happen(home, "item.closed")
    assert follow(home) == 0
    home.db.write(
        lambda tx: service.change(
            tx, project_id=P, webhook_id=hook.id, url=None, kinds=["item.*"], description=None,
            allow_loopback=True,
        )
    )  # fmt: skip
    assert follow(home) == 0
    happen(home, "item.closed")
    assert follow(home) == 1


def test_two_servers_at_once_send_every_message_once(home: Home, receiver: Receiver) -> None:
    add(home, receiver.url)
    for _ in range(30):
        happen(home, "item.closed")

    def serve(_: int) -> int:
        follow(home)
        return len(send_due(home, NOW))

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(serve, range(4)))
    send_due(home, NOW)
    assert sum(sent) <= 30
    assert len(receiver.got) == 30
    assert len(set(receiver.ids())) == 30
