"""Durable work on both databases: interrupted, killed, taken over; finished steps never repeat."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound, Unavailable
from loopwright.infra.durable import DurableRunner, runner
from loopwright.infra.durable_lease import durable_executor, take_lease
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from support.databases import sqlite_home

RAN: Counter[str] = Counter()
OPEN = threading.Event()
"""The gate that the second step waits for."""

KILLED = """
import sys
from pathlib import Path
from loopwright.infra.durable import DurableRunner
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from workflows import test_durable as tests

home = open_home(Settings(home=Path(sys.argv[1]), database_url=None))
durable = DurableRunner(home, workflows={"two_steps": tests.two_steps})
durable.start()
durable.enqueue("two_steps", "w1", sys.argv[2])
tests.wait_for(lambda: Path(sys.argv[2]).exists())
print("waiting", flush=True)
tests.wait_for(lambda: False, seconds=60)
"""


def two_steps(place: str) -> str:
    """Write a line in each step; the second waits for its gate."""
    durable = runner()
    first = durable.step("first", lambda: write_line(place, "first"))

    def second() -> str:
        while not OPEN.is_set():
            durable.pause(0.05)
        return write_line(place, "second")

    return f"{first} {durable.step('second', second)}"


def write_line(place: str, what: str) -> str:
    RAN[what] += 1
    with Path(place).open("a") as stream:
        stream.write(f"{what}\n")
    return what


def wait_for(ready: Callable[[], bool], *, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.05)


def make(home: Home) -> DurableRunner:
    return DurableRunner(home, workflows={"two_steps": two_steps})


@pytest.fixture(autouse=True)
def fresh() -> None:
    OPEN.clear()
    RAN.clear()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "lines.txt"


def test_stopped_in_a_step_and_started_again(home: Home, place: Path) -> None:
    durable = make(home)
    durable.start()
    durable.enqueue("two_steps", "w1", str(place))
    durable.enqueue("two_steps", "w1", str(place))
    wait_for(lambda: RAN["first"] == 1)
    assert durable.status("w1").state == "pending"
    assert durable.has_owner("w1")
    durable.stop()

    OPEN.set()
    again = make(home)
    again.start()
    wait_for(lambda: again.status("w1").over)
    assert again.status("w1").state == "success"
    again.stop()
    assert place.read_text() == "first\nsecond\n"


def test_cancelled_work_stops_and_can_go_on(home: Home, place: Path) -> None:
    durable = make(home)
    durable.start()
    durable.enqueue("two_steps", "w1", str(place))
    # The step's result is stored just after its line is written; cancelled between, it runs again.
    wait_for(lambda: [one["output"] for one in DBOS.list_workflow_steps("w1")] == ["first"])
    durable.cancel("w1")
    assert durable.status("w1").state == "cancelled"
    OPEN.set()
    durable.resume("w1")
    wait_for(lambda: durable.status("w1").state == "success")
    durable.stop()
    assert RAN["first"] == 1


def test_stopping_ends_a_run_that_waits_for_another(home: Home, place: Path) -> None:
    """A run whose workflow was taken over waits for the other's result; it must not outlive us."""
    durable = make(home)
    durable.start()
    durable.enqueue("two_steps", "w1", str(place))
    wait_for(lambda: RAN["first"] == 1)
    durable.cancel("w1")
    OPEN.set()
    durable.resume("w1")
    wait_for(lambda: durable.status("w1").over)
    durable.stop()
    assert [one.name for one in threading.enumerate() if one.name.startswith("dbos-exec")] == []


def test_unknown_work_is_not_found(home: Home) -> None:
    durable = make(home)
    durable.start()
    with pytest.raises(NotFound):
        durable.status("nothing")
    with pytest.raises(NotFound):
        durable.resume("nothing")
    durable.stop()
    with pytest.raises(Unavailable):
        runner()


def test_one_home_at_a_time_in_a_process(home: Home) -> None:
    durable = make(home)
    durable.start()
    with pytest.raises(Conflict):
        make(home).start()
    durable.stop()


def killed_home(folder: Path, place: Path) -> Home:
    """A home whose worker was killed in the second step."""
    opened = sqlite_home(Settings(home=folder, database_url=None))
    opened.close()
    tests = Path(__file__).parent.parent
    paths = os.pathsep.join([str(tests.parent / "src"), str(tests)])
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), str(place)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    with worker, worker.stdout:
        assert worker.stdout.readline() == b"waiting\n"
        time.sleep(0.3)  # the first step's result is stored just after its line is written
        worker.send_signal(signal.SIGKILL)
    return open_home(Settings(home=folder, database_url=None))


def test_killed_and_started_again(tmp_path: Path, place: Path) -> None:
    home = killed_home(tmp_path / "home", place)
    OPEN.set()
    durable = make(home)
    durable.start()
    wait_for(lambda: durable.status("w1").state == "success")
    durable.stop()
    home.close()
    assert place.read_text() == "first\nsecond\n"


def test_another_process_takes_over_what_a_silent_one_left(tmp_path: Path, place: Path) -> None:
    home = killed_home(tmp_path / "home", place)
    held = take_lease(home.folder("executors"))  # so that the new process gets another id
    home.db.write(_forget_heartbeats)
    OPEN.set()
    durable = make(home)
    durable.start()
    wait_for(lambda: durable.status("w1").state == "success")
    assert durable.status("w1").owner != held.id
    durable.stop()
    held.release()
    home.close()
    assert place.read_text() == "first\nsecond\n"


def test_a_living_process_keeps_its_work(tmp_path: Path, place: Path) -> None:
    home = killed_home(tmp_path / "home", place)
    held = take_lease(home.folder("executors"))  # plays the other process: alive, and heard of
    durable = make(home)
    durable.start()
    assert durable.has_owner("w1")
    assert durable.sweep() == 0
    durable.stop()
    held.release()
    home.close()


def test_what_is_stored_is_json_never_pickle(tmp_path: Path, place: Path) -> None:
    home = killed_home(tmp_path / "home", place)
    home.close()
    stored = (tmp_path / "home" / "dbos.db").read_bytes()
    stored += (tmp_path / "home" / "dbos.db-wal").read_bytes()
    assert b"portable_json" in stored
    assert b"py_pickle" not in stored


def _forget_heartbeats(tx: Connection) -> None:
    tx.execute(durable_executor.update().values(beat_at=0.0))
