"""Use cases of early exit: set the gates, close and reopen items, report what that saved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from secrets import token_hex
from zlib import crc32

import numpy as np
from sqlalchemy import Connection

from loopwright.infra import events
from loopwright.labeling import store as labeling
from loopwright.projects.early_exit_spec import EarlyExitSpec
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import exit_rules, store, store_exits, store_settlements
from loopwright.quality.exit_model import (
    EXITS,
    Audit,
    ExitFact,
    ExitGate,
    ExitKind,
    ExitReport,
    GateState,
)
from loopwright.quality.exit_rules import Seen, Step
from loopwright.quality.model import Consensus, Settlement
from loopwright.sampling import service as sampling
from loopwright.sampling import upkeep
from loopwright.sampling.model import ItemProgress, ItemState
from loopwright.stats.early_exit import Gate, GoldVotes, fit_gate, savings

_LEDGER = 50


def questions_of(spec: ProjectSpec) -> list[str]:
    """Return the questions whose items may close early."""
    return [one.id for one in spec.questions if one.kind in EXITS]


def set_gate(
    tx: Connection, *, spec: ProjectSpec, question_id: str, gold: GoldVotes, now: float
) -> ExitGate:
    """Set a question's gate on gold; pause it where audits show that its promise was broken."""
    wanted = spec.early_exit or EarlyExitSpec()
    known = store_exits.gates(tx, spec.id).get(question_id)
    base = Gate(minimum=wanted.min, maximum=wanted.max, audit=wanted.audit)
    # The same gold gives the same gate.
    generator = np.random.default_rng(crc32(f"{spec.id}/{question_id}".encode()))
    fit = fit_gate(gold, error=wanted.error, generator=generator, settings=base)
    found = fit.gate or replace(base, threshold=1.0)
    made = ExitGate(
        project_id=spec.id,
        question_id=question_id,
        state=GateState.WAITING if fit.gate is None else GateState.RUNNING,
        reason=fit.error.reason if fit.gate is None else None,
        threshold=found.threshold,
        intercept=found.calibration.intercept,
        slope=found.calibration.slope,
        calibrated_on=fit.calibrated_on,
        set_on=fit.set_on,
        error=fit.error,
        saved=fit.saved,
        audit_key=token_hex(16) if known is None else known.audit_key,
        updated_at=now,
    )
    audits = [one for one in audits_of(tx, spec) if one.fact.question_id == question_id]
    broken, why = exit_rules.gate_state(audits, wanted)
    if broken:
        made = replace(made, state=GateState.PAUSED, reason=why)
    if known is None or replace(known, updated_at=now) != made:
        store_exits.put_gate(tx, made)
    return made


def look(tx: Connection, *, spec: ProjectSpec, item_ids: Sequence[str]) -> list[str]:
    """Return the items of these that something would become of; locks nothing."""
    questions = store_exits.candidates(tx, spec.id, item_ids)
    states = sampling.states_of(tx, list(questions))
    return [item_id for item_id, _, _ in _steps(tx, spec, questions, states)]


def apply(tx: Connection, *, spec: ProjectSpec, item_ids: Sequence[str], now: float) -> int:
    """Close items whose answer is sure enough, reopen those where that is gone; return how many.

    Items are locked first, and never want fewer votes than are there or being made.
    """
    states = upkeep.lock(tx, project_id=spec.id, item_ids=item_ids)
    questions = store_exits.candidates(tx, spec.id, states)
    steps = _steps(tx, spec, questions, states)
    if not steps:
        return 0
    held = partial(labeling.open_counts, tx)
    for wanted in sorted({step.wanted for _, step, _ in steps}):
        chosen = {key: states[key] for key, step, _ in steps if step.wanted == wanted}
        upkeep.set_overlap(
            tx, project_id=spec.id, states=chosen, held=held, overlap=wanted, now=now
        )
    after = sampling.states_of(tx, [item_id for item_id, _, _ in steps])
    gates = store_exits.gates(tx, spec.id)
    facts = [
        _fact(spec, gates[questions[item_id]], step, seen, after[item_id], now)
        for item_id, step, seen in steps
        # People may have taken every free vote meanwhile.
        if step.kind is ExitKind.AUDIT or after[item_id].wanted != seen.state.wanted
    ]
    store_exits.insert_facts(tx, facts)
    _tell(tx, spec.id, facts, after, now)
    return len(facts)


