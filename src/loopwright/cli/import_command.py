"""`loopwright import`: a file by its mapping, or what another tool exported."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from loopwright.base.errors import InvalidInput
from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, errors, explains_errors, print_json, print_table
from loopwright.cli.project_commands import read_text
from loopwright.cli.session import connected
from loopwright.client import Client

_ENDINGS = (".json", ".jsonl", ".ndjson", ".jsonl.gz", ".csv", ".csv.gz", ".parquet", ".arrow")
_IMAGES = (".png", ".jpg", ".jpeg", ".webp")
_MOST_FILES = 900


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("import")(explains_errors(import_file))


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, JSONL, JSONL.gz, Parquet; or an export.")],
    project: ProjectOption,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="Which column means what.")
    ] = None,
    tool: Annotated[
        str | None,
        typer.Option("--from", help="label-studio, argilla or huggingface: needs no mapping."),
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="With --mapping: the folder of the images that rows name.")
    ] = None,
    question: Annotated[
        str | None, typer.Option(help="With --from: the question that the answers are votes on.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="With --from: where the rows come from; part of their ids.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(help="With --from: prompt=NAME, completion=, first=, second=, image=."),
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows, keep the bad ones apart.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import votes, preferences, demonstrations, prompts or contrast pairs; or a tool's export."""
    _check(file, mapping, tool)
    with connected(settings_for(home)) as client, errors.status(f"Importing {file.name}"):
        if mapping is not None:
            report = _by_mapping(client, project, file, mapping, images, skip_bad=skip_bad)
        else:
            folder = f"{tool}:{file.resolve().name}" if file.is_dir() else None
            report = client.import_export(
                project,
                _files(file, images=tool == "label-studio"),
                str(tool),
                source=source or folder,
                question=question,
                fields=_fields(field or []),
                skip_bad=skip_bad,
            )
    _print(report, file, as_json=as_json)


def _check(file: Path, mapping: Path | None, tool: str | None) -> None:
    if (mapping is None) == (tool is None):
        raise InvalidInput(
            "An import needs either a mapping or the tool that wrote the file.",
            remedy="Give --mapping MAPPING.yaml, or --from label-studio, argilla or huggingface.",
        )
    if tool is None and not file.is_file():
        raise InvalidInput(f"{file} is no file.", remedy="Check the path.")


def _by_mapping(
    client: Client,
    project: str,
    file: Path,
    mapping: Path,
    images: Path | None,
    *,
    skip_bad: bool,
) -> dict[str, Any]:
    text = read_text(mapping)
    return client.import_file(
        project,
        file,
        text,
        mapping_name=str(mapping),
        joined=_joined(text, file, mapping),
        images=[] if images is None else _inside(images, _IMAGES),
        skip_bad=skip_bad,
    )


def _print(report: dict[str, Any], file: Path, *, as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    counts = report["counts"]
    rows = [
        (name.replace("_", " "), value, counts.get(f"{name}_added", ""))
        for name, value in counts.items()
        if isinstance(value, int) and name.removesuffix("_added") not in counts.keys() - {name}
    ]
    print_table(f"Imported {file.name}", ("what", "in the file", "new"), rows)
    console.print(report["sentence"], highlight=False, markup=False)
    if counts.get("rejected"):
        console.print(f"  Data, Imports on the page lists import {report['id']} with its reasons.")


def _files(path: Path, *, images: bool) -> list[Path]:
    """Return the files of an export: one, or all that are in a folder, perhaps with its images."""
    if path.is_file():
        return [path]
    return _inside(path, (*_ENDINGS, *_IMAGES) if images else _ENDINGS)


def _inside(path: Path, endings: tuple[str, ...]) -> list[Path]:
    """Return the files in a folder whose names end so. Raises InvalidInput for none or too many."""
    found = sorted(
        one for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(endings)
    )
    if not found:
        raise InvalidInput(
            f"{path} is no file, and no folder that holds {', '.join(endings)}.",
            remedy="Check the path.",
        )
    if len(found) > _MOST_FILES:
        raise InvalidInput(
            f"{path} holds {len(found)} files; an import takes {_MOST_FILES}.",
            remedy="Import its folders one by one.",
        )
    return found


def _fields(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        ours, equals, theirs = one.partition("=")
        if not equals:
            raise InvalidInput(
                f"--field {one} has no equals sign.", remedy="Write --field prompt=NAME."
            )
        found[ours] = theirs
    return found


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
