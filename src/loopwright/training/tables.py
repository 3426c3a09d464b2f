"""Training runs."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text, UniqueConstraint

from loopwright.infra.database import JsonText, metadata

run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("spec", JsonText, nullable=False),
    Column("spec_digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("pid", Integer),
    Column("pid_started", Double),
    Column("host", Text),
    Column("folder", Text, nullable=False),
    Column("manifest", JsonText),
    Column("artifact", Text),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("error", Text),
    # The same work is one run, however often it is asked for.
    UniqueConstraint("project_id", "spec_digest"),
    Index("ix_run_project_started", "project_id", "started_at"),
)
