"""HTTP: start, watch, resume and cancel cycles."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.errors import NotFound, Unavailable
from loopwright.infra.durable import runner
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.loop import service, store
from loopwright.loop.model import Cycle, CycleState, CycleStep, Waiting
from loopwright.loop.runner import continue_cycle, launch_cycle, stop_cycle
from loopwright.loop.schemas import (
    CycleDetailOut,
    CycleOut,
    CyclesOut,
    StartedOut,
    cycle_out,
    detail_out,
)
from loopwright.loop.waiting import waits_for

router = APIRouter(prefix="/api/projects/{project_id}/cycles", tags=["cycles"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("")
def start_cycle(project_id: str, home: HomeOf, actor: ActorOf) -> StartedOut:
    """Start a cycle; it runs on the server until it is done, waiting for people and traffic."""
    require(actor, Permission.CYCLE_RUN, project_id)
    runner()
    found = home.db.write(
        lambda tx: service.start(tx, project_id=project_id, by=actor.person_id, now=system_now())
    )
    launch_cycle(found)
    return StartedOut(cycle_id=found.id)


@router.get("")
def list_cycles(project_id: str, home: HomeOf, actor: ActorOf) -> CyclesOut:
    """List a project's cycles, newest first."""
    require(actor, Permission.RESULTS_READ, project_id)
    found = home.db.read(lambda tx: store.cycles(tx, project_id))
    return CyclesOut(cycles=[cycle_out(one) for one in found])


@router.get("/{cycle_id}")
def get_cycle(project_id: str, cycle_id: str, home: HomeOf, actor: ActorOf) -> CycleDetailOut:
    """Return a cycle with its steps, their seconds, and its result."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> tuple[Cycle, list[CycleStep], Waiting | None]:
        found = service.get(tx, project_id=project_id, cycle_id=cycle_id)
        steps = store.steps(tx, found.id)
        return found, steps, waits_for(tx, found, steps)

    found, steps, waiting = home.db.read(read)
    return detail_out(found, steps, waiting=waiting, alive=_alive(found))


@router.post("/{cycle_id}/resume")
def resume_cycle(project_id: str, cycle_id: str, home: HomeOf, actor: ActorOf) -> CycleOut:
    """Go on with a cycle that was held, failed, cancelled or lost its process."""
    require(actor, Permission.CYCLE_RUN, project_id)
    runner()
    found = home.db.write(
        lambda tx: service.resume(tx, project_id=project_id, cycle_id=cycle_id, now=system_now())
    )
    continue_cycle(found)
    return cycle_out(found)


@router.post("/{cycle_id}/cancel")
def cancel_cycle(project_id: str, cycle_id: str, home: HomeOf, actor: ActorOf) -> CycleOut:
    """Stop a cycle; what it has made stays."""
    require(actor, Permission.CYCLE_RUN, project_id)
    found = home.db.write(
        lambda tx: service.cancel(tx, project_id=project_id, cycle_id=cycle_id, now=system_now())
    )
    if found.state is CycleState.CANCELLED:
        stop_cycle(found)
    return cycle_out(found)


def _alive(found: Cycle) -> bool:
    if found.state is not CycleState.RUNNING:
        return False
    try:
        return runner().has_owner(found.workflow_id)
    except (NotFound, Unavailable):
        return False
