"""HTTP: import whole files, add items as JSON, see what was imported and what was skipped."""

import tempfile
from pathlib import Path
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.infra.uploads import Room, name_of, within_limit
from loopwright.intake import store
from loopwright.intake.collect import ImportFile
from loopwright.intake.import_images import ImportImages
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.schemas import (
    ImportExample,
    ImportExamples,
    ImportOut,
    ImportsOut,
    ItemsAdded,
    ItemsIn,
)
from loopwright.labeling import items
from loopwright.labeling.import_examples import examples
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}", tags=["imports"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("/imports", dependencies=[Depends(within_limit)])
def import_file(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    file: Annotated[UploadFile, File()],
    mapping: Annotated[str, Form(max_length=100_000)],
    mapping_name: Annotated[str, Form(max_length=500)] = "mapping.yaml",
    skip_bad: Annotated[bool, Form()] = False,
    joined: Annotated[list[UploadFile] | None, File()] = None,
    images: Annotated[list[UploadFile] | None, File(max_length=1000)] = None,
) -> ImportOut:
    """Import a whole file, or nothing of it; the same file again adds nothing.

    `mapping` is the mapping file's text, `mapping_name` what errors call it; `joined` are the
    files that the mapping joins, `images` those that its rows name.
    """
    require(actor, Permission.ITEMS_WRITE, project_id)
    parsed = parse_mapping(mapping, name=mapping_name)
    with tempfile.TemporaryDirectory(dir=home.folder("spool")) as folder:
        room = Room(home.settings.max_upload_bytes)
        main = ImportFile(
            path=room.keep(file, Path(folder) / "file"),
            name=name_of(file),
            joins={
                name_of(part): room.keep(part, Path(folder) / f"join{number}")
                for number, part in enumerate(joined or ())
            },
        )
        kept = [
            (name_of(part), room.keep(part, Path(folder) / f"sent{number}"))
            for number, part in enumerate(images or ())
        ]
        report = run_import(
            home,
            project_id=project_id,
            file=main,
            mapping=parsed,
            skip_bad=skip_bad,
            now=system_now(),
            images=ImportImages(home, kept, project_id=project_id, folder=Path(folder)),
        )
    return ImportOut.of(report)


@router.get("/imports")
def list_imports(project_id: str, home: HomeOf, actor: ActorOf) -> ImportsOut:
    """Return a project's imports, newest first."""
    require(actor, Permission.RESULTS_READ, project_id)
    found = home.db.read(lambda tx: store.imports(tx, project_id))
    return ImportsOut(imports=[ImportOut.of(report) for report in found])


@router.get("/imports/examples")
def import_examples(project_id: str, home: HomeOf, actor: ActorOf) -> ImportExamples:
    """Return a mapping for each question and kind of import, with rows that it reads."""
    require(actor, Permission.ITEMS_WRITE, project_id)
    spec = home.db.read(lambda tx: projects.get(tx, project_id)).spec
    found = [ImportExample.model_validate(one) for one in examples(spec)]
    return ImportExamples(examples=found)


@router.get("/imports/{import_id}/rejects", response_class=StreamingResponse)
def rejects(project_id: str, import_id: str, home: HomeOf, actor: ActorOf) -> StreamingResponse:
    """Return the rows that an import skipped, one JSON object a line: place and reason."""
    require(actor, Permission.RECORDS_READ, project_id)

    def read(tx: Connection) -> list[bytes]:
        whole = store.IMPORTS.whole(tx, import_id, project_id=project_id)
        return [orjson.dumps(reject) + b"\n" for reject in store.rejects(tx, whole)]

    return StreamingResponse(
        iter(home.db.read(read)),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{import_id}-rejects.jsonl"'},
    )


@router.post("/items")
def add_items(project_id: str, body: ItemsIn, home: HomeOf, actor: ActorOf) -> ItemsAdded:
    """Store a batch of items; pairs to judge are offered to annotators at once."""
    require(actor, Permission.ITEMS_WRITE, project_id)
    now = system_now()
    placed = home.db.write(
        lambda tx: items.add_items(tx, project_id=project_id, body=body, now=now)
    )
    return ItemsAdded(ids=placed.ids, added=len(placed.added))
