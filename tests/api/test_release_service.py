"""Releases in a real database: opened, advanced, held, rolled back; every move leaves an event."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loopwright.base.errors import Conflict, NotFound
from loopwright.infra import events
from loopwright.infra.database import Database
from loopwright.release import service, store
from loopwright.release.model import (
    ArmTraffic,
    GateEvidence,
    GateLimits,
    Observation,
    Release,
    ReleaseState,
    Routing,
    Stage,
    TrafficSummary,
)
from loopwright.release.transitions import LEASE_SECONDS
from loopwright.stats.estimate import Estimate
from support.databases import sqlite_database

STAGES = (
    Stage("shadow", 0.0, 5, 0.05, 0.0, 60.0),
    Stage("canary", 0.1, 20, 0.05, 10.0, 60.0),
    Stage("full", 1.0, 20, 0.05, 10.0, 60.0),
)
WIN = GateEvidence(Estimate(0.65, 0.55, 0.75, 90, "test"), raters=12, judgments=90)
LOSS = replace(WIN, win_rate=Estimate(0.3, 0.2, 0.4, 90, "test"))
FEW = replace(WIN, raters=4)
GOOD = ArmTraffic(requests=30, subjects=0, errors=0)
BAD = ArmTraffic(requests=30, subjects=0, errors=15)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = sqlite_database(tmp_path / "state.db")
    database.write(lambda tx: service.set_stable(tx, project_id="demo", policy_id="pol_0", now=1.0))
    yield database
    database.close()


def open_one(
    db: Database, *, evidence: GateEvidence = WIN, policy: str = "pol_1", cycle: str | None = None
) -> Release:
    return db.write(
        lambda tx: service.open_release(
            tx,
            project_id="demo",
            candidate_policy_id=policy,
            evidence=evidence,
            gates=GateLimits(),
            stages=STAGES,
            by="loop",
            now=100.0,
            cycle_id=cycle or secrets.token_hex(4),
        )
    )


def look(db: Database, found: Release, *, arm: ArmTraffic = GOOD, now: float) -> Release:
    seen = Observation(TrafficSummary(0.0, stable=GOOD, candidate=arm, shadow=arm))
    return db.write(
        lambda tx: service.observe(tx, release_id=found.id, seen=seen, by="loop", now=now)
    )


def routing(db: Database) -> Routing:
    found = db.read(lambda tx: store.read_routing(tx, "demo"))
    assert found is not None
    return found


def kinds(db: Database, found: Release) -> list[str]:
    return [event.kind for event in db.read(lambda tx: store.events_of(tx, found.id))]


def test_whole_way_to_live(db: Database) -> None:
    found = open_one(db)
    assert (found.state, found.share) == (ReleaseState.SHADOW, 0.0)
    assert routing(db).shadow
    salt = routing(db).salt
    found = look(db, found, now=101.0)
    assert (found.state, routing(db).share) == (ReleaseState.CANARY, 0.1)
    assert look(db, found, now=105.0).state is ReleaseState.CANARY
    found = look(db, found, now=112.0)
    assert (found.state, routing(db).share) == (ReleaseState.RAMP, 1.0)
    assert routing(db).salt == salt
    found = look(db, found, now=123.0)
    assert found.state is ReleaseState.LIVE
    after = routing(db)
    assert (after.stable_policy_id, after.candidate_policy_id) == ("pol_1", None)
    assert kinds(db, found) == ["opened", "advanced", "advanced", "advanced", "live"]
    outbox = db.read(lambda tx: events.after(tx, seq=0))
    assert [event.kind for event in outbox][-1] == "release.live"


def test_refused_release_gets_no_traffic(db: Database) -> None:
    found = open_one(db, evidence=LOSS)
    assert found.state is ReleaseState.REFUSED
    assert found.sentence.startswith("Refused: Annotators prefer the current version: win rate")
    assert routing(db).version == 1
    assert kinds(db, found) == ["opened", "refused"]


def test_held_gate_goes_on_with_more_evidence(db: Database) -> None:
    found = open_one(db, evidence=FEW)
    assert found.state is ReleaseState.HELD
    assert "6 more annotators" in found.sentence
    assert look(db, found, now=500.0).state is ReleaseState.HELD

    def decide(evidence: GateEvidence) -> Release:
        return db.write(
            lambda tx: service.record_evidence(
                tx,
                release_id=found.id,
                evidence=evidence,
                gates=GateLimits(),
                by="loop",
                now=600.0,
            )
        )

    assert decide(FEW).state is ReleaseState.HELD
    assert decide(WIN).state is ReleaseState.SHADOW
    assert decide(LOSS).state is ReleaseState.SHADOW
    assert kinds(db, found) == ["opened", "held", "advanced"]


def test_broken_guardrail_rolls_back(db: Database) -> None:
    found = look(db, open_one(db), now=101.0)
    found = look(db, found, arm=BAD, now=102.0)
    assert found.state is ReleaseState.ROLLED_BACK
    after = routing(db)
    assert (after.stable_policy_id, after.candidate_policy_id, after.share) == ("pol_0", None, 0.0)
    assert look(db, found, now=200.0) == found


def test_no_traffic_holds_then_resumes_and_the_lease_is_renewed(db: Database) -> None:
    found = look(db, open_one(db), now=101.0)
    found = look(db, found, arm=ArmTraffic(), now=200.0)
    assert (found.state, routing(db).share) == (ReleaseState.HELD, 0.1)
    assert routing(db).lease_until == 200.0 + LEASE_SECONDS
    version = routing(db).version
    assert look(db, found, arm=ArmTraffic(), now=201.0).state is ReleaseState.HELD
    assert routing(db).version == version
    assert look(db, found, now=230.0).state is ReleaseState.RAMP
    assert kinds(db, found) == ["opened", "advanced", "advanced", "held", "advanced"]


def test_one_click_rollback_of_a_live_release(db: Database) -> None:
    first = open_one(db)
    for now in (101.0, 112.0, 123.0):
        first = look(db, first, now=now)
    second = look(db, open_one(db, policy="pol_2"), now=131.0)
    assert routing(db).stable_policy_id == "pol_1"

    def back(release_id: str) -> Release:
        return db.write(
            lambda tx: service.roll_back(
                tx, project_id="demo", release_id=release_id, reason="", by="per_1", now=140.0
            )
        )

    assert back(first.id).state is ReleaseState.ROLLED_BACK
    assert back(first.id).state is ReleaseState.ROLLED_BACK
    assert (routing(db).stable_policy_id, routing(db).candidate_policy_id) == ("pol_0", None)
    aborted = db.read(lambda tx: store.read_release(tx, second.id))
    assert aborted is not None
    assert aborted.state is ReleaseState.ABORTED
    with pytest.raises(Conflict, match="nothing to roll back"):
        back(second.id)
    with pytest.raises(NotFound):
        back("rel_missing")


def test_one_release_at_a_time_and_once_per_cycle(db: Database) -> None:
    found = open_one(db, cycle="cyc_1")
    assert open_one(db, cycle="cyc_1").id == found.id
    with pytest.raises(Conflict, match="still under way"):
        open_one(db, policy="pol_9", cycle="cyc_2")


def test_next_live_release_supersedes(db: Database) -> None:
    ids = []
    for policy in ("pol_1", "pol_2"):
        found = open_one(db, policy=policy)
        for now in (101.0, 112.0, 123.0):
            found = look(db, found, now=now)
        ids.append(found.id)
    states = [db.read(lambda tx, i=i: store.read_release(tx, i)) for i in ids]  # type: ignore[misc]
    assert [state.state for state in states if state] == [
        ReleaseState.SUPERSEDED,
        ReleaseState.LIVE,
    ]


def test_newer_candidate_replaces_one_that_waits_at_its_gate(db: Database) -> None:
    waiting = open_one(db, evidence=FEW)
    assert open_one(db, policy="pol_2").state is ReleaseState.SHADOW
    replaced = db.read(lambda tx: store.read_release(tx, waiting.id))
    assert replaced is not None
    assert replaced.state is ReleaseState.ABORTED
    assert replaced.sentence.startswith("Replaced by a newer candidate. Held: The win rate needs 6")
