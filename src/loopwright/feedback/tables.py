"""Feedback: facts that nobody edits, and beside each what became of it."""

from sqlalchemy import Column, Double, ForeignKey, Index, Table, Text

from loopwright.infra.database import JsonText, metadata
from loopwright.infra.events import Sequence64

feedback = Table(
    "feedback",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("project_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text),
    Column("score", Double),
    Column("score_max", Double),
    Column("text", Text),
    Column("comment", Text),
    Column("question", Text),
    Column("tool", Text),
    Column("rater", Text),
    Column("source", Text, nullable=False),
    Column("person_id", Text),
    Column("subject", Text),
    Column("item_id", Text),
    Column("request_id", Text),
    Column("messages", JsonText),
    Column("completion", Text),
    Column("target_key", Text, nullable=False),
    Column("policy", Text),
    Column("segment", Text),
    Column("mask_counts", JsonText, nullable=False),
    Column("occurred_at", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_feedback_project_seq", "project_id", "seq"),
    Index("ix_feedback_project_kind", "project_id", "kind", "source"),
)

feedback_effect = Table(
    "feedback_effect",
    metadata,
    Column("feedback_id", Text, ForeignKey("feedback.id"), primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("item_id", Text),
    Column("rule", Text),
    Column("propensity", Double),
    Column("reason", Text),
    Column("decided_at", Double, nullable=False),
    Column("next_look_at", Double),
    Index("ix_feedback_effect_state", "project_id", "state", "decided_at"),
    Index("ix_feedback_effect_item", "item_id"),
    Index("ix_feedback_effect_look", "next_look_at"),
)

feedback_key = Table(
    "feedback_key",
    metadata,
    # Its row is also the lock under which a project's room for the day is counted.
    Column("project_id", Text, primary_key=True),
    Column("key", Text, nullable=False),
)
