"""HTTP: calibration sessions, from the blind answers to the lesson."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, status
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, allowed, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.gold import sessions, store_sessions
from loopwright.gold.schemas_sessions import (
    CalibrationSessionOut,
    CalibrationSessionsOut,
    CloseIn,
    SessionAnswerIn,
    SessionIn,
    SessionLine,
    SessionShownOut,
)
from loopwright.gold.session_model import Session
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.labeling.schemas import assignment_out
from loopwright.projects import service as projects
from loopwright.projects.model import Project

router = APIRouter(prefix="/api/projects/{project_id}/sessions", tags=["sessions"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
Act = Callable[[Connection, Project, Session], None]


@router.get("")
def list_sessions(project_id: str, home: HomeOf, actor: ActorOf) -> CalibrationSessionsOut:
    """Return the calibration sessions, the newest first."""
    require(actor, Permission.JUDGE, project_id)
    found = home.db.read(lambda tx: store_sessions.sessions(tx, project_id))
    return CalibrationSessionsOut(sessions=[SessionLine.of(one) for one in found])


@router.post("", status_code=status.HTTP_201_CREATED)
def make_session(
    project_id: str, body: SessionIn, home: HomeOf, actor: ActorOf
) -> CalibrationSessionOut:
    """Begin a session on the named items, or on the ten that people differ on most."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)

    def write(tx: Connection) -> CalibrationSessionOut:
        project = projects.get(tx, project_id)
        made = sessions.make(
            tx,
            project=project,
            name=body.name,
            items=body.items,
            by=actor.person_id,
            now=system_now(),
        )
        return _view(tx, project, made, actor)

    return home.db.write(write)


@router.get("/{session_id}")
def read_session(
    project_id: str, session_id: str, home: HomeOf, actor: ActorOf
) -> CalibrationSessionOut:
    """Return a session as one may see it now: what others said only once it is revealed."""
    require(actor, Permission.JUDGE, project_id)

    def read(tx: Connection) -> CalibrationSessionOut:
        found = sessions.get(tx, project_id, session_id)
        return _view(tx, projects.get(tx, project_id), found, actor)

    return home.db.read(read)


@router.get("/{session_id}/items/{item_id}")
def read_item(
    project_id: str,
    session_id: str,
    item_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    in_order: bool = False,
) -> SessionShownOut:
    """Return an item to answer in a session, or in the item's own order, to read what was said."""
    require(actor, Permission.JUDGE, project_id)

    def read(tx: Connection) -> SessionShownOut:
        offer = sessions.item_for(
            tx,
            project=projects.get(tx, project_id),
            session=sessions.get(tx, project_id, session_id),
            item_id=item_id,
            person_id=actor.person_id,
            in_order=in_order,
        )
        return SessionShownOut(shown=assignment_out(offer))

    return home.db.read(read)


@router.post("/{session_id}/items/{item_id}")
def answer_item(
    project_id: str,
    session_id: str,
    item_id: str,
    body: SessionAnswerIn,
    home: HomeOf,
    actor: ActorOf,
) -> CalibrationSessionOut:
    """Answer an item in the round that is on; an answer stands."""
    require(actor, Permission.JUDGE, project_id)

    def act(tx: Connection, project: Project, session: Session) -> None:
        sessions.answer(
            tx,
            project=project,
            session=session,
            item_id=item_id,
            person_id=actor.person_id,
            given=body.answer,
            now=system_now(),
        )

    return _changed(home, project_id, session_id, actor, act)


@router.post("/{session_id}/reveal")
def reveal(project_id: str, session_id: str, home: HomeOf, actor: ActorOf) -> CalibrationSessionOut:
    """Let everybody see the first answers, and judge again."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    return _changed(
        home, project_id, session_id, actor,
        lambda tx, _, session: sessions.reveal(tx, session, now=system_now()),
    )  # fmt: skip


@router.post("/{session_id}/close")
def close(
    project_id: str, session_id: str, body: CloseIn, home: HomeOf, actor: ActorOf
) -> CalibrationSessionOut:
    """End a session with what was learned."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    return _changed(
        home, project_id, session_id, actor,
        lambda tx, _, session: sessions.close(
            tx, session, lesson=body.lesson, now=system_now()
        ),
    )  # fmt: skip


def _changed(
    home: Home, project_id: str, session_id: str, actor: Actor, act: Act
) -> CalibrationSessionOut:
    def write(tx: Connection) -> CalibrationSessionOut:
        project = projects.get(tx, project_id)
        act(tx, project, sessions.get(tx, project_id, session_id))
        return _view(tx, project, sessions.get(tx, project_id, session_id), actor)

    return home.db.write(write)


def _view(
    tx: Connection, project: Project, session: Session, actor: Actor
) -> CalibrationSessionOut:
    found = sessions.view(
        tx,
        project=project,
        session=session,
        person_id=actor.person_id,
        leads=allowed(actor, Permission.PEOPLE_MANAGE, project.id),
    )
    return CalibrationSessionOut.of(found, project.spec)
