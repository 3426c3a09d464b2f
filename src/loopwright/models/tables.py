"""Policy versions and reward-model versions."""

from sqlalchemy import Column, Double, Table, Text, UniqueConstraint

from loopwright.infra.database import JsonText, metadata

policy_version = Table(
    "policy_version",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("artifact", Text),
    Column("parent_id", Text),
    Column("run_id", Text),
    Column("dataset_digest", Text),
    Column("reward_model_id", Text),
    Column("system_prompt", Text, nullable=False),
    Column("decoding", JsonText, nullable=False),
    Column("backend", JsonText, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("project_id", "name"),
)

reward_model_version = Table(
    "reward_model_version",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("artifact", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("dataset_digest", Text, nullable=False),
    Column("parent_policy_id", Text, nullable=False),
    Column("metrics", JsonText, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("project_id", "name"),
)
