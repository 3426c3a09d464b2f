"""Programs that run beside the server and outlive its crash: the gateway, the model server."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from loopwright.base.errors import Unavailable
from loopwright.infra.settings import Settings


@dataclass(frozen=True)
class ChildProgram:
    """A module of ours to run: what it is called, its arguments, the port where it answers.

    `arguments[:2]` tell this home's program from another home's.
    """

    name: str
    module: str
    arguments: Sequence[str]
    port: int


def start_child(
    settings: Settings, program: ChildProgram, *, wait_seconds: float = 20.0
) -> "subprocess.Popen[bytes]":
    """Start the program in a session of its own and wait until it answers.

    A signal to the server's terminal does not reach it: the one who started it ends it with
    `terminate()`. One that a killed server left behind is ended first.
    Raises Unavailable when it does not come up.
    """
    _end_orphan(program)
    log_path = settings.home / f"{program.name.replace(' ', '-')}.log"
    with log_path.open("ab") as log:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", program.module, *program.arguments),
                *("--host", settings.host, "--port", str(program.port)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(os.environ),
            start_new_session=True,
        )
    end = time.monotonic() + wait_seconds
    while time.monotonic() < end and child.poll() is None:
        if answers(settings, port=program.port):
            return child
        time.sleep(0.1)
    child.terminate()
    raise Unavailable(
        f"The {program.name} did not come up on {settings.host}:{program.port}.",
        remedy=f"Read {log_path}; is the port taken?",
        code="child_down",
    )


def answers(settings: Settings, *, port: int) -> bool:
    """Return whether something answers /health on a port of ours."""
    address = f"http://{settings.host}:{port}/health"
    try:
        with urllib.request.urlopen(address, timeout=1.0) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end_orphan(program: ChildProgram) -> None:
    wanted = [program.module, *program.arguments[:2]]
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if line[2 : 2 + len(wanted)] != wanted:
            continue
        try:
            process.terminate()
            process.wait(timeout=10)
        except psutil.Error:
            continue
