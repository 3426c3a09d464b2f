"""HTTP: freeze, list, look at and export datasets; trace a thing back or forward."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.datasets import lineage, service, store
from loopwright.datasets.export import ExportFormat, export_dataset
from loopwright.datasets.model import DatasetKind
from loopwright.datasets.schemas import (
    DatasetDetail,
    DatasetIn,
    DatasetOut,
    DatasetsOut,
    TraceOut,
)
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects/{project_id}", tags=["datasets"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
_PREVIEW_ROWS = 20


@router.get("/datasets")
def list_datasets(project_id: str, home: HomeOf, actor: ActorOf) -> DatasetsOut:
    """Return a project's dataset versions, newest first."""
    require(actor, Permission.RESULTS_READ, project_id)
    found = home.db.read(lambda tx: store.versions(tx, project_id))
    return DatasetsOut(datasets=[DatasetOut.of(version) for version in found])


@router.post("/datasets")
def freeze(project_id: str, body: DatasetIn, home: HomeOf, actor: ActorOf) -> DatasetOut:
    """Freeze the project's pairs or demonstrations as they are now."""
    require(actor, Permission.CYCLE_RUN, project_id)
    home.db.read(lambda tx: projects.get(tx, project_id))
    make = (
        service.freeze_preferences
        if body.kind is DatasetKind.PREFERENCES
        else service.freeze_demonstrations
    )
    return DatasetOut.of(make(home, project_id=project_id, spec=body.spec(), now=system_now()))


@router.get("/datasets/{digest}")
def get_dataset(project_id: str, digest: str, home: HomeOf, actor: ActorOf) -> DatasetDetail:
    """Return one dataset version with its first rows."""
    require(actor, Permission.RECORDS_READ, project_id)
    version = home.db.read(lambda tx: service.get(tx, digest, project_id=project_id))
    rows = list(islice(service.read_rows(home, version), _PREVIEW_ROWS))
    return DatasetDetail(**DatasetOut.of(version).model_dump(), rows=rows)


@router.get("/datasets/{digest}/export")
def export(
    project_id: str,
    digest: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSONL,
    residency: str | None = None,
) -> FileResponse:
    """Return a dataset as a file; rows that may not leave are held back and counted."""
    require(actor, Permission.RECORDS_READ, project_id)
    version = home.db.read(lambda tx: service.get(tx, digest, project_id=project_id))
    folder = tempfile.TemporaryDirectory(dir=home.folder("spool"))
    suffix = "parquet" if format_ is ExportFormat.PARQUET else "jsonl"
    path = Path(folder.name) / f"{project_id}-{version.digest[7:19]}-{format_.value}.{suffix}"
    done = export_dataset(
        home,
        version=version,
        format_=format_,
        path=path,
        residency=residency,
        actor=actor.person_id,
        now=system_now(),
    )
    return FileResponse(
        path,
        filename=path.name,
        media_type="application/octet-stream",
        headers={
            "X-Loopwright-Rows": str(done.rows),
            "X-Loopwright-Refused": str(done.refused),
        },
        background=BackgroundTask(folder.cleanup),
    )


@router.get("/lineage/{ref}")
def trace(
    project_id: str,
    ref: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    direction: Literal["back", "forward"] = "back",
) -> TraceOut:
    """Return what a thing descends from (back), or what came of it (forward)."""
    require(actor, Permission.RECORDS_READ, project_id)
    found = home.db.read(lambda tx: lineage.walk(tx, ref, direction, project_id=project_id))
    return TraceOut.of(found)
