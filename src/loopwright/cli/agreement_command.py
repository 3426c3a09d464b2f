"""`loopwright agreement`: how far raters agree, by several coefficients side by side."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from loopwright.cli.options import HomeOption, JsonOption, settings_for
from loopwright.cli.output import console, explains_errors, figure, print_json, print_table
from loopwright.cli.session import connected


class Split(StrEnum):
    """What agreement is split by."""

    PROJECT = "project"
    CRITERION = "criterion"
    SEGMENT = "segment"
    GUIDELINE = "guideline"
    TEAM = "team"
    WEEK = "week"


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("agreement")(explains_errors(agreement))


def agreement(
    project: Annotated[str, typer.Argument(help="Project id.")],
    by: Annotated[Split, typer.Option(help="What the figures are split by.")] = Split.CRITERION,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how far people agree, with n and a 95 % interval: read the coefficients together."""
    with connected(settings_for(home)) as client:
        found = client.agreement(project, by=by.value)
    if as_json:
        print_json(found)
    elif found["rows"]:
        print_table(f"Agreement by {by.value}", _COLUMNS, [_cells(row) for row in found["rows"]])
    else:
        console.print("Agreement: nothing was judged yet.", markup=False)


_COLUMNS = ("question", "aspect", "group", "items", "raters", "coefficients")


def _cells(row: dict[str, Any]) -> list[object]:
    told = [f"{one['name']} {figure(one['estimate'])}" for one in row["coefficients"]]
    place = [row["question_id"], row["aspect_name"] if row["aspect"] else "", row["group_name"]]
    return [*place, row["items"], row["raters"], "\n".join(told)]
