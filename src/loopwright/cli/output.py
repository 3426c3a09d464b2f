"""What commands print: tables for people, JSON for programs, errors with their remedy."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loopwright.base.errors import LoopwrightError
from loopwright.client import ApiError

_ROUTE = re.compile(r"^[A-Z]+ /\S+: ")
P = ParamSpec("P")
R = TypeVar("R")

console = Console()
errors = Console(stderr=True)


def print_json(value: Any) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table; an empty one says so."""
    if not rows:
        console.print(f"{title}: none yet.", markup=False)
        return
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, no_wrap=column == "id", overflow="fold")  # ids are copied whole
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console.print(table)


def day(at: float) -> str:
    """Return a time as date and minute, in the reader's zone."""
    return datetime.fromtimestamp(at, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def figure(estimate: dict[str, Any] | None) -> str:
    """Return an estimate as text: value, interval, n; or why it is unknown."""
    if not estimate or estimate.get("value") is None:
        return f"unknown ({(estimate or {}).get('reason') or 'not measured'})"
    low, high = estimate.get("low"), estimate.get("high")
    interval = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
    return f"{estimate['value']:.3f}{interval} n={estimate['n']}"


def plain(message: str) -> str:
    """Return a server's message without the route, which says nothing to who typed a command."""
    return _ROUTE.sub("", message)


def explains_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Print a typed error with its remedy and leave with status 1 instead of a trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (LoopwrightError, ApiError) as failure:
            # Text from files and servers may hold brackets, which are not our markup.
            errors.print("Error:", style="red", end=" ")
            errors.print(plain(failure.message), highlight=False, markup=False, soft_wrap=True)
            if failure.remedy:
                errors.print(f"  {failure.remedy}", highlight=False, markup=False, soft_wrap=True)
            raise typer.Exit(1) from failure

    return run
