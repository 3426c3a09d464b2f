"""Tables of the accounts stage."""

from sqlalchemy import Column, Double, Index, Table, Text, UniqueConstraint

from loopwright.infra.database import JsonText, metadata

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)

membership = Table(
    "membership",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("project_id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_membership_project", "project_id"),
)

rater = Table(
    "rater",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("person_id", Text),
    Column("external_key", Text),
    Column("kind", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    # Skills and languages: who judges with which tags is a matter of one project.
    Column("tags", JsonText, nullable=False, server_default="[]"),
    UniqueConstraint("project_id", "person_id"),
    UniqueConstraint("project_id", "external_key"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("key_hash", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
)

signin_link = Table(
    "signin_link",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("used_at", Double),
)
