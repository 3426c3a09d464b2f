"""HTTP: training runs with their curves and logs."""

from typing import Annotated

from fastapi import APIRouter, Depends

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.training import folder, service
from loopwright.training.schemas import CurvePoint, RunDetailOut, RunOut, RunsOut, run_fields

router = APIRouter(prefix="/api/projects/{project_id}/runs", tags=["training"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("")
def list_runs(project_id: str, home: HomeOf, actor: ActorOf) -> RunsOut:
    """Return the project's runs, newest first."""
    require(actor, Permission.RESULTS_READ, project_id)
    found = home.db.read(lambda tx: service.list_runs(tx, project_id=project_id))
    runs = [
        RunOut(**run_fields(run, folder.read_progress(home.path / "runs" / run.id)))
        for run in found
    ]
    return RunsOut(runs=runs)


@router.get("/{run_id}")
def get_run(project_id: str, run_id: str, home: HomeOf, actor: ActorOf) -> RunDetailOut:
    """Return a run with curves and the end of its log."""
    require(actor, Permission.RESULTS_READ, project_id)
    run = home.db.read(lambda tx: service.find_run(tx, run_id, project_id=project_id))
    place = home.path / "runs" / run.id
    progress = folder.read_progress(place)
    return RunDetailOut(
        **run_fields(run, progress),
        curves=[CurvePoint(**point) for point in folder.curves(progress)],
        manifest=run.manifest,
        log=folder.log_tail(place),
    )
