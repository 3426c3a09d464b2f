"""Plans and what was practised; everything else is computed from judgments."""

from sqlalchemy import Boolean, Column, Double, Index, Table, Text

from loopwright.infra.database import JsonText, metadata

coaching_plan = Table(
    "coaching_plan",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("aspects", JsonText, nullable=False),
    Column("items", JsonText, nullable=False),
    Column("studies", JsonText, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("check_at", Double, nullable=False),
    Index("ix_coaching_plan_person", "project_id", "person_id", "made_at"),
)

practice_answer = Table(
    "practice_answer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("plan_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("answer", JsonText, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("at", Double, nullable=False),
    # The first answer counts: the right one is shown after it.
    Index("ix_practice_answer_plan_item", "plan_id", "item_id", unique=True),
)
