"""Starting, watching and stopping a backend program: a local process in its own session."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from loopwright.training.model import Process, RunKind

ALLOWED_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "HF_HOME",
    "HF_HUB_CACHE",
    "CUDA_VISIBLE_DEVICES",
    "SSL_CERT_FILE",
)
"""Everything else, secrets first of all, stays with the server."""


def environment(*, threads: int, offline: bool) -> dict[str, str]:
    """The whole environment of a backend program."""
    kept = {name: os.environ[name] for name in ALLOWED_ENVIRONMENT if name in os.environ}
    source = str(Path(__file__).resolve().parents[2])
    return kept | {
        "PYTHONPATH": source,
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1" if offline else "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


class Child:
    """A program that this process started, or one found running after a restart."""

    def __init__(self, process: Process, *, popen: subprocess.Popen[bytes] | None = None) -> None:
        self.process = process
        self._popen = popen

    @property
    def alive(self) -> bool:
        """True while the very process recorded is running; reaps it once it has ended."""
        if self._popen is not None:
            return self._popen.poll() is None
        return is_alive(self.process)

    @property
    def exit_code(self) -> int | None:
        """Exit code of an own child; None when unknown (not ours to wait for, or running)."""
        return None if self._popen is None else self._popen.poll()

    def stop(self, *, grace_seconds: float = 5.0) -> None:
        """End the program and all it started: TERM to its group, then KILL."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.alive:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            end = time.monotonic() + grace_seconds
            while self.alive and time.monotonic() < end:
                time.sleep(0.05)


def start(kind: RunKind, *, spec: Path, log: Path, environ: Mapping[str, str]) -> Child:
    """Start a backend program in its own session; its output is appended to `log`."""
    command = [sys.executable, "-m", f"loopwright.training.backends.{kind.value}", str(spec)]
    with log.open("ab") as stream:
        popen = subprocess.Popen(
            command,
            cwd=spec.parent,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        started = float(psutil.Process(popen.pid).create_time())
    except psutil.NoSuchProcess:  # over before it could be looked at
        started = 0.0
    return Child(Process(pid=popen.pid, started=started, host=host()), popen=popen)


def is_alive(process: Process) -> bool:
    """True when this host runs that very process (number and start time), not as a zombie."""
    if process.host != host():
        return False
    try:
        found = psutil.Process(process.pid)
        same = abs(float(found.create_time()) - process.started) < 0.05
        return same and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def host() -> str:
    """This machine's name, as it is recorded with a process."""
    return socket.gethostname()
