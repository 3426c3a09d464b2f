"""A PostgreSQL server that belongs to one test session: its own folder, socket and port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Connection, text

from support.ports import free_port

_SETTINGS = {
    # What is tested is our statements, not the disk; durability has tests of its own.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


_FOLDER = "lw-pg-"
_OWNER = "owner"


def find_server_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, newest version first; None when absent."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if packaged:
        return packaged[-1].parent
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found and shutil.which("initdb") else None


def _prefix() -> tuple[list[str], int, int]:
    """Return how to run the server as somebody else when we are root, which it refuses."""
    if os.geteuid() != 0:
        return [], os.geteuid(), os.getegid()
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        command = ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid)]
        return [*command, "--clear-groups", "--"], user.pw_uid, user.pw_gid
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user to run it as.")


class PostgresServer:
    """One running server; databases are copies of a prepared one."""

    def __init__(self, *, port: int) -> None:
        self._port = port

    def url(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://loopwright@127.0.0.1:{self._port}/{name}"

    def create(self, *, template: str = "template0") -> str:
        """Make a database as a copy of another; return its name."""
        name = f"t_{uuid.uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database and end whoever is still connected."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server in a temporary folder; stop and remove it at the end.

    It ends with this process, also when that is killed outright; what such a one left on the disk
    is removed by the next.
    """
    programs = find_server_programs()
    if programs is None:
        raise RuntimeError("no PostgreSQL server programs on this machine")
    remove_leftovers(Path(tempfile.gettempdir()))
    prefix, user, group = _prefix()
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    folder.chmod(0o755)
    (folder / _OWNER).write_text(str(os.getpid()))
    os.chown(folder, user, group)
    port = free_port()
    options = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    data = ["-D", f"{folder}/data"]
    options += [f"-cport={port}", "-clisten_addresses=127.0.0.1", "-k", str(folder)]
    initdb = [str(programs / "initdb"), *data, "-U", "loopwright", "-A", "trust"]
    try:
        _call([*prefix, *initdb, "-E", "UTF8", "--locale=C", "--no-sync"], folder)
        with (folder / "log").open("w") as log:
            child = subprocess.Popen(
                [*_dying_with_us(prefix), str(programs / "postgres"), *data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
            )
        try:
            server = PostgresServer(port=port)
            _wait_until_up(server, child, folder / "log")
            yield server
        finally:
            child.send_signal(signal.SIGQUIT)  # at once, without a checkpoint
            child.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def somebody_waits(tx: Connection) -> bool:
    """Return whether a transaction of this database waits for another's lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(tx.scalar(query))


def remove_leftovers(place: Path) -> None:
    """Remove the folders of servers whose test session is no more."""
    for owner in place.glob(f"{_FOLDER}*/{_OWNER}"):
        try:
            alive = Path(f"/proc/{int(owner.read_text())}").exists() or not Path("/proc").exists()
        except (OSError, ValueError):
            continue
        if not alive:
            shutil.rmtree(owner.parent, ignore_errors=True)


def _dying_with_us(prefix: Sequence[str]) -> list[str]:
    """Return how to start a program that is told to quit when this process ends in any way."""
    if prefix:
        return [*prefix[:-1], "--pdeathsig", "QUIT", "--"]
    return ["setpriv", "--pdeathsig", "QUIT", "--"] if shutil.which("setpriv") else []


def _wait_until_up(server: PostgresServer, child: "subprocess.Popen[bytes]", log: Path) -> None:
    while child.poll() is None:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL ended while starting:\n{log.read_text()}")


def _call(command: list[str], folder: Path) -> None:
    # The server inherits standard output: a pipe would never close, so a file takes it.
    with (folder.parent / f"{folder.name}.out").open("w+") as output:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False
        )
        output.seek(0)
        text = output.read()
    (folder.parent / f"{folder.name}.out").unlink()
    if done.returncode != 0:
        log = folder / "log"
        raise RuntimeError(f"{command} failed:\n{text}\n{log.read_text() if log.exists() else ''}")
