"""Use cases of the accounts stage: sign in, people and keys, pseudonyms."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from loopwright.accounts import store
from loopwright.accounts.model import EVERYWHERE, Actor, Person, PersonKind, Rater, Role
from loopwright.base.errors import InvalidInput, NotFound, Unauthenticated
from loopwright.base.ids import new_id
from loopwright.infra.database import after_commit
from loopwright.infra.memo import Memo

KEY_PREFIX = "lw_"
KNOWN_SECONDS = 2.0
_KNOWN: Memo[tuple[str, str], Actor] = Memo(seconds=KNOWN_SECONDS)


@dataclass(frozen=True)
class NewPerson:
    """Who was added; the key is shown once and only its hash is kept."""

    person_id: str
    api_key: str


def token_hash(token: str) -> str:
    """Return what is stored of a secret; the secrets are random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def ensure_owner(tx: Connection, *, now: float) -> str:
    """Return the installation's owner, made on first use."""
    known = store.owner(tx)
    if known is not None:
        return known
    person_id = store.add_person(tx, name="Owner", kind=PersonKind.HUMAN, now=now)
    _give_role(tx, person_id=person_id, project_id=EVERYWHERE, role=Role.OWNER, now=now)
    return person_id


def _give_role(tx: Connection, *, person_id: str, project_id: str, role: Role, now: float) -> None:
    store.set_role(tx, person_id=person_id, project_id=project_id, role=role, now=now)
    forget_known(tx)


def add_person(
    tx: Connection, *, project_id: str, name: str, role: Role, kind: PersonKind, now: float
) -> NewPerson:
    """Add a person to a project, with an API key of their own."""
    if not name.strip() or len(name) > 200 or any(symbol < " " for symbol in name):
        raise InvalidInput(
            "A person needs a name of 1 to 200 characters on one line.", remedy="Send a `name`."
        )
    person_id = store.add_person(tx, name=name.strip(), kind=kind, now=now)
    _give_role(tx, person_id=person_id, project_id=project_id, role=role, now=now)
    return NewPerson(person_id, add_key(tx, person_id=person_id, now=now))


def people(tx: Connection, project_id: str) -> Sequence[Person]:
    """Return a project's people."""
    return store.people(tx, project_id)


def add_key(tx: Connection, *, person_id: str, now: float) -> str:
    """Make an API key for a person; return it, this once."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    store.add_key(tx, key_hash=token_hash(key), person_id=person_id, now=now)
    return key


def make_signin_link(tx: Connection, *, person_id: str, now: float, seconds: float) -> str:
    """Make a one-time sign-in token; return it, this once."""
    token = secrets.token_urlsafe(32)
    store.add_link(tx, token_hash=token_hash(token), person_id=person_id, expires_at=now + seconds)
    return token


def sign_in(tx: Connection, *, token: str, now: float, seconds: float) -> str:
    """Trade a one-time token for a session; return the session's secret.

    Raises Unauthenticated when the link is unknown, over, or was used before.
    """
    store.drop_expired(tx, now=now)  # here, since it is rare and writes anyway
    person_id = store.use_link(tx, token_hash=token_hash(token), now=now)
    if person_id is None:
        raise Unauthenticated(
            "This sign-in link is unknown, has expired, or was used before.",
            remedy="Run `loopwright user link` for a new one.",
            code="link_expired",
        )
    secret = secrets.token_urlsafe(32)
    store.add_session(
        tx,
        token_hash=token_hash(secret),
        person_id=person_id,
        now=now,
        expires_at=now + seconds,
    )
    return secret


def sign_out(tx: Connection, *, secret: str) -> None:
    """End a session."""
    store.drop_session(tx, token_hash(secret))
    forget_known(tx)


def known_actor(way: Literal["key", "session"], secret: str) -> Actor | None:
    """Return whose key or session it was a moment ago, None when it has to be looked up.

    A role, key or session that ends in this process is forgotten with its commit; what ends in
    another server process on the same database counts for up to `KNOWN_SECONDS` more.
    """
    return _KNOWN.get((way, token_hash(secret)))


def forget_known(tx: Connection) -> None:
    """Have everybody looked up again once `tx` is committed; call it where access changes."""
    after_commit(tx, _KNOWN.forget)


def actor_of_key(tx: Connection, key: str) -> Actor | None:
    """Return whose API key it is."""
    age, hashed = _KNOWN.age, token_hash(key)
    found = _actor(tx, store.person_of_key(tx, hashed))
    if found is not None:
        _KNOWN.keep(("key", hashed), found, age=age)
    return found


def actor_of_session(tx: Connection, *, secret: str, now: float) -> Actor | None:
    """Return whose session it is."""
    age, hashed = _KNOWN.age, token_hash(secret)
    found = _actor(tx, store.person_of_session(tx, token_hash=hashed, now=now))
    if found is not None:
        _KNOWN.keep(("session", hashed), found, age=age)
    return found


def _actor(tx: Connection, person_id: str | None) -> Actor | None:
    return None if person_id is None else store.actor(tx, person_id)


def set_tags(
    tx: Connection, *, project_id: str, person_id: str, tags: Sequence[str], now: float
) -> Person:
    """Say which skills and languages a person of the project has; return the person.

    Raises NotFound when nobody of that id is in the project.
    """
    found = next((one for one in store.people(tx, project_id) if one.id == person_id), None)
    if found is None:
        raise NotFound(
            f"There is nobody with the id {person_id} in project {project_id}.",
            remedy="List the people with `loopwright user list` and use one of their ids.",
            code="unknown_person",
        )
    known = ensure_rater(
        tx, project_id=project_id, person_id=person_id, kind=found.kind.value, now=now
    )
    sorted_tags = tuple(sorted(set(tags)))
    store.set_tags(tx, rater_id=known.id, tags=sorted_tags)
    return replace(found, tags=sorted_tags)


def rater_of(tx: Connection, *, project_id: str, person_id: str) -> Rater | None:
    """Return a person's pseudonym in a project; None before they first judged there."""
    return store.rater_of_person(tx, project_id=project_id, person_id=person_id)


def ensure_rater(
    tx: Connection, *, project_id: str, person_id: str, kind: str, now: float
) -> Rater:
    """Return a person's pseudonym in a project, made on first use."""
    known = store.rater_of_person(tx, project_id=project_id, person_id=person_id)
    if known is not None:
        return known
    rater_id = new_id("rtr")
    store.add_raters(
        tx,
        [
            {
                "id": rater_id,
                "project_id": project_id,
                "person_id": person_id,
                "external_key": None,
                "kind": kind,
                "created_at": now,
            }
        ],
    )
    # Somebody's other tab may have been first; then theirs is the pseudonym.
    found = store.rater_of_person(tx, project_id=project_id, person_id=person_id)
    return found or Rater(rater_id)


def ensure_raters(
    tx: Connection, *, project_id: str, external_keys: Sequence[str], kind: str, now: float
) -> dict[str, str]:
    """Return the pseudonyms of annotators known only by a foreign key, made on first use."""
    keys = list(dict.fromkeys(external_keys))
    known = store.raters_by_key(tx, project_id=project_id, keys=keys)
    fresh = {key: new_id("rtr") for key in keys if key not in known}
    store.add_raters(
        tx,
        (
            {
                "id": rater_id,
                "project_id": project_id,
                "person_id": None,
                "external_key": key,
                "kind": kind,
                "created_at": now,
            }
            for key, rater_id in fresh.items()
        ),
    )
    return store.raters_by_key(tx, project_id=project_id, keys=keys) if fresh else known
