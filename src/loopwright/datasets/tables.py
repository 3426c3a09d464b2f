"""Dataset versions, the judgments in each, and the edges that later stages record."""

from sqlalchemy import Column, Double, Index, PrimaryKeyConstraint, Table, Text

from loopwright.infra.database import JsonText, metadata

dataset_version = Table(
    "dataset_version",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("spec", JsonText, nullable=False),
    Column("counts", JsonText, nullable=False),
    Column("artifact", Text, nullable=False),
    Column("guideline_versions", JsonText, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_dataset_version_project", "project_id", "created_at"),
)

dataset_judgment = Table(
    "dataset_judgment",
    metadata,
    Column("dataset_digest", Text, nullable=False),
    Column("judgment_id", Text, nullable=False),
    PrimaryKeyConstraint("dataset_digest", "judgment_id"),
    Index("ix_dataset_judgment_judgment", "judgment_id"),
)

dataset_item = Table(
    "dataset_item",
    metadata,
    Column("dataset_digest", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    PrimaryKeyConstraint("dataset_digest", "item_id"),
    Index("ix_dataset_item_item", "item_id"),
)

lineage_node = Table(
    "lineage_node",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("at", Double, nullable=False),
)

lineage_edge = Table(
    "lineage_edge",
    metadata,
    Column("child", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Double, nullable=False),
    PrimaryKeyConstraint("child", "parent", "kind"),
    Index("ix_lineage_edge_parent", "parent"),
)
