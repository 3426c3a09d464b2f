"""Every query of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from loopwright.base.types import Json
from loopwright.infra.upsert import insert_into
from loopwright.webhooks.model import (
    Attempt,
    Delivery,
    DeliveryState,
    Outcome,
    Webhook,
    WebhookState,
)
from loopwright.webhooks.tables import webhook, webhook_attempt, webhook_delivery

_DELIVERY = [webhook_delivery.c[field.name] for field in fields(Delivery)]


def insert(tx: Connection, made: Webhook) -> None:
    """Store a new webhook."""
    tx.execute(webhook.insert().values({**asdict(made), "state": made.state.value}))


def find(tx: Connection, project_id: str, webhook_id: str, *, lock: bool = False) -> Webhook | None:
    """Return a project's webhook, removed ones left out."""
    query = select(webhook).where(
        webhook.c.id == webhook_id,
        webhook.c.project_id == project_id,
        webhook.c.state != WebhookState.REMOVED.value,
    )
    row = tx.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else _webhook(row)


def of_project(tx: Connection, project_id: str) -> list[Webhook]:
    """Return a project's webhooks, oldest first, removed ones left out."""
    query = (
        select(webhook)
        .where(webhook.c.project_id == project_id, webhook.c.state != WebhookState.REMOVED.value)
        .order_by(webhook.c.created_at, webhook.c.id)
    )
    return [_webhook(row) for row in tx.execute(query).mappings()]


def active(tx: Connection) -> list[Webhook]:
    """Return every webhook that is to be told what happens."""
    query = select(webhook).where(webhook.c.state == WebhookState.ACTIVE.value)
    return [_webhook(row) for row in tx.execute(query).mappings()]


def change(tx: Connection, webhook_id: str, **values: Any) -> None:
    """Store new values of a webhook."""
    tx.execute(webhook.update().where(webhook.c.id == webhook_id).values(values))


def move_cursor(tx: Connection, webhook_id: str, seq: int) -> None:
    """Note how far the outbox was read; it never goes back."""
    tx.execute(
        webhook.update()
        .where(webhook.c.id == webhook_id, webhook.c.cursor_seq < seq)
        .values(cursor_seq=seq)
    )


def events_known(tx: Connection, webhook_id: str, seqs: Sequence[int]) -> set[int]:
    """Return those of the events that already have a delivery."""
    query = select(webhook_delivery.c.event_seq).where(
        webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.event_seq.in_(seqs)
    )
    return {int(seq) for seq in tx.scalars(query)}


def insert_deliveries(tx: Connection, rows: Sequence[Json]) -> None:
    """Store messages to send; one event has one message per webhook."""
    if rows:
        tx.execute(insert_into(tx, webhook_delivery).on_conflict_do_nothing(), list(rows))


def due(
    tx: Connection, *, now: float, limit: int, busy: Sequence[str] = (), lock: bool = False
) -> list[Delivery]:
    """Return the messages to send now, the oldest of each webhook that is not busy."""
    turn = (
        select(func.min(webhook_delivery.c.seq))
        .join(webhook, webhook.c.id == webhook_delivery.c.webhook_id)
        .where(
            webhook_delivery.c.next_at <= now,
            webhook.c.state == WebhookState.ACTIVE.value,
            webhook.c.id.not_in(list(busy)),
        )
        .group_by(webhook_delivery.c.webhook_id)
    )
    query = (
        select(*_DELIVERY)
        .where(webhook_delivery.c.seq.in_(turn), webhook_delivery.c.next_at <= now)
        .order_by(webhook_delivery.c.seq)
        .limit(limit)
    )
    if lock:
        query = query.with_for_update(of=webhook_delivery, skip_locked=True)
    return [_delivery(row) for row in tx.execute(query).mappings()]


def lease(tx: Connection, delivery_id: str, *, attempts: int, until: float) -> None:
    """Count a try and keep the message from others until it is told how it went."""
    tx.execute(
        webhook_delivery.update()
        .where(webhook_delivery.c.id == delivery_id)
        .values(attempts=attempts, next_at=until)
    )


