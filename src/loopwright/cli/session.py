"""How commands reach the server: a running one, or one started for this command alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from loopwright.base.errors import Unavailable
from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, is_served
from loopwright.cli.output import errors
from loopwright.client import Client
from loopwright.infra.child import end_children
from loopwright.infra.home import make_home_folder
from loopwright.infra.settings import Settings


def running_server(settings: Settings) -> Client | None:
    """Return a client of the home's running server, None when there is none."""
    address = settings.home / SERVER_FILE
    token = settings.home / TOKEN_FILE
    # A killed server leaves its file; by now another home's server may listen at that address,
    # and our key is not for that one.
    if not (address.exists() and token.exists() and is_served(settings)):
        return None
    try:
        client = Client(orjson.loads(address.read_bytes())["url"], token.read_text())
    except (OSError, ValueError, KeyError, TypeError):  # ended, or damaged, since the look
        return None
    if client.is_up():
        return client
    client.close()
    return None


@contextmanager
def server_process(settings: Settings, *, wait_seconds: float = 180.0) -> Iterator[Client]:
    """Run a server for the time of the block; its output goes to server.log in the home."""
    make_home_folder(settings.home)
    with (settings.home / "server.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "loopwright.cli.main", "up", *arguments(settings)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(settings),
            start_new_session=True,
        )
    try:
        client = _wait_until_up(settings, child, wait_seconds)
        with client:
            yield client
    finally:
        end_children([child], seconds=30)


def arguments(settings: Settings) -> list[str]:
    """Return the options of `loopwright up` that give these settings.

    The database's URL is not among them: it may hold a password, and others see a command line.
    """
    return [
        *("--home", str(settings.home)),
        *("--host", settings.host),
        *("--port", str(settings.port)),
        *("--gateway-port", str(settings.gateway_port)),
        *("--model-port", str(settings.model_port)),
    ]


def _environment(settings: Settings) -> dict[str, str]:
    given = {"LOOPWRIGHT_DATABASE_URL": settings.database_url} if settings.database_url else {}
    return {**os.environ, **given}


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
    if not settings.home.exists():  # a mistyped home must not look like an empty one
        errors.print(f"{settings.home} is a new home: nothing is in it yet.", soft_wrap=True)
    with server_process(settings) as own:
        yield own
