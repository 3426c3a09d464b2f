"""A release over real traffic: gateway, spool, facts, decisions and routing, all of them real."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_world import World, wait_until

from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.models import service as models
from loopwright.models.model import PolicyKind
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.release import jobs, service, store
from loopwright.release.guard_verdicts import read_verdict
from loopwright.release.model import GateEvidence, Release, ReleaseState
from loopwright.release.plan import gates_of, stages_of
from loopwright.serving import service as serving
from loopwright.serving.importer import import_spool
from loopwright.stats.estimate import Estimate
from support.databases import sqlite_home

PROJECT = """
id: demo
name: Demo
overlap: 2
questions: [{id: preference, kind: pairwise, text: "Which is better?"}]
guideline: {text: Be kind.}
gates: {max_length_ratio: null}
release:
  stages:
    - {name: shadow, share: 0, min_requests: 10, seconds: 0}
    - {name: canary, share: 0.5, min_requests: 20, seconds: 0.2}
    - {name: full, share: 1, min_requests: 20, seconds: 0.2}
"""
WIN = GateEvidence(Estimate(0.65, 0.55, 0.75, 90, "test"), raters=12, judgments=90)


class Loop:
    """The part of the durable workflow that drives a release."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.home: Home = sqlite_home(Settings(home=world.home))
        spec = parse_project(PROJECT)
        self.home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
        stable, candidate = self._policy("old"), self._policy("new")
        self.home.db.write(
            lambda tx: service.set_stable(tx, project_id="demo", policy_id=stable, now=1.0)
        )
        self.release = self.home.db.write(
            lambda tx: service.open_release(
                tx,
                project_id="demo",
                candidate_policy_id=candidate,
                evidence=WIN,
                gates=gates_of(spec),
                stages=stages_of(spec),
                by="loop",
                now=time.time(),
            )
        )
        self.asked = 0
        self.publish()

    def _policy(self, name: str) -> str:
        address = f"http://127.0.0.1:{self.world.ports[name]}/v1"
        return self.home.db.write(
            lambda tx: models.register_policy(
                tx,
                project_id="demo",
                name=name,
                kind=PolicyKind.EXTERNAL,
                now=1.0,
                backend={"base_url": address, "model": name},
            )
        ).id

    def publish(self) -> None:
        jobs.publish(self.home, project_id="demo", now=time.time())

    def traffic(self, number: int) -> None:
        for _ in range(number):
            self.asked += 1
            assert self.world.ask(f"s{self.asked}", f"Hello {self.asked}").status_code == 200

    def tick(self) -> Release:
        import_spool(self.home, now=time.time())
        release = self.home.db.read(lambda tx: store.read_release(tx, self.release.id))
        assert release is not None
        seen = self.home.db.read(lambda tx: serving.traffic_of(tx, release))
        self.release = jobs.tick(self.home, release_id=release.id, traffic=seen, now=time.time())
        return self.release

    def until(self, state: ReleaseState) -> None:
        def reached() -> bool:
            if self.release.state is not state:
                self.traffic(5)
            return self.tick().state is state

        wait_until(reached, what=f"release is {state.value}", seconds=40)


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    world = World(tmp_path)
    built = Loop(world)
    try:
        world.start()
        yield built
    finally:
        world.close()
        built.home.close()


def test_release_rides_real_traffic_until_it_is_live(loop: Loop) -> None:
    assert loop.release.state is ReleaseState.SHADOW
    loop.until(ReleaseState.CANARY)
    loop.until(ReleaseState.RAMP)
    loop.until(ReleaseState.LIVE)
    wait_until(lambda: loop.world.health()["candidate"] is None, what="gateway knows")
    answer = loop.world.ask("anyone")
    assert answer.headers["x-loopwright-policy"] == loop.release.candidate_policy_id
    assert loop.world.ask().headers["x-loopwright-policy"] == loop.release.candidate_policy_id


def test_failing_candidate_is_rolled_back_and_nobody_notices(loop: Loop) -> None:
    loop.until(ReleaseState.CANARY)
    loop.world.control("new", status=500)
    loop.until(ReleaseState.ROLLED_BACK)
    assert loop.release.sentence.startswith("Rolled back: ")
    assert "requests" in loop.release.sentence
    wait_until(lambda: loop.world.health()["candidate"] is None, what="gateway knows")
    answer = loop.world.ask("anyone")
    assert answer.headers["x-loopwright-policy"] == loop.release.stable_policy_id


def test_guard_acts_while_server_and_database_are_down(loop: Loop) -> None:
    loop.until(ReleaseState.CANARY)
    release_id = loop.release.id
    wait_until(lambda: loop.world.health()["share"] == 0.5, what="canary routed")
    loop.home.close()
    loop.world.control("new", status=500)
    loop.traffic(30)
    assert loop.world.health()["share"] == 0.0
    folder = loop.world.home / "routing" / "guard"
    assert wait_until(lambda: read_verdict(folder, release_id), what="verdict")
    loop.home = open_home(Settings(home=loop.world.home))
    assert loop.tick().state is ReleaseState.ROLLED_BACK
    assert "The gateway took the traffic away" in loop.release.sentence
