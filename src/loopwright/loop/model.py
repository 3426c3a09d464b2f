"""A cycle: one turn of the loop, from the guideline in force to a decision about a candidate."""

from dataclasses import dataclass
from enum import StrEnum

from loopwright.base.types import Json


class CycleState(StrEnum):
    """Where a cycle is."""

    RUNNING = "running"
    """A step is under way, or waits for people or traffic; survives a restart of the server."""
    FINISHED = "finished"
    """The candidate was released, refused or rolled back: each is a normal end."""
    HELD = "held"
    """Something is missing (judgments, raters, traffic); resume it when that is there."""
    FAILED = "failed"
    """A step ended with an error; resume goes on from that step."""
    CANCELLED = "cancelled"
    """Somebody stopped it; resume goes on from the step that was stopped."""


class StepState(StrEnum):
    """Where a step is."""

    RUNNING = "running"
    """Under way, or waiting for people or traffic."""
    DONE = "done"
    """It has outputs; with the same inputs it is not done again."""
    FAILED = "failed"
    """It ended with an error."""
    CANCELLED = "cancelled"
    """Its cycle was stopped while it ran; a resume does it again."""


@dataclass(frozen=True)
class Cycle:
    """One turn of the loop. `spec` is the project's file as it was when the cycle began."""

    id: str
    project_id: str
    round: int
    state: CycleState
    step: str | None
    attempt: int
    """Counts the workflows of this cycle: a resume after an end starts the next one."""
    spec: Json
    started_by: str
    created_at: float
    ended_at: float | None
    error: str | None
    result: Json | None

    @property
    def workflow_id(self) -> str:
        """Return the id of the workflow that works on it now."""
        return f"{self.id}-{self.attempt}"

    def is_held_by(self, other: "Cycle") -> bool:
        """Return whether it still runs under the workflow that holds `other`, its earlier look."""
        return self.state is CycleState.RUNNING and self.attempt == other.attempt


@dataclass(frozen=True)
class CycleStep:
    """One step; done with the same inputs, it is never done again."""

    cycle_id: str
    name: str
    position: int
    state: StepState
    started_at: float
    ended_at: float | None
    inputs: Json
    inputs_digest: str
    outputs: Json | None
    error: str | None

    @property
    def seconds(self) -> float | None:
        """Return how long its last run took, None while it runs."""
        return None if self.ended_at is None else self.ended_at - self.started_at


@dataclass(frozen=True)
class Waiting:
    """What people still have to judge before a cycle goes on."""

    judgments: int
    """Judgments still missing."""
    wanted: int
    """Judgments wanted in all, those that are there included."""
    items: int
    """Items that still miss one."""
