"""What `loopwright doctor` looks at."""

import importlib.util
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from loopwright.base.errors import Unavailable
from loopwright.cli.lock import is_served
from loopwright.cli.output import console
from loopwright.infra.child import require_free_port
from loopwright.infra.settings import Settings
from loopwright.web.site import STATIC

_FIXED_SQLITE = (3, 51, 3)
_BACKPORTS = {(3, 44, 6), (3, 50, 7)}
_LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: ok, warn (works, but mind it) or broken, with what to do."""

    level: str
    text: str
    remedy: str = ""


def findings(settings: Settings) -> list[Finding]:
    """Return what was found; looking makes and changes nothing."""
    return [_sqlite(settings), _training(), _pages(), _disk(settings), _ports(settings)]


def _sqlite(settings: Settings) -> Finding:
    if settings.database_url:
        return Finding("ok", "The state lives in PostgreSQL.")
    version = sqlite3.sqlite_version_info
    if version >= _FIXED_SQLITE or version in _BACKPORTS:
        return Finding("ok", f"SQLite {sqlite3.sqlite_version}.")
    return Finding(
        "ok",
        f"SQLite {sqlite3.sqlite_version} works well here: one connection writes and checkpoints, "
        "so the damage that two can do before version 3.51.3 cannot happen. It could if another "
        "program wrote to loopwright.db while the server runs; for that use PostgreSQL "
        "(LOOPWRIGHT_DATABASE_URL).",
    )


def _ports(settings: Settings) -> Finding:
    if is_served(settings):
        return Finding("ok", f"A server runs for {settings.home}.")
    taken: dict[str, str] = {}
    for name in ("port", "gateway_port", "model_port"):
        try:
            require_free_port(settings.host, getattr(settings, name))
        except Unavailable as failure:
            taken[f"--{name.replace('_', '-')}"] = failure.message
    if not taken:
        return Finding("ok", f"No server runs for {settings.home}; its ports are free.")
    return Finding(
        "warn",
        " ".join(taken.values()),
        f"End the program that holds it, or give `loopwright up` another: {', '.join(taken)}.",
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


def print_findings(found: Sequence[Finding]) -> None:
    """Say what is well, what needs a hand, and what to do about that, in this order."""
    well = [one for one in found if one.level == "ok"]
    others = sorted((one for one in found if one.level != "ok"), key=lambda one: one.level)
    _print_part("What is well", [("[green]✓[/green]", one.text) for one in well])
    if not others:
        console.print("Nothing needs a hand.")
        return
    signs = {"broken": "[red]✕[/red]", "warn": "[yellow]![/yellow]"}
    _print_part("What needs a hand", [(signs[one.level], one.text) for one in others])
    _print_part("What to do", [(f"{at}.", one.remedy) for at, one in enumerate(others, 1)])


def _print_part(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    table = Table.grid(padding=(0, 1))
    for sign, text in rows:
        table.add_row(f"  {sign}", Text(text))
    console.print(title, style="bold")
    console.print(table)
