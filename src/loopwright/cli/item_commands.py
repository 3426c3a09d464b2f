"""`loopwright items add`: items to judge from a file of JSON lines, with their images."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, errors, explains_errors, plain, print_json
from loopwright.cli.session import connected
from loopwright.client import ApiError, Client
from loopwright.infra.http import place_of
from loopwright.intake.schemas import ItemIn
from loopwright.labeling.items import misfit
from loopwright.projects.spec import ProjectSpec

app = typer.Typer(help="What is judged.", no_args_is_help=True)
_BATCH = 200
_ITEM = re.compile(r"items\[(?P<index>\d+)\]\.?|Item (?P<number>\d+) of the batch")


@app.callback()
def items() -> None:
    """What is judged."""


@dataclass(frozen=True)
class _Line:
    """One line of the file: its number, the question it asks, the item as the API takes it."""

    number: int
    question: str | None
    item: Json
    image: Path | None
    plain: frozenset[str]
    """Which of prompt and texts are written as plain text."""


@app.command()
@explains_errors
def add(
    file: Annotated[Path, typer.Argument(help="One item a line, as JSON.")],
    project: ProjectOption,
    question: Annotated[
        str | None, typer.Option(help="For lines without a `question`; the first one if left out.")
    ] = None,
    overlap: Annotated[
        int | None, typer.Option(help="Judgments that each item gets; the project's if left out.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add items of any kind; the same file again adds nothing.

    A line is {"question", "prompt", "completions", "image", "key"}: a prompt and a completion may
    be plain text, a prompt of several turns is {"messages": [{"role", "content"}]}, an image is
    {"path", "alt", "sensitive"} with the path from the file's folder.
    """
    lines = _lines(file, question)
    added = 0
    with connected(settings_for(home)) as client, errors.status(f"Adding {file.name}"):
        _check(file, lines, ProjectSpec.model_validate(client.project(project)["spec"]))
        for batch in _batches(lines):
            added += _send(client, project, file, batch, overlap)
    if as_json:
        print_json({"lines": len(lines), "added": added})
        return
    there = len(lines) - added
    already = f"; {there:,} were there already" if there else ""
    console.print(f"Added {added:,} items from {file.name} to {project}{already}.", markup=False)


def _lines(file: Path, question: str | None) -> list[_Line]:
    """Read the whole file before anything is sent."""
    try:
        rows = file.read_bytes().splitlines()
    except OSError as failure:
        raise InvalidInput(f"{file} cannot be read: {failure}.", remedy="Check the path.") from (
            failure
        )
    found = [
        _line(file, number, row, question)
        for number, row in enumerate(rows, start=1)
        if row.strip()
    ]
    if not found:
        raise InvalidInput(f"{file} holds no items.", remedy="Write one JSON object a line.")
    return found


def _line(file: Path, number: int, row: bytes, question: str | None) -> _Line:
    try:
        item = orjson.loads(row)
    except ValueError as failure:
        raise _refused(file, number, f" is not JSON ({failure})") from failure
    if not isinstance(item, dict):
        raise _refused(file, number, " is not an object")
    asked = item.pop("question", question)
    texts = item.get("completions")
    written = {
        "prompt": isinstance(item.get("prompt"), str),
        "texts": isinstance(texts, list) and any(isinstance(one, str) for one in texts),
    }
    if written["prompt"]:
        item["prompt"] = {"messages": [{"role": "user", "content": item["prompt"]}]}
    if isinstance(texts, list):
        item["completions"] = [{"text": one} if isinstance(one, str) else one for one in texts]
    named = frozenset(name for name, is_plain in written.items() if is_plain)
    return _Line(number, asked, item, _image(file, number, item), named)


def _image(file: Path, number: int, item: Json) -> Path | None:
    image: Any = item.get("image")
    if not isinstance(image, dict) or "path" not in image:
        return None
    path = file.parent / str(image.pop("path"))
    if not path.is_file():
        raise _refused(file, number, f" names the image {path}, which is no file")
    return path


def _check(file: Path, lines: Sequence[_Line], spec: ProjectSpec) -> None:
    """Refuse the whole file where any line would be refused, before anything is sent."""
    asked = {question.id: question for question in spec.questions}
    for line in lines:
        try:
            item = ItemIn.model_validate(_with_digest(line))
        except ValidationError as failure:
            first = failure.errors()[0]
            where = _as_written(line, place_of(first["loc"]))
            raise _refused(file, line.number, f": {where}: {first['msg']}") from failure
        if line.question is not None and line.question not in asked:
            has = ", ".join(asked)
            what = f": the project has no question {line.question!r}; it has: {has}"
            raise _refused(file, line.number, what)
        problem = misfit(item, asked[line.question or spec.questions[0].id])
        if problem is not None:
            raise _refused(file, line.number, f" {problem}")


def _with_digest(line: _Line) -> Json:
    """Return the item as it will be sent; the server names the image once it has it."""
    if line.image is None:
        return line.item
    return {**line.item, "image": {**line.item["image"], "digest": f"sha256:{'0' * 64}"}}


def _as_written(line: _Line, place: str) -> str:
    """Return a field as the file writes it: plain text stands for a prompt or a completion."""
    if "prompt" in line.plain:
        place = place.replace("prompt.messages[0].content", "prompt")
    return re.sub(r"(completions\[\d+\])\.text", r"\1", place) if "texts" in line.plain else place


def _batches(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    for _, same in groupby(lines, key=lambda line: line.question):
        run = list(same)
        for start in range(0, len(run), _BATCH):
            yield run[start : start + _BATCH]


def _send(
    client: Client, project: str, file: Path, batch: Sequence[_Line], overlap: int | None
) -> int:
    try:
        for line in batch:
            if line.image is not None:
                line.item["image"]["digest"] = client.add_image(project, line.image)["digest"]
        answer = client.add_items(
            project, [line.item for line in batch], question=batch[0].question, overlap=overlap
        )
    except ApiError as failure:
        if failure.status not in (409, 413, 422):
            raise
        raise InvalidInput(
            _placed(file, batch, failure.message),
            remedy=f"{failure.remedy} Then add the file again: what is there is not added twice.",
        ) from failure
    return int(answer["added"])


def _placed(file: Path, batch: Sequence[_Line], message: str) -> str:
    """Say at which lines of the file a batch was refused: its items by number mean nothing here."""
    found = _ITEM.findall(message)
    if not found:
        return f"{file}, lines {batch[0].number} to {batch[-1].number}: {message}"

    def line(match: re.Match[str]) -> str:
        at = int(match["index"]) if match["index"] else int(match["number"]) - 1
        return f"{file}:{batch[at].number}{': ' if match['index'] else ''}"

    return _ITEM.sub(line, plain(message))


def _refused(file: Path, number: int, what: str) -> InvalidInput:
    return InvalidInput(f"{file}:{number}{what}.", remedy="Correct the line; nothing was added.")
