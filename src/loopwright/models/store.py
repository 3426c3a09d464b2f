"""Every query of the models stage."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, select

from loopwright.infra.refs import Ids
from loopwright.models.model import PolicyKind, PolicyVersion, RewardModelVersion
from loopwright.models.tables import policy_version, reward_model_version

POLICIES = Ids(
    noun="policy version",
    id=policy_version.c.id,
    project=policy_version.c.project_id,
    remedy="List the project's policy versions and use one of their ids.",
)


REWARD_MODELS = Ids(
    noun="reward model",
    id=reward_model_version.c.id,
    project=reward_model_version.c.project_id,
    remedy="List the project's reward models and use one of their ids.",
)
MAKERS = tuple(
    Ids(
        noun="run",
        id=table.c.run_id,
        project=table.c.project_id,
        remedy="List the project's runs and use one of their ids.",
    )
    for table in (policy_version, reward_model_version)
)
"""Runs, as far as what they made names them."""


def add_policies(tx: Connection, found: Sequence[PolicyVersion]) -> None:
    """Store new policy versions."""
    if found:
        tx.execute(policy_version.insert(), [asdict(p) for p in found])


def policy(tx: Connection, policy_id: str) -> PolicyVersion | None:
    """Return one policy version."""
    query = select(policy_version).where(policy_version.c.id == policy_id)
    row = tx.execute(query).mappings().first()
    return None if row is None else _policy(row)


def names_of(tx: Connection, policy_ids: Collection[str]) -> dict[str, str]:
    """Return the names of policy versions by id."""
    query = select(policy_version.c.id, policy_version.c.name)
    rows = tx.execute(query.where(policy_version.c.id.in_(list(policy_ids))))
    return {row.id: row.name for row in rows}


def policies_named(
    tx: Connection, *, project_id: str, names: Sequence[str]
) -> dict[str, PolicyVersion]:
    """Return the policy versions of a project that carry these names."""
    query = select(policy_version).where(
        policy_version.c.project_id == project_id, policy_version.c.name.in_(list(names))
    )
    return {row["name"]: _policy(row) for row in tx.execute(query).mappings()}


def policies(tx: Connection, project_id: str) -> list[PolicyVersion]:
    """Return a project's policy versions, oldest first."""
    query = (
        select(policy_version)
        .where(policy_version.c.project_id == project_id)
        .order_by(policy_version.c.created_at, policy_version.c.id)
    )
    return [_policy(row) for row in tx.execute(query).mappings()]


def add_reward_model(tx: Connection, found: RewardModelVersion) -> None:
    """Store a new reward-model version."""
    tx.execute(reward_model_version.insert().values(**asdict(found)))


def reward_model(tx: Connection, reward_model_id: str) -> RewardModelVersion | None:
    """Return one reward-model version."""
    query = select(reward_model_version).where(reward_model_version.c.id == reward_model_id)
    row = tx.execute(query).mappings().first()
    return None if row is None else RewardModelVersion(**row)


def reward_model_named(tx: Connection, *, project_id: str, name: str) -> RewardModelVersion | None:
    """Return the reward-model version of a project with this name."""
    query = select(reward_model_version).where(
        reward_model_version.c.project_id == project_id, reward_model_version.c.name == name
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else RewardModelVersion(**row)


def reward_models(tx: Connection, project_id: str) -> list[RewardModelVersion]:
    """Return a project's reward-model versions, oldest first."""
    query = (
        select(reward_model_version)
        .where(reward_model_version.c.project_id == project_id)
        .order_by(reward_model_version.c.created_at, reward_model_version.c.id)
    )
    return [RewardModelVersion(**row) for row in tx.execute(query).mappings()]


def made_by(tx: Connection, run_id: str) -> PolicyVersion | RewardModelVersion | None:
    """Return a version that names this run as its maker, or None."""
    query = select(policy_version).where(policy_version.c.run_id == run_id).limit(1)
    row = tx.execute(query).mappings().first()
    if row is not None:
        return _policy(row)
    query = select(reward_model_version).where(reward_model_version.c.run_id == run_id).limit(1)
    row = tx.execute(query).mappings().first()
    return None if row is None else RewardModelVersion(**row)


def _policy(row: RowMapping) -> PolicyVersion:
    return PolicyVersion(**{**row, "kind": PolicyKind(row["kind"])})
