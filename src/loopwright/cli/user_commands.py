"""`loopwright user`: sign-in links, people, their roles and keys."""

from typing import Annotated

import typer

from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, day, explains_errors, print_json, print_table
from loopwright.cli.session import connected

app = typer.Typer(help="Sign-in links, people and their keys.", no_args_is_help=True)
PersonArgument = Annotated[str, typer.Argument(help="The id that `user list` shows, or its end.")]
ROLES = "annotator, specialist, lead, engineer, viewer, application."


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
    role: Annotated[str, typer.Option(help=ROLES)],
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


@app.command()
@explains_errors
def role(
    person: PersonArgument,
    new_role: Annotated[str, typer.Argument(metavar="ROLE", help=ROLES)],
    project: ProjectOption,
    home: HomeOption = None,
) -> None:
    """Give a person another role in a project."""
    with connected(settings_for(home)) as client:
        changed = client.set_role(project, person, new_role)
    console.print(f"{changed['name']} is {changed['role']} in {project} now.", markup=False)


@app.command()
@explains_errors
def remove(person: PersonArgument, project: ProjectOption, home: HomeOption = None) -> None:
    """Take a person out of a project; what they judged stays."""
    with connected(settings_for(home)) as client:
        gone = client.remove_person(project, person)
    console.print(f"{gone['name']} has no role in {project} any more.", markup=False)


@app.command()
@explains_errors
def keys(project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the API keys of a project's people."""
    with connected(settings_for(home)) as client:
        found = client.keys(project)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["person"],
            "revoked" if one["revoked_at"] else "good",
            day(one["created_at"]),
            one["id"],
        )
        for one in found
    ]
    print_table("Keys", ("person", "state", "made", "id"), rows)


@app.command()
@explains_errors
def revoke(
    key: Annotated[str, typer.Argument(help="The id that `user keys` shows, or its end.")],
    project: ProjectOption,
    home: HomeOption = None,
) -> None:
    """Revoke an API key: programs that use it are refused from now on."""
    with connected(settings_for(home)) as client:
        gone = client.revoke_key(project, key)
    console.print(f"Key {gone['id']} of {gone['person']} is revoked.", markup=False)


@app.command("signout-everywhere")
@explains_errors
def sign_out_everywhere(home: HomeOption = None) -> None:
    """End every browser session of the owner; API keys stay."""
    with connected(settings_for(home)) as client:
        ended = client.post("/api/signout-everywhere")["sessions"]
    console.print(f"{ended} browser sessions ended.")
