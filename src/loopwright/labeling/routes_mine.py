"""HTTP: an annotator's own judgments and days; nobody else's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.types import LARGEST
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.labeling import rules, store_effort, store_mine, store_seals
from loopwright.labeling.schemas import QuestionOut, question_out
from loopwright.labeling.schemas_mine import (
    DayOut,
    MyDaysOut,
    MyJudgmentOut,
    MyJudgmentsOut,
    my_judgment_out,
)
from loopwright.labeling.store_mine import MyJudgment
from loopwright.projects import service as projects
from loopwright.projects.question_spec import criteria_of
from loopwright.projects.spec import ProjectSpec

router = APIRouter(prefix="/api/projects/{project_id}/my", tags=["labeling"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("/judgments")
def my_judgments(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> MyJudgmentsOut:
    """Return the caller's judgments, newest first; `next` is the `before` of the next page."""
    require(actor, Permission.JUDGE, project_id)
    now = system_now()

    def read(tx: Connection) -> MyJudgmentsOut:
        spec = projects.get(tx, project_id).spec
        tells = spec.reveal == "after_judgment"
        rater = accounts.rater_of(tx, project_id=project_id, person_id=actor.person_id)
        if rater is None:
            return MyJudgmentsOut(judgments=[], questions={}, next=None)
        found = store_mine.judgments_of(
            tx, project_id=project_id, rater_id=rater.id, before=before, limit=limit
        )
        sealed = store_seals.sealed(tx, (one.judgment.item_id for one in found))
        more = len(found) == limit
        return MyJudgmentsOut(
            judgments=[
                _out(one, revealed=tells, sealed=one.judgment.item_id in sealed, now=now)
                for one in found
            ],
            questions=_asked(spec, {one.judgment.question_id for one in found}),
            next=str(found[-1].judgment.seq) if more else None,
        )

    return home.db.read(read)


@router.get("/days")
def my_days(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    limit: Annotated[int, Query(ge=1, le=366)] = 60,
) -> MyDaysOut:
    """Return what the caller did on each day (UTC) with any work, newest first."""
    require(actor, Permission.JUDGE, project_id)

    def read(tx: Connection) -> MyDaysOut:
        projects.get(tx, project_id)
        rater = accounts.rater_of(tx, project_id=project_id, person_id=actor.person_id)
        if rater is None:
            return MyDaysOut(days=[])
        found = store_effort.days(tx, project_id=project_id, rater_id=rater.id, count=limit)
        return MyDaysOut(days=[DayOut(**vars(day)) for day in found])

    return home.db.read(read)


def _asked(spec: ProjectSpec, ids: set[str]) -> dict[str, QuestionOut]:
    return {
        one.id: question_out(one, criteria_of(one, spec.guideline.criteria))
        for one in spec.questions
        if one.id in ids
    }


def _out(one: MyJudgment, *, revealed: bool, sealed: bool, now: float) -> MyJudgmentOut:
    refusal = rules.undo_refusal(
        one.judgment, item_open=one.item_open, revealed=revealed, sealed=sealed, now=now
    )
    can_undo = refusal is None and one.judgment.assignment_id is not None
    return my_judgment_out(one, can_undo=can_undo)
