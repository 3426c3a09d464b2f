"""Threads: what they hang on, who is in them, and the log of what happened, which nobody edits."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from loopwright.infra.database import JsonText, metadata

_OPEN = text("state = 'open'")

thread = Table(
    "thread",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("question_id", Text),
    Column("state", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("guideline_version_id", Text),
    Column("created_at", Double, nullable=False),
    Column("closed_at", Double),
    Column("last_seq", BigInteger, nullable=False),
    Index("ix_thread_project_last", "project_id", "last_seq"),
    Index("ix_thread_subject", "project_id", "subject_kind", "subject_id"),
    # At most one open thread on a subject, whoever opens it.
    Index(
        "uq_thread_open",
        "project_id",
        "subject_kind",
        "subject_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
)

thread_participant = Table(
    "thread_participant",
    metadata,
    Column("id", Text, primary_key=True),
    Column("thread_id", Text, nullable=False),
    Column("person_id", Text),
    Column("name", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("read_seq", BigInteger, nullable=False),
    Column("here_until", Double, nullable=False),
    UniqueConstraint("thread_id", "person_id"),
    UniqueConstraint("thread_id", "name"),
    Index("ix_thread_participant_person", "person_id"),
)

thread_entry = Table(
    "thread_entry",
    metadata,
    Column("project_id", Text, primary_key=True),
    # Counted under the lock of `thread_stream`, so that numbers appear in their order.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("thread_id", Text, nullable=False),
    Column("participant_id", Text),
    Column("kind", Text, nullable=False),
    Column("text", Text),
    Column("replaces", Text),
    Column("mentions", JsonText, nullable=False),
    Column("answer", JsonText),
    Column("shown_order", Text),
    Column("outcome", Text),
    Column("lesson", Text),
    Column("distribution", JsonText),
    Column("created_at", Double, nullable=False),
    Index("ix_thread_entry_thread", "thread_id", "seq"),
)

thread_stream = Table(
    "thread_stream",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)
