"""HTTP: skip, undo, give back."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

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

router = APIRouter(prefix="/api/projects/{project_id}", tags=["labeling"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
T = TypeVar("T")


@router.post("/assignments/{assignment_id}/skip")
def skip(
    project_id: str, assignment_id: str, body: SkipIn, home: HomeOf, actor: ActorOf
) -> SkippedOut:
    """Give an item back with a reason; somebody else gets it."""
    use_case = partial(
        service.skip, assignment_id=assignment_id, token=body.token, reason=body.reason
    )
    _as_judge(home, actor, project_id, use_case)
    return SkippedOut()


@router.post("/assignments/release")
def release(project_id: str, body: ReleaseIn, home: HomeOf, actor: ActorOf) -> ReleasedOut:
    """Give offers back that were not begun: a page that is left does not keep them."""
    use_case = partial(sharing.release, assignment_ids=body.assignments, sitting=body.sitting)
    return ReleasedOut(released=_as_judge(home, actor, project_id, use_case))


@router.post("/judgments/{judgment_id}/undo")
def undo(project_id: str, judgment_id: str, home: HomeOf, actor: ActorOf) -> UndoneOut:
    """Take the caller's judgment back; its item is offered anew."""
    use_case = partial(service.undo, judgment_id=judgment_id)
    again = _as_judge(home, actor, project_id, use_case)
    found = home.db.read(lambda tx: offered(tx, projects.get(tx, project_id), [again]))
    return UndoneOut(assignment=found[0])


def _as_judge(home: Home, actor: Actor, project_id: str, use_case: Callable[..., T]) -> T:
    """Run a use case for the caller as a judge of the project, in one transaction."""
    require(actor, Permission.JUDGE, project_id)
    project = home.db.read(lambda tx: projects.get(tx, project_id))
    now = system_now()

    def write(tx: Connection) -> T:
        judge = judge_of_actor(tx, project_id, actor, now)
        return use_case(tx, project=project, judge=judge, now=now)

    return home.db.write(write)
