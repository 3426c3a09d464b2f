"""HTTP: import what another labeling tool exported, without a mapping file."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.errors import InvalidInput
from loopwright.base.types import STORABLE
from loopwright.feedback.tool_import import ToolExport, import_export, source_of
from loopwright.feedback.tools.model import Tool
from loopwright.feedback.tools.reading import Part
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.infra.uploads import Room, name_of, within_limit
from loopwright.intake.schemas import ImportOut

router = APIRouter(prefix="/api/projects/{project_id}/imports", tags=["imports"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
Name = Annotated[str | None, Form(min_length=1, max_length=200, pattern=STORABLE)]
_OURS = ("prompt", "completion", "first", "second", "image")


@router.post("/tool", dependencies=[Depends(within_limit)])
def import_from_tool(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    tool: Annotated[Tool, Form()],
    files: Annotated[list[UploadFile], File(max_length=1000)],
    source: Name = None,
    question: Name = None,
    field: Annotated[list[str] | None, Form(max_length=10)] = None,
    skip_bad: Annotated[bool, Form()] = False,
) -> ImportOut:
    """Import a whole export of another tool, or nothing of it; the same again adds nothing.

    Answers that fit a question of the project become votes, the others feedback. `field` names
    what cannot be guessed, as `prompt=NAME`, `completion=`, `first=`, `second=` or
    `image=`. Images that tasks show are sent as files beside the export.
    """
    require(actor, Permission.ITEMS_WRITE, project_id)
    fields = _fields(field or ())
    with tempfile.TemporaryDirectory(dir=home.folder("spool")) as folder:
        room = Room(home.settings.max_upload_bytes)
        parts = [
            Part(room.keep(file, Path(folder) / f"part{number}"), name_of(file))
            for number, file in enumerate(files)
        ]
        export = ToolExport(
            tool=tool,
            files=parts,
            source=source or source_of(tool, parts),
            question=question,
            fields=fields,
            skip_bad=skip_bad,
        )
        report = import_export(
            home, export, project_id=project_id, person_id=actor.person_id, now=system_now()
        )
    return ImportOut.of(report)


def _fields(given: list[str] | tuple[()]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        ours, equals, theirs = one.partition("=")
        if ours not in _OURS or not equals or not theirs:
            raise InvalidInput(
                f"The field {one[:200]!r} is not understood.",
                remedy="Write prompt=NAME, completion=NAME, first=NAME, second=NAME or image=NAME.",
                code="unknown_field",
            )
        found[ours] = theirs
    return found
