"""HTTP: who is asking, sign in and out, people of a project."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from loopwright.accounts import service
from loopwright.accounts.access import Permission, require, require_grant
from loopwright.accounts.model import Actor
from loopwright.accounts.schemas import (
    LinkOut,
    MeOut,
    NewPersonOut,
    Ok,
    PeopleOut,
    PersonIn,
    PersonOut,
    SignIn,
)
from loopwright.base.clock import system_now
from loopwright.base.errors import Forbidden, Unauthenticated
from loopwright.infra.home import Home
from loopwright.infra.http import get_home

COOKIE = "loopwright_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}

router = APIRouter(prefix="/api", tags=["accounts"])
HomeOf = Annotated[Home, Depends(get_home)]


def _check_origin(request: Request) -> None:
    """A cookie alone proves nothing: another site can make a browser send it."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    if origin != f"{request.url.scheme}://{request.headers.get('host')}":
        raise Forbidden(
            f"The request came from {origin or 'an unnamed origin'}, not from this site.",
            remedy="Use the page of this installation, or an API key.",
            code="wrong_origin",
        )


def current_actor(request: Request, home: HomeOf) -> Actor:
    """Return who is asking. Raises Unauthenticated when nobody is signed in."""
    header = request.headers.get("authorization", "")
    scheme, _, key = header.partition(" ")
    found: Actor | None = None
    if scheme.lower() == "bearer":
        found = home.db.read(lambda tx: service.actor_of_key(tx, key))
    elif secret := request.cookies.get(COOKIE):
        _check_origin(request)
        found = home.db.read(
            lambda tx: service.actor_of_session(tx, secret=secret, now=system_now())
        )
    if found is None:
        raise Unauthenticated(
            "Nobody is signed in, or the key or session is no longer valid.",
            remedy="Open the link that `loopwright user link` prints, or send an API key.",
        )
    return found


ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("/signin")
def sign_in(body: SignIn, request: Request, response: Response, home: HomeOf) -> Ok:
    """Trade a one-time link's token for a session cookie."""
    seconds = home.settings.session_seconds
    secret = home.db.write(
        lambda tx: service.sign_in(tx, token=body.token, now=system_now(), seconds=seconds)
    )
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(seconds),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return Ok()


@router.post("/signout")
def sign_out(request: Request, response: Response, home: HomeOf, actor: ActorOf) -> Ok:
    """End the browser's session."""
    if secret := request.cookies.get(COOKIE):
        home.db.write(lambda tx: service.sign_out(tx, secret=secret))
    response.delete_cookie(COOKIE)
    return Ok()


@router.get("/me")
def me(actor: ActorOf) -> MeOut:
    """Return who is signed in."""
    return MeOut(
        person_id=actor.person_id, name=actor.name, kind=actor.kind, roles=dict(actor.roles)
    )


@router.get("/projects/{project_id}/people")
def people(project_id: str, home: HomeOf, actor: ActorOf) -> PeopleOut:
    """Return the people of a project."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    found = home.db.read(lambda tx: service.people(tx, project_id))
    return PeopleOut(people=[PersonOut(**vars(person)) for person in found])


@router.post("/projects/{project_id}/people")
def add_person(project_id: str, body: PersonIn, home: HomeOf, actor: ActorOf) -> NewPersonOut:
    """Add a person with an API key and a one-time sign-in link."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    now = system_now()

    def write(tx: Connection) -> NewPersonOut:
        require_grant(actor, role=body.role, project_id=project_id)
        added = service.add_person(
            tx, project_id=project_id, name=body.name, role=body.role, kind=body.kind, now=now
        )
        token = service.make_signin_link(
            tx,
            person_id=added.person_id,
            now=now,
            seconds=home.settings.invitation_seconds,
        )
        return NewPersonOut(
            person_id=added.person_id,
            api_key=added.api_key,
            signin_link=f"{home.settings.base_url}/signin?token={token}",
        )

    return home.db.write(write)


@router.post("/signin-links")
def make_link(home: HomeOf, actor: ActorOf) -> LinkOut:
    """Make a one-time sign-in link for whoever asks."""
    now = system_now()
    token = home.db.write(
        lambda tx: service.make_signin_link(
            tx, person_id=actor.person_id, now=now, seconds=home.settings.signin_link_seconds
        )
    )
    return LinkOut(link=f"{home.settings.base_url}/signin?token={token}")
