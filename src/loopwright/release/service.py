"""Opening, advancing, holding and rolling back releases, in the caller's transaction.

Every change appends an event with its evidence and its actor, and moves the routing in the same
transaction; `release.jobs` then writes the routing for the gateway, after the commit.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.datasets.lineage import record_edges
from loopwright.datasets.model import Edge, Node
from loopwright.release import store
from loopwright.release.gate_rules import decide_gate
from loopwright.release.model import (
    CLOSED,
    UNDER_WAY,
    Decision,
    GateEvidence,
    GateLimits,
    GateVerdict,
    Observation,
    Release,
    ReleaseEvent,
    ReleaseState,
    Routing,
    Stage,
)
from loopwright.release.rules import decide_step
from loopwright.release.transitions import apply_step, close, enter_stage, log_event


def get(tx: Connection, *, project_id: str, release_id: str) -> tuple[Release, list[ReleaseEvent]]:
    """Return a release, by its id, whole or short, and what happened to it; raises NotFound."""
    found = store.RELEASES.one(tx, release_id, store.read_release, project_id=project_id)
    return found, store.events_of(tx, found.id)


def set_stable(tx: Connection, *, project_id: str, policy_id: str, now: float) -> Routing:
    """Make a policy version the first to answer for a project.

    Does nothing when the project is already routed: from then on only releases change it.
    """
    known = store.get_routing(tx, project_id)
    if known is not None:
        return known
    first = Routing(
        project_id=project_id,
        version=1,
        salt=secrets.token_hex(16),
        stable_policy_id=policy_id,
        candidate_policy_id=None,
        release_id=None,
        share=0.0,
        shadow=False,
        lease_until=0.0,
        max_error_rate=0.05,
        updated_at=now,
    )
    store.put_routing(tx, first)
    return first


def open_release(
    tx: Connection,
    *,
    project_id: str,
    candidate_policy_id: str,
    evidence: GateEvidence,
    gates: GateLimits,
    stages: Sequence[Stage],
    by: str,
    now: float,
    cycle_id: str | None = None,
) -> Release:
    """Decide the gate and open a release: into its first stage, held, or refused.

    Idempotent for a cycle: the same cycle and candidate give the release that is there.
    A release that still waits at its gate is replaced. Raises Conflict while another one of the
    project has traffic, or when the project has no stable version (`set_stable`).
    """
    if cycle_id is not None:
        known = store.release_of_cycle(
            tx, cycle_id=cycle_id, candidate_policy_id=candidate_policy_id
        )
        if known is not None:
            return known
    stable = _stable_to_release_against(tx, project_id)
    for waiting in store.under_way(tx, project_id):
        sentence = f"Replaced by a newer candidate. {waiting.sentence}"
        _abort(tx, waiting, sentence=sentence, by=by, now=now)
    draft = Release(
        id=new_id("rel"),
        project_id=project_id,
        candidate_policy_id=candidate_policy_id,
        stable_policy_id=stable,
        state=ReleaseState.DRAFT,
        stage_index=-1,
        stages=tuple(stages),
        share=0.0,
        verdict=None,
        evidence=None,
        sentence="Opened.",
        opened_by=by,
        cycle_id=cycle_id,
        created_at=now,
        updated_at=now,
        stage_started_at=now,
        held_at=None,
        live_at=None,
        closed_at=None,
    )
    store.add_release(tx, draft)
    _trace(tx, draft)
    log_event(tx, draft, kind="opened", before=None, actor=by, evidence={}, now=now)
    return _decide(
        tx, draft, evidence=evidence, verdict=decide_gate(evidence, gates), by=by, now=now
    )


def _trace(tx: Connection, opened: Release) -> None:
    """Let the lineage lead from the policies to their release."""
    record_edges(
        tx,
        [
            Edge(opened.id, opened.candidate_policy_id, "releases"),
            Edge(opened.id, opened.stable_policy_id, "replaces"),
        ],
        nodes=[Node(opened.id, "release", "release of a candidate", opened.created_at)],
        project_id=opened.project_id,
        now=opened.created_at,
    )


def record_evidence(
    tx: Connection,
    *,
    release_id: str,
    evidence: GateEvidence,
    gates: GateLimits,
    by: str,
    now: float,
) -> Release:
    """Decide the gate of a release again, which was held before its first stage."""
    found = _locked(tx, release_id)
    if found.stage_index >= 0 or found.state not in UNDER_WAY:
        return found
    verdict = decide_gate(evidence, gates)
    return _decide(tx, found, evidence=evidence, verdict=verdict, by=by, now=now)


def observe(tx: Connection, *, release_id: str, seen: Observation, by: str, now: float) -> Release:
    """Look at a release's traffic once, do what it says, and renew its lease."""
    found = _locked(tx, release_id)
    if found.state in CLOSED or found.state is ReleaseState.LIVE:
        return found
    step = decide_step(found, seen, now=now)
    evidence: Json = {"traffic": seen.traffic.as_dict()}
    if seen.guard is not None:
        evidence["guard"] = seen.guard.as_dict()
    return apply_step(tx, found, step=step, evidence=evidence, by=by, now=now)


