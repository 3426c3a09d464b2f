"""Running the server with its gateway and model server, one of each per home."""

import fcntl
import os
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson
import uvicorn
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.base.clock import system_now
from loopwright.base.errors import Conflict, Unavailable
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.release.jobs import publish_all
from loopwright.serving.launch import start_gateway
from loopwright.training.launch import start_model_server
from loopwright.web.app import create_app
from loopwright.web.schema import upgrade

SERVER_FILE = "server.json"
TOKEN_FILE = "cli-token"  # noqa: S105 - a file's name


@contextmanager
def only_server(settings: Settings) -> Iterator[IO[str]]:
    """Hold the home's server lock. Raises Conflict when another server holds it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as failure:
            raise Conflict(
                f"A server is already running for {settings.home}.",
                remedy="Use that one, end it, or choose another home with LOOPWRIGHT_HOME.",
            ) from failure
        yield lock


def prepare(settings: Settings) -> Home:
    """Open the home, bring its schema up to date, make its owner and the owner's local key."""
    home = open_home(settings)
    upgrade(home.db)
    token = settings.home / TOKEN_FILE
    owner = home.db.write(lambda tx: accounts.ensure_owner(tx, now=system_now()))
    if not token.exists():
        key = home.db.write(lambda tx: accounts.add_key(tx, person_id=owner, now=system_now()))
        _write_private(token, key)
    return home


def signin_link(home: Home) -> str:
    """Return a fresh one-time link for the owner."""
    now = system_now()

    def make(tx: Connection) -> str:
        owner = accounts.ensure_owner(tx, now=now)
        return accounts.make_signin_link(
            tx, person_id=owner, now=now, seconds=home.settings.signin_link_seconds
        )

    return f"{home.settings.base_url}/signin?token={home.db.write(make)}"


@contextmanager
def _children(settings: Settings) -> Iterator[None]:
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(start_gateway(settings))
        started.append(start_model_server(settings))
        yield
    finally:
        for child in started:
            child.terminate()
        for child in started:
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def serve(settings: Settings, *, announce: Callable[[str], None]) -> None:
    """Run until interrupted. `announce` is told the one-time link once the server answers."""
    _check_port(settings)
    with only_server(settings):
        home = prepare(settings)
        try:
            publish_all(home, now=system_now())
            with _children(settings):
                server = uvicorn.Server(
                    uvicorn.Config(
                        create_app(home),
                        host=settings.host,
                        port=settings.port,
                        log_level="warning",
                        timeout_graceful_shutdown=3,
                    )
                )
                _announce_when_up(home, announce)
                server.run()
        finally:
            (settings.home / SERVER_FILE).unlink(missing_ok=True)
            home.close()


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as failure:
            raise Unavailable(
                f"Port {settings.port} on {settings.host} is taken.",
                remedy="End the other program, or choose another with --port.",
            ) from failure


def _announce_when_up(home: Home, announce: Callable[[str], None]) -> None:
    """Tell commands where the server is, and the person how to get in, once it answers."""

    address = f"{home.settings.base_url}/api/health"

    def watch() -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        where = {"url": home.settings.base_url, "pid": os.getpid()}
        _write_private(home.path / SERVER_FILE, orjson.dumps(where).decode())
        announce(signin_link(home))

    threading.Thread(target=watch, name="announce", daemon=True).start()


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(path)
