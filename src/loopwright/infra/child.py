"""Programs that run beside the server and outlive its crash: the gateway, the model server."""

import http.client
import os
import socket
import subprocess
import sys
import time
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
    settings: Settings, program: ChildProgram, *, wait_seconds: float = 60.0
) -> "subprocess.Popen[bytes]":
    """Start the program in a session of its own and wait until it answers.

    A signal to the server's terminal does not reach it: the one who started it ends it with
    `terminate()`. One that a killed server left behind is ended first.
    Raises Unavailable when the port is taken, or when it does not come up.
    """
    _end_orphan(program)
    require_free_port(settings.host, program.port)
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
    try:
        end = time.monotonic() + wait_seconds
        while time.monotonic() < end and child.poll() is None:
            if answers(settings, port=program.port):
                return child
            time.sleep(0.1)
        raise Unavailable(
            f"The {program.name} did not come up on {settings.host}:{program.port}.",
            remedy=f"Read {log_path}.",
            code="child_down",
        )
    except BaseException:  # Ctrl+C while it starts must not leave it behind
        end_children([child])
        raise


def end_children(children: "Sequence[subprocess.Popen[bytes]]", *, seconds: float = 10.0) -> None:
    """Ask every child to end, wait, and kill those that do not."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def require_free_port(host: str, port: int) -> None:
    """Raise Unavailable when something else already listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            raise Unavailable(
                f"Port {port} on {host} cannot be used: {failure.strerror}.",
                remedy="End the program that holds it, or choose another (loopwright up --help).",
                code="port_taken",
            ) from failure


def answers(settings: Settings, *, port: int) -> bool:
    """Return whether something answers /health on a port of ours."""
    # http.client, since a proxy from the environment has no business on the way to our own port.
    connection = http.client.HTTPConnection(settings.host, port, timeout=1.0)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_orphan(program: ChildProgram) -> None:
    wanted = [program.module, *program.arguments[:2]]
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if line[2 : 2 + len(wanted)] != wanted:
            continue
        try:
            process.terminate()
            try:
                process.wait(timeout=10)
            except psutil.TimeoutExpired:
                process.kill()
        except psutil.Error:
            continue
