"""`loopwright user`: sign-in links and people."""

from typing import Annotated

import typer

from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, explains_errors, print_json, print_table
from loopwright.cli.session import connected

app = typer.Typer(help="Sign-in links and people.", no_args_is_help=True)


@app.command()
@explains_errors
def link(home: HomeOption = None) -> None:
    """Print a fresh one-time sign-in link for the owner of the running server."""
    with connected(settings_for(home)) as client:
        console.print(client.post("/api/signin-links")["link"], soft_wrap=True, highlight=False)


@app.command("list")
@explains_errors
def list_people(
    project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """List the people of a project."""
    with connected(settings_for(home)) as client:
        people = client.get(f"/api/projects/{project}/people")["people"]
    if as_json:
        print_json(people)
        return
    rows = [
        (one["name"], one["role"], one["kind"], ", ".join(one["tags"]), one["id"]) for one in people
    ]
    print_table("People", ("name", "role", "kind", "tags", "id"), rows)


@app.command()
@explains_errors
def tags(
    person: Annotated[str, typer.Argument(help="The id that `user list` shows.")],
    project: ProjectOption,
    have: Annotated[
        str, typer.Option("--set", help="Skills and languages, with commas; empty for none.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which skills and languages a person has: items that require them go to this person."""
    with connected(settings_for(home)) as client:
        changed = client.set_tags(project, person, [one for one in have.split(",") if one])
    if as_json:
        print_json(changed)
        return
    console.print(f"{changed['name']}: {', '.join(changed['tags']) or 'no tags'}.", markup=False)


@app.command()
@explains_errors
def add(
    name: str,
    project: ProjectOption,
    role: Annotated[
        str, typer.Option(help="annotator, specialist, lead, engineer, viewer, application.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a person; prints their key and one-time link, this once."""
    with connected(settings_for(home)) as client:
        added = client.post(f"/api/projects/{project}/people", {"name": name, "role": role})
    if as_json:
        print_json(added)
        return
    console.print(f"{name} is {role} in {project}.", markup=False)
    console.print(f"  Link  {added['signin_link']}", soft_wrap=True, highlight=False)
    console.print(f"  Key   {added['api_key']}", soft_wrap=True, highlight=False)
