"""`loopwright replay FILE`: what the live engine would have done with past votes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from loopwright.base.types import Json
from loopwright.cli.options import JsonOption
from loopwright.cli.output import errors, explains_errors, print_json


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(explains_errors(replay))


def replay(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with a header: annotator,item,label[,gold][,seconds][,time] or "
            "annotator,item,left,right,winner (left, right, tie)."
        ),
    ],
    seed: Annotated[int, typer.Option(help="Draws folds and intervals.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Feed past votes through the live engine: accuracy, votes saved, calibration."""
    report = _watched(file, seed)
    if as_json:
        print_json(report)
        return
    from loopwright.cli.replay_print import print_report

    print_report(report)


def _watched(file: Path, seed: int) -> Json:
    """Return the report, with a progress bar on standard error where that is a terminal."""
    from loopwright.cli.replay_report import STEPS, report_of

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=errors, transient=True, disable=not errors.is_terminal
    ) as shown:
        reading = shown.add_task("Reading", total=max(1, _size(file)))
        working = shown.add_task("Waiting for the file", total=STEPS, visible=False)

        def read(size: int) -> None:
            shown.update(reading, completed=size)

        def step(text: str) -> None:
            shown.update(working, description=text.capitalize(), visible=True, advance=1)

        return report_of(file, seed=seed, read=read, step=step)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0
