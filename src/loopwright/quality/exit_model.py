"""Early exit: gates, what they did to items, and what became of the audited ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loopwright.base.types import Json
from loopwright.stats.calibration import LeadCalibration
from loopwright.stats.early_exit import Gate, Savings
from loopwright.stats.estimate import Estimate

EXITS = ("pairwise", "single_label", "scorecard")
"""Kinds of question whose items may close early: one category, without an order."""


class GateState(StrEnum):
    """Whether a question's gate closes items."""

    RUNNING = "running"
    """It closes items whose answer is sure enough."""
    WAITING = "waiting"
    """No threshold is shown to keep the promise yet; it closes nothing."""
    PAUSED = "paused"
    """Audits show that the promise was broken; it closes nothing until the rule is changed."""


class ExitKind(StrEnum):
    """What early exit did to an item."""

    CLOSED = "closed"
    """The wanted votes were lowered to those that were there or being made."""
    AUDIT = "audit"
    """It would have closed; by lot it went on to `max`."""
    REOPENED = "reopened"
    """Its confidence was gone again; what was taken from it is wanted again."""


@dataclass(frozen=True)
class ExitGate:
    """A question's gate as it stands."""

    project_id: str
    question_id: str
    state: GateState
    reason: str | None
    """Why it does not run."""
    threshold: float
    intercept: float
    slope: float
    calibrated_on: int
    set_on: int
    error: Estimate
    """Of gold items that it would have closed, the share closed wrongly."""
    saved: Estimate
    """Of the votes on gold items, the share that it would have saved."""
    audit_key: str
    updated_at: float

    def gate(self, *, minimum: int, maximum: int, audit: float) -> Gate | None:
        """Return what decides; None unless it runs."""
        if self.state is not GateState.RUNNING:
            return None
        calibration = LeadCalibration(self.intercept, self.slope, self.calibrated_on)
        return Gate(self.threshold, calibration, minimum, max(minimum, maximum), audit)


@dataclass(frozen=True)
class ExitFact:
    """What early exit did to an item, once. `votes` were there then; wanted before and after."""

    item_id: str
    number: int
    project_id: str
    question_id: str
    kind: ExitKind
    votes: int
    wanted_before: int
    wanted_after: int
    answer: str
    confidence: float | None
    rule: Json
    at: float


@dataclass(frozen=True)
class Audit:
    """An audited item: what it would have closed with, and whether that was right."""

    fact: ExitFact
    votes: int
    wrong: bool | None
    """None while votes are lacking."""


@dataclass(frozen=True)
class ExitReport:
    """What early exit saved in a project, and how sure one may be of it."""

    gates: Mapping[str, ExitGate]
    savings: Savings
    counts: Mapping[ExitKind, int]
    """Items by the last thing that early exit did to them."""
    error: Estimate
    """Of audited items, the share that would have been closed wrongly."""
    audits: list[Audit]
    ledger: list[ExitFact]
    """The newest first."""
