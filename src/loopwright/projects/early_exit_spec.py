"""When an item may close before it has all the judgments that were wanted, and what one costs."""

from typing import Self

from pydantic import Field, model_validator

from loopwright.projects.recipe import Part


class EarlyExitSpec(Part):
    """Early exit: an item whose answer is sure enough takes no further votes."""

    min: int = Field(default=2, ge=1, le=100)
    """Votes that every item gets before it may close."""
    max: int = Field(default=5, ge=1, le=100)
    """Votes that an audited item goes on to."""
    error: float = Field(default=0.05, gt=0, lt=0.5)
    """The share of items closed early whose answer may be wrong: the promise."""
    audit: float = Field(default=0.1, gt=0, le=1)
    """Share of the items that would close that go on to `max`, by lot, to check the others."""

    @model_validator(mode="after")
    def _votes_are_a_range(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min is {self.min} and max is {self.max}; min must not be above max")
        return self


class Costs(Part):
    """What work costs, where the project says so."""

    judgment: float = Field(gt=0)
    """One judgment."""
    currency: str = Field(default="EUR", min_length=1, max_length=8)
