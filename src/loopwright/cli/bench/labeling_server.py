"""The server under load, as `loopwright up` runs it, without gateway and model server.

Started as `python -m loopwright.cli.bench.labeling_server`; LOOPWRIGHT_* say which home and port.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from loopwright.cli.bench.postgres_server import free_port
from loopwright.cli.server import Server, prepare, spare_the_collector
from loopwright.infra.settings import Settings
from loopwright.infra.telemetry import configure_logs
from loopwright.web.app import create_app

HOST = "127.0.0.1"
_ENDS_WITHIN = 20.0
_LOOKS = 20


@dataclass
class BenchServer:
    """A server process over a home; `database_url` None means SQLite in the home."""

    home: Path
    database_url: str | None
    port: int = 0
    child: "subprocess.Popen[bytes] | None" = None
    log: Path | None = None
    """Takes the server's messages; without one they go where the bench's own go."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.port = self.port or free_port()
        given = {"LOOPWRIGHT_HOME": str(self.home), "LOOPWRIGHT_PORT": str(self.port)}
        if self.database_url is not None:
            given["LOOPWRIGHT_DATABASE_URL"] = self.database_url
        kept = {name: value for name, value in os.environ.items() if name[:11] != "LOOPWRIGHT_"}
        with ExitStack() as stack:
            log = None if self.log is None else stack.enter_context(self.log.open("ab"))
            self.child = subprocess.Popen(
                [sys.executable, "-m", "loopwright.cli.bench.labeling_server"],
                env={**kept, **given, "OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                stderr=log,
            )
        if self.child.stdout is None or self.child.stdout.readline() != b"up\n":
            raise RuntimeError(f"the server under test did not start. {self.messages()}")

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as the system would: no time to clean up."""
        self._end(signal.SIGKILL)

    def cpu_seconds(self) -> float:
        """Return the processor time it has used."""
        if self.child is None:
            return 0.0
        times = psutil.Process(self.child.pid).cpu_times()
        return float(times.user + times.system)

    def memory_mib(self) -> float:
        """Return the memory it holds."""
        if self.child is None:
            return 0.0
        return float(psutil.Process(self.child.pid).memory_info().rss) / 2**20

    def messages(self) -> str:
        """Return the end of what the server said."""
        if self.log is None:
            return "Its messages are above."
        return f"Its last messages:\n{self.log.read_text(errors='replace')[-3000:]}"

    def _end(self, number: int) -> None:
        if self.child is not None:
            self.child.send_signal(number)
            try:
                self.child.wait(_ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
            if self.child.stdout is not None:
                self.child.stdout.close()
            self.child = None


@contextmanager
def running(
    home: Path, database_url: str | None, *, log: Path | None = None
) -> Iterator[BenchServer]:
    """Serve until the block ends."""
    server = BenchServer(home, database_url, log=log)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def tree_cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and all below it, also of those that ended.

    A child that ended counts with the parent that waited for it. Until a look met none that came
    or went, it is taken again: such a child could be missed, or counted twice.
    """
    first = psutil.Process(pid)
    spent = 0.0
    for _ in range(_LOOKS):
        tree = first.children(recursive=True)
        spent = sum(map(_cpu, tree)) + _cpu(first)
        if first.children(recursive=True) == tree:
            break
    return spent


def _cpu(one: psutil.Process) -> float:
    try:
        times = one.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def main() -> None:
    """Serve until told to end."""
    configure_logs(json_lines=True)
    settings = Settings()
    home = prepare(settings)

    def up() -> None:
        spare_the_collector()
        print("up", flush=True)
        # Nobody reads on: a full pipe would hold the server when it has much to tell.
        os.dup2(2, 1)

    try:
        Server(create_app(home), settings, up=up).run()
    finally:
        home.close()


if __name__ == "__main__":
    main()
