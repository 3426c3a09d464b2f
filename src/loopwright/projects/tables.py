"""Tables of the projects stage."""

from sqlalchemy import Boolean, Column, Double, Table, Text

from loopwright.infra.database import JsonText, metadata

project = Table(
    "project",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("spec", JsonText, nullable=False),
    Column("yaml", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)
