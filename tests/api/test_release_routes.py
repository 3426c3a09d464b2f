"""Releases over HTTP: seen by those who may, rolled back by those who may, told to the gateway."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from loopwright.accounts import service as accounts
from loopwright.accounts import tables as _accounts_tables  # noqa: F401
from loopwright.accounts.model import PersonKind, Role
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.infra.settings import Settings
from loopwright.models import service as models
from loopwright.models.model import PolicyKind
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.release import jobs, service, store
from loopwright.release.model import GateEvidence, TrafficSummary
from loopwright.release.plan import gates_of, stages_of
from loopwright.release.routes import router
from loopwright.release.routing import RoutingSnapshot, path_of, read_snapshot
from loopwright.stats.estimate import Estimate
from support.databases import sqlite_home

PROJECT = """
id: demo
name: Demo
questions: [{id: preference, kind: pairwise, text: "Which is better?"}]
guideline: {text: Be kind.}
gates: {min_raters: 3, min_judgments: 10, max_length_ratio: null}
release:
  stages: [{name: canary, share: 0.5, min_requests: 5}, {name: full, share: 1.0}]
"""
WIN = GateEvidence(Estimate(0.65, 0.55, 0.75, 90, "test"), raters=12, judgments=90)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = sqlite_home(Settings(home=tmp_path))
    yield opened
    opened.close()


def add_policy(home: Home, name: str, **backend: str) -> str:
    return home.db.write(
        lambda tx: models.register_policy(
            tx, project_id="demo", name=name, kind=PolicyKind.EXTERNAL, now=1.0, backend=backend
        )
    ).id


@pytest.fixture
def release_id(home: Home) -> str:
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    stable = add_policy(home, "old", base_url="http://127.0.0.1:9/v1/", model="m")
    candidate = add_policy(home, "new")
    home.db.write(lambda tx: service.set_stable(tx, project_id="demo", policy_id=stable, now=1.0))
    found = home.db.write(
        lambda tx: service.open_release(
            tx,
            project_id="demo",
            candidate_policy_id=candidate,
            evidence=WIN,
            gates=gates_of(spec),
            stages=stages_of(spec),
            by="loop",
            now=2.0,
        )
    )
    jobs.publish(home, project_id="demo", now=2.0)
    return found.id


def client(home: Home, role: Role) -> TestClient:
    app = FastAPI()
    app.state.home = home
    app.include_router(router)
    add_error_answers(app)
    person = home.db.write(
        lambda tx: accounts.add_person(
            tx, project_id="demo", name=role.value, role=role, kind=PersonKind.HUMAN, now=1.0
        )
    )
    return TestClient(app, headers={"Authorization": f"Bearer {person.api_key}"})


def routed(home: Home) -> RoutingSnapshot:
    found = read_snapshot(path_of(home.path / "routing", "demo"))
    assert found is not None
    return found


def test_snapshot_names_where_each_version_answers(home: Home, release_id: str) -> None:
    found = routed(home)
    assert (found.stable.base_url, found.stable.model) == ("http://127.0.0.1:9/v1", "m")
    assert found.candidate is not None
    assert found.candidate.share == 0.5
    assert found.candidate.release_id == release_id
    assert found.candidate.target.base_url == "http://127.0.0.1:8323/v1"
    assert found.candidate.target.model == found.candidate.target.policy_version_id


def test_list_and_detail_tell_state_reasons_and_events(home: Home, release_id: str) -> None:
    viewer = client(home, Role.VIEWER)
    listed = viewer.get("/api/projects/demo/releases").json()
    [release] = listed["releases"]
    assert (release["id"], release["state"], release["stage"]) == (release_id, "canary", "canary")
    assert (release["candidate_name"], release["stable_name"]) == ("new", "old")
    assert release["verdict"]["decision"] == "ship"
    assert listed["routing"]["share"] == 0.5
    assert "salt" not in listed["routing"]
    detail = viewer.get(f"/api/projects/demo/releases/{release_id}").json()
    assert [event["kind"] for event in detail["events"]] == ["opened", "advanced"]
    assert detail["evidence"]["raters"] == 12
    missing = viewer.get("/api/projects/demo/releases/rel_no")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "no_release")


def test_one_click_rollback_reaches_the_gateway(home: Home, release_id: str) -> None:
    address = f"/api/projects/demo/releases/{release_id}/rollback"
    assert client(home, Role.VIEWER).post(address, json={}).status_code == 403
    assert client(home, Role.ANNOTATOR).get("/api/projects/demo/releases").status_code == 403
    engineer = client(home, Role.ENGINEER)
    answer = engineer.post(address, json={"reason": "It argues with customers."})
    assert answer.json()["state"] == "rolled_back"
    assert answer.json()["sentence"] == "Rolled back by engineer: It argues with customers."
    assert routed(home).candidate is None
    assert engineer.post(address, json={}).status_code == 200


def test_tick_publishes_and_a_restart_publishes_again(home: Home, release_id: str) -> None:
    jobs.tick(home, release_id=release_id, traffic=TrafficSummary(2.0), now=50.0)
    assert routed(home).candidate is not None
    path = path_of(home.path / "routing", "demo")
    path.unlink()
    assert jobs.publish_all(home, now=60.0) == 1
    assert routed(home).candidate is not None


def test_a_restart_on_other_ports_moves_the_targets(home: Home, release_id: str) -> None:
    jobs.tick(home, release_id=release_id, traffic=TrafficSummary(2.0), now=50.0)
    before = routed(home)
    moved = replace(home, settings=home.settings.model_copy(update={"model_port": 9999}))
    own = moved.db.write(
        lambda tx: models.register_policy(
            tx, project_id="demo", name="own", kind=PolicyKind.SFT, artifact="sha256:0", now=55.0
        )
    )
    routing = moved.db.read(lambda tx: store.read_routing(tx, "demo"))
    assert routing is not None
    here = replace(routing, stable_policy_id=own.id, version=routing.version + 1)
    moved.db.write(lambda tx: store.put_routing(tx, here))
    jobs.publish(home, project_id="demo", now=56.0)
    old = routed(home)
    jobs.publish_all(moved, now=60.0)
    new = routed(home)
    assert (old.version, new.version) == (before.version + 1, before.version + 2)
    assert old.stable.base_url != new.stable.base_url == "http://127.0.0.1:9999/v1"
    jobs.publish_all(moved, now=70.0)
    assert routed(home).version == new.version
