"""Webhooks, their messages, and every try to send one."""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Table, Text

from loopwright.infra.database import JsonText, metadata
from loopwright.infra.events import Sequence64

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("kinds", JsonText, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    # Signing needs the secret itself; it is shown once and never sent back.
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", Double),
    Column("start_seq", BigInteger, nullable=False),
    Column("cursor_seq", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_webhook_project", "project_id", "state"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("webhook_id", Text, ForeignKey("webhook.id"), nullable=False),
    Column("project_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("event_seq", BigInteger),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Double),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("created_at", Double, nullable=False),
    Column("settled_at", Double),
    Index("ix_webhook_delivery_event", "webhook_id", "event_seq", unique=True),
    Index("ix_webhook_delivery_state", "webhook_id", "state", "seq"),
    Index("ix_webhook_delivery_due", "next_at"),
)

webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("delivery_id", Text, ForeignKey("webhook_delivery.id"), primary_key=True),
    Column("at", Double, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("status", Integer),
    Column("error", Text),
    Column("ms", Double, nullable=False),
)
