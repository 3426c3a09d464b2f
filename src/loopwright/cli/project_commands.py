"""`loopwright apply`, `import`, `export`, `lineage`."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from loopwright.base.errors import InvalidInput
from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, errors, explains_errors, print_json, print_table
from loopwright.cli.session import connected


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(explains_errors(apply))
    app.command("import")(explains_errors(import_file))
    app.command()(explains_errors(export))
    app.command()(explains_errors(lineage))


def _read(path: Path) -> str:
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
    text = _read(file)
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


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, JSONL, JSONL.gz or Parquet.")],
    project: ProjectOption,
    mapping: Annotated[Path, typer.Option("--mapping", "-m", help="Which column means what.")],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows, keep the bad ones apart.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a file of votes, preferences, demonstrations, prompts or contrast pairs."""
    if not file.is_file():
        raise InvalidInput(f"{file} is no file.", remedy="Check the path.")
    text = _read(mapping)
    with connected(settings_for(home)) as client, errors.status(f"Importing {file.name}"):
        report = client.import_file(
            project,
            file,
            text,
            mapping_name=str(mapping),
            joined=_joined(text, file, mapping),
            skip_bad=skip_bad,
        )
    if as_json:
        print_json(report)
        return
    counts = report["counts"]
    rows = [(name, value) for name, value in counts.items() if isinstance(value, int)]
    print_table(f"Imported {file.name}", ("what", "count"), rows)
    console.print(report["sentence"], highlight=False)
    if counts.get("rejected"):
        console.print(f"  Data, Imports on the page lists import {report['id']} with its reasons.")


def _joined(mapping_text: str, file: Path, mapping: Path) -> Path | None:
    """Return the second file that the mapping joins, looked for beside the data and mapping."""
    try:
        content = yaml.safe_load(mapping_text)
    except yaml.YAMLError:
        return None  # the server names the line
    join = content.get("join") if isinstance(content, dict) else None
    if not isinstance(join, dict) or "file" not in join:
        return None
    for folder in (file.parent, mapping.parent):
        if (folder / str(join["file"])).is_file():
            return folder / str(join["file"])
    raise InvalidInput(
        f"The mapping joins {join['file']}, which is neither beside {file.name} nor beside "
        f"{mapping.name}.",
        remedy="Put the file there, or correct `join.file`.",
    )


def export(
    project: ProjectOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")],
    dataset: Annotated[
        str | None, typer.Option(help="Dataset digest or its beginning; the newest without one.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="trl-preference[-conversational], jsonl, parquet.")
    ] = "trl-preference-conversational",
    home: HomeOption = None,
) -> None:
    """Write a dataset version in a form that trainers read."""
    with connected(settings_for(home)) as client:
        digest = dataset
        if digest is None:
            known = client.datasets(project)
            if not known:
                raise InvalidInput(
                    f"Project {project} has no dataset version yet.",
                    remedy="Freeze one on the Data page, or run a cycle.",
                )
            digest = str(known[0]["digest"])
        draft = out.with_name(out.name + ".part")
        client.export_dataset(project, digest, draft, form=form)
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