def webhook_of(tx: Connection, webhook_id: str) -> Webhook:
    """Return the webhook of a delivery."""
    row = tx.execute(select(webhook).where(webhook.c.id == webhook_id)).mappings().one()
    return _webhook(row)


def settle(
    tx: Connection,
    sent: Delivery,
    outcome: Outcome,
    *,
    state: DeliveryState,
    next_at: float | None,
    error: str | None,
    now: float,
) -> bool:
    """Store how a try went, unless the message was leased anew; return whether it was stored."""
    done = tx.execute(
        webhook_delivery.update()
        .where(
            webhook_delivery.c.id == sent.id,
            webhook_delivery.c.attempts == sent.attempts,
            webhook_delivery.c.state == DeliveryState.PENDING.value,
        )
        .values(
            state=state.value,
            next_at=next_at,
            last_status=outcome.status,
            last_error=error,
            settled_at=None if state is DeliveryState.PENDING else now,
        )
    )
    attempt = Attempt(sent.id, sent.attempts, now, outcome.status, error, outcome.ms)
    insert_ = insert_into(tx, webhook_attempt).values(asdict(attempt))
    tx.execute(insert_.on_conflict_do_nothing())
    return bool(done.rowcount == 1)


def send_again(tx: Connection, delivery_id: str, now: float) -> None:
    """Put a message back to those that are to be sent, with all its tries before it."""
    tx.execute(
        webhook_delivery.update()
        .where(webhook_delivery.c.id == delivery_id)
        .values(state=DeliveryState.PENDING.value, attempts=0, next_at=now, settled_at=None)
    )


def get_delivery(tx: Connection, webhook_id: str, delivery_id: str) -> Delivery | None:
    """Return one message of a webhook, or None."""
    query = select(*_DELIVERY).where(
        webhook_delivery.c.id == delivery_id, webhook_delivery.c.webhook_id == webhook_id
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else _delivery(row)


def deliveries(
    tx: Connection,
    webhook_id: str,
    *,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Delivery]:
    """Return a webhook's messages, newest first."""
    query = select(*_DELIVERY).where(webhook_delivery.c.webhook_id == webhook_id)
    if state is not None:
        query = query.where(webhook_delivery.c.state == state)
    if before is not None:
        query = query.where(webhook_delivery.c.seq < before)
    query = query.order_by(webhook_delivery.c.seq.desc()).limit(limit)
    return [_delivery(row) for row in tx.execute(query).mappings()]


def attempts(tx: Connection, delivery_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """Return the tries of messages, oldest first."""
    query = (
        select(webhook_attempt)
        .where(webhook_attempt.c.delivery_id.in_(delivery_ids))
        .order_by(webhook_attempt.c.at)
    )
    found: dict[str, list[Attempt]] = {}
    for row in tx.execute(query).mappings():
        found.setdefault(row["delivery_id"], []).append(Attempt(**row))
    return found


def counts(tx: Connection, project_id: str) -> dict[str, dict[str, int]]:
    """Return {webhook id: {state: messages}} of a project."""
    query = (
        select(webhook_delivery.c.webhook_id, webhook_delivery.c.state, func.count())
        .where(webhook_delivery.c.project_id == project_id)
        .group_by(webhook_delivery.c.webhook_id, webhook_delivery.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for webhook_id, state, number in tx.execute(query):
        found.setdefault(webhook_id, {})[state] = int(number)
    return found


def forget(tx: Connection, *, before: float, limit: int) -> int:
    """Delete delivered messages settled before a time, with their tries; return how many."""
    query = (
        select(webhook_delivery.c.id)
        .where(
            webhook_delivery.c.state == DeliveryState.DELIVERED.value,
            webhook_delivery.c.settled_at < before,
        )
        .limit(limit)
    )
    old = list(tx.scalars(query))
    if old:
        tx.execute(webhook_attempt.delete().where(webhook_attempt.c.delivery_id.in_(old)))
        tx.execute(webhook_delivery.delete().where(webhook_delivery.c.id.in_(old)))
    return len(old)


def _webhook(row: RowMapping) -> Webhook:
    return Webhook(**{**row, "state": WebhookState(row["state"])})


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
