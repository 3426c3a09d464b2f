"""What feedback from outside may do in a project: which of it opens labeling tasks."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from loopwright.projects.recipe import Part


class Signal(StrEnum):
    """What a rule can be about."""

    THUMB_UP = "thumb_up"
    THUMB_DOWN = "thumb_down"
    RATING = "rating"
    EDIT = "edit"
    ACCEPT = "accept"
    REJECT = "reject"
    LABEL = "label"


class FeedbackRule(Part):
    """One rule; the first that fits a feedback counts."""

    when: Signal
    do: Literal["open", "mark"]
    below: float | None = Field(default=None, gt=0, le=1)
    """For ratings: fits below this share of the most."""
    label: str | None = Field(default=None, min_length=1, max_length=200)
    """For labels: fits this label alone."""
    overlap: int | None = Field(default=None, ge=1, le=100)
    """Judgments wanted; without it the project's overlap."""
    sample: float = Field(default=1.0, gt=0, le=1)
    """Share of what fits that is opened; recorded as the propensity."""

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if self.below is not None and self.when is not Signal.RATING:
            raise ValueError("below goes with when: rating")
        if self.label is not None and self.when is not Signal.LABEL:
            raise ValueError("label goes with when: label")
        if self.do == "mark" and (self.overlap is not None or self.sample != 1.0):
            raise ValueError("overlap and sample go with do: open")
        return self


class FeedbackSpec(Part):
    """Rules for feedback from outside; what no rule names only marks."""

    rules: tuple[FeedbackRule, ...] = Field(
        default=(
            FeedbackRule(when=Signal.THUMB_DOWN, do="open"),
            FeedbackRule(when=Signal.REJECT, do="open"),
            FeedbackRule(when=Signal.EDIT, do="open"),
        ),
        max_length=50,
    )
    per_day: int = Field(default=100, ge=0)
    """Most items that feedback opens in a day (UTC)."""
    per_source_per_day: int = Field(default=50, ge=0)
    """Most items that one source opens in a day, so that a flood cannot fill the queue."""
    per_user_per_day: int = Field(default=10, ge=0)
    """Most items that one end user opens in a day, so that nobody uses up a source's room."""
