"""HTTP: the desk. Cases, taking them, deciding them blind and then for good."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.adjudication import deciding, handback, service, views
from loopwright.adjudication.model import Adjudicator, Case
from loopwright.adjudication.schemas import (
    BlindIn,
    CaseDetailOut,
    CaseOut,
    CasesOut,
    ClaimIn,
    ClaimOut,
    DecideIn,
    FiguresOut,
    NoteIn,
    QuestionIn,
    StandingOut,
)
from loopwright.base.clock import system_now
from loopwright.base.types import LARGEST
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.projects.model import Project

router = APIRouter(prefix="/api/projects/{project_id}/cases", tags=["adjudication"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
T = TypeVar("T")


@router.get("")
def list_cases(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    state: Literal["open", "closed"] = "open",
    item_id: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> CasesOut:
    """Return open cases, the most urgent first; closed ones, the latest first; or an item's."""
    now = system_now()

    def read(tx: Connection) -> CasesOut:
        project = projects.get(tx, project_id)
        require_reader(tx, actor, project_id)
        if item_id is not None:
            found = views.cases_of_item(tx, project=project, actor=actor, item_id=item_id, now=now)
        else:
            found = views.cases(
                tx,
                project=project,
                actor=actor,
                closed=state == "closed",
                limit=limit,
                offset=offset,
                now=now,
            )
        me = views.standing(tx, project=project, actor=actor, now=now)
        return CasesOut(cases=[CaseOut.of(one) for one in found], me=StandingOut.of(me))

    return home.db.read(read)


@router.get("/figures")
def figures(project_id: str, home: HomeOf, actor: ActorOf) -> FiguresOut:
    """Return how many cases are open and overdue, how long they take, and how often a decision
    changes after the votes were seen."""

    def read(tx: Connection) -> FiguresOut:
        projects.require_known(tx, project_id)
        require_reader(tx, actor, project_id)
        return FiguresOut.of(views.figures(tx, project_id=project_id, now=system_now()))

    return home.db.read(read)


@router.get("/{case_id}")
def read_case(project_id: str, case_id: str, home: HomeOf, actor: ActorOf) -> CaseDetailOut:
    """Return a case with its item; what others said only to who decided blind or may not decide."""

    def read(tx: Connection) -> CaseDetailOut:
        project = projects.get(tx, project_id)
        require_reader(tx, actor, project_id)
        return _detail(tx, project, actor, service.find(tx, project_id, case_id))

    return home.db.read(read)


@router.post("/claim")
def claim(project_id: str, body: ClaimIn, home: HomeOf, actor: ActorOf) -> ClaimOut:
    """Take a case, or the next that fits; one's own again to keep it longer."""

    def act(tx: Connection, project: Project, by: Adjudicator, now: float) -> ClaimOut:
        case = service.claim(tx, project=project, by=by, case_id=body.case_id, now=now)
        return ClaimOut(case=None if case is None else _detail(tx, project, actor, case))

    return _acting(home, actor, project_id, act)


@router.post("/{case_id}/release")
def release(project_id: str, case_id: str, home: HomeOf, actor: ActorOf) -> CaseDetailOut:
    """Give a case back undecided."""
    return _changing(
        home,
        actor,
        project_id,
        lambda tx, project, by, now: service.release(
            tx, project=project, by=by, case_id=case_id, now=now
        ),
    )


@router.post("/{case_id}/blind")
def decide_blind(
    project_id: str, case_id: str, body: BlindIn, home: HomeOf, actor: ActorOf
) -> CaseDetailOut:
    """Store the blind decision; the answer shows what others said."""
    return _changing(
        home,
        actor,
        project_id,
        lambda tx, project, by, now: service.decide_blind(
            tx, project=project, by=by, case_id=case_id, answer=body.answer, now=now
        ),
    )


@router.post("/{case_id}/ask")
def ask(
    project_id: str, case_id: str, body: QuestionIn, home: HomeOf, actor: ActorOf
) -> CaseDetailOut:
    """Hand a case back with a question to those who judged."""
    return _changing(
        home,
        actor,
        project_id,
        lambda tx, project, by, now: handback.ask(
            tx, project=project, by=by, case_id=case_id, text=body.question, now=now
        ),
    )


@router.post("/{case_id}/pass-on")
def pass_on(
    project_id: str, case_id: str, body: NoteIn, home: HomeOf, actor: ActorOf
) -> CaseDetailOut:
    """Pass a case on from senior to specialist."""
    return _changing(
        home,
        actor,
        project_id,
        lambda tx, project, by, now: service.pass_on(
            tx, project=project, by=by, case_id=case_id, note=body.note, now=now
        ),
    )


@router.post("/{case_id}/decide")
def decide(
    project_id: str, case_id: str, body: DecideIn, home: HomeOf, actor: ActorOf
) -> CaseDetailOut:
    """Decide a case for good and settle its item; 409 shows what another decided meanwhile."""
    final = deciding.Final(**body.model_dump())

    def act(tx: Connection, project: Project, by: Adjudicator, now: float) -> Case:
        made = deciding.decide(tx, project=project, by=by, case_id=case_id, final=final, now=now)
        return service.find(tx, project_id, made.case_id)

    return _changing(home, actor, project_id, act)


@router.post("/{case_id}/reopen")
def reopen(project_id: str, case_id: str, home: HomeOf, actor: ActorOf) -> CaseDetailOut:
    """Take one's own decision up again; until it is decided anew, its answer stands."""
    return _changing(
        home,
        actor,
        project_id,
        lambda tx, project, by, now: deciding.reopen(
            tx, project=project, by=by, case_id=case_id, now=now
        ),
    )


def require_reader(tx: Connection, actor: Actor, project_id: str) -> None:
    """Raise Forbidden for who neither sees results nor decides cases."""
    if service.adjudicator_of(tx, actor, project_id) is None:
        require(actor, Permission.RESULTS_READ, project_id)


def _acting(
    home: Home,
    actor: Actor,
    project_id: str,
    act: Callable[[Connection, Project, Adjudicator, float], T],
) -> T:
    require(actor, Permission.JUDGE, project_id)
    now = system_now()

    def write(tx: Connection) -> T:
        project = projects.get(tx, project_id)
        by = service.require_adjudicator(tx, actor, project_id)
        return act(tx, project, by, now)

    return home.db.write(write)


def _changing(
    home: Home,
    actor: Actor,
    project_id: str,
    act: Callable[[Connection, Project, Adjudicator, float], Case],
) -> CaseDetailOut:
    return _acting(
        home,
        actor,
        project_id,
        lambda tx, project, by, now: _detail(tx, project, actor, act(tx, project, by, now)),
    )


def _detail(tx: Connection, project: Project, actor: Actor, case: Case) -> CaseDetailOut:
    found = views.view(tx, project=project, actor=actor, case=case, now=system_now())
    return CaseDetailOut.of(found, project.spec, actor.person_id)
