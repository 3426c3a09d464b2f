"""Steps of a release that reach beyond the database: the gateway's files and its verdicts.

Each is idempotent: the workflow may run it again after a crash.
"""

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from loopwright.infra.home import Home
from loopwright.models import service as models
from loopwright.release import service, store
from loopwright.release.guard_verdicts import read_verdict
from loopwright.release.model import Observation, Release, Routing, TrafficSummary
from loopwright.release.plan import target_of
from loopwright.release.routing import (
    Candidate,
    RoutingSnapshot,
    path_of,
    read_snapshot,
    write_snapshot,
)


def tick(
    home: Home, *, release_id: str, traffic: TrafficSummary, now: float, by: str = "loop"
) -> Release:
    """Look at a release once: advance, hold or roll back, renew its lease, tell the gateway."""
    guard = read_verdict(home.folder("routing") / "guard", release_id)
    seen = Observation(traffic, guard)
    found = home.db.write(
        lambda tx: service.observe(tx, release_id=release_id, seen=seen, by=by, now=now)
    )
    publish(home, project_id=found.project_id, now=now)
    return found


def roll_back(
    home: Home, *, project_id: str, release_id: str, reason: str, by: str, now: float
) -> Release:
    """Send all traffic back to the version before, and tell the gateway at once."""
    found = home.db.write(
        lambda tx: service.roll_back(
            tx, project_id=project_id, release_id=release_id, reason=reason, by=by, now=now
        )
    )
    publish(home, project_id=project_id, now=now)
    return found


def publish(home: Home, *, project_id: str, now: float) -> RoutingSnapshot | None:
    """Write the routing in force for the gateway; None when the project has none yet."""
    snapshot = home.db.read(lambda tx: _snapshot(tx, home, project_id=project_id, now=now))
    if snapshot is not None:
        write_snapshot(home.folder("routing"), snapshot)
    return snapshot


def publish_all(home: Home, *, now: float) -> int:
    """Write every project's routing (at the server's start); returns how many there are.

    Addresses may have changed since the last start: a gateway takes a routing only when its
    version is newer, so the version goes up where the file on disk names other targets.
    """
    projects = home.db.read(store.routed_projects)
    for project_id in projects:
        wanted = publish(home, project_id=project_id, now=now)
        written = read_snapshot(path_of(home.folder("routing"), project_id))
        if wanted is not None and written is not None and not _same_targets(wanted, written):
            home.db.write(partial(_raise_version, project_id=project_id))
            publish(home, project_id=project_id, now=now)
    return len(projects)


def _same_targets(one: RoutingSnapshot, other: RoutingSnapshot) -> bool:
    ours = one.candidate.target if one.candidate else None
    theirs = other.candidate.target if other.candidate else None
    return one.stable == other.stable and ours == theirs


def _raise_version(tx: Connection, *, project_id: str) -> None:
    found = store.get_routing(tx, project_id)
    if found is not None:
        store.put_routing(tx, replace(found, version=found.version + 1))


def _snapshot(tx: Connection, home: Home, *, project_id: str, now: float) -> RoutingSnapshot | None:
    routing = store.read_routing(tx, project_id)
    if routing is None:
        return None
    stable = models.get_policy(tx, routing.stable_policy_id)
    return RoutingSnapshot(
        project_id=project_id,
        version=routing.version,
        salt=routing.salt,
        stable=target_of(stable, home.settings),
        candidate=_candidate(tx, home, routing),
        shadow=routing.shadow,
        issued_at=now,
    )


def _candidate(tx: Connection, home: Home, routing: Routing) -> Candidate | None:
    if routing.candidate_policy_id is None or routing.release_id is None:
        return None
    return Candidate(
        target=target_of(models.get_policy(tx, routing.candidate_policy_id), home.settings),
        release_id=routing.release_id,
        share=routing.share,
        lease_until=routing.lease_until,
        max_error_rate=routing.max_error_rate,
    )
