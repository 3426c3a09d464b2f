"""Comparisons of policy versions."""

from sqlalchemy import Column, Double, Index, Table, Text

from loopwright.infra.database import JsonText, metadata

evaluation = Table(
    "evaluation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("cycle_id", Text),
    Column("set_name", Text, nullable=False),
    Column("candidate_id", Text, nullable=False),
    Column("baseline_id", Text, nullable=False),
    Column("pairs", JsonText, nullable=False),
    Column("state", Text, nullable=False),
    Column("result", JsonText),
    Column("created_at", Double, nullable=False),
    Column("measured_at", Double),
    Index("ix_evaluation_project_created", "project_id", "created_at"),
)
