"""`loopwright export-judgments`: what people answered, in files that an import takes back."""

import json
from pathlib import Path
from typing import Annotated

import typer

from loopwright.cli.options import HomeOption, ProjectOption, settings_for
from loopwright.cli.output import console, explains_errors
from loopwright.cli.session import connected
from loopwright.client import Client


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("export-judgments")(explains_errors(export_judgments))


def export_judgments(
    project: ProjectOption,
    question: Annotated[str, typer.Option(help="The question whose judgments are written.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write, ending in .jsonl.")],
    residency: Annotated[
        str | None, typer.Option(help="The place that rows bound to it may leave for.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write a question's judgments, the mapping that imports them again, and their images."""
    mapping, images = out.with_suffix(".yaml"), out.with_name(f"{out.stem}-images")
    with connected(settings_for(home)) as client:
        draft = out.with_name(out.name + ".part")
        text = client.export_judgments(project, question, draft, residency=residency)
        shown = _images(draft)
        for digest in shown:
            _fetch(client, project, digest, images)
        draft.replace(out)
        mapping.write_text(text, encoding="utf-8")
    more = f" --images {images}" if shown else ""
    console.print(
        f"Wrote {out}. To import it elsewhere: loopwright import {out} -p PROJECT "
        f"--mapping {mapping}{more}",
        markup=False,
        soft_wrap=True,
    )


def _images(rows: Path) -> list[str]:
    with rows.open("rb") as lines:
        found = {json.loads(line).get("image") for line in lines}
    return sorted(digest for digest in found if digest)


def _fetch(client: Client, project: str, digest: str, folder: Path) -> None:
    """Write an image under its digest; an import knows the bytes, whatever the file is called."""
    folder.mkdir(exist_ok=True)
    client.image(project, digest, folder / f"{digest.removeprefix('sha256:')}.png")
