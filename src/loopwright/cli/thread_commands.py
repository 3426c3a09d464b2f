"""`loopwright threads`: list discussions, read one, write what the ended ones taught to a file."""

from pathlib import Path
from typing import Annotated

import typer

from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, day, explains_errors, print_json, print_table
from loopwright.cli.session import connected
from loopwright.client.transport import Json

app = typer.Typer(help="Discussions on items and guideline sections.", no_args_is_help=True)


@app.command("list")
@explains_errors
def list_threads(
    project: ProjectOption,
    state: Annotated[str | None, typer.Option(help="open, resolved or irresolvable.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List threads, the latest activity first."""
    with connected(settings_for(home)) as client:
        found = client.threads(project, state=state, limit=limit)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["state"],
            one["subject"]["kind"],
            one["subject"]["title"][:60],
            one["messages"],
            one["unread"],
        )
        for one in found["threads"]
    ]
    print_table("Threads", ("id", "state", "on", "about", "messages", "unread"), rows)


@app.command()
@explains_errors
def show(
    thread: Annotated[str, typer.Argument(help="The thread's id, whole or short.")],
    project: ProjectOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was said in a thread, how the votes fell and how it ended."""
    with connected(settings_for(home)) as client:
        found = client.thread(project, thread)
    if as_json:
        print_json(found)
        return
    _line(f"{found['subject']['kind']}: {found['subject']['title']}")
    _line(f"{found['state']}, opened by {found['opened_by']} on {day(found['created_at'])}")
    for vote in found["votes"]:
        _line(f"  {vote['votes']} x {vote['text']}")
    for entry in found["entries"]:
        _line(f"{day(entry['at'])} {entry['author'] or 'the rule'}: {_said(entry)}")
    end = found["end"]
    if end is not None:
        _line(f"Answer: {end['answer'] or '-'}")
        _line(f"Lesson: {end['lesson'] or '-'}")


@app.command()
@explains_errors
def export(
    project: ProjectOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write, ending in .jsonl.")],
    residency: Annotated[
        str | None, typer.Option(help="The place that rows bound to it may leave for.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the threads that have ended: item, answer, why, lesson, how the answers fell."""
    draft = out.with_name(out.name + ".part")
    with connected(settings_for(home)) as client:
        client.export_threads(project, draft, residency=residency)
    draft.replace(out)
    _line(f"Wrote {out}.")


def _said(entry: Json) -> str:
    if entry["deleted"]:
        return "(deleted)"
    if entry["kind"] == "message":
        return str(entry["text"])
    return f"({entry['kind']}) {entry['text'] or ''}".strip()


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
