"""What project.yaml says about gold items hidden in the flow."""

from typing import Literal, Self

from pydantic import Field, model_validator

from loopwright.projects.recipe import Part


class GoldSpec(Part):
    """How often a person meets an item whose answer is known, once a project has such items."""

    rate: float = Field(default=0.05, ge=0, le=0.5)
    """The share of somebody's judgments that are gold, once they are no beginner."""
    first_rate: float = Field(default=0.1, ge=0, le=0.5)
    """The share among somebody's first judgments."""
    first_judgments: int = Field(default=200, ge=0)
    """How many judgments are the first."""
    per_month: int = Field(default=20, ge=0)
    """Gold judgments wanted of a person in 30 days: who judges little meets gold more often."""
    most_rate: float = Field(default=0.2, ge=0, le=0.5)
    """The share is never higher than this."""
    exposures: int = Field(default=100, ge=1)
    """After so many judgments a gold item is retired."""
    explain: Literal["at_once", "when_retired", "never"] = "at_once"
    """When somebody who missed a gold item reads the right answer and why."""

    @model_validator(mode="after")
    def _rates_fit(self) -> Self:
        if max(self.rate, self.first_rate) > self.most_rate:
            raise ValueError(f"most_rate {self.most_rate:g} is below rate or first_rate")
        return self
