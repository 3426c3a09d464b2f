"""The moves of a release: each stores it, appends an event, and changes the routing with it."""

import secrets
from dataclasses import replace

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.infra import events
from loopwright.release import store
from loopwright.release.model import Release, ReleaseState, Step, StepKind
from loopwright.release.rules import state_of_stage

LEASE_SECONDS = 60.0
"""How long the candidate keeps its share without a fresh look at its traffic."""


def apply_step(
    tx: Connection, found: Release, *, step: Step, evidence: Json, by: str, now: float
) -> Release:
    """Do what one look at the traffic decided."""
    if step.kind is StepKind.ROLL_BACK:
        return close(
            tx,
            found,
            state=ReleaseState.ROLLED_BACK,
            sentence=f"Rolled back: {step.sentence}",
            evidence=evidence,
            by=by,
            now=now,
        )
    if step.kind is StepKind.ABORT:
        return close(
            tx,
            found,
            state=ReleaseState.ABORTED,
            sentence=step.sentence,
            evidence=evidence,
            by=by,
            now=now,
        )
    if step.kind is StepKind.GO_LIVE:
        return _go_live(tx, found, sentence=step.sentence, evidence=evidence, by=by, now=now)
    if step.kind is StepKind.ADVANCE:
        moved = replace(found, sentence=step.sentence)
        return enter_stage(
            tx,
            moved,
            index=found.stage_index + 1,
            kind="advanced",
            evidence=evidence,
            by=by,
            now=now,
        )
    return _stay(tx, found, step=step, evidence=evidence, by=by, now=now)


def _stay(
    tx: Connection, found: Release, *, step: Step, evidence: Json, by: str, now: float
) -> Release:
    after = replace(found, sentence=step.sentence, updated_at=now)
    kind = None
    if step.kind is StepKind.HOLD:
        after = replace(after, state=ReleaseState.HELD, held_at=found.held_at or now)
        kind = "held" if found.state is not ReleaseState.HELD else None
    elif step.kind is StepKind.RESUME:
        state = state_of_stage(found.stages, found.stage_index)
        after = replace(after, state=state, held_at=None)
        kind = "resumed"
    elif step.kind is StepKind.RESTART:
        after = replace(after, stage_started_at=now)
        kind = "restarted"
    store.save_release(tx, after)
    if kind is not None:
        log_event(tx, after, kind=kind, before=found.state, actor=by, evidence=evidence, now=now)
    if after.stage is not None:
        _route(tx, after, now=now)
    return after


def enter_stage(
    tx: Connection,
    found: Release,
    *,
    index: int,
    kind: str,
    evidence: Json,
    by: str,
    now: float,
) -> Release:
    """Put a release into a stage, with its share of the traffic."""
    after = replace(
        found,
        state=state_of_stage(found.stages, index),
        stage_index=index,
        share=found.stages[index].share,
        stage_started_at=now,
        held_at=None,
        updated_at=now,
    )
    store.save_release(tx, after)
    log_event(tx, after, kind=kind, before=found.state, actor=by, evidence=evidence, now=now)
    _route(tx, after, now=now)
    return after


def _go_live(
    tx: Connection, found: Release, *, sentence: str, evidence: Json, by: str, now: float
) -> Release:
    before = store.live_release(tx, found.project_id)
    if before is not None:
        ended = replace(before, state=ReleaseState.SUPERSEDED, closed_at=now, updated_at=now)
        store.save_release(tx, ended)
        log_event(
            tx,
            replace(ended, sentence=f"Release {found.id} went live after it."),
            kind="superseded",
            before=before.state,
            actor=by,
            evidence={},
            now=now,
        )
    after = replace(
        found,
        state=ReleaseState.LIVE,
        share=1.0,
        sentence=f"Live for all traffic. {sentence}",
        held_at=None,
        live_at=now,
        updated_at=now,
    )
    store.save_release(tx, after)
    log_event(tx, after, kind="live", before=found.state, actor=by, evidence=evidence, now=now)
    _route_to(tx, after.project_id, policy_id=after.candidate_policy_id, now=now)
    return after


def close(
    tx: Connection,
    found: Release,
    *,
    state: ReleaseState,
    sentence: str,
    evidence: Json,
    by: str,
    now: float,
) -> Release:
    """End a release; all traffic goes to the version before it."""
    after = replace(found, state=state, share=0.0, sentence=sentence, closed_at=now, updated_at=now)
    store.save_release(tx, after)
    log_event(tx, after, kind=state.value, before=found.state, actor=by, evidence=evidence, now=now)
    _route_to(tx, after.project_id, policy_id=after.stable_policy_id, now=now)
    return after


def _route(tx: Connection, found: Release, *, now: float) -> None:
    routing, stage = store.get_routing(tx, found.project_id), found.stage
    if routing is None or stage is None:
        return
    wanted = replace(
        routing,
        candidate_policy_id=found.candidate_policy_id,
        release_id=found.id,
        share=found.share,
        shadow=stage.share <= 0.0,
        max_error_rate=stage.max_error_rate,
        # A new experiment has a new salt; the stages of one release share theirs.
        salt=routing.salt if routing.release_id == found.id else secrets.token_hex(16),
    )
    if wanted == routing and routing.lease_until - now > LEASE_SECONDS / 2:
        return
    store.put_routing(
        tx,
        replace(
            wanted, version=routing.version + 1, lease_until=now + LEASE_SECONDS, updated_at=now
        ),
    )


def _route_to(tx: Connection, project_id: str, *, policy_id: str, now: float) -> None:
    routing = store.get_routing(tx, project_id)
    if routing is None:
        return
    if routing.candidate_policy_id is None and routing.stable_policy_id == policy_id:
        return
    store.put_routing(
        tx,
        replace(
            routing,
            version=routing.version + 1,
            stable_policy_id=policy_id,
            candidate_policy_id=None,
            release_id=None,
            share=0.0,
            shadow=False,
            lease_until=0.0,
            updated_at=now,
        ),
    )


def log_event(
    tx: Connection,
    found: Release,
    *,
    kind: str,
    before: ReleaseState | None,
    actor: str,
    evidence: Json,
    now: float,
) -> None:
    """Append what happened, for the release and for the outbox."""
    store.add_event(
        tx,
        found,
        at=now,
        kind=kind,
        from_state=before,
        actor=actor,
        sentence=found.sentence,
        evidence=evidence,
    )
    events.emit(
        tx,
        kind=f"release.{kind}",
        project_id=found.project_id,
        subject_id=found.id,
        payload={
            "state": found.state.value,
            "share": found.share,
            "candidate_policy_id": found.candidate_policy_id,
            "sentence": found.sentence,
        },
        now=now,
    )
