"""`loopwright cycle`: start, watch, resume and cancel a turn of the loop."""

import time
from typing import Annotated
from urllib.parse import quote

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from loopwright.base.types import Json
from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, errors, explains_errors, print_json, print_table
from loopwright.cli.session import connected
from loopwright.client import Client

app = typer.Typer(help="One turn of the loop.", no_args_is_help=True)
CycleArgument = Annotated[
    str | None, typer.Argument(help="Cycle id or its end; the newest without one.")
]
_OVER = {"finished", "failed", "cancelled", "held"}


@app.command()
@explains_errors
def run(
    project: ProjectOption,
    home: HomeOption = None,
    wait: Annotated[bool, typer.Option(help="Wait until it ends.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Start a cycle and follow it."""
    with connected(settings_for(home)) as client:
        cycle_id = client.start_cycle(project)
        _finish(client, project, cycle_id, wait=wait, as_json=as_json)


@app.command()
@explains_errors
def status(
    project: ProjectOption,
    cycle: CycleArgument = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a cycle with its steps."""
    with connected(settings_for(home)) as client:
        found = client.cycle(project, _pick(client, project, cycle))
        _show(client, project, found, as_json=as_json)


@app.command()
@explains_errors
def resume(
    project: ProjectOption,
    cycle: CycleArgument = None,
    home: HomeOption = None,
    wait: Annotated[bool, typer.Option(help="Wait until it ends.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Go on with a cycle that was interrupted, held or failed; nothing is done twice."""
    with connected(settings_for(home)) as client:
        cycle_id = _pick(client, project, cycle)
        cycle_id = str(client.resume_cycle(project, cycle_id)["id"])
        _finish(client, project, cycle_id, wait=wait, as_json=as_json)


@app.command()
@explains_errors
def cancel(project: ProjectOption, cycle: CycleArgument = None, home: HomeOption = None) -> None:
    """Stop a cycle; what it has made stays."""
    with connected(settings_for(home)) as client:
        cycle_id = _pick(client, project, cycle)
        cycle_id = str(client.cancel_cycle(project, cycle_id)["id"])
    console.print(f"Cycle {cycle_id} is cancelled.")


def _pick(client: Client, project: str, cycle: str | None) -> str:
    if cycle:
        return cycle
    cycles = client.cycles(project)
    if not cycles:
        errors.print(f"Project {project} has no cycle yet. Start one: loopwright cycle run.")
        raise typer.Exit(1)
    return str(cycles[0]["id"])


def _finish(client: Client, project: str, cycle_id: str, *, wait: bool, as_json: bool) -> None:
    if not wait:
        _show(client, project, client.cycle(project, cycle_id), as_json=as_json)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    told = False
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        while (found := client.cycle(project, cycle_id))["state"] not in _OVER:
            waiting = found.get("waiting")
            if waiting and not told:
                errors.print(_to_judge(client, project, waiting), highlight=False, soft_wrap=True)
            told = bool(waiting)
            progress.update(task, description=_doing(found))
            time.sleep(0.5)
    _show(client, project, found, as_json=as_json)
    if found["state"] == "failed":
        raise typer.Exit(1)


def _doing(cycle: Json) -> str:
    step = str(cycle.get("step") or cycle["state"]).replace("_", " ")
    waiting = cycle.get("waiting")
    return f"{step}: {waiting['judgments']} to go" if waiting else step


def _to_judge(client: Client, project: str, waiting: Json) -> str:
    return (
        f"It waits for {waiting['judgments']} of {waiting['wanted']} judgments, "
        f"on {waiting['items']} items.\n"
        f"  Judge at {client.base_url}/p/{quote(project)}/label; invite others under Settings, or "
        "with `loopwright user add`."
    )


def _show(client: Client, project: str, cycle: Json, *, as_json: bool) -> None:
    if as_json:
        print_json(cycle)
        return
    console.print(f"Cycle {cycle['id']}: {cycle['state']}")
    rows = [
        (step["name"].replace("_", " "), step["state"], _seconds(step), step.get("error") or "")
        for step in cycle.get("steps", [])
    ]
    print_table("Steps", ("step", "state", "seconds", "error"), rows)
    result = cycle.get("result") or {}
    if decision := result.get("gate", {}).get("decision"):
        console.print(f"Gate: {decision}", highlight=False)
        for reason in result["gate"]["reasons"]:
            console.print(f"  {reason}", highlight=False, markup=False, soft_wrap=True)
    if cycle["state"] == "held":
        console.print("  Once that is there: loopwright cycle resume.", highlight=False)
    if cycle.get("waiting"):
        told = _to_judge(client, project, cycle["waiting"])
        console.print(told, highlight=False, soft_wrap=True)


def _seconds(step: Json) -> str:
    seconds = step.get("seconds")
    return "" if seconds is None else f"{seconds:.1f}"
