"""Cycles over HTTP: started, failed with a remedy, resumed, cancelled; only by those who may."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.base.types import Json
from loopwright.guidelines.apply import apply_project
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.infra.settings import Settings
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.labeling.imports import run_import
from loopwright.loop.routes import router
from loopwright.loop.runner import CycleRunner
from loopwright.models import service as models
from loopwright.projects.spec import parse_project
from loopwright.training.store import runs
from support.cycle_server import PROJECT, YAML, fill
from support.databases import sqlite_home

PATH = f"/api/projects/{PROJECT}/cycles"
EMPTY = YAML.replace("{prompts: 40}", "{prompts: 0}")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = sqlite_home(Settings(home=tmp_path, database_url=None, cycle_poll_seconds=0.05))
    yield opened
    opened.close()


def client_for(home: Home, role: Role) -> TestClient:
    app = FastAPI()
    app.state.home = home
    add_error_answers(app)
    app.include_router(router)
    added = home.db.write(
        lambda tx: accounts.add_person(
            tx, project_id=PROJECT, name="Kim", role=role, kind=PersonKind.HUMAN, now=1.0
        )
    )
    return TestClient(app, headers={"Authorization": f"Bearer {added.api_key}"})


@pytest.fixture
def runner(home: Home) -> Iterator[CycleRunner]:
    started = CycleRunner(home)
    started.start()
    yield started
    started.stop()


def apply_empty(home: Home) -> None:
    """A project without demonstrations, prompts or judgments."""
    spec = parse_project(EMPTY)
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=EMPTY, now=1.0))


def ended(client: TestClient, cycle_id: str) -> Json:
    for _ in range(600):
        found: Json = client.get(f"{PATH}/{cycle_id}").json()
        if found["state"] != "running":
            return found
        time.sleep(0.05)
    raise AssertionError(f"cycle {cycle_id} did not end")


def until(client: TestClient, cycle_id: str, ready: Callable[[list[Json]], object]) -> None:
    for _ in range(3000):
        if ready(client.get(f"{PATH}/{cycle_id}").json()["steps"]):
            return
        time.sleep(0.02)
    raise AssertionError(f"cycle {cycle_id} did not come that far")


def test_a_cycle_with_nothing_to_learn_from_says_what_to_do(
    home: Home, runner: CycleRunner
) -> None:
    apply_empty(home)
    client = client_for(home, Role.ENGINEER)
    cycle_id = client.post(PATH).json()["cycle_id"]
    found = ended(client, cycle_id)
    assert found["state"] == "failed"
    assert "Collect judgments or import some first" in found["error"]
    assert [(step["name"], step["state"]) for step in found["steps"]] == [
        ("pin_guideline", "done"),
        ("sft", "failed"),
    ]
    assert found["steps"][0]["seconds"] >= 0.0

    again = client.post(f"{PATH}/{cycle_id}/resume")
    assert (again.status_code, again.json()["attempt"]) == (200, 2)
    assert ended(client, cycle_id)["state"] == "failed"
    [listed] = client.get(PATH).json()["cycles"]
    assert (listed["number"], listed["step"]) == (1, "sft")


CHOSEN = """\
kind: preferences
source: mail
question: preference
fields: {prompt: question, chosen: good, rejected: bad}
"""


def test_without_demonstrations_the_first_policy_learns_from_what_was_preferred(
    home: Home, runner: CycleRunner
) -> None:
    yaml = EMPTY.replace("{steps: 20, batch: 16}", "{steps: 1, batch: 4}")
    spec = parse_project(yaml)
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=yaml, now=1.0))
    pairs = [{"question": f"What is {n}?", "good": f"It is {n}.", "bad": "No."} for n in range(12)]
    file = home.folder("files") / "pairs.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in pairs))
    run_import(
        home,
        project_id=PROJECT,
        file=ImportFile(file, file.name),
        mapping=parse_mapping(CHOSEN),
        skip_bad=False,
        now=2.0,
    )
    client = client_for(home, Role.ENGINEER)
    cycle_id = client.post(PATH).json()["cycle_id"]
    until(client, cycle_id, lambda steps: [one for one in steps if one["name"] == "collect"])
    client.post(f"{PATH}/{cycle_id}/cancel")
    [sft] = [run for run in home.db.read(lambda tx: runs(tx, PROJECT)) if run.kind.value == "sft"]
    shown = home.artifacts.path(sft.spec["demonstrations"]).read_text().splitlines()
    learned = {json.loads(row)["completion"] for row in shown}
    assert learned
    assert learned <= {row["good"] for row in pairs}
    [policy] = home.db.read(lambda tx: models.list_policies(tx, project_id=PROJECT))[-1:]
    assert (policy.name, policy.run_id) == ("sft", sft.id)


def test_one_cycle_at_a_time_and_cancelled_in_the_middle(home: Home, runner: CycleRunner) -> None:
    home.db.write(fill)
    client = client_for(home, Role.ENGINEER)
    cycle_id = client.post(PATH).json()["cycle_id"]
    busy = client.post(PATH)
    assert (busy.status_code, busy.json()["error"]["code"]) == (409, "cycle_running")
    until(client, cycle_id, lambda steps: steps and steps[-1]["name"] == "sft")
    assert client.post(f"{PATH}/{cycle_id}/cancel").json()["state"] == "cancelled"
    stopped = ended(client, cycle_id)
    assert stopped["alive"] is False
    assert [(step["name"], step["state"]) for step in stopped["steps"]] == [
        ("pin_guideline", "done"),
        ("sft", "cancelled"),
    ]
    assert stopped["steps"][-1]["seconds"] is not None
    assert client.post(f"{PATH}/{cycle_id}/cancel").status_code == 200


def test_only_those_who_may_run_cycles(home: Home, runner: CycleRunner) -> None:
    apply_empty(home)
    viewer = client_for(home, Role.VIEWER)
    assert viewer.get(PATH).status_code == 200
    assert viewer.post(PATH).status_code == 403
    assert client_for(home, Role.ANNOTATOR).get(PATH).status_code == 403
    missing = viewer.get(f"{PATH}/cyc_none")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")


def test_without_a_runner_nothing_is_started(home: Home) -> None:
    apply_empty(home)
    client = client_for(home, Role.ENGINEER)
    answer = client.post(PATH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "durable_not_running")
    assert client.get(PATH).json() == {"cycles": []}
