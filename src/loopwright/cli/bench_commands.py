"""`loopwright bench NAME`: figures measured side by side in one run; it never asserts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.cli.options import JsonOption
from loopwright.cli.output import console, explains_errors, print_json


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(explains_errors(bench))


def bench(
    name: Annotated[
        str, typer.Argument(help="real-votes, quality, gateway, label-page or labeling.")
    ],
    data: Annotated[
        Path | None, typer.Option(help="real-votes, quality: folder with the data sets.")
    ] = None,
    items: Annotated[int, typer.Option(min=100, help="labeling: items in the queue.")] = 1_000_000,
    seconds: Annotated[float, typer.Option(min=1, help="labeling: of each load.")] = 20.0,
    only: Annotated[
        str | None,
        typer.Option(
            help="Parts, with commas. labeling: sqlite, postgres; load, proofs, browser. "
            "quality: ds, pairs, live, real, exit, people."
        ),
    ] = None,
    soak: Annotated[bool, typer.Option(help="labeling: a million judgments, 50 kills.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure something and print its figures."""
    if name == "labeling":
        result = _labeling(items=items, seconds=seconds, only=only, soak=soak)
    elif name == "quality":
        result = _quality(data=data, only=only)
    else:
        result = _measure(name, data)
    if as_json:
        print_json(result)
        return
    for key, value in result["figures"].items():
        console.print(f"{key:40} {value}")


def _measure(name: str, data: Path | None) -> Json:
    if name == "real-votes":
        if data is None or not data.is_dir():
            raise InvalidInput(
                f"bench real-votes needs the folder with the data sets; {data} is none.",
                remedy="Pass --data FOLDER, holding llmfao/ and hh_rlhf/.",
            )
        from loopwright.cli.bench.real_votes import measure

        return dict(measure(data))
    if name == "gateway":
        from loopwright.serving.bench import report

        return report()
    if name == "label-page":
        from loopwright.cli.bench.label_page_run import measure as measure_page

        return measure_page(data)
    raise InvalidInput(
        f"There is no bench {name!r}.",
        remedy="Use real-votes, quality, gateway, label-page or labeling.",
    )


def _quality(*, data: Path | None, only: str | None) -> Json:
    from loopwright.cli.bench.quality import Options, data_folder, measure, parts_of

    options = Options(data=data_folder(data), parts=parts_of(only))
    return measure(options, say=_tell)


def _labeling(*, items: int, seconds: float, only: str | None, soak: bool) -> Json:
    from loopwright.cli.bench.labeling import PARTS, Options, measure
    from loopwright.cli.bench.labeling_places import DATABASES

    names = set() if only is None else set(only.split(","))
    unknown = sorted(names - {*DATABASES, *PARTS})
    if unknown:
        raise InvalidInput(
            f"There is no {', '.join(unknown)} to measure.",
            remedy=f"Use one or more of {', '.join((*DATABASES, *PARTS))}, with commas.",
        )
    options = Options(
        items=items,
        seconds=seconds,
        databases=tuple(one for one in DATABASES if one in names) or DATABASES,
        parts=tuple(one for one in PARTS if one in names) or PARTS,
        soak=soak,
    )
    return measure(options, say=_tell)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
