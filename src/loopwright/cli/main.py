"""The command line. Commands parse, call the server through the client, and print."""

from pathlib import Path
from typing import Annotated

import typer

from loopwright import __version__
from loopwright.cli import (
    agreement_command,
    bench_commands,
    case_commands,
    cycle_commands,
    gold_commands,
    import_command,
    item_commands,
    judgment_commands,
    project_commands,
    queue_commands,
    replay,
    thread_commands,
    user_commands,
    webhook_commands,
)
from loopwright.cli.doctor import findings, print_findings
from loopwright.cli.options import HomeOption, JsonOption, settings_for
from loopwright.cli.output import console, explains_errors, print_json
from loopwright.infra.telemetry import configure_logs

app = typer.Typer(
    name="loopwright",
    help="Human judgments to safely released policies, with lineage all the way.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(case_commands.app, name="cases")
app.add_typer(cycle_commands.app, name="cycle")
app.add_typer(item_commands.app, name="items")
app.add_typer(queue_commands.app, name="queue")
app.add_typer(thread_commands.app, name="threads")
app.add_typer(user_commands.app, name="user")
app.add_typer(gold_commands.app, name="gold")
app.add_typer(webhook_commands.app, name="webhooks")
project_commands.add_to(app)
import_command.add_to(app)
agreement_command.add_to(app)
judgment_commands.add_to(app)
bench_commands.add_to(app)
replay.add_to(app)


@app.command()
@explains_errors
def up(
    home: HomeOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the pages and the API.")] = None,
    gateway_port: Annotated[int | None, typer.Option(help="Port of the gateway.")] = None,
    model_port: Annotated[int | None, typer.Option(help="Port of the model server.")] = None,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL URL.")] = None,
) -> None:
    """Serve the pages, the API, the gateway and the model server."""
    from loopwright.cli.server import serve

    settings = settings_for(
        home,
        host=host,
        port=port,
        gateway_port=gateway_port,
        model_port=model_port,
        database_url=database_url,
    )
    configure_logs()

    def announce(link: str) -> None:
        console.print(f"Loopwright {__version__} serves {settings.home}")
        console.print(f"  Pages    {settings.base_url}")
        console.print(f"  Gateway  http://{settings.host}:{settings.gateway_port}/v1")
        console.print("  Sign in once with this link (Ctrl+C ends the server):")
        console.print(f"  {link}", soft_wrap=True, highlight=False)

    serve(settings, announce=announce)


@app.command()
@explains_errors
def demo(
    home: HomeOption = None,
    seed: Annotated[int, typer.Option(help="Seed of the simulated world.")] = 7,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of the loop.")] = 2,
    leave: Annotated[
        bool, typer.Option("--exit", help="End when done instead of leaving the site running.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the report to this file.")
    ] = None,
) -> None:
    """Run the whole loop on a small simulated project, then leave the site running."""
    from loopwright.cli.demo import run_demo

    configure_logs()
    run_demo(home, seed=seed, rounds=rounds, leave=leave, json_file=json_file)


@app.command()
@explains_errors
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look for what would go wrong here, and say what to do about it."""
    found = findings(settings_for(home))
    if as_json:
        print_json({"findings": [vars(finding) for finding in found]})
    else:
        print_findings(found)
    if any(finding.level == "broken" for finding in found):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
