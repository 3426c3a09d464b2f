"""Use cases of webhooks: subscribe, pause, rotate, test, send again; and follow the outbox."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

import orjson
from sqlalchemy import Connection

from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra import events, outbound
from loopwright.projects import service as projects
from loopwright.webhooks import rules, store
from loopwright.webhooks.model import PING, Delivery, DeliveryState, Webhook, WebhookState

MOST = 20
"""Webhooks of one project."""
EVENTS_AT_ONCE = 500
LOOK_BACK = 2000
"""PostgreSQL shows a number before a smaller one when that transaction ends later."""
LOOK_BACK_SECONDS = 86400.0
"""No transaction lasts longer; the log remembers longer which events were told."""


def add(
    tx: Connection,
    *,
    project_id: str,
    url: str,
    kinds: Sequence[str],
    description: str,
    person_id: str,
    allow_loopback: bool,
    now: float,
) -> Webhook:
    """Subscribe to what happens from now on; the secret in the answer is shown this once."""
    projects.get(tx, project_id)
    _check(url, kinds, allow_loopback=allow_loopback)
    if len(store.of_project(tx, project_id)) >= MOST:
        raise Conflict(
            f"Project {project_id} has {MOST} webhooks already.",
            remedy="Remove one, or let one receiver pass messages on.",
            code="too_many_webhooks",
        )
    start = events.last_seq(tx)
    made = Webhook(
        id=new_id("whk"),
        project_id=project_id,
        url=url,
        kinds=sorted(set(kinds)),
        description=description,
        state=WebhookState.ACTIVE,
        reason=None,
        secret=rules.new_secret(secrets.token_bytes(32)),
        previous_secret=None,
        previous_until=None,
        start_seq=start,
        cursor_seq=start,
        created_by=person_id,
        created_at=now,
    )
    store.insert(tx, made)
    return made


def get(tx: Connection, project_id: str, webhook_id: str, *, lock: bool = False) -> Webhook:
    """Return a webhook of the project. Raises NotFound."""
    found = store.find(tx, project_id, webhook_id, lock=lock)
    if found is None:
        raise NotFound(
            f"There is no webhook {webhook_id} in project {project_id}.",
            remedy="List the project's webhooks and use one of their ids.",
            code="unknown_webhook",
        )
    return found


def change(
    tx: Connection,
    *,
    project_id: str,
    webhook_id: str,
    url: str | None,
    kinds: Sequence[str] | None,
    description: str | None,
    allow_loopback: bool,
) -> Webhook:
    """Change where a webhook leads or what it tells; other kinds count from now on."""
    found = get(tx, project_id, webhook_id, lock=True)
    after = replace(
        found,
        url=found.url if url is None else url,
        kinds=found.kinds if kinds is None else sorted(set(kinds)),
        description=found.description if description is None else description,
    )
    if after.kinds != found.kinds:
        # Looking back must not tell what was not asked for when it happened.
        after = replace(after, start_seq=max(found.start_seq, found.cursor_seq))
    _check(after.url, after.kinds, allow_loopback=allow_loopback)
    store.change(
        tx,
        found.id,
        url=after.url,
        kinds=after.kinds,
        description=after.description,
        start_seq=after.start_seq,
    )
    return after


def pause(tx: Connection, *, project_id: str, webhook_id: str) -> Webhook:
    """Stop sending; what happens meanwhile is not kept for it."""
    found = get(tx, project_id, webhook_id, lock=True)
    store.change(tx, found.id, state=WebhookState.PAUSED.value, reason=None)
    return get(tx, project_id, webhook_id)


def resume(tx: Connection, *, project_id: str, webhook_id: str) -> Webhook:
    """Send again: what waited, and what happens from now on."""
    found = get(tx, project_id, webhook_id, lock=True)
    if found.state is not WebhookState.ACTIVE:
        seq = events.last_seq(tx)
        store.change(
            tx,
            found.id,
            state=WebhookState.ACTIVE.value,
            reason=None,
            start_seq=seq,
            cursor_seq=seq,
        )
    return get(tx, project_id, webhook_id)


def remove(tx: Connection, *, project_id: str, webhook_id: str) -> None:
    """Take a webhook away; its log stays, its secrets do not."""
    found = get(tx, project_id, webhook_id, lock=True)
    store.change(
        tx, found.id, state=WebhookState.REMOVED.value, secret="", previous_secret=None
    )  # fmt: skip


def rotate(tx: Connection, *, project_id: str, webhook_id: str, now: float) -> Webhook:
    """Make a new secret; the one before signs too for `rules.OVERLAP_SECONDS`."""
    found = get(tx, project_id, webhook_id, lock=True)
    until = now + rules.OVERLAP_SECONDS
    secret = rules.new_secret(secrets.token_bytes(32))
    store.change(tx, found.id, secret=secret, previous_secret=found.secret, previous_until=until)
    return get(tx, project_id, webhook_id)


def ping(tx: Connection, *, project_id: str, webhook_id: str, now: float) -> str:
    """Queue a message that only tests the way; return its delivery's id."""
    found = get(tx, project_id, webhook_id)
    if found.state is not WebhookState.ACTIVE:
        raise Conflict(
            f"Webhook {webhook_id} is paused.",
            remedy="Resume it, then test it.",
            code="webhook_paused",
        )
    body = rules.message(kind=PING, project_id=project_id, subject_id=webhook_id, at=now, facts={})
    row = _row(found, kind=PING, event_seq=None, body=body, now=now)
    store.insert_deliveries(tx, [row])
    return str(row["id"])


