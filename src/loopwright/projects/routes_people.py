"""HTTP: the people of a project."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts import control, service
from loopwright.accounts.access import Permission, require, require_grant
from loopwright.accounts.model import Actor, Person
from loopwright.accounts.routes import current_actor
from loopwright.accounts.schemas import (
    KeyOut,
    KeysOut,
    NewPersonOut,
    PeopleOut,
    PersonIn,
    PersonOut,
    RoleIn,
    TagsIn,
    keys_out,
)
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects

router = APIRouter(prefix="/api/projects", tags=["accounts"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("/{project_id}/people")
def people(project_id: str, home: HomeOf, actor: ActorOf) -> PeopleOut:
    """Return the people of a project."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)

    def read(tx: Connection) -> PeopleOut:
        projects.get(tx, project_id)
        found = service.people(tx, project_id)
        return PeopleOut(people=[_person_out(person) for person in found])

    return home.db.read(read)


@router.put("/{project_id}/people/{person_id}/tags")
def set_tags(
    project_id: str, person_id: str, body: TagsIn, home: HomeOf, actor: ActorOf
) -> PersonOut:
    """Say which skills and languages a person has in this project."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)

    def write(tx: Connection) -> PersonOut:
        projects.get(tx, project_id)
        return _person_out(
            service.set_tags(
                tx,
                project_id=project_id,
                person_id=person_id,
                tags=body.tags,
                now=system_now(),
            )
        )

    return home.db.write(write)


def _person_out(person: Person) -> PersonOut:
    return PersonOut(**{**vars(person), "tags": list(person.tags)})


@router.post("/{project_id}/people")
def add_person(project_id: str, body: PersonIn, home: HomeOf, actor: ActorOf) -> NewPersonOut:
    """Add a person with an API key and a one-time sign-in link."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    now = system_now()

    def write(tx: Connection) -> NewPersonOut:
        projects.get(tx, project_id)
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


@router.put("/{project_id}/people/{person_id}/role")
def change_role(
    project_id: str, person_id: str, body: RoleIn, home: HomeOf, actor: ActorOf
) -> PersonOut:
    """Give a person another role in this project; a project keeps one who leads it."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    found = home.db.write(
        lambda tx: control.change_role(
            tx,
            actor=actor,
            project_id=project_id,
            typed=person_id,
            role=body.role,
            now=system_now(),
        )
    )
    return _person_out(found)


@router.delete("/{project_id}/people/{person_id}")
def remove_person(project_id: str, person_id: str, home: HomeOf, actor: ActorOf) -> PersonOut:
    """Take a person's role in this project away; what they judged stays."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    found = home.db.write(
        lambda tx: control.remove_person(
            tx, actor=actor, project_id=project_id, typed=person_id, now=system_now()
        )
    )
    return _person_out(found)


@router.get("/{project_id}/keys")
def keys(project_id: str, home: HomeOf, actor: ActorOf) -> KeysOut:
    """List the API keys of the project's people, without their secrets."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    return keys_out(home.db.read(lambda tx: control.keys_of_project(tx, project_id)))


@router.delete("/{project_id}/keys/{key_id}")
def revoke_key(project_id: str, key_id: str, home: HomeOf, actor: ActorOf) -> KeyOut:
    """Revoke an API key of somebody in the project."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)
    found = home.db.write(
        lambda tx: control.revoke_key(
            tx, actor=actor, project_id=project_id, typed=key_id, now=system_now()
        )
    )
    return KeyOut(**vars(found))
