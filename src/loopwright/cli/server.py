"""Running the server with its gateway and model server, one of each per home."""

import gc
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import orjson
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.base.clock import system_now
from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, only_server
from loopwright.infra.child import end_children, require_free_port
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.release.jobs import publish_all
from loopwright.serving.launch import start_gateway
from loopwright.training.launch import start_model_server
from loopwright.web.app import create_app
from loopwright.web.schema import upgrade

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def spare_the_collector() -> None:
    """Have the garbage collector pass over what lives as long as the process, and look less often.

    Code, routes and compiled statements are hundreds of thousands of objects. Walking them again
    and again took a third of the time of a busy server, and made single requests wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def prepare(settings: Settings) -> Home:
    """Open the home, bring its schema up to date, make its owner and the owner's local key."""
    home = open_home(settings)
    try:
        upgrade(home.db)
        _keep_local_key(home)
    except BaseException:
        home.close()
        raise
    return home


def _keep_local_key(home: Home) -> None:
    token = home.path / TOKEN_FILE
    owner = home.db.write(lambda tx: accounts.ensure_owner(tx, now=system_now()))
    known = token.read_text() if token.exists() else ""
    # Another database than last time does not know the key that lies here.
    if home.db.read(lambda tx: accounts.actor_of_key(tx, known)) is None:
        key = home.db.write(lambda tx: accounts.add_key(tx, person_id=owner, now=system_now()))
        _write_private(token, key)


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
        end_children(started)


@contextmanager
def _ends_cleanly() -> Iterator[None]:
    """Turn the signals that kill at once into an orderly exit, so that no child is left behind."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    # nohup asks to ignore the end of the terminal: that stays.
    heard = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, leave) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Server(uvicorn.Server):
    """Tells when it answers, and lets go of live streams as soon as it is told to end."""

    def __init__(self, app: FastAPI, settings: Settings, *, up: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_level="warning",
                timeout_graceful_shutdown=3,
            )
        )
        self._app = app
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port, then tell."""
        await super().startup(sockets)
        if self.started:
            self._up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; a live stream would otherwise hold the server for its whole grace."""
        self._app.state.stopping = True
        super().handle_exit(sig, frame)


def serve(settings: Settings, *, announce: Callable[[str], None]) -> None:
    """Run until interrupted. `announce` is told the one-time link once the server answers."""
    with _ends_cleanly(), only_server(settings):
        require_free_port(settings.host, settings.port)
        home = prepare(settings)

        def tell() -> None:
            where = {"url": settings.base_url, "pid": os.getpid()}
            _write_private(home.path / SERVER_FILE, orjson.dumps(where).decode())
            spare_the_collector()
            announce(signin_link(home))

        try:
            publish_all(home, now=system_now())
            with _children(settings):
                Server(create_app(home), settings, up=tell).run()
        finally:
            (settings.home / SERVER_FILE).unlink(missing_ok=True)
            home.close()


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(path)
