"""Registering and finding policy versions and reward-model versions."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra.events import emit
from loopwright.models import store
from loopwright.models.model import PolicyKind, PolicyVersion, RewardModelVersion


def register_policy(
    tx: Connection,
    *,
    project_id: str,
    name: str,
    kind: PolicyKind,
    now: float,
    artifact: str | None = None,
    parent_id: str | None = None,
    run_id: str | None = None,
    dataset_digest: str | None = None,
    reward_model_id: str | None = None,
    system_prompt: str = "",
    decoding: Json | None = None,
    backend: Json | None = None,
) -> PolicyVersion:
    """Register a policy version; the same name again returns the one there is.

    Raises Conflict when the name stands for another artifact, prompt or decoding.
    """
    made = PolicyVersion(
        id=new_id("pol"),
        project_id=project_id,
        name=name,
        kind=PolicyKind(kind),
        created_at=now,
        artifact=artifact,
        parent_id=parent_id,
        run_id=run_id,
        dataset_digest=dataset_digest,
        reward_model_id=reward_model_id,
        system_prompt=system_prompt,
        decoding=decoding or {},
        backend=backend or {},
    )
    known = store.policies_named(tx, project_id=project_id, names=[name]).get(name)
    if known is not None:
        _check_same(known, made)
        return known
    store.add_policies(tx, [made])
    emit(
        tx,
        kind="policy.registered",
        project_id=project_id,
        subject_id=made.id,
        payload={"name": name, "kind": made.kind.value, "run_id": run_id},
        now=now,
    )
    return made


def ensure_external(
    tx: Connection, *, project_id: str, names: Sequence[str], now: float
) -> dict[str, str]:
    """Return {name: policy id}; names not known yet become external policy versions."""
    wanted = sorted(set(names))
    known = store.policies_named(tx, project_id=project_id, names=wanted)
    made = [
        PolicyVersion(
            id=new_id("pol"),
            project_id=project_id,
            name=name,
            kind=PolicyKind.EXTERNAL,
            created_at=now,
        )
        for name in wanted
        if name not in known
    ]
    store.add_policies(tx, made)
    return {p.name: p.id for p in (*known.values(), *made)}


def get_policy(tx: Connection, policy_id: str) -> PolicyVersion:
    """Return a policy version; raises NotFound."""
    found = store.policy(tx, policy_id)
    if found is None:
        raise NotFound(
            f"There is no policy version {policy_id}.",
            remedy="List the project's policy versions and use one of their ids.",
        )
    return found


def names_of(tx: Connection, policy_ids: Collection[str]) -> dict[str, str]:
    """Return the names of policy versions by id; ids that are not there are left out."""
    return store.names_of(tx, policy_ids)


def list_policies(tx: Connection, *, project_id: str) -> list[PolicyVersion]:
    """Return a project's policy versions, oldest first."""
    return store.policies(tx, project_id)


def register_reward_model(
    tx: Connection,
    *,
    project_id: str,
    name: str,
    artifact: str,
    run_id: str,
    dataset_digest: str,
    parent_policy_id: str,
    metrics: Json,
    now: float,
) -> RewardModelVersion:
    """Register a reward-model version; the same name again returns the one there is.

    Raises Conflict when the name stands for another artifact.
    """
    known = store.reward_model_named(tx, project_id=project_id, name=name)
    if known is not None:
        if known.artifact != artifact:
            raise _taken("Reward model", name)
        return known
    made = RewardModelVersion(
        id=new_id("rwm"),
        project_id=project_id,
        name=name,
        artifact=artifact,
        run_id=run_id,
        dataset_digest=dataset_digest,
        parent_policy_id=parent_policy_id,
        created_at=now,
        metrics=metrics,
    )
    store.add_reward_model(tx, made)
    emit(
        tx,
        kind="reward_model.registered",
        project_id=project_id,
        subject_id=made.id,
        payload={"name": name, "run_id": run_id},
        now=now,
    )
    return made


def get_reward_model(tx: Connection, reward_model_id: str) -> RewardModelVersion:
    """Return a reward-model version; raises NotFound."""
    found = store.reward_model(tx, reward_model_id)
    if found is None:
        raise NotFound(
            f"There is no reward-model version {reward_model_id}.",
            remedy="List the project's reward models and use one of their ids.",
        )
    return found


def list_reward_models(tx: Connection, *, project_id: str) -> list[RewardModelVersion]:
    """Return a project's reward-model versions, oldest first."""
    return store.reward_models(tx, project_id)


def _check_same(known: PolicyVersion, made: PolicyVersion) -> None:
    same = ("artifact", "system_prompt", "decoding", "backend", "kind")
    if any(getattr(known, name) != getattr(made, name) for name in same):
        raise _taken("Policy version", made.name)


def _taken(what: str, name: str) -> Conflict:
    return Conflict(
        f"{what} {name!r} already stands for something else; versions never change.",
        remedy="Register the new one under a new name.",
        code="version_name_taken",
    )
