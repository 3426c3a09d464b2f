"""HTTP: skip, undo, give back."""

from typing import Annotated

from fastapi import APIRouter, Depends

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.labeling import service, sharing
from loopwright.labeling.routes_direct import judge_of_actor, offered
from loopwright.labeling.schemas import (
    ReleasedOut,
    ReleaseIn,
    SkipIn,
    SkippedOut,
    UndoneOut,
)
from loopwright.projects import service as projects
from loopwright.projects.model import Project

router = APIRouter(prefix="/api/projects/{project_id}", tags=["labeling"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("/assignments/{assignment_id}/skip")
def skip(
    project_id: str, assignment_id: str, body: SkipIn, home: HomeOf, actor: ActorOf
) -> SkippedOut:
    """Give an item back with a reason; somebody else gets it."""
    project = _project(home, actor, project_id)
    now = system_now()
    home.db.write(
        lambda tx: service.skip(
            tx,
            project=project,
            judge=judge_of_actor(tx, project_id, actor, now),
            assignment_id=assignment_id,
            token=body.token,
            reason=body.reason,
            now=now,
        )
    )
    return SkippedOut()


@router.post("/assignments/release")
def release(project_id: str, body: ReleaseIn, home: HomeOf, actor: ActorOf) -> ReleasedOut:
    """Give offers back that were not begun: a page that is left does not keep them."""
    project = _project(home, actor, project_id)
    now = system_now()
    released = home.db.write(
        lambda tx: sharing.release(
            tx,
            project=project,
            judge=judge_of_actor(tx, project_id, actor, now),
            assignment_ids=body.assignments,
            sitting=body.sitting,
            now=now,
        )
    )
    return ReleasedOut(released=released)


@router.post("/judgments/{judgment_id}/undo")
def undo(project_id: str, judgment_id: str, home: HomeOf, actor: ActorOf) -> UndoneOut:
    """Take the caller's judgment back; its item is offered anew."""
    project = _project(home, actor, project_id)
    now = system_now()
    again = home.db.write(
        lambda tx: service.undo(
            tx,
            project=project,
            judge=judge_of_actor(tx, project_id, actor, now),
            judgment_id=judgment_id,
            now=now,
        )
    )
    return UndoneOut(assignment=home.db.read(lambda tx: offered(tx, project, [again]))[0])


def _project(home: Home, actor: Actor, project_id: str) -> Project:
    require(actor, Permission.JUDGE, project_id)
    return home.db.read(lambda tx: projects.get(tx, project_id))
