"""`loopwright webhooks`: subscribe other systems to what happens."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from loopwright.cli.options import HomeOption, JsonOption, ProjectOption, settings_for
from loopwright.cli.output import console, explains_errors, print_json, print_table
from loopwright.cli.session import connected
from loopwright.client import Client

T = TypeVar("T")
app = typer.Typer(help="Signed messages to other systems.", no_args_is_help=True)
WebhookId = Annotated[str, typer.Argument(help="The webhook's id.")]


@app.command("list")
@explains_errors
def list_webhooks(
    project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """List the webhooks of a project, and how their messages fared."""
    found = _do(home, lambda client: client.webhooks(project))
    if as_json:
        print_json(found)
        return
    rows = [
        (one["id"], one["url"], one["state"], one["delivered"], one["pending"], one["dead"])
        for one in found
    ]
    print_table("Webhooks", ("id", "url", "state", "delivered", "pending", "dead"), rows)


@app.command()
@explains_errors
def add(
    url: Annotated[str, typer.Argument(help="An https:// address.")],
    project: ProjectOption,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="release.*, cycle.failed, ...; all without one. May be repeated."),
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Subscribe an address; prints its secret, this once."""
    made = _do(
        home,
        lambda client: client.add_webhook(project, url, kinds=kind or [], description=description),
    )
    _print_secret(made, "is subscribed", as_json)


@app.command()
@explains_errors
def rotate(
    webhook: WebhookId, project: ProjectOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Make a new secret; for a day the one before signs too."""
    made = _do(home, lambda client: client.rotate_webhook(project, webhook))
    _print_secret(made, "has a new secret; the one before signs for a day", as_json)


@app.command()
@explains_errors
def pause(webhook: WebhookId, project: ProjectOption, home: HomeOption = None) -> None:
    """Stop sending; what happens meanwhile is not kept for it."""
    _do(home, lambda client: client.pause_webhook(project, webhook))
    console.print(f"Webhook {webhook} is paused.", markup=False)


@app.command()
@explains_errors
def resume(webhook: WebhookId, project: ProjectOption, home: HomeOption = None) -> None:
    """Send again: what waited, and what happens from now on."""
    _do(home, lambda client: client.resume_webhook(project, webhook))
    console.print(f"Webhook {webhook} is active.", markup=False)


@app.command()
@explains_errors
def remove(webhook: WebhookId, project: ProjectOption, home: HomeOption = None) -> None:
    """Take a webhook away."""
    _do(home, lambda client: client.remove_webhook(project, webhook))
    console.print(f"Webhook {webhook} was removed.", markup=False)


@app.command()
@explains_errors
def ping(webhook: WebhookId, project: ProjectOption, home: HomeOption = None) -> None:
    """Send a message that only tests the way."""
    delivery = _do(home, lambda client: client.ping_webhook(project, webhook))
    console.print(f"Delivery {delivery} is on its way; `webhooks deliveries` says how it fares.")


@app.command()
@explains_errors
def deliveries(
    webhook: WebhookId,
    project: ProjectOption,
    state: Annotated[str | None, typer.Option(help="pending, delivered or dead.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a webhook's messages, newest first."""
    page = _do(
        home,
        lambda client: client.webhook_deliveries(project, webhook, state=state, limit=limit),
    )
    if as_json:
        print_json(page)
        return
    rows = [
        (one["id"], one["kind"], one["state"], one["attempts"], one["last_error"])
        for one in page["deliveries"]
    ]
    print_table("Deliveries", ("id", "kind", "state", "tries", "last error"), rows)


@app.command()
@explains_errors
def redeliver(
    webhook: WebhookId,
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    project: ProjectOption,
    home: HomeOption = None,
) -> None:
    """Send a delivered or dead message once more, under its own id."""
    _do(home, lambda client: client.redeliver(project, webhook, delivery))
    console.print(f"Delivery {delivery} is on its way again.", markup=False)


def _do(home: Path | None, act: Callable[[Client], T]) -> T:
    """Do one thing on the server of this home."""
    with connected(settings_for(home)) as client:
        return act(client)


def _print_secret(made: dict[str, Any], what: str, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    console.print(f"Webhook {made['webhook']['id']} {what}.", markup=False)
    if made["webhook"]["warning"]:
        console.print("  Warning:", made["webhook"]["warning"], markup=False, soft_wrap=True)
    console.print("  Secret, shown only now:", made["secret"], soft_wrap=True, highlight=False)
