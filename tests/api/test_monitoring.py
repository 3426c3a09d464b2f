"""The Loop page over real facts: what waits, what is stuck, what was decided and how soon."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.datasets.tables import dataset_judgment, dataset_version
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.infra.settings import Settings
from loopwright.intake import service as intake
from loopwright.intake.model import ItemPurpose, NewCompletion, NewItem, NewPrompt
from loopwright.labeling import queue
from loopwright.labeling.tables import judgment
from loopwright.models import service as models
from loopwright.models.model import PolicyKind
from loopwright.monitoring import service
from loopwright.monitoring.model import FlowState, LoopReport, StageReport
from loopwright.monitoring.routes import router
from loopwright.monitoring.service import Outside
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.release import service as releases
from loopwright.release.model import GateEvidence, GateLimits, Stage
from loopwright.stats.estimate import Estimate
from loopwright.training.tables import run
from support.databases import sqlite_home

PROJECT = """
id: demo
name: Demo
simulated: true
questions: [{id: preference, kind: pairwise, text: "Which is better?"}]
guideline: {text: Be kind.}
"""
NOW = 10_000.0
LOSS = GateEvidence(Estimate(0.3, 0.2, 0.4, 90, "test"), raters=12, judgments=90)
FEW = replace(LOSS, raters=4)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = sqlite_home(Settings(home=tmp_path, gateway_port=1))
    spec = parse_project(PROJECT)
    opened.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    yield opened
    opened.close()


def add_item(tx: Connection, key: str) -> str:
    [prompt] = intake.add_prompts(
        tx,
        project_id="demo",
        rows=[NewPrompt([{"role": "user", "content": f"Hello {key}"}], "test", key)],
        now=100.0,
    )
    both = intake.add_completions(
        tx,
        rows=[NewCompletion(prompt.id, "pol_a", "A"), NewCompletion(prompt.id, "pol_b", "B")],
        now=100.0,
    )
    [item_id] = intake.add_items(
        tx,
        project_id="demo",
        rows=[NewItem("preference", prompt.id, both, ItemPurpose.CORE, key)],
        now=100.0,
    )
    return item_id


def add_judgment(tx: Connection, item_id: str, *, name: str, at: float, origin: str) -> str:
    values: dict[str, Any] = {
        "id": f"jdg_{name}",
        "client_id": name,
        "project_id": "demo",
        "item_id": item_id,
        "question_id": "preference",
        "rater_id": "rtr_1",
        "answer": {"choice": "left"},
        "shown_order": "first_left",
        "outcome": "first",
        "origin": origin,
        "created_at": at,
    }
    tx.execute(insert(judgment).values(**values))
    return f"jdg_{name}"


def add_dataset(tx: Connection, digest: str, judgments: list[str]) -> None:
    tx.execute(
        insert(dataset_version).values(
            digest=digest,
            project_id="demo",
            kind="preferences",
            spec={},
            counts={},
            artifact="sha256:a",
            guideline_versions=[],
            created_at=3000.0,
        )
    )
    tx.execute(
        insert(dataset_judgment),
        [{"dataset_digest": digest, "judgment_id": one} for one in judgments],
    )


def decide(tx: Connection, *, evidence: GateEvidence, now: float) -> str:
    reward = models.register_reward_model(
        tx,
        project_id="demo",
        name=f"reward-{now}",
        artifact="sha256:r",
        run_id="run_1",
        dataset_digest="sha256:d",
        parent_policy_id="pol_0",
        metrics={},
        now=now,
    )
    policy = models.register_policy(
        tx,
        project_id="demo",
        name=f"round-{now}",
        kind=PolicyKind.RL,
        now=now,
        reward_model_id=reward.id,
    )
    releases.set_stable(tx, project_id="demo", policy_id=policy.id, now=now)
    return releases.open_release(
        tx,
        project_id="demo",
        candidate_policy_id=policy.id,
        evidence=evidence,
        gates=GateLimits(),
        stages=[Stage("canary", 0.1, 20, 0.05, 10.0)],
        by="loop",
        now=now,
    ).id


def look(home: Home, *, outside: Outside | None = None) -> LoopReport:
    seen = outside or Outside((), gateway=True)
    return home.db.read(
        lambda tx: service.loop_report(tx, project_id="demo", outside=seen, now=NOW)
    )


def stage(report: LoopReport, name: str) -> StageReport:
    return next(found for found in report.stages if found.stage == name)


def test_empty_project_is_idle_and_its_latency_unknown(home: Home) -> None:
    report = look(home)
    assert len(report.stages) == 10
    assert {found.state for found in report.stages} == {FlowState.IDLE}
    assert report.latency.as_dict() == {"median": None, "max": None, "n": 0}
    assert report.simulated
    assert report.alerts == ()


def test_a_project_tells_what_it_has_to_begin_with(home: Home) -> None:
    def begun() -> tuple[int, int, int, int]:
        found = look(home).beginnings
        return found.prompts, found.queued, found.annotators, found.judgments

    def add(role: Role) -> None:
        home.db.write(
            lambda tx: accounts.add_person(
                tx, project_id="demo", name="P", role=role, kind=PersonKind.HUMAN, now=1.0
            )
        )

    assert begun() == (0, 0, 0, 0)
    item_id = home.db.write(lambda tx: add_item(tx, "one"))
    add(Role.LEAD)
    assert begun() == (1, 0, 0, 0)
    home.db.write(
        lambda tx: queue.open_items(
            tx, project_id="demo", item_ids=[item_id], overlap=1, band=3, propensity=1.0, now=200.0
        )
    )
    home.db.write(lambda tx: add_judgment(tx, item_id, name="a", at=300.0, origin="page"))
    add(Role.ANNOTATOR)
    assert begun() == (1, 1, 1, 1)


def test_latency_runs_from_judgment_to_its_first_decision(home: Home) -> None:
    def fill(tx: Connection) -> None:
        item_id = add_item(tx, "one")
        made = [
            add_judgment(tx, item_id, name="a", at=1000.0, origin="page"),
            add_judgment(tx, item_id, name="b", at=2000.0, origin="api"),
            add_judgment(tx, item_id, name="c", at=1.0, origin="import"),
        ]
        add_dataset(tx, "sha256:d", made)
        decide(tx, evidence=LOSS, now=5000.0)
        decide(tx, evidence=LOSS, now=7000.0)

    home.db.write(fill)
    report = look(home)
    assert (report.latency.median, report.latency.maximum, report.latency.n) == (3500, 4000, 2)
    assert list(report.latency_by_kind) == ["refused"]
    assert [decision.kind for decision in report.decisions] == ["refused", "refused"]
    assert report.decisions[0].sentence.startswith("Refused: Annotators prefer the current")
    assert report.decisions[0].reasons
    assert [(found.round, found.estimate.value) for found in report.win_rates] == [
        (1, 0.3),
        (2, 0.3),
    ]


def test_what_waits_and_what_is_stuck(home: Home) -> None:
    def fill(tx: Connection) -> None:
        ids = [add_item(tx, "one"), add_item(tx, "two")]
        queue.open_items(
            tx, project_id="demo", item_ids=ids, overlap=1, band=3, propensity=1.0, now=9000.0
        )
        add_judgment(tx, ids[0], name="a", at=9900.0, origin="page")
        decide(tx, evidence=FEW, now=9000.0)
        tx.execute(
            insert(run).values(
                id="run_1",
                project_id="demo",
                kind="rl",
                spec={},
                spec_digest="sha256:s",
                state="failed",
                attempts=1,
                folder="runs/run_1",
                started_at=9000.0,
                ended_at=9100.0,
                error="out of memory",
            )
        )

    home.db.write(fill)
    report = look(home, outside=Outside((9000.0,), gateway=False))
    assert stage(report, "sampling").waiting == 2
    assert stage(report, "labeling").moving == 1
    assert stage(report, "quality").waiting == 1
    assert stage(report, "datasets").waiting == 1
    training = stage(report, "training")
    assert (training.state, training.detail) == (
        FlowState.STUCK,
        "Run run_1 (rl) failed: out of memory",
    )
    held = stage(report, "release")
    assert held.state is FlowState.STUCK
    assert "needs 6 more annotators" in held.detail
    assert stage(report, "intake").detail == (
        "1 captured segment waiting; nothing has moved for 2.8 h."
    )
    assert "does not answer" in stage(report, "serving").detail
    assert {alert.stage for alert in report.alerts} == {"intake", "training", "release", "serving"}
    assert all(alert.remedy for alert in report.alerts)


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


def test_page_and_figures_over_http(home: Home) -> None:
    home.db.write(lambda tx: decide(tx, evidence=LOSS, now=5000.0))
    lead = client(home, Role.LEAD)
    page = lead.get("/api/projects/demo/loop").json()
    assert page["simulated"] is True
    assert page["latency"] == {"median": None, "max": None, "n": 0, "by_kind": {}}
    assert page["win_rates"][0]["low"] == 0.2
    assert page["decisions"][0]["kind"] == "refused"
    assert client(home, Role.ANNOTATOR).get("/api/projects/demo/loop").status_code == 403
    assert lead.get("/api/projects/none/loop").status_code == 403
    figures = lead.get("/metrics").text
    assert 'loopwright_stage_stuck{project="demo",stage="serving"} 1.0' in figures


def test_imported_judgments_count_where_nobody_has_judged_here(home: Home) -> None:
    def fill(tx: Connection) -> None:
        for name in ("one", "two"):
            add_judgment(tx, add_item(tx, name), name=name, at=200.0, origin="import")

    assert stage(look(home), "labeling").detail == "Nobody has judged anything yet."
    home.db.write(fill)
    assert stage(look(home), "labeling").detail == "2 imported, nobody has judged here yet."
    home.db.write(
        lambda tx: add_judgment(tx, add_item(tx, "here"), name="here", at=300.0, origin="browser")
    )
    assert stage(look(home), "labeling").detail == "2 imported, 1 judged here."
