"""HTTP: get items, answer and get the next. Annotators wait for these two routes, all day."""

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
from loopwright.infra.direct_route import DirectRoute
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.intake.store import ItemTexts
from loopwright.labeling import service
from loopwright.labeling.desk import Desk
from loopwright.labeling.model import Assignment, Judge, Origin, Submission
from loopwright.labeling.offers import offers_of, revealed
from loopwright.labeling.schemas import (
    AssignmentOut,
    JudgmentIn,
    JudgmentOut,
    ReservedOut,
    ReserveIn,
    assignment_out,
    progress_out,
)
from loopwright.labeling.sharing import fair_count, sit
from loopwright.projects.model import Project
from loopwright.projects.routes import known_project

router = APIRouter(
    prefix="/api/projects/{project_id}",
    tags=["labeling"],
    route_class=DirectRoute,
    dependencies=[Depends(known_project)],
)

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("/assignments", response_model=ReservedOut)
async def reserve(project_id: str, body: ReserveIn, home: HomeOf, actor: ActorOf) -> Response:
    """Lease up to `count` items to the caller, besides those in `held`."""
    require(actor, Permission.JUDGE, project_id)
    now = system_now()

    def write(tx: Connection) -> ReservedOut:
        desk = _desk(tx, project_id, actor, now)
        count = body.count
        if body.fair:
            count = fair_count(desk, count=count, held=body.held)
        offers = service.reserve_more(desk, count=count, held=body.held)
        return ReservedOut(
            assignments=offered(tx, desk.project, offers, asked=desk.texts),
            progress=progress_out(desk.progress(), desk.project.spec.assignment),
            sitting=sit(desk) if body.sit else None,
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
        desk = _desk(tx, project_id, actor, now)
        count = body.count
        if body.fair:
            count = fair_count(desk, count=count, held=body.held, answered=body.assignment_id)
        done, offers = service.submit_and_reserve(
            desk, submission=submission, count=count, held=body.held
        )
        return JudgmentOut(
            judgment_id=done.judgment_id,
            repeated=done.repeated,
            revealed=_revealed(tx, desk.project, body.assignment_id),
            next=offered(tx, desk.project, offers, asked=desk.texts),
            progress=progress_out(desk.progress(), desk.project.spec.assignment),
        )

    return _json(await wrap_future(home.db.write_soon(write)))


def _desk(tx: Connection, project_id: str, actor: Actor, now: float) -> Desk:
    return service.desk_of(
        tx, project_id=project_id, person_id=actor.person_id, kind=actor.kind.value, now=now
    )


def judge_of_actor(tx: Connection, project_id: str, actor: Actor, now: float) -> Judge:
    """Return who asks, as a judge of the project."""
    return service.judge_of(
        tx, project_id=project_id, person_id=actor.person_id, kind=actor.kind.value, now=now
    )


def offered(
    tx: Connection,
    project: Project,
    assignments: Sequence[Assignment],
    *,
    asked: ItemTexts | None = None,
) -> list[AssignmentOut]:
    """Return offers as they go over the wire, with their texts; some may be `asked` for already."""
    found = offers_of(tx, project=project, assignments=assignments, asked=asked)
    return [assignment_out(offer) for offer in found]


def _json(body: BaseModel) -> Response:
    """Write the answer at once; the framework would check once more what was just made."""
    return Response(body.model_dump_json(), media_type="application/json")


def _revealed(tx: Connection, project: Project, assignment_id: str) -> dict[str, str] | None:
    """Return who wrote what, in a project that tells; the answer can no longer be undone there."""
    if project.spec.reveal == "never":
        return None
    return revealed(tx, assignment_id)
