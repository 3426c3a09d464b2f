"""HTTP: who is asking, sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from loopwright.accounts import service
from loopwright.accounts.model import Actor
from loopwright.accounts.schemas import LinkOut, MeOut, Ok, SignIn
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
        if request.method not in _SAFE:
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
    """Trade a one-time link's token for a session cookie; the browser's last session ends."""
    if "origin" in request.headers:  # another site must not sign a browser in as somebody else
        _check_origin(request)
    seconds = home.settings.session_seconds
    before = request.cookies.get(COOKIE)

    def trade(tx: Connection) -> str:
        secret = service.sign_in(tx, token=body.token, now=system_now(), seconds=seconds)
        if before:
            service.sign_out(tx, secret=before)
        return secret

    secret = home.db.write(trade)
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
