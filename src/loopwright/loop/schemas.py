"""Wire shapes of cycles."""

from collections.abc import Sequence

from pydantic import BaseModel

from loopwright.base.types import Json
from loopwright.loop.model import Cycle, CycleState, CycleStep, StepState, Waiting


class StepOut(BaseModel):
    """One step; `seconds` is how long its last run took, null while it runs."""

    name: str
    state: StepState
    seconds: float | None
    started_at: float
    ended_at: float | None
    inputs_digest: str
    outputs: Json | None
    error: str | None


class CycleOut(BaseModel):
    """One cycle in a list."""

    id: str
    number: int
    state: CycleState
    step: str | None
    attempt: int
    started_by: str
    created_at: float
    ended_at: float | None
    error: str | None


class CyclesOut(BaseModel):
    """A project's cycles, newest first."""

    cycles: list[CycleOut]


class WaitingOut(BaseModel):
    """What people still have to judge: judgments missing, of those wanted, on how many items."""

    judgments: int
    wanted: int
    items: int


class CycleDetailOut(CycleOut):
    """A cycle with its steps and, once decided, its result."""

    steps: list[StepOut]
    waiting: WaitingOut | None
    """What people have to judge before it goes on; null when it does not wait for people."""
    result: Json | None
    alive: bool
    """Whether a living process works on it; false for one that ended."""


class StartedOut(BaseModel):
    """The id of a cycle that was started."""

    cycle_id: str


def cycle_out(found: Cycle) -> CycleOut:
    """Return a cycle's wire form in a list."""
    return CycleOut(
        id=found.id,
        number=found.round,
        state=found.state,
        step=found.step,
        attempt=found.attempt,
        started_by=found.started_by,
        created_at=found.created_at,
        ended_at=found.ended_at,
        error=found.error,
    )


def detail_out(
    found: Cycle, steps: Sequence[CycleStep], *, waiting: Waiting | None, alive: bool
) -> CycleDetailOut:
    """Return a cycle's wire form with its steps."""
    return CycleDetailOut(
        **cycle_out(found).model_dump(),
        steps=[
            StepOut(
                name=step.name,
                state=step.state,
                seconds=step.seconds,
                started_at=step.started_at,
                ended_at=step.ended_at,
                inputs_digest=step.inputs_digest,
                outputs=step.outputs,
                error=step.error,
            )
            for step in steps
        ],
        waiting=None if waiting is None else WaitingOut(**vars(waiting)),
        result=found.result,
        alive=alive,
    )
