"""Tables of intake. Ids derive from what the row is, so the primary key is the idempotence."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from loopwright.infra.database import JsonText, metadata

prompt = Table(
    "prompt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("messages", JsonText, nullable=False),
    Column("digest", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("split", Text, nullable=False),
    Column("residency", Text),
    Column("mask_counts", JsonText, nullable=False),
    Column("origin", JsonText, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_prompt_project_created", "project_id", "created_at", "id"),
)

completion = Table(
    "completion",
    metadata,
    Column("id", Text, primary_key=True),
    Column("prompt_id", Text, ForeignKey("prompt.id"), nullable=False),
    Column("policy_version_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("messages", JsonText),
    Column("digest", Text, nullable=False),
    Column("mask_counts", JsonText, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_completion_prompt", "prompt_id", "policy_version_id"),
)

item = Table(
    "item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("question_id", Text, nullable=False),
    Column("prompt_id", Text, ForeignKey("prompt.id"), nullable=False),
    Column("completion_ids", JsonText, nullable=False),
    Column("requires", JsonText, nullable=False, server_default="[]"),
    Column("purpose", Text, nullable=False),
    Column("set_name", Text),
    Column("image", JsonText),
    Column("digest", Text, nullable=False),
    Column("origin", JsonText, nullable=False),
    Column("origin_key", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_item_project_purpose", "project_id", "purpose", "created_at", "id"),
    Index("ix_item_prompt", "prompt_id"),
)

image = Table(
    "image",
    metadata,
    Column("project_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    # What was sent, before it was written anew: sending it again is known by this.
    Column("sent_digest", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("project_id", "sent_digest", name="uq_image_project_sent"),
)

import_run = Table(
    "import_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("file_digest", Text, nullable=False),
    Column("mapping_digest", Text, nullable=False),
    Column("counts", JsonText, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_import_run_project", "project_id", "created_at"),
)

import_reject = Table(
    "import_reject",
    metadata,
    Column("import_id", Text, ForeignKey("import_run.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("place", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
