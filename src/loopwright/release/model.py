"""What a release is, what must be known before it ships, and what its traffic looks like."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from loopwright.base.types import Json
from loopwright.release.guard_verdicts import GuardVerdict
from loopwright.stats.estimate import Estimate


class ReleaseState(StrEnum):
    """Where a release is. Every state but the closed ones has an exit that needs nobody."""

    DRAFT = "draft"
    """Opened; its gate has not been decided."""
    SHADOW = "shadow"
    """The candidate answers beside the stable version; nobody sees its answers but annotators."""
    CANARY = "canary"
    """A first small share of subjects gets the candidate's answers."""
    RAMP = "ramp"
    """A larger share gets them."""
    LIVE = "live"
    """Everybody gets them; the candidate is the stable version now."""
    HELD = "held"
    """Something is missing or unclear; the exposure stays as it is and the release goes on by
    itself when the missing evidence arrives."""
    REFUSED = "refused"
    """The gate decided against it before any traffic."""
    ROLLED_BACK = "rolled_back"
    """All traffic went back to the version before it."""
    ABORTED = "aborted"
    """Held for too long, or replaced before it was live."""
    SUPERSEDED = "superseded"
    """Was live until a later release went live."""


CLOSED = frozenset(
    {
        ReleaseState.REFUSED,
        ReleaseState.ROLLED_BACK,
        ReleaseState.ABORTED,
        ReleaseState.SUPERSEDED,
    }
)
UNDER_WAY = frozenset(
    {
        ReleaseState.DRAFT,
        ReleaseState.SHADOW,
        ReleaseState.CANARY,
        ReleaseState.RAMP,
        ReleaseState.HELD,
    }
)


class Decision(StrEnum):
    """What a gate says."""

    SHIP = "ship"
    REFUSE = "refuse"
    HOLD = "hold"


class CheckResult(StrEnum):
    """What one check says; unknown is neither pass nor fail."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stage:
    """One step of the ramp; `seconds` is the least time in it, `wait_seconds` how long it may
    lack its requests before the release is held."""

    name: str
    share: float
    min_requests: int
    max_error_rate: float
    seconds: float
    wait_seconds: float = 3600.0


@dataclass(frozen=True)
class GateLimits:
    """What the project demands; None means that this is not demanded."""

    win_rate_low: float = 0.5
    min_raters: int = 10
    min_judgments: int = 60
    contrast_accuracy_low: float | None = None
    on_policy_accuracy_low: float | None = None
    max_length_ratio: float | None = None
    max_canned_share: float | None = None
    min_distinct_share: float | None = None


@dataclass(frozen=True)
class GateEvidence:
    """What is known about a candidate before its release.

    win_rate: share of blind comparisons that annotators gave to the candidate, against the
    current policy, clustered by rater. accuracies: the reward model's, by the set on which they
    were measured ("old", "on_policy", "contrast"). length_ratio: candidate to stable.
    canned_share: share of answers with a canned phrase, by who wrote them.
    """

    win_rate: Estimate
    raters: int
    judgments: int
    accuracies: Mapping[str, Estimate] = field(default_factory=dict)
    length_ratio: Estimate | None = None
    canned_share: Mapping[str, Estimate] = field(default_factory=dict)
    distinct_share: Estimate | None = None
    refs: Json = field(default_factory=dict)
    """What the figures come from: evaluation, dataset and run ids."""

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {
            "win_rate": self.win_rate.as_dict(),
            "raters": self.raters,
            "judgments": self.judgments,
            "accuracies": {name: found.as_dict() for name, found in self.accuracies.items()},
            "length_ratio": self.length_ratio and self.length_ratio.as_dict(),
            "canned_share": {name: found.as_dict() for name, found in self.canned_share.items()},
            "distinct_share": self.distinct_share and self.distinct_share.as_dict(),
            "refs": self.refs,
        }


@dataclass(frozen=True)
class GateCheck:
    """One demand and what the evidence says to it; a hard one cannot be outweighed."""

    name: str
    result: CheckResult
    sentence: str
    hard: bool
    estimate: Json | None = None
    limit: float | None = None

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {**asdict(self), "result": self.result.value}


@dataclass(frozen=True)
class GateVerdict:
    """The gate's decision with its reasons as sentences, the deciding ones first."""

    decision: Decision
    reasons: tuple[str, ...]
    checks: tuple[GateCheck, ...]

    @property
    def sentence(self) -> str:
        """Return the decision and its first reason."""
        said = {
            Decision.SHIP: "Released to the ramp",
            Decision.REFUSE: "Refused",
            Decision.HOLD: "Held",
        }[self.decision]
        return f"{said}: {self.reasons[0]}" if self.reasons else f"{said}."

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {
            "decision": self.decision.value,
            "sentence": self.sentence,
            "reasons": list(self.reasons),
            "checks": [check.as_dict() for check in self.checks],
        }


