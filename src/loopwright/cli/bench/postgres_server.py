"""A PostgreSQL server in a temporary folder, with a socket and a port of its own.

Benches start one where the server's programs are installed.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

DURABLE = {"max_connections": "200", "shared_buffers": "256MB", "max_wal_size": "4GB"}
"""As an installation would run it: what is acknowledged survives a power cut."""


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


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
    """One server; databases are copies of a prepared one."""

    def __init__(
        self, *, folder: Path, programs: Path, prefix: list[str], settings: Mapping[str, str]
    ) -> None:
        self._folder, self._programs, self._prefix = folder, programs, prefix
        self._port = free_port()
        options = [f"-c {name}={value}" for name, value in settings.items()]
        options += [f"-c port={self._port}", "-c listen_addresses=127.0.0.1", f"-k {folder}"]
        self._options = " ".join(options)

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

    def start(self) -> None:
        """Start it; returns when it answers."""
        log = str(self._folder / "log")
        self._control("-l", log, "-w", "-t", "120", "-o", self._options, "start")

    def stop(self) -> None:
        """Stop it at once; what was committed is there at the next start."""
        self._control("-m", "immediate", "stop")

    def kill(self) -> None:
        """End every process of it with SIGKILL, as the system would when memory is short."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for pid in (first, *map(int, children)):
            while Path(f"/proc/{pid}").exists() and not _zombie(pid):
                time.sleep(0.01)
        # Where nobody reaps orphans, the dead still count as running: their locks go by hand.
        (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        (self._folder / f".s.PGSQL.{self._port}.lock").unlink(missing_ok=True)

    @property
    def first_pid(self) -> int:
        """Return the process that started the others."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _control(self, *arguments: str) -> None:
        program = [str(self._programs / "pg_ctl"), "-D", f"{self._folder}/data"]
        call([*self._prefix, *program, *arguments], self._folder)


@contextmanager
def running_postgres(settings: Mapping[str, str]) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder; stop and remove it at the end."""
    programs = find_server_programs()
    if programs is None:
        raise RuntimeError("no PostgreSQL server programs on this machine")
    prefix, user, group = _prefix()
    folder = Path(tempfile.mkdtemp(prefix="lw-bench-pg-"))
    folder.chmod(0o755)
    os.chown(folder, user, group)
    initdb = [str(programs / "initdb"), "-D", f"{folder}/data", "-U", "loopwright", "-A", "trust"]
    try:
        call([*prefix, *initdb, "-E", "UTF8", "--locale=C", "--no-sync"], folder)
        server = PostgresServer(folder=folder, programs=programs, prefix=prefix, settings=settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def call(command: list[str], folder: Path) -> None:
    """Run a program to its end. Raises RuntimeError with what it printed when it fails."""
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


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
