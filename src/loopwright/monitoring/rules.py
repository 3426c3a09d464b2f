"""Reading the loop: which stage is stuck and why, how long a signal takes to act; pure."""

from collections.abc import Sequence
from statistics import median

from loopwright.monitoring.model import (
    Acted,
    Alert,
    Flow,
    FlowState,
    LoopLatency,
    StageReport,
)

STUCK_SECONDS = {
    "intake": 60.0,
    "sampling": 86400.0,
    "labeling": 86400.0,
    "quality": 300.0,
    "datasets": 7 * 86400.0,
    "training": 3600.0,
    "evaluation": 86400.0,
    "release": 86400.0,
    "serving": 60.0,
}
"""How long a stage may hold something without moving anything. People may sleep; machines not."""

REMEDIES = {
    "intake": "Check that the server runs: it reads the gateway's spool.",
    "sampling": "Invite annotators, or send those you have the link to the Label page.",
    "labeling": "Invite annotators; open leases return to the queue by themselves.",
    "quality": "Restart the server; consensus is computed from the judgments at its start.",
    "datasets": "Start a cycle: `loopwright cycle run`.",
    "training": "Look at the run's log on the Training page, then `loopwright cycle resume`.",
    "evaluation": "Invite annotators: evaluation items wait for blind judgments.",
    "release": "Open the release: its last sentence says what it needs.",
    "serving": "Start the gateway: `loopwright gateway`.",
}


def report_stage(flow: Flow, *, now: float) -> StageReport:
    """Return what a stage's counts mean."""
    oldest = None if flow.oldest_at is None else max(0.0, now - flow.oldest_at)
    state = _state(flow, oldest, now)
    return StageReport(
        stage=flow.stage,
        waiting=flow.waiting,
        moving=flow.moving,
        oldest_seconds=oldest,
        state=state,
        detail=_detail(flow, state, now),
    )


def alerts_of(stages: Sequence[StageReport], *, now: float) -> list[Alert]:
    """Return one alert, with its remedy, for each stage that is stuck."""
    return [
        Alert(
            stage=stage.stage,
            sentence=stage.detail,
            remedy=REMEDIES.get(stage.stage, "Look at the stage's page."),
            at=now,
        )
        for stage in stages
        if stage.state is FlowState.STUCK
    ]


def set_aside_alert(*, skipped: int, nobody_left: int, now: float) -> Alert:
    """Return the alert for items set aside: nobody is offered them until a lead decides."""
    number = skipped + nobody_left
    were = f"{number:,} {_plural('item', number)} {'was' if number == 1 else 'were'} set aside"
    why = {
        "too many people skipped": skipped,
        "somebody skipped and nobody else is left to judge": nobody_left,
    }
    parts = [f"{count:,} that {words}" for words, count in why.items() if count]
    return Alert(
        stage="sampling",
        sentence=f"{were}: {' and '.join(parts)}.",
        remedy="Settings, Queue lists them with the reasons. Invite somebody who has not met them, "
        "or judge them yourself, and open them again.",
        at=now,
    )


def latency_of(acted: Sequence[Acted]) -> LoopLatency:
    """Return the loop latency over judgments, each counted once, at its first decision."""
    first: dict[str, float] = {}
    for one in acted:
        taken = one.acted_at - one.judged_at
        if taken >= 0.0:
            first[one.judgment_id] = min(taken, first.get(one.judgment_id, taken))
    if not first:
        return LoopLatency(None, None, 0)
    return LoopLatency(median(first.values()), max(first.values()), len(first))


def latency_by_kind(acted: Sequence[Acted]) -> dict[str, LoopLatency]:
    """Return the loop latency of each kind of decision."""
    kinds = sorted({one.kind for one in acted})
    return {kind: latency_of([one for one in acted if one.kind == kind]) for kind in kinds}


def judged_note(*, here: int, imported: int) -> str:
    """Return what was judged, here and elsewhere, when nothing is under way."""
    if not imported:
        return f"{here:,} judged." if here else "Nobody has judged anything yet."
    judged = f"{here:,} judged here" if here else "nobody has judged here yet"
    return f"{imported:,} imported, {judged}."


def spoken_time(seconds: float) -> str:
    """Return a length of time in words: "40 s", "3 min", "2.5 h", "4 days"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.0f} days"


def _state(flow: Flow, oldest: float | None, now: float) -> FlowState:
    if flow.blocked is not None:
        return FlowState.STUCK
    if flow.moving:
        return FlowState.MOVING
    if not flow.waiting:
        return FlowState.IDLE
    still = now - flow.moved_at if flow.moved_at is not None else oldest
    limit = STUCK_SECONDS.get(flow.stage, 3600.0)
    waits_long = oldest is None or oldest > limit
    return FlowState.STUCK if still is not None and still > limit and waits_long else FlowState.IDLE


def _detail(flow: Flow, state: FlowState, now: float) -> str:
    if flow.blocked is not None:
        return flow.blocked
    waiting = f"{flow.waiting:,} {_plural(flow.noun, flow.waiting)} waiting"
    if state is FlowState.STUCK:
        since = flow.moved_at if flow.moved_at is not None else flow.oldest_at
        quiet = f"nothing has moved for {spoken_time(now - since)}" if since else "nothing moves"
        return f"{waiting}; {quiet}."
    if flow.note is not None:
        return flow.note
    if state is FlowState.MOVING:
        moving = f"{flow.moving:,} under way"
        return f"{moving}, {waiting}." if flow.waiting else f"{moving}."
    return f"{waiting}." if flow.waiting else "Nothing waits."


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"
