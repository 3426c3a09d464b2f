"""What project.yaml says about who judges how much, and about items that people skip."""

from pydantic import Field

from loopwright.projects.recipe import Part


class Caps(Part):
    """Limits of one person's work; None sets no limit."""

    judgments: int | None = Field(default=None, ge=1)
    minutes: float | None = Field(default=None, gt=0)
    """Active time: minutes with an item in view."""


class AssignmentSpec(Part):
    """How items are offered to people."""

    most_held: int = Field(default=50, ge=1, le=200)
    """Items that one person may hold at a time."""
    skips: int = Field(default=3, ge=1, le=100)
    """So many people may skip an item; then it is set aside for a lead."""
    per_day: Caps = Caps(minutes=240)
    """A day ends at midnight UTC. Four active hours: attention wears off after that."""
    per_session: Caps = Caps()
    """A session ends with a break of half an hour."""
