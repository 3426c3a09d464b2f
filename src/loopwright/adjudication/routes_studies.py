"""HTTP: case studies, and what waits for an annotator."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, allowed, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.adjudication import handback, mine, opening, service, store_studies, studies, views
from loopwright.adjudication.model import CaseStudy, Level
from loopwright.adjudication.schemas import AnswerIn, EscalatedOut, QuestionIn, StandingOut
from loopwright.adjudication.schemas_studies import (
    MyAskedOut,
    MyCasesOut,
    MyRequestOut,
    ReadIn,
    StudiesOut,
    StudyDetailOut,
    StudyIn,
    StudyOut,
)
from loopwright.adjudication.shown import offer_of
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.projects.model import Project

router = APIRouter(prefix="/api/projects/{project_id}", tags=["adjudication"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
_TO_READ = 5


@router.post("/items/{item_id}/escalate")
def escalate(
    project_id: str, item_id: str, body: QuestionIn, home: HomeOf, actor: ActorOf
) -> EscalatedOut:
    """Ask somebody senior about an item; several reasons join one open case."""
    require(actor, Permission.JUDGE, project_id)
    now = system_now()
    sees_results = allowed(actor, Permission.RESULTS_READ, project_id)
    case = home.db.write(
        lambda tx: opening.request(
            tx,
            spec=projects.get(tx, project_id).spec,
            item_id=item_id,
            question=body.question,
            person_id=actor.person_id,
            sees_results=sees_results,
            now=now,
        )
    )
    return EscalatedOut(case_id=case.id, state=case.state.value)


@router.get("/my/cases")
def my_cases(project_id: str, home: HomeOf, actor: ActorOf) -> MyCasesOut:
    """Return questions to the caller, what became of their own, and case studies to read."""
    require(actor, Permission.JUDGE, project_id)
    now = system_now()

    def read(tx: Connection) -> MyCasesOut:
        project = projects.get(tx, project_id)
        me = actor.person_id
        asked = mine.questions(tx, project=project, person_id=me, now=now)
        wanted = mine.requests(tx, project=project, person_id=me, now=now)
        unread = store_studies.unread(tx, project_id, me, limit=_TO_READ)
        standing = views.standing(tx, project=project, actor=actor, now=now)
        return MyCasesOut(
            me=StandingOut.of(standing),
            questions=[MyAskedOut.of(one) for one in asked],
            requests=[MyRequestOut.of(one, project.spec) for one in wanted],
            studies=[StudyOut.of(one, []) for one in unread],
        )

    return home.db.read(read)


@router.post("/my/cases/questions/{asked_id}")
def answer_question(
    project_id: str, asked_id: str, body: AnswerIn, home: HomeOf, actor: ActorOf
) -> MyCasesOut:
    """Answer a question about one's own judgment; return what waits now."""
    require(actor, Permission.JUDGE, project_id)
    home.db.write(
        lambda tx: handback.answer(
            tx,
            project_id=project_id,
            person_id=actor.person_id,
            asked_id=asked_id,
            text=body.text,
            now=system_now(),
        )
    )
    return my_cases(project_id, home, actor)


@router.post("/cases/{case_id}/study")
def publish_study(
    project_id: str, case_id: str, body: StudyIn, home: HomeOf, actor: ActorOf
) -> StudyDetailOut:
    """Make a case study of a decided case, or the next version of the one it has."""
    require(actor, Permission.JUDGE, project_id)
    now = system_now()

    def write(tx: Connection) -> StudyDetailOut:
        project = projects.get(tx, project_id)
        by = service.require_adjudicator(tx, actor, project_id)
        written = studies.Written(**body.model_dump())
        made = studies.publish(
            tx, project=project, by=by, case_id=case_id, written=written, now=now
        )
        return _detail(tx, project, actor, made)

    return home.db.write(write)


@router.get("/case-studies")
def list_studies(
    project_id: str, home: HomeOf, actor: ActorOf, retired: bool = False
) -> StudiesOut:
    """Return the case studies, the newest first; retired ones only when asked for."""
    require(actor, Permission.PROJECT_READ, project_id)

    def read(tx: Connection) -> StudiesOut:
        projects.require_known(tx, project_id)
        found = store_studies.studies(tx, project_id, retired=retired)
        readings = store_studies.readings_of(tx, project_id, actor.person_id)
        return StudiesOut(
            studies=[StudyOut.of(one, readings.get(one.id, [])) for one in found],
            may_write=_writes(tx, actor, project_id),
        )

    return home.db.read(read)


@router.get("/case-studies/{study_id}")
def read_study(project_id: str, study_id: str, home: HomeOf, actor: ActorOf) -> StudyDetailOut:
    """Return a case study with its item; its answer once the caller has read it."""
    require(actor, Permission.PROJECT_READ, project_id)

    def read(tx: Connection) -> StudyDetailOut:
        project = projects.get(tx, project_id)
        return _detail(tx, project, actor, studies.get(tx, project_id, study_id))

    return home.db.read(read)


@router.post("/case-studies/{study_id}/read")
def answer_check(
    project_id: str, study_id: str, body: ReadIn, home: HomeOf, actor: ActorOf
) -> StudyDetailOut:
    """Answer a case study's check, or only see its answer; both are kept."""
    require(actor, Permission.JUDGE, project_id)

    def write(tx: Connection) -> StudyDetailOut:
        project = projects.get(tx, project_id)
        studies.read_study(
            tx,
            project=project,
            study_id=study_id,
            person_id=actor.person_id,
            answer=body.answer,
            now=system_now(),
        )
        return _detail(tx, project, actor, studies.get(tx, project_id, study_id))

    return home.db.write(write)


@router.post("/case-studies/{study_id}/retire")
def retire_study(project_id: str, study_id: str, home: HomeOf, actor: ActorOf) -> StudyDetailOut:
    """Take a case study out of use."""
    require(actor, Permission.JUDGE, project_id)

    def write(tx: Connection) -> StudyDetailOut:
        project = projects.get(tx, project_id)
        service.require_specialist(tx, actor, project_id)
        found = studies.retire(tx, project=project, study_id=study_id, now=system_now())
        return _detail(tx, project, actor, found)

    return home.db.write(write)


def _writes(tx: Connection, actor: Actor, project_id: str) -> bool:
    by = service.adjudicator_of(tx, actor, project_id)
    return by is not None and by.level is Level.SPECIALIST


def _detail(tx: Connection, project: Project, actor: Actor, study: CaseStudy) -> StudyDetailOut:
    readings = store_studies.readings_of(tx, project.id, actor.person_id)
    return StudyDetailOut.of(
        study,
        offer_of(tx, project=project, seen=studies.seen_of(study)),
        project.spec,
        mine=readings.get(study.id, []),
        tell=_writes(tx, actor, project.id),
    )
