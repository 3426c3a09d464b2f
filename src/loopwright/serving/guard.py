"""The fast guard inside the gateway: needs neither database nor pipeline.

It watches the candidate's arm request by request (a request counts on the arm that it was
assigned to, whoever answered) and takes the candidate's traffic away by itself.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from loopwright.release.guard_verdicts import GuardVerdict, read_verdict
from loopwright.release.routing import Arm, RoutingSnapshot, without_candidate
from loopwright.serving.model import Exchange, FailureKind
from loopwright.serving.rules import StableRate, allowed_rate
from loopwright.stats.eprocess import RateDetector

Store = Callable[[GuardVerdict], None]


@dataclass
class _Watch:
    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    detector: RateDetector = field(default_factory=RateDetector)


class Guard:
    """Per release: the candidate's failures against the allowed rate."""

    def __init__(self, *, folder: Path, threshold: float, store: Store) -> None:
        self._folder = folder
        self._threshold = threshold
        self._store = store
        self._watches: dict[str, _Watch] = {}
        self._stable: dict[str, StableRate] = {}
        self._verdicts: dict[str, GuardVerdict] = {}

    def learn(self, snapshot: RoutingSnapshot) -> None:
        """Take up a verdict that an earlier process left on this snapshot's release."""
        candidate = snapshot.candidate
        if candidate is None or candidate.release_id in self._verdicts:
            return
        found = read_verdict(self._folder, candidate.release_id)
        if found is not None:
            self._verdicts[candidate.release_id] = found

    def in_force(self, snapshot: RoutingSnapshot) -> RoutingSnapshot:
        """Return the snapshot, without its candidate once the guard has dropped it."""
        candidate = snapshot.candidate
        if candidate is not None and candidate.release_id in self._verdicts:
            return without_candidate(snapshot)
        return snapshot

    def verdict_on(self, release_id: str) -> GuardVerdict | None:
        """Return the verdict on a release, None while it is not dropped."""
        return self._verdicts.get(release_id)

    def record(self, snapshot: RoutingSnapshot, exchange: Exchange, *, now: float) -> None:
        """Count one ended request on the arm to which it was assigned."""
        failed = exchange.failure is not None
        if exchange.arm == Arm.STABLE.value:
            known = self._stable.get(snapshot.project_id, StableRate())
            self._stable[snapshot.project_id] = known.after(failed=failed)
            return
        candidate = snapshot.candidate
        if candidate is None or candidate.release_id in self._verdicts:
            return
        watch = self._watches.setdefault(candidate.release_id, _Watch())
        allowed = allowed_rate(
            candidate.max_error_rate, self._stable.get(snapshot.project_id, StableRate())
        )
        watch.requests += 1
        watch.detector = watch.detector.after(event=failed, allowed_rate=allowed)
        if exchange.failure is not None:
            watch.failures[FailureKind(exchange.failure).value] += 1
        if watch.detector.evidence >= self._threshold:
            verdict = GuardVerdict(
                release_id=candidate.release_id,
                project_id=snapshot.project_id,
                policy_version_id=candidate.target.policy_version_id,
                at=now,
                requests=watch.requests,
                failures=dict(watch.failures),
                allowed_rate=allowed,
                evidence=watch.detector.evidence,
            )
            self._verdicts[candidate.release_id] = verdict
            self._store(verdict)
