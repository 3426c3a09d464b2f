"""The shortest way to do what webhooks do, one step after the other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.webhooks import sender, service, store
from loopwright.webhooks.model import Delivery, DeliveryState, Outcome, Webhook

P = "support"
NOW = 2_000_000_000.0


def add(home: Home, url: str, *kinds: str) -> Webhook:
    return home.db.write(
        lambda tx: service.add(
            tx, project_id=P, url=url, kinds=kinds, description="", person_id="per_1",
            allow_loopback=True, now=NOW,
        )
    )  # fmt: skip


def happen(home: Home, kind: str, **facts: Any) -> None:
    def write(tx: Connection) -> None:
        events.emit(
            tx, kind=kind, project_id=P, subject_id="sub_1", payload={"n": 1, **facts}, now=NOW
        )

    home.db.write(write)


def follow(home: Home) -> int:
    return home.db.write(lambda tx: service.follow(tx, now=NOW))


def send_due(home: Home, now: float, *, seconds: float = 5.0) -> list[DeliveryState]:
    """Send every message that is due, as the thread does, one after the other."""
    states = []
    while claims := home.db.write(lambda tx: sender.claim(tx, now=now)):
        for one in claims:
            outcome = sender.send(one, allow_loopback=True, now=now, seconds=seconds)
            states.append(settle(home, one, outcome, now))
    return states


def settle(home: Home, one: sender.Claim, outcome: Outcome, now: float) -> DeliveryState:
    return home.db.write(lambda tx: sender.settle(tx, one, outcome, now=now, jitter=0.5))


def messages(home: Home, hook: Webhook) -> list[Delivery]:
    return home.db.read(lambda tx: store.deliveries(tx, hook.id))
