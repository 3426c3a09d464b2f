"""`loopwright gold`: items whose answer is known, hidden in people's flow."""

from typing import Annotated, Any

import typer

from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, explains_errors, print_json, print_table
from loopwright.cli.session import connected

app = typer.Typer(help="Items whose answer is known.", no_args_is_help=True)


@app.command("list")
@explains_errors
def list_gold(project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List gold items and what people made of them."""
    with connected(settings_for(home)) as client:
        found = client.gold(project)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["state"],
            one["prompt"][:50],
            one["answer"],
            _share(one["right"]),
            _said(one),
        )
        for one in found["gold"]
    ]
    print_table("Gold", ("id", "state", "prompt", "answer", "right", "note"), rows)


@app.command()
@explains_errors
def candidates(
    project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """List items that could become gold: settled ones, and those on which all agreed."""
    with connected(settings_for(home)) as client:
        found = client.gold_candidates(project)
    if as_json:
        print_json(found)
        return
    rows = [
        (one["item_id"], one["prompt"][:50], one["outcome"], one["answer"], one["because"])
        for one in found
    ]
    print_table("Candidates", ("item", "prompt", "outcome", "answer", "because"), rows)


@app.command()
@explains_errors
def add(
    item: Annotated[str, typer.Argument(help="The item's id.")],
    project: ProjectOption,
    answer: Annotated[
        str | None, typer.Option(help="first, second, tie, a label ...; the settled one without.")
    ] = None,
    why: Annotated[str, typer.Option(help="Why it is right; who missed it reads this.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an item gold: it is hidden in people's flow from now on."""
    with connected(settings_for(home)) as client:
        found = client.add_gold(project, item, answer, why=why)
    if as_json:
        print_json(found)
        return
    active = sum(one["state"] == "active" for one in found["gold"])
    console.print(f"Item {item} is gold; {active} items are hidden now.", markup=False)


@app.command()
@explains_errors
def retire(
    gold: Annotated[str, typer.Argument(help="The gold item's id.")],
    project: ProjectOption,
    why: Annotated[str, typer.Option(help="Why it is handed out no more.")],
    home: HomeOption = None,
) -> None:
    """Hand a gold item out no more; what people answered stays."""
    with connected(settings_for(home)) as client:
        client.retire_gold(project, gold, why)
    console.print(f"{gold} is retired.", markup=False)


def _share(right: dict[str, Any]) -> str:
    if right["value"] is None:
        return "nobody met it"
    return f"{right['value']:.2f} [{right['low']:.2f}, {right['high']:.2f}] n={right['n']}"


def _said(one: dict[str, Any]) -> str:
    return str(one["retired_why"] or one["doubt"] or one["worn"] or "")
