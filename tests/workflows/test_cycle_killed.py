"""A whole turn of the loop whose server is killed in the middle of training, and started again."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from loopwright.base.clock import system_now
from loopwright.base.digests import digest_json
from loopwright.base.types import Json
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.serving.store import add_requests
from support.cycle_server import PROJECT, open_server_home

pytestmark = pytest.mark.slow
SERVER = Path(__file__).parent.parent / "support" / "cycle_server.py"


@contextmanager
def server(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The server as a process of its own; killed at the end when it still runs."""
    tests = SERVER.parent.parent
    paths = os.pathsep.join([str(tests.parent / "src"), str(tests)])
    log = folder.with_suffix(".log").open("ab")
    with log:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), str(folder), *arguments],
            env={**os.environ, "PYTHONPATH": paths},
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def look(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the state database, read without touching it; [] before it is there."""
    try:
        with closing(
            sqlite3.connect(f"file:{folder / 'loopwright.db'}?mode=ro", uri=True)
        ) as found:
            return found.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []


def wait_for_row(folder: Path, query: str, *, process: "subprocess.Popen[bytes]") -> None:
    while not look(folder, query):
        failed = look(folder, "SELECT error FROM cycle WHERE state = 'failed'")
        assert not failed, failed[0][0]
        assert process.poll() is None, folder.with_suffix(".log").read_text()[-3000:]
        time.sleep(0.1)


def pairs_digest(folder: Path) -> str:
    """The frozen pairs by what they say: ids that were drawn (policies', judgments') left out."""
    [(artifact,)] = look(folder, "SELECT artifact FROM dataset_version WHERE kind = 'preferences'")
    home = open_home(Settings(home=folder, database_url=None))
    rows = [orjson.loads(line) for line in home.artifacts.path(artifact).read_bytes().splitlines()]
    home.close()
    kept = ("prompt", "chosen", "rejected", "split", "segment", "purpose")
    return digest_json(sorted(digest_json([row[name] for name in kept]) for row in rows))


def outputs(folder: Path) -> dict[str, Json]:
    found = look(folder, "SELECT name, outputs FROM cycle_step WHERE state = 'done'")
    return {name: orjson.loads(text) for name, text in found}


def capture(folder: Path, *, failing: int) -> None:
    """Store what a gateway captures of the canary: a tenth of a hundred subjects' requests."""
    [(release, candidate, stable)] = look(
        folder, "SELECT id, candidate_policy_id, stable_policy_id FROM release"
    )
    now = system_now()
    rows: list[Json] = []
    for number in range(100):
        arm = "candidate" if number < 10 else "stable"
        policy = candidate if number < 10 else stable
        failed = number < failing
        rows.append(
            {
                "id": f"req_{number}",
                "project_id": PROJECT,
                "subject_hash": f"subject {number}",
                "assigned": policy,
                "served": stable if failed else policy,
                "arm": arm,
                "analysed": True,
                "shadow": False,
                "release_id": release,
                "stream": False,
                "outcome": "answered",
                "failure": "status" if failed else None,
                "latency_ms": 20.0,
                "messages": [],
                "completion": "Press the button.",
                "length": 17,
                "mask_counts": {},
                "at": now,
            }
        )
    home = open_server_home(folder)
    home.db.write(lambda tx: add_requests(tx, rows))
    home.close()


def end_of_turn(folder: Path) -> tuple[str, int, Json]:
    """Start the server again; return how the cycle ended: its state, attempt and release.

    A cycle that was held is resumed: that is its next attempt.
    """
    [(state, attempt)] = look(folder, "SELECT state, attempt FROM cycle")
    wanted = attempt + 1 if state == "held" else attempt
    with server(folder) as process:
        ended = f"SELECT 1 FROM cycle WHERE state <> 'running' AND attempt = {wanted}"
        wait_for_row(folder, ended, process=process)
    [(state, attempt, text)] = look(folder, "SELECT state, attempt, result FROM cycle")
    return state, attempt, orjson.loads(text)["release"]


@pytest.fixture(scope="module")
def in_canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose server was killed while a model trained, and again in the middle of a canary."""
    folder = tmp_path_factory.mktemp("killed") / "home"
    with server(folder) as process:
        training = "SELECT 1 FROM run WHERE kind = 'reward' AND state = 'running' AND pid > 0"
        wait_for_row(folder, training, process=process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = outputs(folder)
    with server(folder) as process:
        canary = "SELECT 1 FROM release WHERE state = 'canary'"
        wait_for_row(folder, canary, process=process)
    after = outputs(folder)
    assert {name: after[name] for name in before} == before
    return folder


def copy_of(folder: Path, place: Path) -> Path:
    shutil.copytree(folder, place / "home", symlinks=True)
    return place / "home"


@pytest.fixture(scope="module")
def finished(in_canary: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose killed server was started again and finished its cycle."""
    folder = copy_of(in_canary, tmp_path_factory.mktemp("finished"))
    capture(folder, failing=0)
    end_of_turn(folder)
    return folder


def test_a_candidate_that_fails_its_requests_is_rolled_back_within_the_turn(
    in_canary: Path, tmp_path: Path
) -> None:
    folder = copy_of(in_canary, tmp_path)
    [(stable,)] = look(folder, "SELECT stable_policy_id FROM routing")
    capture(folder, failing=10)
    state, attempt, release = end_of_turn(folder)
    assert (state, attempt, release["outcome"]) == ("finished", 1, "rolled_back")
    assert release["stages"] == ["shadow", "canary"]
    assert "10 of 10 requests of the candidate failed" in release["sentence"]
    routed = "SELECT stable_policy_id, candidate_policy_id, share FROM routing"
    assert look(folder, routed) == [(stable, None, 0.0)]
    kinds = look(folder, "SELECT kind FROM release_event ORDER BY seq")
    assert kinds[-1] == ("rolled_back",)


def test_a_release_that_was_held_goes_live_when_its_turn_is_resumed(
    in_canary: Path, tmp_path: Path
) -> None:
    folder = copy_of(in_canary, tmp_path)
    state, attempt, release = end_of_turn(folder)
    assert (state, attempt, release["outcome"]) == ("held", 1, "held")
    assert "needs 10 more requests" in release["sentence"]
    capture(folder, failing=0)
    state, attempt, release = end_of_turn(folder)
    assert (state, attempt, release["outcome"]) == ("finished", 2, "live")
    assert release["stages"] == ["shadow", "canary", "full"]
    assert look(folder, "SELECT count(*) FROM release") == [(1,)]
    assert look(folder, "SELECT count(*) FROM run WHERE kind = 'rl'") == [(1,)]


def test_the_cycle_goes_on_by_itself_and_releases(finished: Path) -> None:
    [(state, attempt, text)] = look(finished, "SELECT state, attempt, result FROM cycle")
    result = orjson.loads(text)
    assert (state, attempt) == ("finished", 1)
    assert result["gate"]["decision"] == "ship"
    assert result["release"]["outcome"] == "live"
    assert result["release"]["stages"] == ["shadow", "canary", "full"]
    assert result["win_rate_vs_sft"]["n"] > 0
    assert set(result["reward_model"]) == {"old", "on_policy", "contrast"}
    assert set(result["seconds"]) >= {"sft", "collect", "reward_model", "rl", "compare", "release"}
    [(stable,)] = look(finished, "SELECT stable_policy_id FROM routing")
    assert stable == result["policy"]


def test_no_effect_is_doubled(finished: Path) -> None:
    items = Counter(row[0] for row in look(finished, "SELECT purpose FROM item"))
    asked = outputs(finished)
    assert items["core"] == asked["collect"]["items"]
    [(judged, distinct)] = look(
        finished, "SELECT count(*), count(DISTINCT item_id || rater_id) FROM judgment"
    )
    assert judged == distinct
    assert judged == items["core"] + 2 * items["evaluation"]
    policies = look(finished, "SELECT name FROM policy_version WHERE kind <> 'external'")
    assert sorted(policies) == [("rl-1",), ("sft",)]
    assert look(finished, "SELECT name FROM reward_model_version") == [("reward-1",)]
    runs = Counter(row[0] for row in look(finished, "SELECT kind FROM run"))
    assert runs == Counter({"sft": 1, "generate": 3, "reward": 1, "rl": 1, "score": 1})
    assert look(finished, "SELECT count(*) FROM release") == [(1,)]
    assert look(finished, "SELECT count(*) FROM dataset_version") == [(2,)]


def test_the_dataset_is_that_of_an_undisturbed_turn(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with server(folder, "freeze_dataset") as process:
        process.wait(timeout=300)
    assert pairs_digest(folder) == pairs_digest(finished)
