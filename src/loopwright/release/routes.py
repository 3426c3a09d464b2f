"""HTTP: list releases, look at one, roll one back."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.models import service as models
from loopwright.release import jobs, service, store
from loopwright.release.schemas import (
    ReleaseDetailOut,
    ReleaseOut,
    ReleasesOut,
    RollbackIn,
    event_out,
    release_out,
    routing_out,
)

router = APIRouter(prefix="/api/projects/{project_id}/releases", tags=["releases"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("")
def list_releases(project_id: str, home: HomeOf, actor: ActorOf) -> ReleasesOut:
    """List a project's releases, newest first, with the routing in force."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> ReleasesOut:
        names = _names(tx, project_id)
        routing = store.read_routing(tx, project_id)
        return ReleasesOut(
            releases=[release_out(found, names) for found in store.releases(tx, project_id)],
            routing=None if routing is None else routing_out(routing),
        )

    return home.db.read(read)


@router.get("/{release_id}")
def get_release(project_id: str, release_id: str, home: HomeOf, actor: ActorOf) -> ReleaseDetailOut:
    """Return a release with its evidence and its events."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> ReleaseDetailOut:
        found, events = service.get(tx, project_id=project_id, release_id=release_id)
        return ReleaseDetailOut(
            release=release_out(found, _names(tx, project_id)),
            evidence=found.evidence,
            events=[event_out(event) for event in events],
        )

    return home.db.read(read)


@router.post("/{release_id}/rollback")
def roll_back_release(
    project_id: str, release_id: str, body: RollbackIn, home: HomeOf, actor: ActorOf
) -> ReleaseOut:
    """Send all traffic back to the version before this release."""
    require(actor, Permission.RELEASE_CONTROL, project_id)
    found = jobs.roll_back(
        home,
        project_id=project_id,
        release_id=release_id,
        reason=f"Rolled back by {actor.name}: {body.reason}" if body.reason else "",
        by=actor.person_id,
        now=system_now(),
    )
    names = home.db.read(lambda tx: _names(tx, project_id))
    return release_out(found, names)


def _names(tx: Connection, project_id: str) -> dict[str, str]:
    return {policy.id: policy.name for policy in models.list_policies(tx, project_id=project_id)}
