"""When an item goes to somebody senior, and how long each step may take."""

from typing import Literal

from pydantic import Field

from loopwright.projects.question_spec import Slug
from loopwright.projects.recipe import Part


class Hours(Part):
    """How long a case may take from its opening, by how severe it is."""

    high: float = Field(default=24.0, gt=0)
    normal: float = Field(default=72.0, gt=0)
    low: float = Field(default=168.0, gt=0)


class EscalationSpec(Part):
    """Rules of escalation; without them an item is escalated only where somebody asks."""

    disagreement: bool = False
    """Items with all the judgments wanted on which the votes are split."""
    flags_at: Slug | None = None
    """Items with a policy flag of this severity or a graver one."""
    probability_below: float | None = Field(default=None, gt=0, le=1)
    """Items with all the judgments wanted whose consensus is less probable than this."""
    requests: bool = True
    """Whether an annotator may ask somebody senior about an item."""
    first: Literal["senior", "specialist"] = "senior"
    """Who gets a case first."""
    hours: Hours = Hours()
    answer_hours: float = Field(default=24.0, gt=0)
    """How long a case that was handed back waits for answers."""
    claim_minutes: float = Field(default=60.0, gt=0)
    """How long a claimed case is kept for whoever holds it."""
    held_at_once: int = Field(default=3, ge=1, le=100)
    """Cases that one person holds at a time."""
    pass_on_overdue: bool = True
    """Whether a case past its deadline goes from senior to specialist by itself."""
