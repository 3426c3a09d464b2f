"""Every query of the accounts stage."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, func, select

from loopwright.accounts.model import EVERYWHERE, Actor, ApiKey, Person, PersonKind, Rater, Role
from loopwright.accounts.tables import api_key, membership, person, rater, session, signin_link
from loopwright.base.ids import new_id
from loopwright.infra.prepared import Prepared
from loopwright.infra.upsert import insert_into

# Built once: it runs with every request of an annotator.
_RATER = Prepared(
    select(rater.c.id, rater.c.tags).where(
        rater.c.project_id == bindparam("project"), rater.c.person_id == bindparam("person")
    )
)


def add_person(tx: Connection, *, name: str, kind: PersonKind, now: float) -> str:
    """Store a person; return the id."""
    person_id = new_id("per")
    tx.execute(person.insert().values(id=person_id, name=name, kind=kind.value, created_at=now))
    return person_id


def hold_people(tx: Connection, project_id: str) -> None:
    """Let changes of a project's people follow each other until the transaction ends.

    Rows cannot be held for it: a change of role replaces its row.
    """
    if tx.dialect.name == "postgresql":  # SQLite has one writer
        key = func.hashtextextended(f"people:{project_id}", 0)
        tx.execute(select(func.pg_advisory_xact_lock(key)))


def set_role(tx: Connection, *, person_id: str, project_id: str, role: Role, now: float) -> None:
    """Give a person a role in a project, in place of the one held before."""
    here = (membership.c.person_id == person_id) & (membership.c.project_id == project_id)
    tx.execute(membership.delete().where(here))
    tx.execute(
        membership.insert().values(
            person_id=person_id, project_id=project_id, role=role.value, created_at=now
        )
    )


def drop_role(tx: Connection, *, person_id: str, project_id: str) -> None:
    """Take a person's role in a project away."""
    tx.execute(
        membership.delete().where(
            membership.c.person_id == person_id, membership.c.project_id == project_id
        )
    )


def people(tx: Connection, project_id: str) -> Sequence[Person]:
    """Return the people of a project and those with a role everywhere, oldest first."""
    query = (
        select(person, membership.c.role, membership.c.project_id, rater.c.tags)
        .join(membership, membership.c.person_id == person.c.id)
        .outerjoin(rater, (rater.c.person_id == person.c.id) & (rater.c.project_id == project_id))
        .where(membership.c.project_id.in_([project_id, EVERYWHERE]))
        .order_by(person.c.created_at)
    )
    return [
        Person(
            id=row["id"],
            name=row["name"],
            kind=PersonKind(row["kind"]),
            role=Role(row["role"]),
            created_at=row["created_at"],
            tags=tuple(row["tags"] or ()),
            everywhere=row["project_id"] == EVERYWHERE,
        )
        for row in tx.execute(query).mappings()
    ]


def actor(tx: Connection, person_id: str) -> Actor | None:
    """Return a person with every role held."""
    found = tx.execute(select(person).where(person.c.id == person_id)).mappings().first()
    if found is None:
        return None
    query = select(membership.c.project_id, membership.c.role).where(
        membership.c.person_id == person_id
    )
    roles = {project: Role(role) for project, role in tx.execute(query)}
    return Actor(person_id, found["name"], PersonKind(found["kind"]), roles)


def owner(tx: Connection) -> str | None:
    """Return the id of the installation's first owner."""
    query = (
        select(membership.c.person_id)
        .where(membership.c.project_id == EVERYWHERE, membership.c.role == Role.OWNER.value)
        .order_by(membership.c.created_at)
        .limit(1)
    )
    found: str | None = tx.scalar(query)
    return found


def add_key(tx: Connection, *, key_hash: str, person_id: str, now: float) -> str:
    """Store the hash of an API key; return the key's id."""
    key_id = new_id("key")
    tx.execute(
        api_key.insert().values(key_hash=key_hash, id=key_id, person_id=person_id, created_at=now)
    )
    return key_id


def person_of_key(tx: Connection, key_hash: str) -> str | None:
    """Return whose key it is, None when unknown or revoked."""
    query = select(api_key.c.person_id).where(
        api_key.c.key_hash == key_hash, api_key.c.revoked_at.is_(None)
    )
    found: str | None = tx.scalar(query)
    return found


