"""Cycles and their steps; importing this also brings the durable executors' heartbeats."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text, UniqueConstraint, text

from loopwright.infra import durable_lease as _durable_lease  # noqa: F401
from loopwright.infra.database import JsonText, metadata

_RUNNING = text("state = 'running'")

cycle = Table(
    "cycle",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", Text),
    Column("attempt", Integer, nullable=False),
    Column("spec", JsonText, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("error", Text),
    Column("result", JsonText),
    UniqueConstraint("project_id", "round"),
    # One turn at a time per project: two would train on each other's half.
    Index(
        "uq_cycle_running",
        "project_id",
        unique=True,
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    ),
)

cycle_step = Table(
    "cycle_step",
    metadata,
    Column("cycle_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("inputs", JsonText, nullable=False),
    Column("inputs_digest", Text, nullable=False),
    Column("outputs", JsonText),
    Column("error", Text),
)
