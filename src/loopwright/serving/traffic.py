"""What a release's captured traffic shows, per arm; pure."""

from collections.abc import Sequence
from statistics import fmean, median, quantiles

from loopwright.release.model import ArmTraffic, TrafficSummary
from loopwright.release.routing import Arm
from loopwright.serving.model import Outcome
from loopwright.serving.store import Seen

NOBODY_TO_BLAME = frozenset({Outcome.CLIENT_FAULT.value, Outcome.CLIENT_GONE.value})


def summarize(
    seen: Sequence[Seen], *, since: float, serving_candidate: bool, lost: int
) -> TrafficSummary:
    """Return the figures per arm.

    While the candidate serves, only subjects that could have been assigned to it count on the
    stable side; in the shadow stage every stable request does.
    """
    counted = [one for one in seen if one.outcome not in NOBODY_TO_BLAME]
    stable = [
        one
        for one in counted
        if one.arm == Arm.STABLE.value and (one.analysed or not serving_candidate)
    ]
    return TrafficSummary(
        since=since,
        stable=_arm(stable),
        candidate=_arm([one for one in counted if one.arm == Arm.CANDIDATE.value]),
        shadow=_arm([one for one in counted if one.arm == "shadow"]),
        lost=lost,
    )


def _arm(seen: Sequence[Seen]) -> ArmTraffic:
    latencies = [one.latency_ms for one in seen if one.latency_ms is not None]
    own = [one.length for one in seen if one.served == one.assigned and one.failure is None]
    return ArmTraffic(
        requests=len(seen),
        subjects=len({one.subject_hash for one in seen if one.subject_hash is not None}),
        errors=sum(one.failure is not None for one in seen),
        latency_ms=median(latencies) if latencies else None,
        latency_p95_ms=quantiles(latencies, n=20)[-1] if len(latencies) > 1 else None,
        length=fmean(own) if own else None,
    )
