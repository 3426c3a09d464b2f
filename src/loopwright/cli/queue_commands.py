"""`loopwright queue`: see the queue, pause it, move items, change the overlap, open again."""

from typing import Annotated, Any

import typer

from loopwright.base.errors import InvalidInput
from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, explains_errors, print_json, print_table
from loopwright.cli.session import connected

app = typer.Typer(help="What is judged next.", no_args_is_help=True)
_WHAT_NOW = (
    "Nobody is offered these. Invite somebody who has not met them or lower the overlap, "
    "then `loopwright queue reopen ITEM`."
)
ItemsArgument = Annotated[list[str] | None, typer.Argument(help="Item ids.")]
SegmentOption = Annotated[str | None, typer.Option(help="All items of this segment.")]
PurposeOption = Annotated[str | None, typer.Option(help="All items of this purpose.")]
AllOption = Annotated[bool, typer.Option("--all", help="The whole queue.")]


@app.command()
@explains_errors
def status(project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show what waits in each lane and band, and the items that were set aside."""
    with connected(settings_for(home)) as client:
        queue = client.queue(project)
        stuck = client.stuck_items(project) if queue["stuck"] else []
    if as_json:
        print_json({**queue, "stuck_items": stuck})
        return
    _say(queue)
    rows = [
        (
            ", ".join(one["requires"]) or "-",
            *(one[name] for name in ("band", "open", "closed", "stuck")),
            f"{one['done']}/{one['wanted']}",
            one["people"],
        )
        for one in queue["branches"]
    ]
    heads = ("requires", "band", "open", "closed", "stuck", "judged", "people")
    print_table("Queue", heads, rows)
    if stuck:
        print_table(
            "Set aside",
            ("item", "why", "judged", "reasons", "prompt"),
            [
                (
                    one["item_id"],
                    _why(one),
                    f"{one['done']}/{one['wanted']}",
                    ", ".join(f"{reason} {n}" for reason, n in sorted(one["reasons"].items())),
                    one["prompt_start"][:60],
                )
                for one in stuck
            ],
        )
        console.print(_WHAT_NOW, highlight=False, soft_wrap=True)


@app.command()
@explains_errors
def pause(
    project: ProjectOption,
    reason: Annotated[str, typer.Option(help="Annotators read it.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Offer nothing new; what is leased may still be answered."""
    with connected(settings_for(home)) as client:
        queue = client.pause_queue(project, reason)
    print_json(queue) if as_json else _say(queue)


@app.command()
@explains_errors
def resume(project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Offer items again."""
    with connected(settings_for(home)) as client:
        queue = client.resume_queue(project)
    print_json(queue) if as_json else _say(queue)


@app.command()
@explains_errors
def move(
    project: ProjectOption,
    band: Annotated[str, typer.Option(help="targeted, evaluation, confused or core.")],
    items: ItemsArgument = None,
    segment: SegmentOption = None,
    purpose: PurposeOption = None,
    everything: AllOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put items at the end of a band, while people work."""
    chosen = _chosen(items, segment, purpose, everything)
    with connected(settings_for(home)) as client:
        changed = client.move_items(project, band, **chosen)
    print_json({"changed": changed}) if as_json else console.print(f"{changed:,} items moved.")


@app.command()
@explains_errors
def overlap(
    number: Annotated[int, typer.Argument(help="Judgments wanted on each item.")],
    project: ProjectOption,
    items: Annotated[list[str] | None, typer.Option("--item", help="Item id; repeat it.")] = None,
    segment: SegmentOption = None,
    purpose: PurposeOption = None,
    everything: AllOption = False,
    closed: Annotated[
        bool, typer.Option("--closed", help="Open finished items again that now want more.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Want more or fewer judgments, never fewer than are there or being made."""
    chosen = _chosen(items, segment, purpose, everything)
    with connected(settings_for(home)) as client:
        changed = client.set_overlap(project, number, closed=closed, **chosen)
    print_json({"changed": changed}) if as_json else console.print(f"{changed:,} items changed.")


@app.command()
@explains_errors
def reopen(
    items: Annotated[list[str], typer.Argument(help="Item ids that `queue status` lists.")],
    project: ProjectOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Offer items that were set aside again, to those who have not met them."""
    with connected(settings_for(home)) as client:
        changed = client.reopen_items(project, items)
    print_json({"changed": changed}) if as_json else console.print(f"{changed:,} items reopened.")


def _say(queue: Any) -> None:
    if queue["paused"]:
        console.print(f"Paused: {queue['paused']['reason']}", markup=False)
    console.print(
        f"Judgments wanted: {queue['judgments']:,}. "
        f"Items open: {queue['open']:,}, set aside: {queue['stuck']:,}.",
        highlight=False,
    )


def _why(item: Any) -> str:
    return f"{item['skips']} skips" if item["why"] == "skipped" else "nobody left"


def _chosen(
    items: list[str] | None, segment: str | None, purpose: str | None, everything: bool
) -> dict[str, Any]:
    if not (items or segment or purpose or everything):
        raise InvalidInput(
            "No items are named.", remedy="Name item ids, --segment, --purpose or --all."
        )
    return {
        "items": items or None,
        "segment": segment,
        "purpose": purpose,
        "everything": everything,
    }
