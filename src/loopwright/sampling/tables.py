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
    # The sorted set of required tags; an entry stands in the lane that its item had then.
    Column("lane", Text, nullable=False, server_default=""),
    Column("band", Integer, nullable=False),
    Column("remaining", Integer, nullable=False),
    # The only index in queue order: no planner can walk entries that are used up.
    Index(
        "ix_queue_entry_lane",
        "project_id",
        "lane",
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
    Column("swept", JsonText, nullable=False, server_default="{}"),
    Column("passed_at", Double, nullable=False, server_default="0"),
    Column("turn", Integer, nullable=False, server_default="0"),
)

item_state = Table(
    "item_state",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("lane", Text, nullable=False, server_default=""),
    Column("band", Integer, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("propensity", Double, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("closed_at", Double),
    # Judgments that came with an import, counted in `done` too.
    Column("imported", Integer, nullable=False, server_default="0"),
    Column("skips", Integer, nullable=False, server_default="0"),
    Index("ix_item_state_project_state", "project_id", "state"),
    # Leads change whole segments page by page, in this order.
    Index("ix_item_state_project_opened", "project_id", "opened_at", "item_id"),
)

queue_tally = Table(
    "queue_tally",
    metadata,
    Column("project_id", Text, primary_key=True),
    # Spread over a few rows, so that annotators do not wait for each other's commits. The
    # bulk shard has a row for every branch that ever had an item: it lists the lanes.
    Column("shard", Integer, primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("band", Integer, primary_key=True),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Column("closed", Integer, nullable=False),
    Column("stuck", Integer, nullable=False, server_default="0"),
    Column("imported", Integer, nullable=False, server_default="0"),
)

queue_pause = Table(
    "queue_pause",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("paused_by", Text, nullable=False),
    Column("since", Double, nullable=False),
)
