"""The PostgreSQL server of tests and benches leaves nothing behind, even when they are killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgres import find_server_programs, remove_leftovers

TESTS = Path(__file__).parent.parent
SESSIONS = {
    "tests": "from support.postgres import running_postgres as running",
    "bench": """
from loopwright.cli.bench.postgres_server import DURABLE, running_postgres
running = lambda: running_postgres(DURABLE)""",
}
SESSION = """
import time
with running() as server:
    print(server.url("postgres"), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that others may enter: the server may run as somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path


@pytest.mark.skipif(find_server_programs() is None, reason="no PostgreSQL server here")
@pytest.mark.parametrize("whose", SESSIONS)
def test_a_killed_session_takes_its_server_along(place: Path, whose: str) -> None:
    session = subprocess.Popen(
        [sys.executable, "-c", SESSIONS[whose] + SESSION],
        env={**os.environ, "PYTHONPATH": str(TESTS), "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
    )
    try:
        assert session.stdout is not None
        assert session.stdout.readline().startswith(b"postgresql://")
        [pid_file] = place.glob("lw-pg-*/data/postmaster.pid")
        server = Path(f"/proc/{int(pid_file.read_text().split()[0])}")
        assert server.exists()
    finally:
        session.send_signal(signal.SIGKILL)
        session.wait()
        session.communicate()
    for _ in range(600):
        if not server.exists():
            break
        time.sleep(0.05)
    assert not server.exists()
    remove_leftovers(place)
    assert list(place.iterdir()) == []


def test_a_living_sessions_folder_stays(tmp_path: Path) -> None:
    folder = tmp_path / "lw-pg-mine"
    folder.mkdir()
    (folder / "owner").write_text(str(os.getpid()))
    remove_leftovers(tmp_path)
    assert folder.is_dir()
