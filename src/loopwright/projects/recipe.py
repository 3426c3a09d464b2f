"""How a project trains: the recipe of one cycle."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_LARGEST_WHOLE_NUMBER = 2**53 - 1
"""JSON readers, browsers among them, keep no more digits."""


class Part(BaseModel):
    """A part of project.yaml: unknown keys are errors, since a typo would silently do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        if isinstance(value, int) and abs(value) > _LARGEST_WHOLE_NUMBER:
            raise ValueError(f"whole numbers go up to {_LARGEST_WHOLE_NUMBER}")
        if isinstance(value, str) and "\0" in value:
            raise ValueError("text cannot hold a NUL character")
        return value


class Collect(Part):
    """How many answers are sampled and paired for people to judge in each round."""

    prompts: int = Field(default=600, ge=0)
    """Train prompts per round; 0 uses only the judgments that are there."""
    pairs_per_prompt: int = Field(default=1, ge=1, le=6)
    overlap: int | None = Field(default=None, ge=1)
    """Judgments per pair; without one the project's overlap."""
    temperature: float = Field(default=1.0, gt=0)


class Sft(Part):
    """Supervised fine-tuning of the first policy."""

    steps: int = Field(default=400, ge=1)
    learning_rate: float = Field(default=6e-3, gt=0)
    batch: int = Field(default=32, ge=1)


class Reward(Part):
    """Training of the reward model."""

    epochs: float = Field(default=4.0, gt=0)
    learning_rate: float = Field(default=1e-3, gt=0)
    batch: int = Field(default=32, ge=1)


class Rl(Part):
    """The policy update by reinforcement learning."""

    algorithm: Literal["rloo"] = "rloo"
    steps: int = Field(default=50, ge=1)
    beta: float = Field(default=0.1, ge=0)
    learning_rate: float = Field(default=8e-4, gt=0)
    generations: int = Field(default=8, ge=2)
    batch: int = Field(default=64, ge=2)
    target_words: int | None = Field(default=None, ge=1)
    """Above this length the reward is lowered, up to a cap."""


class Evaluation(Part):
    """The blind comparison of a candidate with the policy in use."""

    prompts: int = Field(default=150, ge=1)
    overlap: int = Field(default=2, ge=1)
    contrast_set: str | None = None
    """Name of the imported contrast set; without one, every contrast item is used."""
    temperature: float = Field(default=0.7, gt=0)


class Targeted(Part):
    """The labeling task that a failed audit opens."""

    pairs: int = Field(default=700, ge=0)
    overlap: int = Field(default=1, ge=1)


class Recipe(Part):
    """Everything that decides what a cycle does, apart from the data."""

    preset: Literal["tiny", "lora"] = "tiny"
    base_model: str | None = None
    """Local path or hub id of the base model; required by the `lora` preset."""
    seed: int = 0
    collect: Collect = Collect()
    sft: Sft = Sft()
    reward: Reward = Reward()
    rl: Rl = Rl()
    evaluation: Evaluation = Evaluation()
    targeted: Targeted = Targeted()

    @model_validator(mode="after")
    def _lora_has_a_base(self) -> Self:
        if self.preset == "lora" and not self.base_model:
            raise ValueError("the lora preset needs a base_model")
        return self
