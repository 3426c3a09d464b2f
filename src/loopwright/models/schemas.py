"""Wire shapes of the models stage."""

from typing import Any

from pydantic import BaseModel

from loopwright.models.model import PolicyKind


class PolicyOut(BaseModel):
    """A policy version: model, system prompt, decoding."""

    id: str
    name: str
    kind: PolicyKind
    artifact: str | None
    parent_id: str | None
    run_id: str | None
    dataset_digest: str | None
    reward_model_id: str | None
    system_prompt: str
    decoding: dict[str, Any]
    created_at: float


class PoliciesOut(BaseModel):
    """A project's policy versions, oldest first."""

    policies: list[PolicyOut]


class RewardModelOut(BaseModel):
    """A reward-model version; `metrics` holds its accuracy per named set."""

    id: str
    name: str
    artifact: str
    run_id: str
    dataset_digest: str
    parent_policy_id: str
    metrics: dict[str, Any]
    created_at: float


class RewardModelsOut(BaseModel):
    """A project's reward-model versions, oldest first."""

    reward_models: list[RewardModelOut]
