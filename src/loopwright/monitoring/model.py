"""The loop as a whole: its stages, its latency, its decisions, its alerts."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from loopwright.base.types import Json
from loopwright.stats.estimate import Estimate


class FlowState(StrEnum):
    """How a stage is doing."""

    IDLE = "idle"
    """Nothing waits and nothing moves."""
    MOVING = "moving"
    """Something moved lately, or is being worked on."""
    STUCK = "stuck"
    """Something waits, and nothing has moved for longer than is usual."""


@dataclass(frozen=True)
class Flow:
    """What one stage holds, as counted; the rule that reads it adds state and sentence.

    waiting: things that wait for this stage. moving: things under way, or done in the last
    minutes. oldest_at, moved_at: Unix seconds, None when there is none.
    """

    stage: str
    waiting: int
    moving: int
    noun: str
    oldest_at: float | None = None
    moved_at: float | None = None
    blocked: str | None = None
    """Why it cannot go on, where the stage itself knows."""
    note: str | None = None
    """What to say instead of counts, where the stage has something better to say."""


@dataclass(frozen=True)
class StageReport:
    """One box of the loop."""

    stage: str
    waiting: int
    moving: int
    oldest_seconds: float | None
    state: FlowState
    detail: str

    def as_dict(self) -> Json:
        """Return the wire form."""
        return {**asdict(self), "state": self.state.value}


@dataclass(frozen=True)
class Acted:
    """One judgment and the first decision that it led to; times in Unix seconds."""

    judgment_id: str
    judged_at: float
    acted_at: float
    kind: str
    """"released" or "refused"."""


@dataclass(frozen=True)
class LoopLatency:
    """From a judgment to the first decision that used it, in seconds; None without any."""

    median: float | None
    maximum: float | None
    n: int

    def as_dict(self) -> Json:
        """Return the wire form."""
        return {"median": self.median, "max": self.maximum, "n": self.n}


@dataclass(frozen=True)
class RoundWinRate:
    """One evaluation of a candidate against the policy of its time, by annotators."""

    round: int
    policy: str
    against: str
    estimate: Estimate
    ref: str
    at: float

    def as_dict(self) -> Json:
        """Return the wire form."""
        return {
            "round": self.round,
            "policy": self.policy,
            "against": self.against,
            "ref": self.ref,
            "at": self.at,
            **self.estimate.as_dict(),
        }


@dataclass(frozen=True)
class LoopDecision:
    """What the loop decided about a candidate, as a sentence with its reasons."""

    at: float
    kind: str
    """"refused", "released", "rolled_back", "held" or "aborted"."""
    sentence: str
    reasons: tuple[str, ...]
    ref: str
    actor: str

    def as_dict(self) -> Json:
        """Return the wire form."""
        return {**asdict(self), "reasons": list(self.reasons)}


@dataclass(frozen=True)
class Alert:
    """Something that a person should look at, with what to do about it."""

    stage: str
    sentence: str
    remedy: str
    at: float

    def as_dict(self) -> Json:
        """Return the wire form."""
        return asdict(self)


@dataclass(frozen=True)
class Beginnings:
    """What a new project has so far: how many of each."""

    prompts: int
    queued: int
    """Items that were ever in the queue."""
    annotators: int
    """People who may judge, those who lead left out."""
    judgments: int

    def as_dict(self) -> Json:
        """Return the wire form."""
        return asdict(self)


@dataclass(frozen=True)
class LoopReport:
    """The Loop page."""

    simulated: bool
    beginnings: Beginnings
    stages: tuple[StageReport, ...]
    latency: LoopLatency
    latency_by_kind: dict[str, LoopLatency]
    win_rates: tuple[RoundWinRate, ...]
    decisions: tuple[LoopDecision, ...]
    alerts: tuple[Alert, ...]

    def as_dict(self) -> Json:
        """Return the wire form."""
        return {
            "simulated": self.simulated,
            "beginnings": self.beginnings.as_dict(),
            "stages": [stage.as_dict() for stage in self.stages],
            "latency": {
                **self.latency.as_dict(),
                "by_kind": {kind: found.as_dict() for kind, found in self.latency_by_kind.items()},
            },
            "win_rates": [found.as_dict() for found in self.win_rates],
            "decisions": [found.as_dict() for found in self.decisions],
            "alerts": [found.as_dict() for found in self.alerts],
        }
