"""Who serves a home: the lock and the files that tell commands where the server is.

Apart from the server itself, so that a command need not load it.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from loopwright.base.errors import Conflict
from loopwright.infra.home import make_home_folder
from loopwright.infra.settings import Settings

SERVER_FILE = "server.json"
TOKEN_FILE = "cli-token"  # noqa: S105 - a file's name
_LOCK_FILE = "server.lock"


@contextmanager
def only_server(settings: Settings) -> Iterator[IO[str]]:
    """Hold the home's server lock. Raises Conflict when another server holds it."""
    make_home_folder(settings.home)
    with (settings.home / _LOCK_FILE).open("a+") as lock:
        # Twice, since a command that looks whether a server runs holds it for an instant.
        if not _locked(lock):
            time.sleep(0.2)
            if not _locked(lock):
                raise Conflict(
                    f"A server is already running for {settings.home}.",
                    remedy="Use that one, end it, or choose another home with LOOPWRIGHT_HOME.",
                )
        yield lock


def is_served(settings: Settings) -> bool:
    """Return whether a server holds this home; what server.json says may be stale."""
    path = settings.home / _LOCK_FILE
    if not path.exists():
        return False
    with path.open("a+") as lock:
        return not _locked(lock)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
