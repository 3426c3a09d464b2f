"""HTTP: the quality report, consensus answers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.types import LARGEST
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.quality import service
from loopwright.quality.model import ConsensusOrder
from loopwright.quality.schemas import ConsensusOut, QualityOut

router = APIRouter(prefix="/api/projects/{project_id}", tags=["quality"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("/quality")
def read_quality(project_id: str, home: HomeOf, actor: ActorOf) -> QualityOut:
    """Return agreement, ratings, reliability and position bias, each with its interval."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> QualityOut:
        projects.get(tx, project_id)
        return QualityOut.of(service.report(tx, project_id=project_id))

    return home.db.read(read)


@router.get("/consensus")
def list_consensus(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    order: ConsensusOrder = ConsensusOrder.UPDATED,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> list[ConsensusOut]:
    """Return consensus answers, the latest change first or the least certain first.

    Items are left out whose answers the caller may not see yet (quality.sight).
    """
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> list[ConsensusOut]:
        spec = projects.get(tx, project_id).spec
        page = service.consensus_page(
            tx, spec=spec, order=order, limit=limit, offset=offset, seen_by=actor
        )
        return [ConsensusOut.of(shown) for shown in page]

    return home.db.read(read)
