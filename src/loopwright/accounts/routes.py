"""HTTP: who is asking, sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection

from loopwright.accounts import control, service
from loopwright.accounts.model import Actor
from loopwright.accounts.schemas import (
    KeyOut,
    KeysOut,
    LinkOut,
    MeOut,
    NewKeyOut,
    Ok,
    SignedOutOut,
    SignIn,
    keys_out,
)
from loopwright.base.clock import system_now
from loopwright.base.errors import Forbidden, Unauthenticated
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.infra.rate_limit import TokenBuckets

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


async def current_actor(request: Request, home: HomeOf) -> Actor:
    """Return who is asking. Raises Unauthenticated when nobody is signed in."""
    header = request.headers.get("authorization", "")
    scheme, _, key = header.partition(" ")
    found: Actor | None = None
    if scheme.lower() == "bearer":
        found = service.known_actor("key", key) or await run_in_threadpool(
            home.db.read, lambda tx: service.actor_of_key(tx, key)
        )
    elif secret := request.cookies.get(COOKIE):
        if request.method not in _SAFE:
            _check_origin(request)
        found = service.known_actor("session", secret) or await run_in_threadpool(
            home.db.read,
            lambda tx: service.actor_of_session(tx, secret=secret, now=system_now()),
        )
    if found is None:
        raise Unauthenticated(
            "Nobody is signed in, or the key or session is no longer valid.",
            remedy="Open the link that `loopwright user link` prints, or send an API key.",
        )
    return found


ActorOf = Annotated[Actor, Depends(current_actor)]


def _knock(request: Request, caller: str) -> None:
    buckets: TokenBuckets = request.app.state.signin_limit
    buckets.take(caller)


@router.post("/signin")
def sign_in(body: SignIn, request: Request, response: Response, home: HomeOf) -> Ok:
    """Trade a one-time link's token for a session cookie; the browser's last session ends."""
    _knock(request, f"address {request.client.host if request.client else ''}")
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
def make_link(request: Request, home: HomeOf, actor: ActorOf) -> LinkOut:
    """Make a one-time sign-in link for whoever asks."""
    _knock(request, f"person {actor.person_id}")
    now = system_now()
    token = home.db.write(
        lambda tx: service.make_signin_link(
            tx, person_id=actor.person_id, now=now, seconds=home.settings.signin_link_seconds
        )
    )
    return LinkOut(link=f"{home.settings.base_url}/signin?token={token}")


@router.post("/signout-everywhere")
def sign_out_everywhere(response: Response, home: HomeOf, actor: ActorOf) -> SignedOutOut:
    """End every session of whoever asks, in all browsers; unused sign-in links end too."""
    ended = home.db.write(lambda tx: control.sign_out_everywhere(tx, actor=actor))
    response.delete_cookie(COOKIE)
    return SignedOutOut(sessions=ended)


@router.get("/me/keys")
def own_keys(home: HomeOf, actor: ActorOf) -> KeysOut:
    """List the API keys of whoever asks."""
    return keys_out(home.db.read(lambda tx: control.own_keys(tx, actor=actor)))


@router.post("/me/keys")
def new_key(request: Request, home: HomeOf, actor: ActorOf) -> NewKeyOut:
    """Make a further API key for whoever asks: put it in place, then revoke the old one."""
    _knock(request, f"person {actor.person_id}")
    key = home.db.write(lambda tx: service.add_key(tx, person_id=actor.person_id, now=system_now()))
    return NewKeyOut(api_key=key)


@router.delete("/me/keys/{key_id}")
def revoke_own_key(key_id: str, home: HomeOf, actor: ActorOf) -> KeyOut:
    """Revoke an API key of whoever asks."""
    found = home.db.write(
        lambda tx: control.revoke_own_key(tx, actor=actor, typed=key_id, now=system_now())
    )
    return KeyOut(**vars(found))
