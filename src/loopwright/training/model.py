"""Training runs and what they leave behind."""

from dataclasses import dataclass, field
from enum import StrEnum

from loopwright.base.types import Json


class RunKind(StrEnum):
    """Which backend program a run starts."""

    SFT = "sft"
    REWARD = "reward"
    RL = "rl"
    GENERATE = "generate"
    SCORE = "score"


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"  # a process is recorded; it may have died unnoticed
    FINISHED = "finished"  # its manifest and artifacts are stored
    FAILED = "failed"  # the program ended with an error; a new attempt resumes
    CANCELLED = "cancelled"  # somebody stopped it; a new attempt resumes


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: float  # seconds since the epoch, as the kernel reports it
    host: str


@dataclass(frozen=True)
class Manifest:
    """What a finished run was made of and what it made; digests only."""

    run_id: str
    kind: RunKind
    spec_digest: str
    inputs: dict[str, str]
    outputs: dict[str, str]
    metrics: Json
    packages: dict[str, str]
    seed: int
    seconds: float
    cpu_seconds: float
    peak_memory_bytes: int

    def as_json(self) -> Json:
        """The stored form, without the run's id: equal work gives equal text but for the times."""
        return {
            "kind": self.kind.value,
            "spec_digest": self.spec_digest,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "metrics": self.metrics,
            "packages": self.packages,
            "seed": self.seed,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "peak_memory_bytes": self.peak_memory_bytes,
        }


@dataclass(frozen=True)
class Run:
    """One training step of a project, unique in what it is asked to do (`spec_digest`)."""

    id: str
    project_id: str
    kind: RunKind
    spec: Json
    spec_digest: str
    state: RunState
    started_at: float
    attempts: int = 0
    process: Process | None = None
    manifest: Json | None = None
    artifact: str | None = None
    ended_at: float | None = None
    error: str | None = None

    def finished(self) -> Manifest | None:
        """The manifest of a finished run, else None."""
        if self.state is not RunState.FINISHED or self.manifest is None:
            return None
        return Manifest(**{**self.manifest, "run_id": self.id, "kind": self.kind})


@dataclass(frozen=True)
class Progress:
    """One line of a run's progress."""

    step: int
    total: int
    at: float
    metrics: dict[str, float] = field(default_factory=dict)