def audits_of(tx: Connection, spec: ProjectSpec) -> list[Audit]:
    """Return the audits under the rule in force, the newest first, and what came of each.

    An item is right when what it would have closed with is what people settled or, where nobody
    did, what all its votes say; split votes are held against it.
    """
    wanted = spec.early_exit
    facts = [
        fact
        for fact in store_exits.audit_facts(tx, spec.id)
        if wanted is not None and exit_rules.same_promise(fact.rule, wanted)
    ]
    ids = [fact.item_id for fact in facts]
    states, found = sampling.states_of(tx, ids), store.consensus_of(tx, ids)
    settled = store_settlements.settled(tx, ids)
    return [
        _audit(fact, states.get(fact.item_id), found.get(fact.item_id), settled.get(fact.item_id))
        for fact in facts
    ]


def report(tx: Connection, *, spec: ProjectSpec) -> ExitReport:
    """Return what early exit saved, and how sure one may be of it."""
    totals = store_exits.totals(tx, spec.id)
    wanted = sampling.totals(tx, spec.id).wanted
    saved = sum(one.planned - one.wanted for one in totals.values())
    price = 0.0 if spec.costs is None else spec.costs.judgment
    audits = audits_of(tx, spec)
    return ExitReport(
        gates=store_exits.gates(tx, spec.id),
        savings=savings(used=wanted, planned=wanted + saved, price=price),
        counts={kind: totals[kind].items if kind in totals else 0 for kind in ExitKind},
        error=exit_rules.error_of(audits),
        audits=audits,
        ledger=store_exits.ledger(tx, spec.id, limit=_LEDGER),
    )


def _steps(
    tx: Connection,
    spec: ProjectSpec,
    questions: Mapping[str, str],
    states: Mapping[str, ItemState],
) -> list[tuple[str, Step, Seen]]:
    wanted, gates = spec.early_exit, store_exits.gates(tx, spec.id)
    if wanted is None or not gates:
        return []
    ids = [key for key in states if questions.get(key) in gates]
    found, facts = store.consensus_of(tx, ids), store_exits.facts_of(tx, ids)
    held = labeling.open_counts(tx, ids)
    steps = []
    for key in sorted(ids):
        before = facts.get(key, [])
        seen = Seen(
            state=states[key],
            held=held.get(key, 0),
            consensus=found.get(key),
            last=before[-1] if before else None,
            planned=before[0].wanted_before if before else states[key].wanted,
        )
        step = exit_rules.decide(seen, wanted, gates[questions[key]])
        if step is not None:
            steps.append((key, step, seen))
    return steps


def _fact(
    spec: ProjectSpec, gate: ExitGate, step: Step, seen: Seen, after: ItemState, now: float
) -> ExitFact:
    """Return what to write down."""
    answer = "" if seen.consensus is None else seen.consensus.answer
    return ExitFact(
        item_id=after.item_id,
        number=1 if seen.last is None else seen.last.number + 1,
        project_id=spec.id,
        question_id=gate.question_id,
        kind=step.kind,
        votes=seen.state.done,
        wanted_before=seen.state.wanted,
        wanted_after=after.wanted,
        answer=answer,
        confidence=step.confidence,
        rule=exit_rules.rule_of(spec.early_exit or EarlyExitSpec(), gate),
        at=now,
    )


def _audit(
    fact: ExitFact,
    state: ItemState | None,
    found: Consensus | None,
    settled: Settlement | None,
) -> Audit:
    votes = 0 if state is None else state.done
    if settled is not None:
        return Audit(fact, votes, settled.outcome != fact.answer)
    if state is None or found is None or state.done < state.wanted or found.n < state.done:
        return Audit(fact, votes, None)
    return Audit(fact, votes, found.split or found.answer != fact.answer)


def _tell(
    tx: Connection,
    project_id: str,
    facts: Sequence[ExitFact],
    after: Mapping[str, ItemState],
    now: float,
) -> None:
    for fact in facts:
        if fact.kind is ExitKind.CLOSED and after[fact.item_id].state is ItemProgress.CLOSED:
            events.emit(
                tx, kind="item.closed", project_id=project_id, subject_id=fact.item_id,
                payload={"judgments": fact.votes}, now=now,
            )  # fmt: skip
    if facts:
        counts = {kind.value: sum(fact.kind is kind for fact in facts) for kind in ExitKind}
        events.emit(
            tx, kind="quality.early_exit", project_id=project_id, subject_id=None,
            payload=counts, now=now,
        )  # fmt: skip
