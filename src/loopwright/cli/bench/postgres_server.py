"""A PostgreSQL server in a temporary folder, with a socket and a port of its own.

Benches and tests start one where the server's programs are installed. It ends with the thread that
started it, also when the process is killed outright.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

DURABLE = {"max_connections": "200", "shared_buffers": "256MB", "max_wal_size": "4GB"}
"""As an installation would run it: what is acknowledged survives a power cut."""
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
        self,
        *,
        folder: Path,
        programs: Path,
        prefix: Sequence[str],
        settings: Mapping[str, str],
        port: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self._port = folder, port
        self._programs, self._prefix = programs, prefix
        self._child: subprocess.Popen[bytes] | None = None
        options = [f"-c{name}={value}" for name, value in settings.items()]
        options += [f"-cport={port}", "-clisten_addresses=127.0.0.1", "-k", str(folder)]
        program = [str(programs / "postgres"), "-D", f"{folder}/data", *options]
        given = [f"{name}={value}" for name, value in (environment or {}).items()]
        self._command = [*_dying_with_us(prefix), *(["env", *given] if given else []), *program]

    def over(
        self,
        folder: Path,
        settings: Mapping[str, str],
        *,
        environment: Mapping[str, str] | None = None,
    ) -> "PostgresServer":
        """Return a server of the same programs and user over `folder`/data, not started."""
        return PostgresServer(
            folder=folder,
            programs=self._programs,
            prefix=self._prefix,
            settings=settings,
            port=free_port(),
            environment=environment,
        )

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
        """Start it; returns when it answers. Raises RuntimeError with its log when it ends."""
        log = self.folder / "log"
        with log.open("a") as output:
            self._child = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/"
            )
        while self._child.poll() is None:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL ended while starting:\n{log.read_text()}")

    def stop(self, *, checkpoint: bool = False) -> None:
        """Stop it at once; what was committed is there at the next start.

        With a checkpoint, that start has nothing to recover.
        """
        if self._child is not None:
            self._child.send_signal(signal.SIGINT if checkpoint else signal.SIGQUIT)
            self._child.wait(timeout=30)
            self._child = None

    def kill(self) -> None:
        """End every process of it with SIGKILL, as the system would when memory is short."""
        first = self.first_pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for pid in (first, *map(int, children)):
            while Path(f"/proc/{pid}").exists() and not _zombie(pid):
                time.sleep(0.01)
        if self._child is not None:
            self._child.wait(timeout=30)
        # Where nobody reaps orphans, the dead still count as running: their locks go by hand.
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        (self.folder / f".s.PGSQL.{self._port}.lock").unlink(missing_ok=True)

    @property
    def first_pid(self) -> int:
        """Return the process that started the others."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(
    settings: Mapping[str, str],
    *,
    port: int | None = None,
    initdb: Sequence[str] = (),
    place: Path | None = None,
) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder (in `place`); stop and remove it at the end.

    What one that was killed left on the disk is removed by the next.
    """
    programs = find_server_programs()
    if programs is None:
        raise RuntimeError("no PostgreSQL server programs on this machine")
    place = place or Path(tempfile.gettempdir())
    remove_leftovers(place)
    prefix, user, group = _prefix()
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=place))
    folder.chmod(0o755)
    (folder / _OWNER).write_text(str(os.getpid()))
    os.chown(folder, user, group)
    make = [str(programs / "initdb"), "-D", f"{folder}/data", "-U", "loopwright", "-A", "trust"]
    try:
        _call([*prefix, *make, "-E", "UTF8", "--locale=C", "--no-sync", *initdb], folder)
        server = PostgresServer(
            folder=folder,
            programs=programs,
            prefix=prefix,
            settings=settings,
            port=free_port() if port is None else port,
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(place: Path) -> None:
    """Remove the folders of servers whose process is no more."""
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


def _call(command: list[str], folder: Path) -> None:
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
