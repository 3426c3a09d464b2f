"""`loopwright apply`, `export`, `lineage`."""

from pathlib import Path
from typing import Annotated

import typer

from loopwright.base.errors import InvalidInput
from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, explains_errors, print_json, print_table
from loopwright.cli.session import connected

_FORMS = {
    "preferences": "trl-preference-conversational",
    "demonstrations": "trl-prompt-completion-conversational",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(explains_errors(apply))
    app.command()(explains_errors(export))
    app.command()(explains_errors(lineage))


def read_text(path: Path) -> str:
    """Return a file's text. Raises InvalidInput when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise InvalidInput(
            f"{path} cannot be read: {failure}.", remedy="Check the path and its encoding (UTF-8)."
        ) from failure


def apply(
    file: Annotated[Path, typer.Option("-f", "--file", help="The project.yaml.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create or update a project from its file."""
    text = read_text(file)
    with connected(settings_for(home)) as client:
        applied = client.post("/api/projects", {"yaml": text, "source": str(file)})
    if as_json:
        print_json(applied)
        return
    what = "created" if applied["created"] else "up to date"
    console.print(
        f"Project {applied['project_id']} is {what}; guideline version "
        f"{applied['guideline_number']} is in force."
    )


def export(
    project: ProjectOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    dataset: Annotated[
        str | None, typer.Option(help="Dataset digest or its beginning; the newest without one.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="jsonl, parquet, trl-preference or, of demonstrations, trl-prompt-completion "
            "(each also -conversational, which is what you get without).",
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write a dataset version in a form that trainers read."""
    with connected(settings_for(home)) as client:
        if dataset is None:
            known = client.datasets(project)
            if not known:
                raise InvalidInput(
                    f"Project {project} has no dataset version yet.",
                    remedy="Freeze one on the Data page, or run a cycle.",
                )
            found = known[0]
        else:
            found = client.dataset(project, dataset)
        digest, draft = str(found["digest"]), out.with_name(out.name + ".part")
        client.export_dataset(project, digest, draft, form=form or _FORMS[found["kind"]])
        draft.replace(out)
    console.print(f"Wrote {out} from {digest}.", markup=False, soft_wrap=True)


def lineage(
    ref: Annotated[
        str, typer.Argument(help="Id or digest, whole or its beginning: policy, dataset, item.")
    ],
    project: ProjectOption,
    direction: Annotated[str, typer.Option(help="back or forward.")] = "back",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Walk from anything to what it was made of, or to what was made of it."""
    with connected(settings_for(home)) as client:
        found = client.lineage(project, ref, direction=direction)
    if as_json:
        print_json(found)
        return
    rows = [(node["kind"], node["ref"], node.get("title", "")) for node in found["nodes"]]
    print_table(f"Lineage of {rows[0][1]}, {direction}", ("kind", "ref", "title"), rows)
