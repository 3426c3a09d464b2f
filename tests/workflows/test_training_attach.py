"""A worker dies while its training program runs: the next worker takes the program over."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.training import process, service
from loopwright.training.model import Process, Run
from support.databases import sqlite_home

pytestmark = pytest.mark.slow

WORKER = """
import json, sys
from pathlib import Path
from loopwright.base.clock import system_now
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.training import service

home = open_home(Settings(home=Path(sys.argv[1])))
spec = json.loads(sys.argv[2])
service.execute(home, project_id="p", kind="sft", spec=spec, now_fn=system_now)
"""
ROWS = [{"prompt": f"Question {i}?", "completion": f"Answer {i % 7} is right."} for i in range(64)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return sqlite_home(Settings(home=tmp_path))


def the_run(home: Home) -> Run | None:
    found = home.db.read(lambda tx: service.list_runs(tx, project_id="p"))
    return found[0] if found else None


def start_worker(home: Home, spec: Json) -> tuple[subprocess.Popen[bytes], Run]:
    source = str(Path(service.__file__).resolve().parents[2])
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(home.path), json.dumps(spec)],
        env={**os.environ, "PYTHONPATH": source, "SECRET_TOKEN": "never passed on"},
    )
    while worker.poll() is None:
        run = the_run(home)
        if run is not None and run.process is not None:
            return worker, run
        time.sleep(0.05)
    raise AssertionError("the worker ended before its program started")


def small_spec(home: Home) -> Json:
    text = "".join(json.dumps(r) + "\n" for r in ROWS)
    return {
        "preset": "tiny",
        "hidden": 16,
        "layers": 1,
        "vocabulary": 300,
        "steps": 40,
        "batch": 8,
        "seed": 1,
        "demonstrations": home.artifacts.put_bytes(text.encode()),
    }


def test_the_program_outlives_its_worker_and_is_taken_over(home: Home) -> None:
    spec = small_spec(home)
    worker, run = start_worker(home, spec)
    assert run.process is not None
    program = Path(f"/proc/{run.process.pid}/environ")
    if program.exists():
        assert b"SECRET_TOKEN" not in program.read_bytes()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert process.is_alive(run.process)
    manifest = service.execute(home, project_id="p", kind="sft", spec=spec, now_fn=system_now)
    after = the_run(home)
    assert after is not None
    assert manifest.metrics["steps"] == 40
    assert manifest.metrics["resumed"] is False
    assert (after.attempts, after.process) == (1, run.process)


def test_worker_and_program_both_dead_means_a_new_start(home: Home) -> None:
    spec = small_spec(home)
    worker, run = start_worker(home, spec)
    assert run.process is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    os.killpg(run.process.pid, signal.SIGKILL)
    manifest = service.execute(home, project_id="p", kind="sft", spec=spec, now_fn=system_now)
    after = the_run(home)
    assert after is not None
    assert manifest.metrics["steps"] == 40
    assert after.attempts == 2


def test_a_reused_process_number_is_not_taken_for_ours(home: Home) -> None:
    mine = Process(pid=os.getpid(), started=1.0, host=process.host())
    assert not process.is_alive(mine)
    foreign = Process(pid=os.getpid(), started=1.0, host="another-machine")
    assert not process.is_alive(foreign)
