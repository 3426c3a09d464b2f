"""A whole turn of the loop whose server is killed in the middle of training, and started again."""

import os
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

from loopwright.base.digests import digest_json
from loopwright.base.types import Json
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings

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


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose server was killed while a model trained, and which then finished its cycle."""
    folder = tmp_path_factory.mktemp("killed") / "home"
    with server(folder) as process:
        training = "SELECT 1 FROM run WHERE kind = 'reward' AND state = 'running' AND pid > 0"
        wait_for_row(folder, training, process=process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = outputs(folder)
    with server(folder, "record") as process:
        wait_for_row(folder, "SELECT 1 FROM cycle WHERE state = 'finished'", process=process)
        process.wait(timeout=60)
    after = outputs(folder)
    assert {name: after[name] for name in before} == before
    return folder


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
