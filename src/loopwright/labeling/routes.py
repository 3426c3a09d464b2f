"""HTTP: get items, answer, skip, undo."""

from asyncio import wrap_future
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.labeling import service
from loopwright.labeling.model import Assignment, Judge, Origin, Submission
from loopwright.labeling.offers import offers_of, revealed
from loopwright.labeling.schemas import (
    AssignmentOut,
    JudgmentIn,
    JudgmentOut,
    ReservedOut,
    ReserveIn,
    SkipIn,
    SkippedOut,
    UndoneOut,
    assignment_out,
    progress_out,
)
from loopwright.projects import service as projects
from loopwright.projects.model import Project

router = APIRouter(prefix="/api/projects/{project_id}", tags=["labeling"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("/assignments", response_model=ReservedOut)
async def reserve(project_id: str, body: ReserveIn, home: HomeOf, actor: ActorOf) -> Response:
    """Lease up to `count` items to the caller, besides those in `held`."""
    require(actor, Permission.JUDGE, project_id)
    now = system_now()

    def write(tx: Connection) -> ReservedOut:
        project = projects.get(tx, project_id)
        judge = _judge(tx, project_id, actor, now)
        offers = service.reserve(
            tx, project=project, judge=judge, count=body.count, held=body.held, now=now
        )
        progress = service.progress(tx, project=project, judge=judge, now=now)
        return ReservedOut(
            assignments=_offered(tx, project, offers),
            progress=progress_out(progress, project.spec.assignment),
        )

    return _json(await wrap_future(home.db.write_soon(write)))


@router.post("/judgments", response_model=JudgmentOut)
async def submit(
    project_id: str, body: JudgmentIn, request: Request, home: HomeOf, actor: ActorOf
) -> Response:
    """Store an answer (once for each client_id) and lease up to `count` further items.

    409 says that it was not counted: keep the answer as a draft.
    """
    require(actor, Permission.JUDGE, project_id)
    now = system_now()
    by_key = request.headers.get("authorization") is not None
    submission = Submission(
        client_id=body.client_id,
        assignment_id=body.assignment_id,
        token=body.token,
        answer=body.answer,
        active_ms=body.active_ms,
        revisions=body.revisions,
        origin=Origin.API if by_key else Origin.PAGE,
        note=body.note,
        signals=None if body.signals is None else body.signals.model_dump(),
    )

    def write(tx: Connection) -> JudgmentOut:
        project = projects.get(tx, project_id)
        judge = _judge(tx, project_id, actor, now)
        done, offers = service.submit_and_reserve(
            tx,
            project=project,
            judge=judge,
            submission=submission,
            count=body.count,
            held=body.held,
            now=now,
        )
        progress = service.progress(tx, project=project, judge=judge, now=now)
        return JudgmentOut(
            judgment_id=done.judgment_id,
            repeated=done.repeated,
            revealed=_revealed(tx, project, body.assignment_id),
            next=_offered(tx, project, offers),
            progress=progress_out(progress, project.spec.assignment),
        )

    return _json(await wrap_future(home.db.write_soon(write)))


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
            judge=_judge(tx, project_id, actor, now),
            assignment_id=assignment_id,
            token=body.token,
            reason=body.reason,
            now=now,
        )
    )
    return SkippedOut()


@router.post("/judgments/{judgment_id}/undo")
def undo(project_id: str, judgment_id: str, home: HomeOf, actor: ActorOf) -> UndoneOut:
    """Take the caller's judgment back; its item is offered anew."""
    project = _project(home, actor, project_id)
    now = system_now()
    again = home.db.write(
        lambda tx: service.undo(
            tx,
            project=project,
            judge=_judge(tx, project_id, actor, now),
            judgment_id=judgment_id,
            now=now,
        )
    )
    return UndoneOut(assignment=_shown(home, project, [again])[0])


def _project(home: Home, actor: Actor, project_id: str) -> Project:
    require(actor, Permission.JUDGE, project_id)
    return home.db.read(lambda tx: projects.get(tx, project_id))


def _judge(tx: Connection, project_id: str, actor: Actor, now: float) -> Judge:
    return service.judge_of(
        tx, project_id=project_id, person_id=actor.person_id, kind=actor.kind.value, now=now
    )


def _json(body: BaseModel) -> Response:
    """Write the answer at once; the framework would check once more what was just made."""
    return Response(body.model_dump_json(), media_type="application/json")


def _shown(home: Home, project: Project, assignments: Sequence[Assignment]) -> list[AssignmentOut]:
    return home.db.read(lambda tx: _offered(tx, project, assignments))


def _offered(
    tx: Connection, project: Project, assignments: Sequence[Assignment]
) -> list[AssignmentOut]:
    found = offers_of(tx, project=project, assignments=assignments)
    return [assignment_out(offer) for offer in found]


def _revealed(tx: Connection, project: Project, assignment_id: str) -> dict[str, str] | None:
    """Return who wrote what, in a project that tells; the answer can no longer be undone there."""
    if project.spec.reveal == "never":
        return None
    return revealed(tx, assignment_id)
