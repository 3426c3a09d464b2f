"""The queue, where each annotator stands in it, and how far each item is."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text, text

from loopwright.infra.database import JsonText, metadata

_WANTED = text("remaining > 0")

queue_entry = Table(
    "queue_entry",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("project_id", Text, nullable=False),
    Column("band", Integer, nullable=False),
    Column("remaining", Integer, nullable=False),
    # The only index in queue order: no planner can walk entries that are used up.
    Index(
        "ix_queue_entry_wanted",
        "project_id",
        "band",
        "seq",
        sqlite_where=_WANTED,
        postgresql_where=_WANTED,
    ),
    postgresql_with={"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.01"},
)

queue_cursor = Table(
    "queue_cursor",
    metadata,
    Column("project_id", Text, primary_key=True),
    # The person where there is one, else the rater: one person has one place in the queue.
    Column("judge_id", Text, primary_key=True),
    Column("positions", JsonText, nullable=False),
    Column("swept_at", Double, nullable=False),
)

item_state = Table(
    "item_state",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("band", Integer, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("propensity", Double, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("closed_at", Double),
    Index("ix_item_state_project_state", "project_id", "state"),
)

queue_count = Table(
    "queue_count",
    metadata,
    Column("project_id", Text, primary_key=True),
    # Spread over a few rows, so that annotators do not wait for each other's commits.
    Column("shard", Integer, primary_key=True),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
)
