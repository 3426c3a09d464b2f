"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from loopwright.infra.settings import Settings

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Home folder; LOOPWRIGHT_HOME or ~/.loopwright.")
]
ProjectOption = Annotated[str, typer.Option("--project", "-p", help="Project id.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_for(home: Path | None, **chosen: Any) -> Settings:
    """Return the settings in force, with what the command line chose on top."""
    given = {name: value for name, value in chosen.items() if value is not None}
    if home is not None:
        given["home"] = home
    settings = Settings(**given)
    return settings.model_copy(update={"home": settings.home.expanduser().resolve()})
