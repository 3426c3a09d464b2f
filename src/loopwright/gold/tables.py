"""Gold items, and how far the draws for each person got."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text

from loopwright.infra.database import JsonText, metadata

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

calibration_session = Table(
    "calibration_session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("items", JsonText, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("revealed_at", Double),
    Column("closed_at", Double),
    Column("lesson", Text),
    Index("ix_calibration_session_project", "project_id", "made_at"),
)

session_answer = Table(
    "session_answer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("answer", JsonText, nullable=False),
    Column("shown_order", Text),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("votes", JsonText),
    Column("at", Double, nullable=False),
    # One answer a person, item and round.
    Index("ix_session_answer_once", "session_id", "item_id", "person_id", "round", unique=True),
)
