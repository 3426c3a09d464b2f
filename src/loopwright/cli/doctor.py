"""What `loopwright doctor` looks at."""

import importlib.util
import shutil
import sqlite3
from dataclasses import dataclass

from loopwright.infra.settings import Settings
from loopwright.web.site import STATIC

_FIXED_SQLITE = (3, 51, 3)
_BACKPORTS = {(3, 44, 6), (3, 50, 7)}
_LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; level is ok, warn or broken."""

    level: str
    text: str
    remedy: str = ""


def findings(settings: Settings) -> list[Finding]:
    """Return what was found, in the order in which a person would look."""
    return [_sqlite(settings), _training(), _pages(), _disk(settings)]


def _sqlite(settings: Settings) -> Finding:
    if settings.database_url:
        return Finding("ok", "The state lives in PostgreSQL.")
    version = sqlite3.sqlite_version_info
    if version >= _FIXED_SQLITE or version in _BACKPORTS:
        return Finding("ok", f"SQLite {sqlite3.sqlite_version}.")
    return Finding(
        "warn",
        f"SQLite {sqlite3.sqlite_version} can corrupt a file that two connections write or "
        "checkpoint at once; this server uses one for both.",
        "Open the file with no other program, or set LOOPWRIGHT_DATABASE_URL.",
    )


def _training() -> Finding:
    missing = [
        name for name in ("torch", "transformers", "trl") if importlib.util.find_spec(name) is None
    ]
    if not missing:
        return Finding("ok", "The training libraries are installed.")
    return Finding(
        "warn",
        f"Training needs {', '.join(missing)}.",
        "Install loopwright with the `train` extra.",
    )


def _pages() -> Finding:
    if (STATIC / "index.html").is_file():
        return Finding("ok", "The pages are built.")
    return Finding(
        "warn", "The pages are not built.", "Install again without LOOPWRIGHT_SKIP_FRONTEND."
    )


def _disk(settings: Settings) -> Finding:
    place = settings.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free >= _LOW_DISK_BYTES:
        return Finding("ok", f"{free / 1024**3:.0f} GiB are free for {settings.home}.")
    return Finding("warn", f"Only {free / 1024**2:.0f} MiB are free.", "Make room for checkpoints.")
