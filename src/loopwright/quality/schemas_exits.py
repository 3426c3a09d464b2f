"""Wire shapes of early exit: votes saved, the bound on the error, gates, calibration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel

from loopwright.projects.spec import ProjectSpec
from loopwright.quality import exit_rules
from loopwright.quality.calibrating import KeptPromise
from loopwright.quality.exit_model import Audit, ExitFact, ExitGate, ExitKind, ExitReport
from loopwright.quality.rules import in_words
from loopwright.quality.schemas import EstimateOut
from loopwright.stats.calibration import Bin

_AUDITS = 50


class ExitSettingsOut(BaseModel):
    """The `early_exit` of project.yaml: votes before an item may close, votes of an audited one,
    the promised share of wrong answers among closed items, the share of audits."""

    min: int
    max: int
    error: float
    audit: float


class SavedOut(BaseModel):
    """Votes saved of those planned, less what audits cost; money where project.yaml has `costs`."""

    votes: int
    used: int
    planned: int
    share: float | None
    money: float | None
    currency: str | None


class ExitItemsOut(BaseModel):
    """Items by the last thing that early exit did to them; of the audited, how many are checked."""

    closed: int
    reopened: int
    audited: int
    checked: int
    wrong: int


class GateOut(BaseModel):
    """A question's gate: running, waiting (for what `reason` says) or paused (why).

    `error` is the share of gold items that it would have closed wrongly, `saved` the share of the
    votes on gold items that it would have saved; gold of two halves, one calibrates, one decides.
    """

    question_id: str
    state: Literal["running", "waiting", "paused"]
    reason: str | None
    threshold: float | None
    calibrated_on: int
    set_on: int
    error: EstimateOut
    saved: EstimateOut
    updated_at: float | None


class BinOut(BaseModel):
    """Gold items whose stated probability lies in [low, high): its mean, and the share right."""

    low: float
    high: float
    stated: float | None
    accuracy: EstimateOut

    @classmethod
    def of(cls, found: Bin) -> Self:
        """Return the wire form."""
        accuracy = EstimateOut.of(found.accuracy)
        return cls(low=found.low, high=found.high, stated=found.confidence, accuracy=accuracy)


class CalibrationOut(BaseModel):
    """How far a question's probabilities come true on gold; `reason` says why they are not
    calibrated, where they are not. `error_before` is the error of the model's own."""

    question_id: str
    n: int
    reason: str | None
    error: EstimateOut
    error_before: EstimateOut
    bins: list[BinOut]

    @classmethod
    def of(cls, found: KeptPromise) -> Self:
        """Return the wire form."""
        return cls(
            question_id=found.calibration.question_id,
            n=found.calibration.n,
            reason=found.calibration.reason,
            error=EstimateOut.of(found.error),
            error_before=EstimateOut.of(found.error_before),
            bins=[BinOut.of(one) for one in found.bins],
        )


class AuditOut(BaseModel):
    """An item under audit, or audited: the answer it would have closed with; wrong is null while
    votes are lacking."""

    item_id: str
    question_id: str
    answer: str
    text: str
    votes: int
    wanted: int
    wrong: bool | None
    since: float


class ExitFactOut(BaseModel):
    """What early exit did to an item: how many votes were there, wanted before and after."""

    item_id: str
    question_id: str
    kind: Literal["closed", "audit", "reopened"]
    text: str
    votes: int
    wanted_before: int
    wanted_after: int
    confidence: float | None
    at: float


class EarlyExitOut(BaseModel):
    """Early exit of a project; `on` is false where project.yaml does not ask for it, `questions`
    are those whose items may close early.

    `error` is the share of audited items that would have been closed wrongly, with an upper bound
    that holds whenever it is read.
    """

    on: bool
    simulated: bool
    settings: ExitSettingsOut | None
    questions: list[str]
    saved: SavedOut
    items: ExitItemsOut
    error: EstimateOut
    gates: list[GateOut]
    calibration: list[CalibrationOut]
    audits: list[AuditOut]
    ledger: list[ExitFactOut]


@dataclass(frozen=True)
class ExitView:
    """What the answer is made of."""

    spec: ProjectSpec
    questions: Sequence[str]
    report: ExitReport
    kept: Sequence[KeptPromise]

    def out(self) -> EarlyExitOut:
        """Return the wire form."""
        found, wanted, costs = self.report, self.spec.early_exit, self.spec.costs
        wrong, checked = exit_rules.checks(found.audits)
        saved = found.savings
        return EarlyExitOut(
            on=wanted is not None,
            simulated=self.spec.simulated,
            settings=None if wanted is None else ExitSettingsOut(**wanted.model_dump()),
            questions=list(self.questions),
            saved=SavedOut(
                votes=saved.votes,
                used=saved.used,
                planned=saved.planned,
                share=saved.share,
                money=None if costs is None else saved.money,
                currency=None if costs is None else costs.currency,
            ),
            items=ExitItemsOut(
                closed=found.counts[ExitKind.CLOSED],
                reopened=found.counts[ExitKind.REOPENED],
                audited=found.counts[ExitKind.AUDIT],
                checked=checked,
                wrong=wrong,
            ),
            error=EstimateOut.of(found.error),
            gates=[] if wanted is None else [self._gate(one) for one in self.questions],
            calibration=[CalibrationOut.of(one) for one in self.kept],
            audits=[self._audit(one) for one in found.audits[:_AUDITS]],
            ledger=[self._fact(one) for one in found.ledger],
        )

    def _gate(self, question_id: str) -> GateOut:
        made = self.report.gates.get(question_id)
        if made is not None:
            return _gate(made)
        gold = [
            one.calibration.n for one in self.kept if one.calibration.question_id == question_id
        ]
        nothing = EstimateOut.of(exit_rules.not_looked_at(sum(gold)))
        return GateOut(
            question_id=question_id, state="waiting", reason=nothing.reason, threshold=None,
            calibrated_on=0, set_on=0, error=nothing, saved=nothing, updated_at=None,
        )  # fmt: skip

    def _audit(self, one: Audit) -> AuditOut:
        fact = one.fact
        return AuditOut(
            item_id=fact.item_id,
            question_id=fact.question_id,
            answer=fact.answer,
            text=in_words(self.spec, fact.question_id, fact.answer),
            votes=one.votes,
            wanted=fact.wanted_after,
            wrong=one.wrong,
            since=fact.at,
        )

    def _fact(self, fact: ExitFact) -> ExitFactOut:
        return ExitFactOut(
            item_id=fact.item_id,
            question_id=fact.question_id,
            kind=fact.kind.value,
            text=in_words(self.spec, fact.question_id, fact.answer) if fact.answer else "",
            votes=fact.votes,
            wanted_before=fact.wanted_before,
            wanted_after=fact.wanted_after,
            confidence=fact.confidence,
            at=fact.at,
        )


def _gate(made: ExitGate) -> GateOut:
    return GateOut(
        question_id=made.question_id,
        state=made.state.value,
        reason=made.reason,
        threshold=made.threshold if made.threshold < 1.0 else None,
        calibrated_on=made.calibrated_on,
        set_on=made.set_on,
        error=EstimateOut.of(made.error),
        saved=EstimateOut.of(made.saved),
        updated_at=made.updated_at,
    )
