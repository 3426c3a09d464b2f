"""HTTP: the Loop page, and the figures for Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.monitoring import service
from loopwright.monitoring.figures import prometheus_text

router = APIRouter(tags=["monitoring"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("/api/projects/{project_id}/loop")
def loop_page(project_id: str, home: HomeOf, actor: ActorOf) -> Json:
    """Return what waits, moves and is stuck, the loop latency, win rates and decisions."""
    require(actor, Permission.RESULTS_READ, project_id)
    outside = service.look_outside(home)
    now = system_now()
    report = home.db.read(
        lambda tx: service.loop_report(tx, project_id=project_id, outside=outside, now=now)
    )
    return report.as_dict()


@router.get("/metrics")
def metrics(home: HomeOf) -> Response:
    """Return the figures of all projects in Prometheus's text form."""
    content = prometheus_text(home, now=system_now())
    return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})
