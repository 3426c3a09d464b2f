"""The model server over loopback: known and unknown models, streaming, a registry that changes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.models.backends.openai_compatible import Endpoint, OpenAiCompatible
from loopwright.models.backends.protocol import Decoding
from loopwright.training import service
from support.training_world import PROJECT, SMALL, demonstration_rows, make_home, rows_artifact

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_home(tmp_path_factory.mktemp("serve"))
    spec = {**SMALL, "steps": 2}
    spec["demonstrations"] = rows_artifact(home, demonstration_rows(count=100))
    made = service.execute(home, project_id=PROJECT, kind="sft", spec=spec, now_fn=system_now)
    return home.artifacts.path(made.outputs["policy"])


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, policy: Path) -> Path:
    path = tmp_path_factory.mktemp("registry") / "models.json"
    path.write_text(json.dumps({"models": {"pol_a": {"path": str(policy)}}}))
    return path


@pytest.fixture(scope="module")
def url(registry: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "loopwright.training.backends.serve"]
    command += ["--registry", str(registry), "--port", str(port)]
    source = str(Path(service.__file__).resolve().parents[2])
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": source})
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{base}/health")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait()


def body(model: str, **more: object) -> Json:
    return {
        "model": model,
        "messages": [{"role": "user", "content": "My phone is much too loud."}],
        "max_tokens": 8,
        **more,
    }


def test_it_answers_for_a_registered_policy_and_batches_what_comes_together(url: str) -> None:
    assert httpx.get(f"{url}/health").json() == {"status": "ok", "models": ["pol_a"]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: httpx.post(
                    f"{url}/v1/chat/completions", json=body("pol_a"), timeout=60
                ).json(),
                range(8),
            )
        )
    for answer in answers:
        choice = answer["choices"][0]
        assert choice["message"]["role"] == "assistant"
        assert choice["finish_reason"] in ("stop", "length")


def test_greedy_text_is_the_same_streamed_and_whole(url: str) -> None:
    whole = httpx.post(
        f"{url}/v1/chat/completions", json=body("pol_a", temperature=0), timeout=60
    ).json()["choices"][0]["message"]["content"]
    pieces = []
    with httpx.stream(
        "POST",
        f"{url}/v1/chat/completions",
        json=body("pol_a", temperature=0, stream=True),
        timeout=60,
    ) as response:
        lines = [x.removeprefix("data: ") for x in response.iter_lines() if x]
    assert lines[-1] == "[DONE]"
    for line in lines[:-1]:
        pieces.append(json.loads(line)["choices"][0]["delta"].get("content", ""))
    assert "".join(pieces).strip() == whole


def test_unknown_models_and_broken_requests_are_told_apart(url: str) -> None:
    assert httpx.post(f"{url}/v1/chat/completions", json=body("pol_x")).status_code == 404
    assert httpx.post(f"{url}/v1/chat/completions", json={"model": "pol_a"}).status_code == 400


def test_a_model_added_to_the_registry_is_served_without_a_restart(
    url: str, registry: Path, policy: Path
) -> None:
    models = {"pol_a": {"path": str(policy)}, "pol_b": str(policy)}
    registry.write_text(json.dumps({"models": models}))
    endpoint = Endpoint(url=f"{url}/v1", model="pol_b")
    with OpenAiCompatible(endpoint) as backend:
        text = backend.complete(body("pol_b")["messages"], Decoding(max_tokens=6))
    assert isinstance(text, str)
