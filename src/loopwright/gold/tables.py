"""Gold items, and how far the draws for each person got."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text

from loopwright.infra.database import metadata

gold_item = Table(
    "gold_item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    # An item is gold once; the right answer is its settlement.
    Column("item_id", Text, nullable=False, unique=True),
    Column("question_id", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", Double, nullable=False),
    Column("retired_at", Double),
    Column("retired_why", Text),
    Index("ix_gold_item_project", "project_id", "added_at"),
)

gold_pace = Table(
    "gold_pace",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("rater_id", Text, primary_key=True),
    Column("salt", Text, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("due", Integer, nullable=False),
)
