"""The gateway as applications meet it: its own process between two real back ends."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gateway_world import World, wait_until

from loopwright.release.guard_verdicts import read_verdict
from loopwright.release.routing import path_of
from loopwright.serving.keys import add_key


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    built = World(tmp_path)
    try:
        yield built
    finally:
        built.close()


def by_policy(answers: list[httpx.Response]) -> Counter[str]:
    return Counter(answer.headers["x-loopwright-policy"] for answer in answers)


def test_subjects_are_split_and_stay_where_they_are(world: World) -> None:
    world.route(0.3)
    world.start()
    subjects = [f"person-{number}" for number in range(60)]
    first = {s: world.ask(s).headers["x-loopwright-policy"] for s in subjects}
    assert set(first.values()) == {"pol_old", "pol_new"}
    world.route(0.6)
    second = {s: world.ask(s).headers["x-loopwright-policy"] for s in subjects}
    moved = {(first[s], second[s]) for s in subjects}
    assert ("pol_new", "pol_old") not in moved
    assert ("pol_old", "pol_new") in moved


def test_answer_is_passed_on_and_capture_is_masked(world: World) -> None:
    world.route(None)
    world.start()
    answer = world.ask("ada", "My address is ada@example.com")
    assert answer.json()["choices"][0]["message"]["content"].startswith("old says hello")
    [record] = world.wait_captured(1)
    assert record["id"] == answer.headers["x-loopwright-request-id"]
    assert record["messages"] == [{"role": "user", "content": "My address is [EMAIL_1]"}]
    assert record["completion"] == "old says hello; write to [EMAIL_2]"
    assert record["mask_counts"] == {"EMAIL": 2}
    assert (record["assigned"], record["served"], record["outcome"]) == (
        "pol_old",
        "pol_old",
        "answered",
    )
    spooled = b"".join(path.read_bytes() for path in (world.home / "spool").iterdir())
    assert b"example.com" not in spooled
    assert b'"ada"' not in spooled


def test_policy_version_brings_its_prompt_and_decoding(world: World) -> None:
    world.route(1.0, system_prompt="Be brief.", decoding={"temperature": 0.1, "max_tokens": 50})
    world.start()
    world.ask("ada", temperature=0.9, max_tokens=20, top_p=0.5)
    [body] = world.seen("new")
    assert body["model"] == "new"
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert (body["temperature"], body["max_tokens"], body["top_p"]) == (0.1, 20, 0.5)


def test_without_subject_stable_answers_and_is_not_analysed(world: World) -> None:
    world.route(1.0)
    world.start()
    assert by_policy([world.ask() for _ in range(5)]) == {"pol_old": 5}
    assert by_policy([world.ask(user="ada")]) == {"pol_new": 1}
    records = world.wait_captured(6)
    assert sum(record["analysed"] for record in records) == 1


def test_killed_back_end_falls_back_and_the_guard_drops_the_share(world: World) -> None:
    world.route(0.5)
    world.start()
    subjects = [f"person-{number}" for number in range(40)]
    assert by_policy([world.ask(s) for s in subjects])["pol_new"] > 0
    world.stubs["new"].kill()
    answers = [world.ask(s) for s in subjects]
    assert all(answer.status_code == 200 for answer in answers)
    assert by_policy(answers) == {"pol_old": 40}
    health = wait_until(lambda: world.health()["guard"] and world.health(), what="guard drops")
    assert health["share"] == 0.0
    assert "The gateway took the traffic away" in health["guard"]
    records = world.wait_captured(80)
    fallen = [record for record in records if record["outcome"] == "fallback"]
    assert fallen
    assert all(
        (r["arm"], r["assigned"], r["served"], r["failure"])
        == ("candidate", "pol_new", "pol_old", "connect")
        for r in fallen
    )
    verdict = wait_until(
        lambda: read_verdict(world.home / "routing" / "guard", "rel_1"), what="verdict file"
    )
    assert verdict.failures == {"connect": len(fallen)}


def test_guard_verdict_outlives_the_gateway_process(world: World) -> None:
    world.route(1.0)
    world.start()
    world.control("new", status=500)
    answers = [world.ask(f"person-{number}") for number in range(12)]
    assert all(answer.status_code == 200 for answer in answers)
    wait_until(lambda: read_verdict(world.home / "routing" / "guard", "rel_1"), what="verdict")
    assert world.gateway is not None
    world.gateway.kill()
    world.control("new")
    world.start()
    assert by_policy([world.ask("anyone")]) == {"pol_old": 1}


def test_streaming_passes_on_and_is_captured(world: World) -> None:
    world.route(1.0)
    world.start()
    answer = world.ask("ada", stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-loopwright-policy"] == "pol_new"
    events = [line for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events[-1] == "data: [DONE]"
    assert json.loads(events[0][6:])["choices"][0]["delta"]["content"] == "new"
    [record] = world.wait_captured(1)
    assert (record["completion"], record["outcome"]) == ("new says hello to you", "answered")
    assert 0 < record["first_ms"] <= record["latency_ms"]


def test_stream_falls_back_before_its_first_byte_only(world: World) -> None:
    world.route(1.0)
    world.start()
    world.control("new", status=503)
    assert world.ask("ada", stream=True).headers["x-loopwright-policy"] == "pol_old"
    world.control("new", break_after=2)
    answer = world.ask("ada", stream=True)
    assert answer.headers["x-loopwright-policy"] == "pol_new"
    last = [line for line in answer.text.splitlines() if line.startswith("data: ")][-1]
    assert json.loads(last[6:])["error"]["code"] == "backend_broken"
    outcomes = [record["outcome"] for record in world.wait_captured(2)]
    assert outcomes == ["fallback", "broken"]


def test_slow_candidate_falls_back_in_time(world: World) -> None:
    world.route(1.0)
    world.start(total_seconds="1.0", first_token_seconds="0.3")
    world.control("new", delay=5)
    assert world.ask("ada").headers["x-loopwright-policy"] == "pol_old"
    assert world.ask("ada", stream=True).headers["x-loopwright-policy"] == "pol_old"
    records = world.wait_captured(2)
    assert [record["failure"] for record in records] == ["timeout", "timeout"]


def test_failing_stable_version_is_a_clear_error(world: World) -> None:
    world.route(None)
    world.start()
    world.stubs["old"].kill()
    answer = world.ask("ada")
    assert answer.status_code == 502
    error = answer.json()["error"]
    assert error["code"] == "backend_connect"
    assert answer.headers["x-loopwright-request-id"] in error["message"]


def test_empty_answer_falls_back(world: World) -> None:
    world.route(1.0)
    world.start()
    world.control("new", empty=True)
    assert world.ask("ada").headers["x-loopwright-policy"] == "pol_old"
    [record] = world.wait_captured(1)
    assert (record["outcome"], record["failure"]) == ("fallback", "empty")


def test_expired_lease_and_torn_snapshot(world: World) -> None:
    world.route(1.0, lease=1.0)
    world.start()
    wait_until(
        lambda: world.ask("ada").headers["x-loopwright-policy"] == "pol_old", what="lease ends"
    )
    world.route(1.0)
    path = path_of(world.home / "routing", "demo")
    path.write_bytes(path.read_bytes()[:-20])
    wait_until(
        lambda: world.http.get("/health").json()["unreadable_snapshots"], what="torn file seen"
    )
    assert by_policy([world.ask("ada")]) == {"pol_new": 1}
    path.unlink()
    assert by_policy([world.ask("ada")]) == {"pol_new": 1}


def test_shadow_is_off_the_response_path_and_dropped_on_overload(world: World) -> None:
    world.route(0.0, shadow=True)
    world.start(shadow_waiting="2", shadow_workers="1")
    world.ask("ada")
    records = world.wait_captured(2)
    [shadow] = [record for record in records if record["arm"] == "shadow"]
    [served] = [record for record in records if record["arm"] == "stable"]
    assert shadow["shadow_of"] == served["id"]
    assert shadow["assigned"] == "pol_new"
    world.control("new", delay=3)
    answers = [world.ask("ada") for _ in range(10)]
    assert by_policy(answers) == {"pol_old": 10}
    assert world.http.get("/health").json()["shadow"]["dropped"] >= 7


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b'{"messages": []}', 400, "model"),
        (b'{"model": "demo", "messages": []}', 400, "messages"),
        (
            b'{"model": "demo", "messages": [{"role": "x", "content": "a"}]}',
            400,
            "messages[0].role",
        ),
        (b'{"model": "no", "messages": [{"role": "user", "content": "a"}]}', 404, "model"),
        (b'"' + b"x" * 5_000_000 + b'"', 413, None),
    ],
)
def test_bad_input_is_an_error_of_the_protocol(
    shared: World, body: bytes, status: int, param: str | None
) -> None:
    answer = shared.http.post("/v1/chat/completions", content=body)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    built = World(tmp_path_factory.mktemp("shared"))
    try:
        built.route(None)
        built.start()
        yield built
    finally:
        built.close()


def test_request_fault_of_the_back_end_is_passed_on(shared: World) -> None:
    shared.control("old", status=422)
    answer = shared.ask("ada")
    shared.control("old")
    assert (answer.status_code, answer.json()) == (422, {"error": {"message": "stub"}})


def test_unknown_address_and_figures(shared: World) -> None:
    shared.ask("secret-subject")
    assert shared.http.get("/nowhere").json()["error"]["code"] == "not_found"
    figures = shared.http.get("/metrics").text
    assert 'loopwright_gateway_requests_total{arm="stable"' in figures
    assert "secret-subject" not in figures
    assert [m["id"] for m in shared.http.get("/v1/models").json()["data"]] == ["demo"]


def test_keys_close_the_door(world: World) -> None:
    key = add_key(world.home, "app")
    world.route(None)
    world.start()
    refused = world.ask("ada")
    assert refused.status_code == 401
    assert key not in refused.text
    world.http.headers["Authorization"] = f"Bearer {key}"
    assert world.ask("ada").status_code == 200
    assert key not in (world.home / "gateway-keys.json").read_text()


def test_capture_survives_kill_of_the_gateway(world: World) -> None:
    world.route(None)
    world.start(segment_seconds="60")
    answers = [world.ask("ada") for _ in range(20)]
    wait_until(lambda: world.http.get("/health").json()["capture"]["written"] == 20, what="written")
    assert world.gateway is not None
    world.gateway.kill()
    assert world.captured() == []
    world.start()
    records = world.wait_captured(20)
    assert {r["id"] for r in records} == {a.headers["x-loopwright-request-id"] for a in answers}