@dataclass(frozen=True)
class ArmTraffic:
    """Captured requests of one arm since the stage began; a request counts on the arm to which
    it was assigned. Unknown latencies and lengths are None."""

    requests: int = 0
    subjects: int = 0
    errors: int = 0
    latency_ms: float | None = None
    """Median."""
    latency_p95_ms: float | None = None
    length: float | None = None
    """Mean characters of the answers that this arm's own version gave."""

    @property
    def error_rate(self) -> float | None:
        """Return errors per request, None without requests."""
        return self.errors / self.requests if self.requests else None

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {**asdict(self), "error_rate": self.error_rate}


@dataclass(frozen=True)
class TrafficSummary:
    """What the gateway captured for a release since its stage began."""

    since: float
    stable: ArmTraffic = field(default_factory=ArmTraffic)
    candidate: ArmTraffic = field(default_factory=ArmTraffic)
    shadow: ArmTraffic = field(default_factory=ArmTraffic)
    lost: int = 0
    """Exchanges that were not captured: the figures are then incomplete."""

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {
            "since": self.since,
            "stable": self.stable.as_dict(),
            "candidate": self.candidate.as_dict(),
            "shadow": self.shadow.as_dict(),
            "lost": self.lost,
        }


@dataclass(frozen=True)
class Release:
    """One candidate on its way to all traffic, or back."""

    id: str
    project_id: str
    candidate_policy_id: str
    stable_policy_id: str
    state: ReleaseState
    stage_index: int
    """Index into `stages`; -1 before the first one."""
    stages: tuple[Stage, ...]
    share: float
    verdict: Json | None
    evidence: Json | None
    sentence: str
    opened_by: str
    cycle_id: str | None
    created_at: float
    updated_at: float
    stage_started_at: float
    held_at: float | None
    live_at: float | None
    closed_at: float | None

    @property
    def stage(self) -> Stage | None:
        """Return the stage it is in, None before the first one."""
        return self.stages[self.stage_index] if self.stage_index >= 0 else None


@dataclass(frozen=True)
class ReleaseEvent:
    """One transition or observation: append-only, with its evidence and who caused it."""

    seq: int
    release_id: str
    at: float
    kind: str
    from_state: str | None
    to_state: str
    actor: str
    sentence: str
    evidence: Json


@dataclass(frozen=True)
class Routing:
    """Which policy versions answer for a project now; `version` grows with every change."""

    project_id: str
    version: int
    salt: str
    stable_policy_id: str
    candidate_policy_id: str | None
    release_id: str | None
    share: float
    shadow: bool
    lease_until: float
    max_error_rate: float
    updated_at: float


class StepKind(StrEnum):
    """What one look at a release's traffic leads to."""

    STAY = "stay"
    ADVANCE = "advance"
    RESUME = "resume"
    HOLD = "hold"
    RESTART = "restart"
    """The stage's window starts again: what was captured in it is not whole."""
    GO_LIVE = "go_live"
    ROLL_BACK = "roll_back"
    ABORT = "abort"


@dataclass(frozen=True)
class Step:
    """A decision about a release under way, with its reason."""

    kind: StepKind
    sentence: str


@dataclass(frozen=True)
class Observation:
    """Everything that one look at a release sees."""

    traffic: TrafficSummary
    guard: GuardVerdict | None = None