def keys_of(tx: Connection, person_ids: Sequence[str]) -> list[ApiKey]:
    """Return the keys of these people: good ones first, the newest of each first."""
    query = (
        select(
            api_key.c.id,
            api_key.c.person_id,
            person.c.name.label("person"),
            api_key.c.created_at,
            api_key.c.revoked_at,
        )
        .join(person, person.c.id == api_key.c.person_id)
        .where(api_key.c.person_id.in_(list(person_ids)))
        .order_by(api_key.c.revoked_at.is_not(None), api_key.c.created_at.desc(), api_key.c.id)
    )
    return [ApiKey(**row) for row in tx.execute(query).mappings()]


def revoke_key(tx: Connection, *, key_id: str, now: float) -> None:
    """Mark a key revoked."""
    tx.execute(api_key.update().where(api_key.c.id == key_id).values(revoked_at=now))


def revoke_keys(tx: Connection, *, person_id: str, now: float) -> None:
    """Mark every good key of a person revoked."""
    mine = (api_key.c.person_id == person_id) & api_key.c.revoked_at.is_(None)
    tx.execute(api_key.update().where(mine).values(revoked_at=now))


def add_session(
    tx: Connection, *, token_hash: str, person_id: str, now: float, expires_at: float
) -> None:
    """Store a browser session."""
    tx.execute(
        session.insert().values(
            token_hash=token_hash, person_id=person_id, created_at=now, expires_at=expires_at
        )
    )


def person_of_session(tx: Connection, *, token_hash: str, now: float) -> str | None:
    """Return whose session it is, None when unknown or over."""
    query = select(session.c.person_id).where(
        session.c.token_hash == token_hash, session.c.expires_at > now
    )
    found: str | None = tx.scalar(query)
    return found


def drop_session(tx: Connection, token_hash: str) -> None:
    """End a browser session."""
    tx.execute(session.delete().where(session.c.token_hash == token_hash))


def drop_sessions(tx: Connection, *, person_id: str) -> int:
    """End every browser session of a person, and the links that would begin one."""
    tx.execute(signin_link.delete().where(signin_link.c.person_id == person_id))
    return tx.execute(session.delete().where(session.c.person_id == person_id)).rowcount


def drop_expired(tx: Connection, *, now: float) -> None:
    """Forget the sessions and links whose time is over."""
    tx.execute(session.delete().where(session.c.expires_at <= now))
    tx.execute(signin_link.delete().where(signin_link.c.expires_at <= now))


def add_link(tx: Connection, *, token_hash: str, person_id: str, expires_at: float) -> None:
    """Store a one-time sign-in link."""
    tx.execute(
        signin_link.insert().values(
            token_hash=token_hash, person_id=person_id, expires_at=expires_at
        )
    )


def use_link(tx: Connection, *, token_hash: str, now: float) -> str | None:
    """Mark a link used; return whose it is, None when unknown, over or used before."""
    taken = tx.execute(
        signin_link.update()
        .where(
            signin_link.c.token_hash == token_hash,
            signin_link.c.used_at.is_(None),
            signin_link.c.expires_at > now,
        )
        .values(used_at=now)
    )
    if taken.rowcount != 1:
        return None
    found: str | None = tx.scalar(
        select(signin_link.c.person_id).where(signin_link.c.token_hash == token_hash)
    )
    return found


def rater_of_person(tx: Connection, *, project_id: str, person_id: str) -> Rater | None:
    """Return the pseudonym of a person in a project."""
    row = _RATER.first(tx, {"project": project_id, "person": person_id})
    return None if row is None else Rater(row["id"], frozenset(row["tags"]))


def set_tags(tx: Connection, *, rater_id: str, tags: Sequence[str]) -> None:
    """Store the skills and languages of a pseudonym."""
    tx.execute(rater.update().where(rater.c.id == rater_id).values(tags=list(tags)))


def raters_by_key(tx: Connection, *, project_id: str, keys: Sequence[str]) -> dict[str, str]:
    """Return the known pseudonyms of external annotators."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), 500):
        query = select(rater.c.external_key, rater.c.id).where(
            rater.c.project_id == project_id,
            rater.c.external_key.in_(keys[start : start + 500]),
        )
        found.update((key, rater_id) for key, rater_id in tx.execute(query))
    return found


def add_raters(tx: Connection, rows: Iterable[dict[str, object]]) -> None:
    """Store pseudonyms; one that somebody else stored in the meantime stays as it is."""
    listed = list(rows)
    if listed:
        tx.execute(insert_into(tx, rater).on_conflict_do_nothing(), listed)


def rater_tags(tx: Connection, project_id: str) -> dict[str, frozenset[str]]:
    """Return the skills and languages of every rater of a project who has any."""
    query = select(rater.c.id, rater.c.tags).where(rater.c.project_id == project_id)
    return {row.id: frozenset(row.tags) for row in tx.execute(query) if row.tags}
