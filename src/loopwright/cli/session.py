"""How commands reach the server: a running one, or one started for this command alone."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from loopwright.base.errors import Unavailable
from loopwright.cli.server import SERVER_FILE, TOKEN_FILE
from loopwright.client import Client
from loopwright.infra.settings import Settings


def running_server(settings: Settings) -> Client | None:
    """Return a client of the home's running server, None when there is none."""
    address = settings.home / SERVER_FILE
    token = settings.home / TOKEN_FILE
    if not address.exists() or not token.exists():
        return None
    client = Client(orjson.loads(address.read_bytes())["url"], token.read_text())
    if client.is_up():
        return client
    client.close()
    return None


@contextmanager
def server_process(settings: Settings, *, wait_seconds: float = 60.0) -> Iterator[Client]:
    """Run a server for the time of the block; its output goes to server.log in the home."""
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / SERVER_FILE).unlink(missing_ok=True)
    with (settings.home / "server.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "loopwright.cli.main", "up", *arguments(settings)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        client = _wait_until_up(settings, child, wait_seconds)
        with client:
            yield client
    finally:
        child.terminate()
        try:
            child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def arguments(settings: Settings) -> list[str]:
    """Return the options of `loopwright up` that give these settings."""
    chosen = [
        *("--home", str(settings.home)),
        *("--host", settings.host),
        *("--port", str(settings.port)),
        *("--gateway-port", str(settings.gateway_port)),
        *("--model-port", str(settings.model_port)),
    ]
    if settings.database_url:
        chosen += ["--database-url", settings.database_url]
    return chosen


def _wait_until_up(
    settings: Settings, child: "subprocess.Popen[bytes]", wait_seconds: float
) -> Client:
    end = time.monotonic() + wait_seconds
    while time.monotonic() < end and child.poll() is None:
        client = running_server(settings)
        if client is not None:
            return client
        time.sleep(0.1)
    raise Unavailable(
        f"The server for {settings.home} did not come up.",
        remedy=f"Read {settings.home / 'server.log'}.",
    )


@contextmanager
def connected(settings: Settings) -> Iterator[Client]:
    """Use the running server, or one that lives as long as the command."""
    client = running_server(settings)
    if client is not None:
        with client:
            yield client
        return
    with server_process(settings) as own:
        yield own
