"""Policy versions and reward-model versions: what can answer, and what can score."""

from dataclasses import dataclass, field
from enum import StrEnum

from loopwright.base.types import Json


class PolicyKind(StrEnum):
    """Where a policy version comes from."""

    EXTERNAL = "external"  # made elsewhere: imported completions or an API
    SFT = "sft"  # supervised fine-tuning on demonstrations
    RL = "rl"  # updated against a reward model
    BEST_OF_N = "best_of_n"  # several draws of its parent, the best by a reward model


@dataclass(frozen=True)
class PolicyVersion:
    """One policy: model, system prompt and decoding together. Never changed once registered."""

    id: str
    project_id: str
    name: str
    kind: PolicyKind
    created_at: float
    artifact: str | None = None
    parent_id: str | None = None
    run_id: str | None = None
    dataset_digest: str | None = None
    reward_model_id: str | None = None
    system_prompt: str = ""
    decoding: Json = field(default_factory=dict)
    backend: Json = field(default_factory=dict)


@dataclass(frozen=True)
class RewardModelVersion:
    """One reward model; `metrics` holds its accuracy per named set."""

    id: str
    project_id: str
    name: str
    artifact: str
    run_id: str
    dataset_digest: str
    parent_policy_id: str
    created_at: float
    metrics: Json = field(default_factory=dict)
