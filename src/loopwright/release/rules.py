"""What happens to a release under way, decided from what its traffic shows; pure.

Order: a broken guardrail rolls back; figures that are not whole, not there or not believable
hold; only a stage whose every demand is met advances. Counts are looked at again and again, so
every test here stays valid under that.
"""

from loopwright.release.model import (
    CLOSED,
    ArmTraffic,
    Observation,
    Release,
    ReleaseState,
    Stage,
    Step,
    StepKind,
)
from loopwright.stats.eprocess import rate_evidence, split_evidence

ROLLBACK_EVIDENCE = 200.0
"""At most one false rollback in this many releases whose candidate fails as often as allowed."""
MISMATCH_EVIDENCE = 1000.0
MAX_LATENCY_RATIO = 3.0
MAX_LENGTH_RATIO = 3.0
SIGNAL_REQUESTS = 30
"""Fewer requests per arm say nothing about latency and length."""
HOLD_LIMIT_SECONDS = 7 * 86400.0


def decide_step(release: Release, seen: Observation, *, now: float) -> Step:
    """Return what to do with a release after one look at its traffic."""
    stage = release.stage
    if release.state in CLOSED or release.state is ReleaseState.LIVE:
        return Step(StepKind.STAY, release.sentence)
    if release.state is ReleaseState.HELD and _held_too_long(release, now):
        return Step(
            StepKind.ABORT,
            f"Held for more than {HOLD_LIMIT_SECONDS / 86400:.0f} days; nothing new arrived. "
            f"The last reason was: {release.sentence}",
        )
    if stage is None:
        return Step(StepKind.STAY, release.sentence)
    broken = _guardrails(release, stage, seen)
    if broken is not None:
        return Step(StepKind.ROLL_BACK, broken)
    if seen.traffic.lost:
        return Step(
            StepKind.RESTART,
            f"{seen.traffic.lost} requests were not captured, so the figures of this stage are "
            "incomplete; its window starts again.",
        )
    doubt = _doubts(stage, seen)
    if doubt is not None:
        return Step(StepKind.HOLD, doubt)
    return _progress(release, stage, seen, now=now)


def state_of_stage(stages: tuple[Stage, ...], index: int) -> ReleaseState:
    """Return the state of a release in its `index`-th stage."""
    if stages[index].share <= 0.0:
        return ReleaseState.SHADOW
    earlier = any(stage.share > 0.0 for stage in stages[:index])
    return ReleaseState.RAMP if earlier else ReleaseState.CANARY


def watched_arm(stage: Stage, seen: Observation) -> ArmTraffic:
    """Return the arm that a stage looks at: the shadow answers while nobody is served."""
    return seen.traffic.shadow if stage.share <= 0.0 else seen.traffic.candidate


def _guardrails(release: Release, stage: Stage, seen: Observation) -> str | None:
    if seen.guard is not None and seen.guard.release_id == release.id:
        return seen.guard.sentence
    arm, stable = watched_arm(stage, seen), seen.traffic.stable
    allowed = stage.max_error_rate
    if stable.requests >= SIGNAL_REQUESTS and stable.error_rate is not None:
        # What fails on both sides is not the candidate's fault.
        allowed = max(allowed, stable.error_rate)
    evidence = rate_evidence(arm.errors, arm.requests, min(max(allowed, 0.001), 0.99))
    if evidence < ROLLBACK_EVIDENCE:
        return None
    return (
        f"{arm.errors} of {arm.requests} requests of the candidate failed "
        f"({arm.errors / arm.requests:.1%}), where {allowed:.1%} is allowed; chance alone would "
        f"show this in fewer than 1 of {ROLLBACK_EVIDENCE:.0f} releases."
    )


def _doubts(stage: Stage, seen: Observation) -> str | None:
    traffic = seen.traffic
    subjects = traffic.candidate.subjects + traffic.stable.subjects
    if split_evidence(traffic.candidate.subjects, subjects, stage.share) >= MISMATCH_EVIDENCE:
        return (
            f"{traffic.candidate.subjects} of {subjects} subjects were assigned to the candidate, "
            f"where {stage.share:.0%} were to be: the two sides cannot be compared. Look at how "
            "the application names its subjects."
        )
    arm, stable = watched_arm(stage, seen), traffic.stable
    if min(arm.requests, stable.requests) < SIGNAL_REQUESTS:
        return None
    latency = _ratio(arm.latency_p95_ms, stable.latency_p95_ms)
    if latency is not None and latency > MAX_LATENCY_RATIO:
        return (
            f"The candidate is {latency:.1f} times as slow as the stable version "
            f"(95th percentile {arm.latency_p95_ms:.0f} ms against {stable.latency_p95_ms:.0f} ms)."
        )
    length = _ratio(arm.length, stable.length)
    if length is not None and length > MAX_LENGTH_RATIO:
        return (
            f"The candidate's answers are {length:.1f} times as long as the stable version's "
            f"({arm.length:.0f} characters against {stable.length:.0f})."
        )
    return None


def _progress(release: Release, stage: Stage, seen: Observation, *, now: float) -> Step:
    arm = watched_arm(stage, seen)
    elapsed = now - release.stage_started_at
    missing = stage.min_requests - arm.requests
    held = release.state is ReleaseState.HELD
    if missing > 0:
        sentence = (
            f"Stage {stage.name} needs {missing} more requests ({arm.requests} of "
            f"{stage.min_requests})."
        )
        return Step(StepKind.HOLD if elapsed > stage.wait_seconds else StepKind.STAY, sentence)
    rate = arm.error_rate
    if rate is not None and rate > stage.max_error_rate:
        return Step(
            StepKind.HOLD,
            f"{arm.errors} of {arm.requests} requests of the candidate failed ({rate:.1%}, where "
            f"{stage.max_error_rate:.1%} is allowed): too many to go on, too few to roll back.",
        )
    if elapsed < stage.seconds:
        sentence = f"Stage {stage.name} lasts another {stage.seconds - elapsed:.0f} s at least."
        return Step(StepKind.RESUME if held else StepKind.STAY, sentence)
    passed = f"Stage {stage.name} passed: {arm.requests} requests, {arm.errors} failed."
    last = release.stage_index == len(release.stages) - 1
    return Step(StepKind.GO_LIVE if last else StepKind.ADVANCE, passed)


def _held_too_long(release: Release, now: float) -> bool:
    return release.held_at is not None and now - release.held_at > HOLD_LIMIT_SECONDS


def _ratio(first: float | None, second: float | None) -> float | None:
    return first / second if first is not None and second else None
