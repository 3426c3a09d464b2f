"""Derived tables: what the judgments say; every row can be computed again."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text, false

from loopwright.infra.database import JsonText, metadata

consensus = Table(
    "consensus",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("probability", Double, nullable=False),
    Column("n", Integer, nullable=False),
    Column("posterior", JsonText, nullable=False),
    Column("votes", JsonText, nullable=False),
    Column("split", Boolean, nullable=False, server_default=false()),
    Column("updated_at", Double, nullable=False),
    Column("parts", JsonText),
    Index("ix_consensus_project_updated", "project_id", "updated_at", "item_id"),
)

# Append-only: an answer that people settled. Of an item the highest number counts.
settlement = Table(
    "settlement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("answer", JsonText),
    Column("outcome", Text, nullable=False),
    Column("votes", JsonText),
    Column("source", Text, nullable=False),
    Column("ref_id", Text, nullable=False),
    Column("settled_by", Text, nullable=False),
    Column("settled_at", Double, nullable=False),
    # Of two who settle at once, one gets the number.
    Index("ix_settlement_item_number", "item_id", "number", unique=True),
    Index("ix_settlement_project_settled", "project_id", "settled_at"),
)

reliability = Table(
    "reliability",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("rater_id", Text, primary_key=True),
    Column("value", Double),
    Column("low", Double),
    Column("high", Double),
    Column("n", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("reason", Text),
)

# What the early exit of a question stands at; derived, but for the key of its lots.
exit_gate = Table(
    "exit_gate",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("question_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("threshold", Double, nullable=False),
    Column("intercept", Double, nullable=False),
    Column("slope", Double, nullable=False),
    Column("calibrated_on", Integer, nullable=False),
    Column("set_on", Integer, nullable=False),
    Column("error", JsonText, nullable=False),
    Column("saved", JsonText, nullable=False),
    Column("audit_key", Text, nullable=False),
    Column("updated_at", Double, nullable=False),
)

# Append-only: what early exit did to an item, and under which rule.
exit_fact = Table(
    "exit_fact",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("project_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("votes", Integer, nullable=False),
    Column("wanted_before", Integer, nullable=False),
    Column("wanted_after", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("confidence", Double),
    Column("rule", JsonText, nullable=False),
    Column("at", Double, nullable=False),
    Index("ix_exit_fact_project_at", "project_id", "at"),
)

# One keeper writes at a time, however many servers share the database.
keeper_lease = Table(
    "consensus_keeper",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("lease_until", Double, nullable=False),
)
