"""Starting the gateway as a child of `loopwright up`; it outlives a crash of the server."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil

from loopwright.base.errors import Unavailable
from loopwright.infra.settings import Settings


def start_gateway(settings: Settings, *, wait_seconds: float = 20.0) -> "subprocess.Popen[bytes]":
    """Start the gateway in a session of its own and wait until it answers.

    A signal to the server's terminal does not reach it: the one who started it ends it with
    `terminate()`. One that a killed server left behind is ended first.
    Raises Unavailable when it does not come up.
    """
    _end_orphan(settings)
    log = (settings.home / "gateway.log").open("ab")
    with log:
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "loopwright.serving.gateway",
                *("--home", str(settings.home)),
                *("--host", settings.host),
                *("--port", str(settings.gateway_port)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(os.environ),
            start_new_session=True,
        )
    end = time.monotonic() + wait_seconds
    while time.monotonic() < end and child.poll() is None:
        if gateway_answers(settings):
            return child
        time.sleep(0.1)
    child.terminate()
    raise Unavailable(
        f"The gateway did not come up on {settings.host}:{settings.gateway_port}.",
        remedy=f"Read {settings.home / 'gateway.log'}; is the port taken?",
        code="gateway_down",
    )


def _end_orphan(settings: Settings) -> None:
    wanted = ["loopwright.serving.gateway", "--home", str(settings.home)]
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if line[2:5] != wanted:
            continue
        try:
            process.terminate()
            process.wait(timeout=10)
        except psutil.Error:
            continue


def gateway_answers(settings: Settings) -> bool:
    """Return whether a gateway answers on the configured port."""
    address = f"http://{settings.host}:{settings.gateway_port}/health"
    try:
        with urllib.request.urlopen(address, timeout=1.0) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
