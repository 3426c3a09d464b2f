"""What traffic does to a release: advance, hold, roll back; and how often by chance alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.release.guard_verdicts import GuardVerdict
from loopwright.release.model import (
    ArmTraffic,
    Observation,
    Release,
    ReleaseState,
    Stage,
    StepKind,
    TrafficSummary,
)
from loopwright.release.rules import (
    HOLD_LIMIT_SECONDS,
    ROLLBACK_EVIDENCE,
    decide_step,
    state_of_stage,
)
from loopwright.serving.rules import StableRate, allowed_rate
from loopwright.stats.eprocess import RateDetector, rate_evidence

STAGES = (
    Stage("shadow", 0.0, 20, 0.05, 0.0, 60.0),
    Stage("canary", 0.1, 20, 0.05, 10.0, 60.0),
    Stage("full", 1.0, 20, 0.05, 10.0, 60.0),
)
CANARY = Release(
    id="rel_1",
    project_id="demo",
    candidate_policy_id="pol_new",
    stable_policy_id="pol_old",
    state=ReleaseState.CANARY,
    stage_index=1,
    stages=STAGES,
    share=0.1,
    verdict=None,
    evidence=None,
    sentence="",
    opened_by="loop",
    cycle_id=None,
    created_at=0.0,
    updated_at=0.0,
    stage_started_at=0.0,
    held_at=None,
    live_at=None,
    closed_at=None,
)
SHADOW = replace(CANARY, state=ReleaseState.SHADOW, stage_index=0, share=0.0)
FULL = replace(CANARY, state=ReleaseState.RAMP, stage_index=2, share=1.0)


def seen(
    candidate: ArmTraffic | None = None,
    *,
    stable: ArmTraffic | None = None,
    shadow: ArmTraffic | None = None,
    lost: int = 0,
    guard: GuardVerdict | None = None,
) -> Observation:
    nothing = ArmTraffic()
    traffic = TrafficSummary(0.0, stable or nothing, candidate or nothing, shadow or nothing, lost)
    return Observation(traffic, guard)


def arm(requests: int, errors: int = 0, *, subjects: int = 0) -> ArmTraffic:
    return ArmTraffic(
        requests, subjects, errors, latency_ms=100, latency_p95_ms=200.0, length=300.0
    )


GUARD = GuardVerdict("rel_1", "demo", "pol_new", 5.0, 9, {"connect": 4}, 0.05, 2e4)


@pytest.mark.parametrize(
    ("release", "observation", "now", "kind", "said"),
    [
        (SHADOW, seen(shadow=arm(20)), 1.0, StepKind.ADVANCE, "Stage shadow passed: 20 requests"),
        (SHADOW, seen(candidate=arm(99)), 1.0, StepKind.STAY, "needs 20 more requests (0 of 20)"),
        (CANARY, seen(arm(25)), 11.0, StepKind.ADVANCE, "Stage canary passed"),
        (CANARY, seen(arm(25)), 4.0, StepKind.STAY, "lasts another 6 s"),
        (CANARY, seen(arm(3)), 30.0, StepKind.STAY, "needs 17 more"),
        (CANARY, seen(), 100.0, StepKind.HOLD, "needs 20 more requests (0 of 20)"),
        (CANARY, seen(arm(25, 2)), 11.0, StepKind.HOLD, "too many to go on, too few to roll back"),
        (CANARY, seen(arm(25, 10)), 1.0, StepKind.ROLL_BACK, "10 of 25 requests"),
        (CANARY, seen(arm(25, 10), stable=arm(100, 40)), 1.0, StepKind.HOLD, "too many to go on"),
        (CANARY, seen(guard=GUARD), 1.0, StepKind.ROLL_BACK, "The gateway took the traffic away"),
        (CANARY, seen(arm(25), lost=3), 11.0, StepKind.RESTART, "3 requests were not captured"),
        (
            CANARY,
            seen(arm(25, subjects=250), stable=arm(99, subjects=250)),
            11.0,
            StepKind.HOLD,
            "250 of 500 subjects",
        ),
        (
            CANARY,
            seen(replace(arm(50), latency_p95_ms=900.0), stable=arm(50)),
            11.0,
            StepKind.HOLD,
            "4.5 times as slow",
        ),
        (
            CANARY,
            seen(replace(arm(50), length=1500.0), stable=arm(50)),
            11.0,
            StepKind.HOLD,
            "5.0 times as long",
        ),
        (FULL, seen(arm(25)), 11.0, StepKind.GO_LIVE, "Stage full passed"),
        (replace(CANARY, state=ReleaseState.LIVE), seen(guard=GUARD), 1.0, StepKind.STAY, ""),
        (replace(CANARY, state=ReleaseState.ABORTED), seen(arm(50)), 99.0, StepKind.STAY, ""),
        (
            replace(CANARY, state=ReleaseState.HELD, held_at=0.0),
            seen(arm(25)),
            11.0,
            StepKind.ADVANCE,
            "passed",
        ),
        (
            replace(CANARY, state=ReleaseState.HELD, held_at=0.0, sentence="No traffic."),
            seen(),
            HOLD_LIMIT_SECONDS + 1,
            StepKind.ABORT,
            "The last reason was: No traffic.",
        ),
    ],
)
def test_steps(
    release: Release, observation: Observation, now: float, kind: StepKind, said: str
) -> None:
    step = decide_step(release, observation, now=now)
    assert step.kind is kind
    assert said in step.sentence


def test_states_of_stages() -> None:
    assert [state_of_stage(STAGES, index) for index in range(3)] == [
        ReleaseState.SHADOW,
        ReleaseState.CANARY,
        ReleaseState.RAMP,
    ]


@given(
    requests=st.integers(0, 19),
    errors=st.integers(0, 19),
    now=st.floats(0.0, HOLD_LIMIT_SECONDS),
)
def test_too_little_traffic_never_advances(requests: int, errors: int, now: float) -> None:
    step = decide_step(CANARY, seen(arm(requests, min(errors, requests))), now=now)
    assert step.kind in {StepKind.STAY, StepKind.HOLD, StepKind.ROLL_BACK}


def test_false_rollbacks_stay_rare_under_constant_looking() -> None:
    rng = np.random.default_rng(7)
    rolled_back = 0
    for _ in range(1000):
        errors = np.cumsum(rng.random(300) < 0.05)
        rolled_back += any(
            rate_evidence(int(count), number + 1, 0.05) >= ROLLBACK_EVIDENCE
            for number, count in enumerate(errors)
            if count > 3
        )
    assert rolled_back <= 12


def alarm_at(failures: list[bool], *, threshold: float = 1e4) -> int | None:
    detector = RateDetector()
    for number, failed in enumerate(failures, start=1):
        detector = detector.after(event=failed, allowed_rate=0.05)
        if detector.evidence >= threshold:
            return number
    return None


def test_guard_is_quiet_at_the_allowed_rate() -> None:
    rng = np.random.default_rng(11)
    alarms = sum(
        alarm_at([bool(x) for x in rng.random(500) < 0.05]) is not None for _ in range(200)
    )
    # At most 500 / 10,000 of the runs, were the bound tight.
    assert alarms <= 16


def test_guard_does_not_blame_the_candidate_when_everything_fails() -> None:
    stable = StableRate()
    for _ in range(50):
        stable = stable.after(failed=True)
    assert allowed_rate(0.05, stable) == 0.95
    detector = RateDetector()
    for _ in range(60):
        detector = detector.after(event=True, allowed_rate=allowed_rate(0.05, stable))
    assert detector.evidence < 1e4


def ride(rng: np.random.Generator, *, rate: float) -> str:
    """One release through its canary, looked at after every twentieth request of its arm."""
    errors = requests = 0
    for look in range(1, 60):
        errors += int(rng.binomial(20, rate))
        requests += 20
        stable = arm(requests * 9, int(rng.binomial(requests * 9, 0.01)))
        long = replace(CANARY, stages=(STAGES[0], replace(STAGES[1], min_requests=1000)))
        kind = decide_step(long, seen(arm(requests, errors), stable=stable), now=look * 1.0).kind
        if kind in {StepKind.ROLL_BACK, StepKind.ADVANCE, StepKind.GO_LIVE}:
            return kind.value
    return "held"


def test_equal_versions_are_rarely_rolled_back_and_bad_ones_always() -> None:
    rng = np.random.default_rng(3)
    equal = [ride(rng, rate=0.01) for _ in range(1000)]
    at_the_limit = [ride(rng, rate=0.05) for _ in range(1000)]
    planted = [ride(rng, rate=0.2) for _ in range(200)]
    assert equal.count("roll_back") == 0
    assert at_the_limit.count("roll_back") <= 20
    assert planted.count("roll_back") == 200
