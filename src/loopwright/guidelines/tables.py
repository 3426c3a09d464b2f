"""Tables of the guidelines stage."""

from sqlalchemy import Column, Double, Integer, Table, Text, UniqueConstraint

from loopwright.infra.database import JsonText, metadata

guideline_version = Table(
    "guideline_version",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("criteria", JsonText, nullable=False),
    Column("checklist", JsonText, nullable=False),
    Column("flags", JsonText, nullable=False, server_default="[]"),
    Column("digest", Text, nullable=False),
    Column("published_at", Double, nullable=False),
    UniqueConstraint("project_id", "number"),
)
