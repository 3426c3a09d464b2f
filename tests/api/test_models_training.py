"""Policy versions, reward models and runs: registering, and what HTTP shows of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.base.errors import Conflict, InvalidInput, NotFound, Unavailable
from loopwright.infra.home import Home
from loopwright.infra.http import add_error_answers
from loopwright.infra.settings import Settings
from loopwright.models import routes as model_routes
from loopwright.models import service as models
from loopwright.models.backends.openai_compatible import Endpoint, OpenAiCompatible
from loopwright.models.backends.protocol import Decoding
from loopwright.models.backends.recorded import Recorded
from loopwright.models.model import PolicyKind
from loopwright.training import routes as training_routes
from loopwright.training import store
from loopwright.training.model import Process, Run, RunKind, RunState
from support.databases import sqlite_home

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
ASK = [{"role": "user", "content": "Hello?"}]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = sqlite_home(Settings(home=tmp_path))
    yield home
    home.close()


@pytest.fixture
def client(home: Home) -> TestClient:
    app = FastAPI()
    app.state.home = home
    add_error_answers(app)
    app.include_router(model_routes.router)
    app.include_router(training_routes.router)
    person = home.db.write(
        lambda tx: accounts.add_person(
            tx, project_id="p", name="Ada", role=Role.VIEWER, kind=PersonKind.HUMAN, now=1.0
        )
    )
    return TestClient(app, headers={"Authorization": f"Bearer {person.api_key}"})


def test_registering_again_gives_the_same_version_and_another_content_is_refused(
    home: Home,
) -> None:
    def register(artifact: str) -> str:
        return home.db.write(
            lambda tx: models.register_policy(
                tx, project_id="p", name="sft-1", kind=PolicyKind.SFT, artifact=artifact, now=1.0
            )
        ).id

    first = register(A)
    assert register(A) == first
    with pytest.raises(Conflict, match="sft-1"):
        register(B)
    with pytest.raises(NotFound, match="pol_none"):
        home.db.read(lambda tx: models.get_policy(tx, "pol_none"))


def test_external_policies_are_made_once_in_bulk(home: Home) -> None:
    names = [f"model-{i}" for i in range(50)]
    first = home.db.write(
        lambda tx: models.ensure_external(tx, project_id="p", names=names, now=1.0)
    )
    again = home.db.write(
        lambda tx: models.ensure_external(tx, project_id="p", names=[*names, "new"], now=2.0)
    )
    assert set(again) == {*names, "new"}
    assert {k: again[k] for k in names} == first
    listed = home.db.read(lambda tx: models.list_policies(tx, project_id="p"))
    assert len(listed) == 51


def test_http_lists_versions_without_their_backend_configuration(
    home: Home, client: TestClient
) -> None:
    backend = {"kind": "openai", "url": "http://inside:1/v1", "model": "m", "key_env": "SECRET"}
    policy = home.db.write(
        lambda tx: models.register_policy(
            tx, project_id="p", name="api", kind=PolicyKind.EXTERNAL, backend=backend, now=1.0
        )
    )
    reward = home.db.write(
        lambda tx: models.register_reward_model(
            tx,
            project_id="p",
            name="rm-1",
            artifact=A,
            run_id="run_1",
            dataset_digest=B,
            parent_policy_id=policy.id,
            metrics={"sets": {"contrast": {"accuracy": 0.6, "n": 10}}},
            now=1.0,
        )
    )
    answer = client.get("/api/projects/p/policies")
    assert answer.json()["policies"][0]["name"] == "api"
    assert "SECRET" not in answer.text
    assert "inside" not in answer.text
    listed = client.get("/api/projects/p/reward-models").json()["reward_models"]
    assert listed[0]["id"] == reward.id
    assert listed[0]["metrics"]["sets"]["contrast"]["n"] == 10
    assert client.get("/api/projects/other/policies").status_code == 403


def test_a_run_is_shown_with_its_curves_and_the_end_of_its_log(
    home: Home, client: TestClient
) -> None:
    run = Run(
        id="run_1",
        project_id="p",
        kind=RunKind.RL,
        spec={"steps": 20},
        spec_digest=A,
        state=RunState.RUNNING,
        started_at=5.0,
        attempts=1,
        process=Process(pid=1, started=1.0, host="elsewhere"),
    )
    home.db.write(lambda tx: store.add_run(tx, run))
    home.db.write(lambda tx: store.save_run(tx, replace(run, attempts=2)))
    place = home.folder("runs") / run.id
    place.mkdir()
    line = {"step": 10, "total": 20, "at": 6.0, "metrics": {"kl": 0.5}}
    (place / "progress.jsonl").write_text(json.dumps(line) + "\n")
    (place / "log.txt").write_text("loading\ntraining\n")
    listed = client.get("/api/projects/p/runs").json()["runs"]
    assert [(r["id"], r["step"], r["total"], r["attempts"]) for r in listed] == [
        ("run_1", 10, 20, 2)
    ]
    detail = client.get("/api/projects/p/runs/run_1").json()
    assert detail["curves"] == [{"step": 10, "name": "kl", "value": 0.5}]
    assert detail["log"].endswith("training")
    assert client.get("/api/projects/p/runs/run_2").status_code == 404


def backend(handler: httpx.MockTransport, *, key_env: str | None = None) -> OpenAiCompatible:
    endpoint = Endpoint(url="http://models.test/v1", model="m", key_env=key_env)
    return OpenAiCompatible(endpoint, transport=handler)


def test_the_endpoint_is_asked_with_the_key_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MODEL_KEY", "k-123")
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"choices": [{"message": {"content": "Hi."}}]})

    with backend(httpx.MockTransport(answer), key_env="MODEL_KEY") as found:
        assert found.complete(ASK, Decoding(temperature=0.5, max_tokens=7, seed=3)) == "Hi."
    assert str(seen[0].url) == "http://models.test/v1/chat/completions"
    assert seen[0].headers["authorization"] == "Bearer k-123"
    sent = json.loads(seen[0].content)
    assert (sent["model"], sent["max_tokens"], sent["seed"]) == ("m", 7, 3)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx.Response(401, text="bad key"), "401: bad key"),
        (httpx.Response(200, json={"choices": []}), "not a chat completion"),
        (httpx.Response(200, text="<html>"), "not a chat completion"),
    ],
)
def test_a_bad_answer_names_the_endpoint_and_the_cause(
    response: httpx.Response, words: str
) -> None:
    with backend(httpx.MockTransport(lambda _: response)) as found:
        with pytest.raises(Unavailable, match=words) as caught:
            found.complete(ASK, Decoding())
    assert "models.test" in str(caught.value)


def test_a_dead_endpoint_and_a_missing_key_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = OpenAiCompatible(Endpoint(url="http://127.0.0.1:9/v1", model="m"))
    with dead, pytest.raises(Unavailable, match="could not be reached"):
        dead.complete(ASK, Decoding())
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(Unavailable, match="NO_SUCH_KEY"):
        OpenAiCompatible(Endpoint(url="http://x/v1", model="m", key_env="NO_SUCH_KEY"))
    with pytest.raises(InvalidInput, match="key"):
        Endpoint.from_json({"url": "http://x", "model": "m", "key": "secret"})


def test_recorded_completions_are_replayed_in_turn() -> None:
    found = Recorded([(ASK, "one"), (ASK, "two")])
    assert [found.complete(ASK, Decoding()) for _ in range(3)] == ["one", "two", "one"]
    with pytest.raises(NotFound):
        found.complete([{"role": "user", "content": "new"}], Decoding())
