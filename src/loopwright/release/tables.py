"""Releases, their append-only events, and the routing in force."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text, text

from loopwright.infra.database import JsonText, metadata
from loopwright.infra.events import Sequence64

UNDER_WAY_SQL = text("state IN ('draft', 'shadow', 'canary', 'ramp', 'held')")

release = Table(
    "release",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("candidate_policy_id", Text, nullable=False),
    Column("stable_policy_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("stage_index", Integer, nullable=False),
    Column("stages", JsonText, nullable=False),
    Column("share", Double, nullable=False),
    Column("verdict", JsonText),
    Column("evidence", JsonText),
    Column("sentence", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("cycle_id", Text),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("stage_started_at", Double, nullable=False),
    Column("held_at", Double),
    Column("live_at", Double),
    Column("closed_at", Double),
    Index("ix_release_project_created", "project_id", "created_at"),
    Index("ix_release_cycle", "cycle_id"),
    # One candidate at a time per project.
    Index(
        "uq_release_under_way",
        "project_id",
        unique=True,
        sqlite_where=UNDER_WAY_SQL,
        postgresql_where=UNDER_WAY_SQL,
    ),
)

release_event = Table(
    "release_event",
    metadata,
    Column("seq", Sequence64, primary_key=True, autoincrement=True),
    Column("release_id", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("evidence", JsonText, nullable=False),
    Index("ix_release_event_release_seq", "release_id", "seq"),
)

routing = Table(
    "routing",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("salt", Text, nullable=False),
    Column("stable_policy_id", Text, nullable=False),
    Column("candidate_policy_id", Text),
    Column("release_id", Text),
    Column("share", Double, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("max_error_rate", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)
