"""`loopwright cases`: the desk's cases and figures."""

from typing import Annotated, Any

import typer

from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, day, explains_errors, figure, print_json, print_table
from loopwright.cli.session import connected

app = typer.Typer(help="Escalated items, on their way to a decision.", no_args_is_help=True)


@app.command("list")
@explains_errors
def list_cases(
    project: ProjectOption,
    closed: Annotated[bool, typer.Option("--closed", help="Decided and withdrawn ones.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the cases that wait, the most urgent first, and how deciding goes."""
    with connected(settings_for(home)) as client:
        figures = client.case_figures(project)
        cases = client.cases(project, state="closed" if closed else "open", limit=500)
    if as_json:
        print_json({"figures": figures, "cases": cases})
        return
    print_table(
        "Cases",
        ("id", "state", "level", "severity", "deadline", "why", "item"),
        [
            (
                one["id"],
                one["state"],
                one["level"],
                one["severity"],
                day(one["deadline"]) + (" overdue" if one["overdue"] else ""),
                _why(one),
                one["prompt_start"][:50],
            )
            for one in cases
        ],
    )
    console.print(_said(figures), highlight=False, markup=False)


@app.command()
@explains_errors
def show(
    case: Annotated[str, typer.Argument(help="The case's id; its last symbols do.")],
    project: ProjectOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a case as you may see it: what others said only after your blind decision."""
    with connected(settings_for(home)) as client:
        found = client.case(project, case)
    if as_json:
        print_json(found)
        return
    one = found["case"]
    told = f"{one['id']}: {one['state']}, {one['level']}, {one['severity']}"
    console.print(told, highlight=False, markup=False)
    console.print(f"  {one['prompt_start']}", highlight=False, markup=False)
    opened = found["opened"]
    if opened is None:
        console.print("  Take it and decide it blind to see why, and what others said.")
        return
    print_table(
        "Votes",
        ("rater", "answer", "reason"),
        [(vote["rater"], vote["text"], vote["reason"]) for vote in opened["votes"]],
    )
    decision = opened["decision"]
    if decision is not None:
        said = decision["text"] or "no answer is right"
        console.print(f"Decided: {said}. {decision['rationale']}", highlight=False, markup=False)


def _why(case: Any) -> str:
    if case["reasons"] is None:
        return "(blind)"
    return ", ".join(sorted({one["kind"] for one in case["reasons"]}))


def _said(figures: Any) -> str:
    took = figures["median_seconds"]
    hours = "unknown (no decision yet)" if took is None else f"{took / 3600:.1f} h"
    return (
        f"Open: {sum(figures['open_by_level'].values())}, overdue: {figures['overdue']}. "
        f"Decided: {figures['decided']}, median time {hours}. "
        f"Changed after the votes were seen: {figure(figures['changed'])}."
    )
