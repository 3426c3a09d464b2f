"""Decisions of early exit: which items close, go on, or open again; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from loopwright.base.types import Json
from loopwright.projects.early_exit_spec import EarlyExitSpec
from loopwright.quality.exit_model import Audit, ExitFact, ExitGate, ExitKind
from loopwright.quality.model import Consensus
from loopwright.sampling.model import ItemProgress, ItemState
from loopwright.stats.early_exit import (
    CLOSED_METHOD,
    MIN_GOLD,
    audited,
    closed_error_watched,
)
from loopwright.stats.eprocess import rate_evidence
from loopwright.stats.estimate import Estimate, unknown

LEVEL = 0.95
"""Of the bound on the error, and of the evidence that pauses a gate."""
_SLACK = 2.0
"""Doubt must be this many times what closes an item before it opens again: estimates tremble."""


@dataclass(frozen=True)
class Seen:
    """What is known of an item when early exit looks at it."""

    state: ItemState
    held: int
    consensus: Consensus | None
    last: ExitFact | None
    """What early exit did to it before."""
    planned: int
    """What it wanted before early exit first did something to it."""


@dataclass(frozen=True)
class Step:
    """What becomes of an item: it should want `wanted` votes."""

    kind: ExitKind
    wanted: int
    confidence: float | None


def rule_of(spec: EarlyExitSpec, gate: ExitGate | None) -> Json:
    """Return the rule as it is kept with what was done under it."""
    rule: Json = {"min": spec.min, "max": spec.max, "error": spec.error, "audit": spec.audit}
    if gate is not None:
        rule |= {
            "threshold": gate.threshold, "intercept": gate.intercept, "slope": gate.slope,
            "calibrated_on": gate.calibrated_on, "set_on": gate.set_on,
        }  # fmt: skip
    return rule


def same_promise(rule: Mapping[str, object], spec: EarlyExitSpec) -> bool:
    """Return whether something was done under the settings that are in force."""
    wanted = rule_of(spec, None)
    return {name: rule.get(name) for name in wanted} == wanted


def decide(seen: Seen, spec: EarlyExitSpec, gate: ExitGate) -> Step | None:
    """Return what becomes of an item, None where nothing does."""
    state, consensus, last = seen.state, seen.consensus, seen.last
    votes = 0 if consensus is None else consensus.n
    if state.state is ItemProgress.STUCK or votes != state.done:
        return None  # set aside; or judged since, which is looked at next
    confidence = _confidence(consensus, gate, spec)
    if last is not None and last.kind is ExitKind.AUDIT:
        return None  # it goes on, whatever becomes known
    if last is not None and last.kind is ExitKind.CLOSED and state.wanted == last.wanted_after:
        if _lost(consensus, last, spec, gate, confidence):
            return Step(ExitKind.REOPENED, max(seen.planned, state.wanted), confidence)
    elif last is not None and last.kind is ExitKind.CLOSED:
        return None  # somebody wanted more votes on it since
    if last is not None and last.kind is ExitKind.REOPENED and votes <= last.votes:
        return None  # the same votes closed it before
    return _closing(seen, spec, gate, confidence)


def gate_state(audits: list[Audit], spec: EarlyExitSpec) -> tuple[bool, str | None]:
    """Return whether audits show that the promise is broken, and in which words."""
    wrong, checked = checks(audits)
    if rate_evidence(wrong, checked, spec.error) < 1.0 / (1.0 - LEVEL):
        return False, None
    return True, (
        f"of {checked} audited items {wrong} would have been closed wrongly: more than the "
        f"promised {spec.error:.1%}, at {LEVEL:.0%} confidence. Promise less (early_exit: error), "
        "ask for more votes (min), or add gold items; the count then begins anew"
    )


def error_of(audits: list[Audit]) -> Estimate:
    """Return the share of audited items that would have been closed wrongly, with its bound."""
    return closed_error_watched(*checks(audits), level=LEVEL)


def not_looked_at(gold: int) -> Estimate:
    """Return what stands for a gate that was never set: how many gold items are lacking."""
    missing = MIN_GOLD - gold
    if missing <= 0:
        return unknown("is set within seconds of the next judgment", gold, CLOSED_METHOD)
    return unknown(f"needs {missing} more gold item{'s' * (missing > 1)}", gold, CLOSED_METHOD)


def checks(audits: list[Audit]) -> tuple[int, int]:
    """Return how many audited items would have been closed wrongly, and how many are checked."""
    known = [one.wrong for one in audits if one.wrong is not None]
    return sum(known), len(known)


def _closing(
    seen: Seen, spec: EarlyExitSpec, gate: ExitGate, confidence: float | None
) -> Step | None:
    state = seen.state
    if seen.consensus is None or confidence is None or confidence < gate.threshold:
        return None
    least = max(state.done + seen.held, 1)
    if seen.consensus.split or state.done < spec.min or least >= state.wanted:
        return None
    if audited(state.item_id, share=spec.audit, key=gate.audit_key):
        return Step(ExitKind.AUDIT, max(spec.max, state.wanted), confidence)
    return Step(ExitKind.CLOSED, least, confidence)


def _lost(
    consensus: Consensus | None,
    last: ExitFact,
    spec: EarlyExitSpec,
    gate: ExitGate,
    confidence: float | None,
) -> bool:
    """Return whether what closed an item is gone."""
    if consensus is None or consensus.n < spec.min or consensus.answer != last.answer:
        return True
    if confidence is None:
        return False  # a gate that does not run says nothing of single items
    return 1.0 - confidence > _SLACK * (1.0 - gate.threshold)


def _confidence(consensus: Consensus | None, gate: ExitGate, spec: EarlyExitSpec) -> float | None:
    """Return the calibrated probability of the answer; None where the gate does not run."""
    found = gate.gate(minimum=spec.min, maximum=spec.max, audit=spec.audit)
    if found is None or consensus is None or len(consensus.posterior) < 2:
        return None
    row = np.array([list(consensus.posterior.values())], dtype=np.float64)
    return float(found.calibration.confidence(row)[0])
