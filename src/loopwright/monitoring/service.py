"""The Loop page: counts of every stage, the loop latency, the decisions and the alerts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import Permission, roles_with
from loopwright.accounts.model import Role
from loopwright.infra.home import Home
from loopwright.monitoring import store
from loopwright.monitoring.model import (
    Acted,
    Alert,
    Beginnings,
    Flow,
    LoopDecision,
    LoopReport,
    RoundWinRate,
)
from loopwright.monitoring.rules import (
    alerts_of,
    judged_note,
    latency_by_kind,
    latency_of,
    report_stage,
    set_aside_alert,
    spoken_time,
)
from loopwright.projects import service as projects
from loopwright.release import store as releases
from loopwright.release.model import Release, ReleaseState
from loopwright.sampling import service as sampling
from loopwright.serving.capture import finished_segments
from loopwright.serving.launch import gateway_answers
from loopwright.stats.estimate import Estimate

RECENT_SECONDS = 600.0
DECISION_KINDS = {
    "refused": "refused",
    "live": "released",
    "rolled_back": "rolled_back",
    "held": "held",
    "aborted": "aborted",
}


@dataclass(frozen=True)
class Outside:
    """What only the server's machine knows: the spool on its disk, the gateway's answer."""

    segments: tuple[float, ...]
    """Times of the finished segments that wait for the importer."""
    gateway: bool


def look_outside(home: Home) -> Outside:
    """Look at the spool and ask the gateway whether it lives."""
    paths = finished_segments(home.folder("spool"))
    times = [at for path in paths if (at := _written_at(path)) is not None]
    return Outside(tuple(times), gateway_answers(home.settings))


def loop_report(tx: Connection, *, project_id: str, outside: Outside, now: float) -> LoopReport:
    """Return the whole Loop page of a project; raises NotFound."""
    project = projects.get(tx, project_id)
    gather: tuple[Callable[[], Flow], ...] = (
        lambda: _guidelines(tx, project_id, now),
        lambda: _intake(tx, project_id, outside, now),
        lambda: _sampling(tx, project_id, now),
        lambda: _labeling(tx, project_id, now),
        lambda: _quality(tx, project_id, now),
        lambda: _datasets(tx, project_id, now),
        lambda: _training(tx, project_id, now),
        lambda: _evaluation(tx, project_id, now),
        lambda: _release(tx, project_id),
        lambda: _serving(tx, project_id, outside, now),
    )
    total = sampling.totals(tx, project_id)
    aside: list[Alert] = []
    if total.stuck:
        skipped, nobody_left = store.set_aside(
            tx, project_id, most_skips=project.spec.assignment.skips
        )
        aside = [set_aside_alert(skipped=skipped, nobody_left=nobody_left, now=now)]
    stages = tuple(report_stage(count(), now=now) for count in gather)
    acted = _acted(tx, project_id)
    return LoopReport(
        simulated=project.simulated,
        beginnings=_beginnings(tx, project_id, queued=total.open + total.closed + total.stuck),
        stages=stages,
        latency=latency_of(acted),
        latency_by_kind=latency_by_kind(acted),
        win_rates=tuple(_win_rates(tx, project_id)),
        decisions=tuple(_decisions(tx, project_id)),
        alerts=(*alerts_of(stages, now=now), *aside),
    )


def _beginnings(tx: Connection, project_id: str, *, queued: int) -> Beginnings:
    judging = roles_with(Permission.JUDGE) - {Role.OWNER, Role.LEAD}
    people = accounts.people(tx, project_id)
    return Beginnings(
        prompts=store.prompts(tx, project_id).n,
        queued=queued,
        annotators=sum(one.role in judging for one in people),
        judgments=store.judgments(tx, project_id).n + store.imported(tx, project_id),
    )


def _guidelines(tx: Connection, project_id: str, now: float) -> Flow:
    found = store.guideline(tx, project_id)
    if found is None:
        return Flow("guidelines", 0, 0, "draft", note="No guideline is published yet.")
    number, published_at = found
    note = f"Version {number} in force, published {spoken_time(now - published_at)} ago."
    return Flow("guidelines", 0, 0, "draft", moved_at=published_at, note=note)


def _intake(tx: Connection, project_id: str, outside: Outside, now: float) -> Flow:
    recent = store.prompts(tx, project_id, since=now - RECENT_SECONDS)
    return Flow(
        "intake",
        waiting=len(outside.segments),
        moving=recent.n,
        noun="captured segment",
        oldest_at=min(outside.segments, default=None),
        moved_at=store.prompts(tx, project_id).newest_at,
    )


def _sampling(tx: Connection, project_id: str, now: float) -> Flow:
    waiting = store.open_items(tx, project_id)
    offered = store.offers(tx, project_id, now=now)
    judged = store.judgments(tx, project_id)
    return Flow(
        "sampling",
        waiting=waiting.n,
        moving=offered.n,
        noun="open item",
        oldest_at=waiting.oldest_at,
        moved_at=judged.newest_at,
    )


def _labeling(tx: Connection, project_id: str, now: float) -> Flow:
    offered = store.offers(tx, project_id, now=now)
    judged = store.judgments(tx, project_id)
    recent = store.judgments(tx, project_id, since=now - RECENT_SECONDS)
    quiet = not (offered.n or recent.n)
    return Flow(
        "labeling",
        waiting=offered.n,
        moving=recent.n,
        noun="offered item",
        moved_at=judged.newest_at,
        note=judged_note(here=judged.n, imported=store.imported(tx, project_id)) if quiet else None,
    )


def _quality(tx: Connection, project_id: str, now: float) -> Flow:
    waiting = store.without_consensus(tx, project_id)
    return Flow(
        "quality",
        waiting=waiting.n,
        moving=store.settled(tx, project_id, since=now - RECENT_SECONDS).n,
        noun="judged item",
        oldest_at=waiting.oldest_at,
        moved_at=store.settled(tx, project_id).newest_at,
    )


def _datasets(tx: Connection, project_id: str, now: float) -> Flow:
    waiting = store.not_in_a_dataset(tx, project_id)
    return Flow(
        "datasets",
        waiting=waiting.n,
        moving=store.datasets(tx, project_id, since=now - RECENT_SECONDS).n,
        noun="judgment",
        oldest_at=waiting.oldest_at,
        moved_at=store.datasets(tx, project_id).newest_at,
    )


def _training(tx: Connection, project_id: str, now: float) -> Flow:
    found = store.runs(tx, project_id)
    active = [one for one in found if one.state == "running"]
    waiting = [one for one in found if one.state in {"queued", "pending"}]
    ended = [one.ended_at for one in found if one.ended_at is not None]
    blocked = None
    if found and not active and found[0].state == "failed":
        last = found[0]
        blocked = f"Run {last.id} ({last.kind}) failed: {last.error or 'see its log'}"
    return Flow(
        "training",
        waiting=len(waiting),
        moving=len(active),
        noun="run",
        oldest_at=min((one.started_at for one in waiting if one.started_at), default=None),
        moved_at=max(ended, default=None),
        blocked=blocked,
    )


def _evaluation(tx: Connection, project_id: str, now: float) -> Flow:
    waiting = store.open_items(tx, project_id, purposes=store.COMPARED)
    recent = store.judgments(tx, project_id, since=now - RECENT_SECONDS, purposes=store.COMPARED)
    judged = store.judgments(tx, project_id, purposes=store.COMPARED)
    return Flow(
        "evaluation",
        waiting=waiting.n,
        moving=recent.n,
        noun="comparison",
        oldest_at=waiting.oldest_at,
        moved_at=judged.newest_at,
    )


def _release(tx: Connection, project_id: str) -> Flow:
    found = releases.under_way(tx, project_id)
    held = [one for one in found if one.state is ReleaseState.HELD]
    return Flow(
        "release",
        waiting=len(held),
        moving=len(found) - len(held),
        noun="release",
        oldest_at=min((one.held_at for one in held if one.held_at), default=None),
        blocked=held[0].sentence if held else None,
        note=found[0].sentence if found else None,
    )


def _serving(tx: Connection, project_id: str, outside: Outside, now: float) -> Flow:
    routing = releases.read_routing(tx, project_id)
    if routing is None:
        return Flow("serving", 0, 0, "request", note="No policy version is released yet.")
    recent = store.requests(tx, project_id, since=now - RECENT_SECONDS)
    blocked = None
    if not outside.gateway:
        blocked = "The gateway does not answer; applications get no answers through it."
    note = f"{recent.n} requests in the last 10 minutes."
    return Flow("serving", waiting=0, moving=recent.n, noun="request", blocked=blocked, note=note)


def _acted(tx: Connection, project_id: str) -> list[Acted]:
    found: list[Acted] = []
    for release in releases.releases(tx, project_id):
        decided = _decided(release)
        digests = store.datasets_of_policy(tx, release.candidate_policy_id)
        if decided is None or not digests:
            continue
        kind, at = decided
        found += [
            Acted(judgment_id, judged_at, at, kind)
            for judgment_id, judged_at in store.judged_in(tx, digests)
        ]
    return found


def _decided(release: Release) -> tuple[str, float] | None:
    if release.live_at is not None:
        return "released", release.live_at
    if release.state is ReleaseState.REFUSED and release.closed_at is not None:
        return "refused", release.closed_at
    return None


def _win_rates(tx: Connection, project_id: str) -> list[RoundWinRate]:
    names = store.policy_names(tx, project_id)
    found = []
    for number, release in enumerate(reversed(releases.releases(tx, project_id)), start=1):
        if release.evidence is None:
            continue
        measured = dict(release.evidence["win_rate"])
        found.append(
            RoundWinRate(
                round=number,
                policy=names.get(release.candidate_policy_id, release.candidate_policy_id),
                against=names.get(release.stable_policy_id, release.stable_policy_id),
                estimate=Estimate(**measured),
                ref=release.id,
                at=release.created_at,
            )
        )
    return found


def _decisions(tx: Connection, project_id: str) -> list[LoopDecision]:
    found = []
    for event in releases.decisions(tx, project_id):
        verdict = event.evidence.get("verdict") or {}
        found.append(
            LoopDecision(
                at=event.at,
                kind=DECISION_KINDS[event.kind],
                sentence=event.sentence,
                reasons=tuple(verdict.get("reasons", ())),
                ref=event.release_id,
                actor=event.actor,
            )
        )
    return found


def _written_at(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None
