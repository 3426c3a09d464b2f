"""Use cases that take access away: roles changed, keys revoked, sessions ended, people removed."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.accounts import service, store
from loopwright.accounts.access import Permission, allowed, require_grant, roles_with
from loopwright.accounts.model import EVERYWHERE, Actor, ApiKey, Person, Role
from loopwright.base.errors import Conflict
from loopwright.infra import events, refs


def find_person(tx: Connection, *, project_id: str, typed: str) -> Person:
    """Return a person with a role in the project, by id, whole or short. Raises NotFound."""
    people = [one for one in store.people(tx, project_id) if not one.everywhere]
    whole = refs.pick(
        typed,
        [one.id for one in people],
        noun="person",
        place=f"project {project_id}",
        remedy="`loopwright user list` and Settings, People list them; who has a role in the "
        "whole installation keeps it.",
    )
    return next(one for one in people if one.id == whole)


def change_role(
    tx: Connection, *, actor: Actor, project_id: str, typed: str, role: Role, now: float
) -> Person:
    """Give a person of the project another role.

    Raises Forbidden when the old or the new role allows more than the actor's own, Conflict when
    nobody would be left to lead the project.
    """
    store.hold_people(tx, project_id)
    found = find_person(tx, project_id=project_id, typed=typed)
    if found.role is role:
        return found
    require_grant(actor, role=found.role, project_id=project_id)
    require_grant(actor, role=role, project_id=project_id)
    if role not in roles_with(Permission.PEOPLE_MANAGE):
        _keep_a_lead(tx, actor=actor, project_id=project_id, leaving=found)
    store.set_role(tx, person_id=found.id, project_id=project_id, role=role, now=now)
    service.forget_known(tx)
    _tell(tx, "person.role_changed", project_id, found.id, {"role": role.value}, actor, now)
    return find_person(tx, project_id=project_id, typed=found.id)


def remove_person(
    tx: Connection, *, actor: Actor, project_id: str, typed: str, now: float
) -> Person:
    """Take a person's role in the project away; who has no other loses keys and sessions too.

    What they judged stays. Raises as `change_role` does.
    """
    store.hold_people(tx, project_id)
    found = find_person(tx, project_id=project_id, typed=typed)
    require_grant(actor, role=found.role, project_id=project_id)
    _keep_a_lead(tx, actor=actor, project_id=project_id, leaving=found)
    store.drop_role(tx, person_id=found.id, project_id=project_id)
    service.forget_known(tx)
    left = store.actor(tx, found.id)
    if left is not None and not left.roles:
        store.revoke_keys(tx, person_id=found.id, now=now)
        store.drop_sessions(tx, person_id=found.id)
    _tell(tx, "person.removed", project_id, found.id, {}, actor, now)
    return found


def keys_of_project(tx: Connection, project_id: str) -> list[ApiKey]:
    """Return the keys of the project's people, newest first, revoked ones last."""
    people = [one.id for one in store.people(tx, project_id)]
    return store.keys_of(tx, people)


def revoke_key(tx: Connection, *, actor: Actor, project_id: str, typed: str, now: float) -> ApiKey:
    """Revoke a key of somebody in the project; programs that use it are refused from then on.

    Raises NotFound, and Forbidden for a key that allows more than the actor may.
    """
    found = _one_key(keys_of_project(tx, project_id), typed, place=f"project {project_id}")
    owner = store.actor(tx, found.person_id)
    for place, role in (owner.roles if owner else {}).items():
        require_grant(actor, role=role, project_id=place)
    return _revoke(tx, found, actor=actor, project_id=project_id, now=now)


def own_keys(tx: Connection, *, actor: Actor) -> list[ApiKey]:
    """Return the asker's own keys, newest first, revoked ones last."""
    return store.keys_of(tx, [actor.person_id])


def revoke_own_key(tx: Connection, *, actor: Actor, typed: str, now: float) -> ApiKey:
    """Revoke one of the asker's own keys. Raises NotFound."""
    found = _one_key(own_keys(tx, actor=actor), typed, place="your account")
    return _revoke(tx, found, actor=actor, project_id=None, now=now)


def sign_out_everywhere(tx: Connection, *, actor: Actor) -> int:
    """End every session of the asker, in all browsers; return how many those were."""
    service.forget_known(tx)
    return store.drop_sessions(tx, person_id=actor.person_id)


def _one_key(keys: Sequence[ApiKey], typed: str, *, place: str) -> ApiKey:
    whole = refs.pick(
        typed,
        [key.id for key in keys],
        noun="key",
        place=place,
        remedy="`loopwright user keys` and Settings, Keys list them.",
    )
    return next(key for key in keys if key.id == whole)


def _revoke(
    tx: Connection, found: ApiKey, *, actor: Actor, project_id: str | None, now: float
) -> ApiKey:
    if found.revoked_at is not None:
        return found
    store.revoke_key(tx, key_id=found.id, now=now)
    service.forget_known(tx)
    _tell(tx, "key.revoked", project_id, found.id, {"person": found.person_id}, actor, now)
    [again] = [key for key in store.keys_of(tx, [found.person_id]) if key.id == found.id]
    return again


def _keep_a_lead(tx: Connection, *, actor: Actor, project_id: str, leaving: Person) -> None:
    """Refuse to leave a project's own people without a lead; who leads everywhere may."""
    leads = roles_with(Permission.PEOPLE_MANAGE)
    if leaving.role not in leads or allowed(actor, Permission.PEOPLE_MANAGE, EVERYWHERE):
        return
    others = [
        one
        for one in store.people(tx, project_id)
        if one.role in leads and one.id != leaving.id and not one.everywhere
    ]
    if not others:
        raise Conflict(
            f"{leaving.name} is the only one who leads project {project_id}.",
            remedy="Make somebody else a lead first, or ask an owner of the installation.",
            code="last_lead",
        )


def _tell(
    tx: Connection,
    kind: str,
    project_id: str | None,
    subject_id: str,
    payload: dict[str, str],
    actor: Actor,
    now: float,
) -> None:
    events.emit(
        tx,
        kind=kind,
        project_id=project_id,
        subject_id=subject_id,
        payload={**payload, "by": actor.person_id},
        now=now,
    )
