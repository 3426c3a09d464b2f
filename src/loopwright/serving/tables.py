"""Captured requests: facts, masked before they were written anywhere."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text

from loopwright.infra.database import JsonText, metadata

captured_request = Table(
    "captured_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("subject_hash", Text),
    Column("assigned", Text, nullable=False),
    Column("served", Text),
    Column("arm", Text, nullable=False),
    Column("analysed", Boolean, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("shadow_of", Text),
    Column("release_id", Text),
    Column("stream", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("failure", Text),
    Column("error", Text),
    Column("latency_ms", Double),
    Column("first_ms", Double),
    Column("messages", JsonText, nullable=False),
    Column("completion", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("mask_counts", JsonText, nullable=False),
    Column("at", Double, nullable=False),
    Index("ix_captured_request_project_at", "project_id", "at"),
    Index("ix_captured_request_release_at", "release_id", "at"),
    Index("ix_captured_request_shadow_of", "shadow_of"),
)

capture_gap = Table(
    "capture_gap",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("lost", Integer, nullable=False),
    Index("ix_capture_gap_at", "at"),
)

shadow_item = Table(
    "shadow_item",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("release_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Index("ix_shadow_item_release", "release_id"),
)
