"""HTTP: what the gateway captured, masked, and what it shows of a release."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.release import service as releases
from loopwright.serving import service, store

router = APIRouter(prefix="/api/projects/{project_id}", tags=["serving"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


class CapturedOut(BaseModel):
    """One captured request; its texts are masked, its subject is a pseudonym."""

    id: str
    at: float
    arm: str
    assigned: str
    served: str | None
    shadow: bool
    release_id: str | None
    outcome: str
    failure: str | None
    latency_ms: float | None
    messages: list[Json]
    completion: str
    mask_counts: dict[str, int]


class TrafficOut(BaseModel):
    """Captured requests by arm, and the newest of them."""

    by_arm: dict[str, int]
    recent: list[CapturedOut]


@router.get("/traffic")
def traffic(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> TrafficOut:
    """Return the newest captured requests of a project."""
    require(actor, Permission.RECORDS_READ, project_id)

    def read(tx: Connection) -> TrafficOut:
        recent = store.recent(tx, project_id, limit=limit)
        return TrafficOut(
            by_arm=store.count_by_arm(tx, project_id),
            recent=[CapturedOut.model_validate(found, from_attributes=True) for found in recent],
        )

    return home.db.read(read)


@router.get("/releases/{release_id}/traffic")
def traffic_of_release(project_id: str, release_id: str, home: HomeOf, actor: ActorOf) -> Json:
    """Return the figures per arm since the release's stage began."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> Json:
        found, _ = releases.get(tx, project_id=project_id, release_id=release_id)
        return service.traffic_of(tx, found).as_dict()

    return home.db.read(read)
