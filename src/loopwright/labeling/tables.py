"""Assignments, judgments, and what each rater was shown and did."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from loopwright.infra.database import JsonText, metadata
from loopwright.infra.events import Sequence64

_OPEN = text("state = 'open'")
_EXPIRED = text("state = 'expired'")
_SUPERSEDED = text("superseded_at IS NOT NULL")

assignment = Table(
    "assignment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("rater_id", Text, nullable=False),
    # The person where there is one, else the rater: nobody judges an item twice.
    Column("judge_id", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("shown_order", Text),
    Column("guideline_version_id", Text),
    Column("band", Integer, nullable=False),
    Column("reason", Text),
    Column("created_at", Double, nullable=False),
    Column("settled_at", Double),
    UniqueConstraint("item_id", "rater_id", name="uq_assignment_item_rater"),
    UniqueConstraint("item_id", "judge_id", name="uq_assignment_item_judge"),
    Index("ix_assignment_lease", "lease_until", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(
        "ix_assignment_held",
        "judge_id",
        "project_id",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(
        "ix_assignment_lapsed",
        "judge_id",
        "project_id",
        sqlite_where=_EXPIRED,
        postgresql_where=_EXPIRED,
    ),
)

judgment = Table(
    "judgment",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("project_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("rater_id", Text, nullable=False),
    Column("assignment_id", Text),
    Column("kind", Text),
    Column("answer", JsonText, nullable=False),
    Column("shown_order", Text),
    Column("outcome", Text, nullable=False),
    Column("votes", JsonText),
    Column("guideline_version_id", Text),
    Column("origin", Text, nullable=False),
    Column("active_ms", Integer),
    Column("revisions", Integer),
    # A remark to the leads, masked, and what the page noticed: no part of the answer.
    Column("note", Text),
    Column("signals", JsonText),
    Column("superseded_by", Text),
    Column("superseded_at", Double),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("project_id", "client_id", name="uq_judgment_project_client"),
    Index("ix_judgment_item", "item_id"),
    Index("ix_judgment_project_seq", "project_id", "seq"),
    Index("ix_judgment_rater_seq", "rater_id", "seq"),
    Index(
        "ix_judgment_superseded",
        "superseded_at",
        "project_id",
        sqlite_where=_SUPERSEDED,
        postgresql_where=_SUPERSEDED,
    ),
)

rater_progress = Table(
    "rater_progress",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("rater_id", Text, primary_key=True),
    Column("offered", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    # The newest session: it ends with a break (labeling/rules.py).
    Column("session_started_at", Double),
    Column("session_last_at", Double),
    Column("session_judged", Integer, nullable=False, server_default="0"),
    Column("session_active_ms", BigInteger, nullable=False, server_default="0"),
    # Number of the newest sitting: a page that takes its place at the desk begins one.
    Column("sitting", Integer, nullable=False, server_default="0"),
    # Number of the newest guideline version under which this rater judged.
    Column("last_guideline", Integer),
)

rater_day = Table(
    "rater_day",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("rater_id", Text, primary_key=True),
    # In UTC, as 2026-11-24.
    Column("day", Text, primary_key=True),
    Column("judged", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("active_ms", BigInteger, nullable=False),
)

item_seal = Table(
    "item_seal",
    metadata,
    # Judgments on this item stay: who made one may since have read what others think.
    Column("item_id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("sealed_at", Double, nullable=False),
)