def roll_back(
    tx: Connection, *, project_id: str, release_id: str, reason: str, by: str, now: float
) -> Release:
    """Send all traffic back to the version before a release; needs no analysis.

    Raises NotFound, or Conflict when there is nothing to take back.
    """
    found = store.RELEASES.one(tx, release_id, store.get_release, project_id=project_id)
    if found.state is ReleaseState.ROLLED_BACK:
        return found
    if found.state in CLOSED:
        raise Conflict(
            f"Release {found.id} is {found.state.value}; there is nothing to roll back.",
            remedy="Roll back the release that is live now.",
            code="release_closed",
        )
    for other in store.under_way(tx, project_id):
        if other.id != found.id:
            sentence = f"Given up: release {found.id}, on which it builds, was rolled back."
            _abort(tx, other, sentence=sentence, by=by, now=now)
    return close(
        tx,
        found,
        state=ReleaseState.ROLLED_BACK,
        sentence=reason or "Rolled back by hand.",
        evidence={},
        by=by,
        now=now,
    )


def _stable_to_release_against(tx: Connection, project_id: str) -> str:
    routing = store.get_routing(tx, project_id)
    if routing is None:
        raise Conflict(
            f"Project {project_id} has no stable policy version to release against.",
            remedy="Register the policy version that answers today; it becomes the stable one.",
            code="no_stable_version",
        )
    busy = [found for found in store.under_way(tx, project_id) if found.stage_index >= 0]
    if busy:
        raise Conflict(
            f"Release {busy[0].id} of project {project_id} is still under way ({busy[0].state}).",
            remedy="Wait until it is live, or roll it back first.",
            code="release_under_way",
        )
    return routing.stable_policy_id


def _decide(
    tx: Connection,
    found: Release,
    *,
    evidence: GateEvidence,
    verdict: GateVerdict,
    by: str,
    now: float,
) -> Release:
    judged = replace(
        found,
        verdict=verdict.as_dict(),
        evidence=evidence.as_dict(),
        sentence=verdict.sentence,
        updated_at=now,
    )
    proof: Json = {"verdict": verdict.as_dict(), "evidence": evidence.as_dict()}
    if verdict.decision is Decision.REFUSE:
        return close(
            tx,
            judged,
            state=ReleaseState.REFUSED,
            sentence=verdict.sentence,
            evidence=proof,
            by=by,
            now=now,
        )
    if verdict.decision is Decision.HOLD:
        held = replace(judged, state=ReleaseState.HELD, held_at=found.held_at or now)
        store.save_release(tx, held)
        if (found.state, found.sentence) != (held.state, held.sentence):
            log_event(tx, held, kind="held", before=found.state, actor=by, evidence=proof, now=now)
        return held
    return enter_stage(tx, judged, index=0, kind="advanced", evidence=proof, by=by, now=now)


def _abort(tx: Connection, found: Release, *, sentence: str, by: str, now: float) -> None:
    close(
        tx,
        found,
        state=ReleaseState.ABORTED,
        sentence=sentence,
        evidence={},
        by=by,
        now=now,
    )


def _locked(tx: Connection, release_id: str) -> Release:
    found = store.get_release(tx, release_id)
    if found is None:
        raise NotFound(
            f"There is no release {release_id}.",
            remedy=store.RELEASES.remedy,
            code=store.RELEASES.code,
        )
    return found
