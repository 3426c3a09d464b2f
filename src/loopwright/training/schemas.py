"""Wire shapes of the training stage."""

from typing import Any

from pydantic import BaseModel

from loopwright.base.types import Json
from loopwright.training.model import Progress, Run, RunKind, RunState


class RunOut(BaseModel):
    """A training run in a list; `step` of `total` while it runs."""

    id: str
    kind: RunKind
    state: RunState
    spec: dict[str, Any]
    attempts: int
    step: int | None
    total: int | None
    metrics: dict[str, Any]
    artifact: str | None
    started_at: float
    ended_at: float | None
    error: str | None


class RunsOut(BaseModel):
    """A project's runs, newest first."""

    runs: list[RunOut]


class CurvePoint(BaseModel):
    """One value of one signal at one step."""

    step: int
    name: str
    value: float


class RunDetailOut(RunOut):
    """A run with its curves, its manifest and the end of its log."""

    curves: list[CurvePoint]
    manifest: dict[str, Any] | None
    log: str


def run_fields(run: Run, progress: list[Progress]) -> Json:
    """Return the fields of RunOut."""
    manifest = run.manifest or {}
    return {
        "id": run.id,
        "kind": run.kind,
        "state": run.state,
        "spec": run.spec,
        "attempts": run.attempts,
        "step": progress[-1].step if progress else None,
        "total": progress[-1].total if progress else None,
        "metrics": manifest.get("metrics", {}),
        "artifact": run.artifact,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "error": run.error,
    }