def send_again(
    tx: Connection, *, project_id: str, webhook_id: str, delivery_id: str, now: float
) -> Delivery:
    """Send a settled message once more, under its own id. Raises Conflict while it waits."""
    found = get(tx, project_id, webhook_id)
    delivery = store.get_delivery(tx, found.id, delivery_id)
    if delivery is None:
        raise NotFound(
            f"Webhook {webhook_id} has no delivery {delivery_id}.",
            remedy="List its deliveries and use one of their ids.",
        )
    if delivery.state is DeliveryState.PENDING:
        raise Conflict(
            f"Delivery {delivery_id} waits to be sent already.",
            remedy="Wait for it; its next try is in the list.",
            code="delivery_pending",
        )
    store.send_again(tx, delivery_id, now)
    return replace(delivery, state=DeliveryState.PENDING, attempts=0, next_at=now, settled_at=None)


def follow(tx: Connection, *, now: float) -> int:
    """Queue a message for each new event that a webhook asked for; return how many."""
    queued = 0
    newest = events.last_seq(tx)
    back = LOOK_BACK if tx.dialect.name == "postgresql" else 0
    limit = EVENTS_AT_ONCE + back
    for found in store.active(tx):
        after = max(found.start_seq, found.cursor_seq - back)
        new = events.after(tx, seq=after, limit=limit, project_id=found.project_id)
        asked = [
            event
            for event in new
            if rules.wanted(found.kinds, event.kind)
            and (event.seq > found.cursor_seq or event.at > now - LOOK_BACK_SECONDS)
        ]
        known = store.events_known(tx, found.id, [event.seq for event in asked])
        rows = [
            _row(
                found,
                kind=event.kind,
                event_seq=event.seq,
                body=rules.message(
                    kind=event.kind,
                    project_id=found.project_id,
                    subject_id=event.subject_id,
                    at=event.at,
                    facts=event.payload,
                ),
                now=now,
            )
            for event in asked
            if event.seq not in known
        ]
        store.insert_deliveries(tx, rows)
        # All of them seen: other projects' events need not be looked at again either.
        store.move_cursor(tx, found.id, new[-1].seq if len(new) == limit else newest)
        queued += len(rows)
    return queued


def anything_new(tx: Connection, *, now: float) -> bool:
    """Return whether there is something to queue or to send; cheap enough for every half second."""
    hooks = store.active(tx)
    if not hooks:
        return False
    newest = events.last_seq(tx)
    behind = any(hook.cursor_seq < newest for hook in hooks)
    return behind or bool(store.due(tx, now=now, limit=1))


def _row(found: Webhook, *, kind: str, event_seq: int | None, body: Json, now: float) -> Json:
    return {
        "id": new_id("whd"),
        "webhook_id": found.id,
        "project_id": found.project_id,
        "message_id": new_id("msg"),
        "event_seq": event_seq,
        "kind": kind,
        "body": orjson.dumps(body).decode(),
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_at": now,
        "created_at": now,
    }


def _check(url: str, kinds: Sequence[str], *, allow_loopback: bool) -> None:
    outbound.parse(url, allow_loopback=allow_loopback)
    problem = rules.kinds_problem(kinds)
    if problem is not None:
        raise InvalidInput(
            f"The webhook's kinds are wrong: {problem}.",
            remedy="Name kinds such as release.rolled_back, families such as release.*, or none.",
            code="unknown_event_kind",
        )
