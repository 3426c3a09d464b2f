"""HTTP: how people judge over time, what to look at, and one's own plan."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.errors import NotFound
from loopwright.coaching import planning, service, store
from loopwright.coaching.model import Plan
from loopwright.coaching.schemas import (
    CoachedGroupOut,
    CoachedLine,
    CoachedOut,
    CoachingOut,
    MyPlanOut,
    PracticeIn,
    PractisedOut,
    SignOut,
)
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.projects.model import Project
from loopwright.quality.said import week_of

router = APIRouter(prefix="/api/projects/{project_id}", tags=["coaching"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("/coaching")
def read_people(project_id: str, home: HomeOf, actor: ActorOf) -> CoachingOut:
    """Return how everybody judges, by pseudonym, groups, and what a person should look at."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)

    def read(tx: Connection) -> CoachingOut:
        spec = projects.get(tx, project_id).spec
        return CoachingOut(
            people=[CoachedLine.of(one, spec) for one in service.people(tx, spec=spec)],
            groups=[CoachedGroupOut.of(one, spec) for one in service.groups(tx, spec=spec)],
            evidence=[SignOut.of(one) for one in service.evidence(tx, spec=spec)],
        )

    return home.db.read(read)


@router.get("/coaching/{rater_id}")
def read_person(project_id: str, rater_id: str, home: HomeOf, actor: ActorOf) -> CoachedOut:
    """Return how one person judges over time, for those who manage people; the look is logged."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)

    def read(tx: Connection) -> CoachedOut:
        spec = projects.get(tx, project_id).spec
        found = service.person(tx, spec=spec, rater_id=rater_id)
        if found.judged == 0:
            raise NotFound(
                f"Nobody of the pseudonym {rater_id} judged in project {project_id}.",
                remedy="Use a rater id of the list of people.",
            )
        return CoachedOut.of(found, spec)

    shown = home.db.read(read)
    home.db.write(
        lambda tx: events.emit(
            tx,
            kind="coaching.looked",
            project_id=project_id,
            subject_id=rater_id,
            payload={"by": actor.person_id},
            now=system_now(),
        )
    )
    return shown


@router.get("/my/coaching")
def read_my_coaching(project_id: str, home: HomeOf, actor: ActorOf) -> CoachedOut:
    """Return how one judges oneself, week by week once a week is over.

    Sooner, undoing and answering anew would tell what the others said.
    """
    require(actor, Permission.JUDGE, project_id)

    def read(tx: Connection) -> CoachedOut:
        spec = projects.get(tx, project_id).spec
        rater = accounts.rater_of(tx, project_id=project_id, person_id=actor.person_id)
        found = service.person(
            tx, spec=spec, rater_id="" if rater is None else rater.id, before=week_of(system_now())
        )
        return CoachedOut.of(found, spec)

    return home.db.read(read)


@router.get("/my/plan")
def read_my_plan(project_id: str, home: HomeOf, actor: ActorOf) -> MyPlanOut:
    """Return one's newest plan and the next item to practise."""
    require(actor, Permission.JUDGE, project_id)
    return home.db.read(lambda tx: _my_plan(tx, project_id, actor))


@router.post("/my/plan")
def make_my_plan(project_id: str, home: HomeOf, actor: ActorOf) -> MyPlanOut:
    """Make a plan: what one misses most, what to read, ten items to practise, a check later."""
    require(actor, Permission.JUDGE, project_id)

    def write(tx: Connection) -> MyPlanOut:
        project = projects.get(tx, project_id)
        rater = accounts.ensure_rater(
            tx,
            project_id=project_id,
            person_id=actor.person_id,
            kind=actor.kind.value,
            now=system_now(),
        )
        planning.make(
            tx, project=project, rater_id=rater.id, person_id=actor.person_id, now=system_now()
        )
        return _my_plan(tx, project_id, actor)

    return home.db.write(write)


@router.post("/my/plan/items/{item_id}")
def practise(
    project_id: str, item_id: str, body: PracticeIn, home: HomeOf, actor: ActorOf
) -> PractisedOut:
    """Answer a practice item; it is no judgment, and what is right is told at once."""
    require(actor, Permission.JUDGE, project_id)

    def write(tx: Connection) -> PractisedOut:
        project = projects.get(tx, project_id)
        made, right = planning.practise(
            tx,
            project=project,
            plan=_plan(tx, project, actor),
            item_id=item_id,
            answer=body.answer,
            now=system_now(),
        )
        return PractisedOut.of(made, right, project.spec)

    return home.db.write(write)


def _plan(tx: Connection, project: Project, actor: Actor) -> Plan:
    plan = store.newest_plan(tx, project_id=project.id, person_id=actor.person_id)
    if plan is None:
        raise NotFound("There is no plan yet.", remedy="Make one on My work.")
    return plan


def _my_plan(tx: Connection, project_id: str, actor: Actor) -> MyPlanOut:
    project = projects.get(tx, project_id)
    plan = store.newest_plan(tx, project_id=project_id, person_id=actor.person_id)
    if plan is None:
        return MyPlanOut(plan=None, next=None)
    rater = accounts.rater_of(tx, project_id=project_id, person_id=actor.person_id)
    view = planning.view(
        tx, project=project, plan=plan, rater_id="" if rater is None else rater.id,
        now=system_now(),
    )  # fmt: skip
    return MyPlanOut.of(view, planning.next_item(tx, project=project, plan=plan), project.spec)
