"""HTTP: policy versions and reward-model versions."""

from typing import Annotated

from fastapi import APIRouter, Depends

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.models import service
from loopwright.models.schemas import PoliciesOut, PolicyOut, RewardModelOut, RewardModelsOut

router = APIRouter(prefix="/api/projects/{project_id}", tags=["models"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.get("/policies")
def policies(project_id: str, home: HomeOf, actor: ActorOf) -> PoliciesOut:
    """Return the project's policy versions, oldest first."""
    require(actor, Permission.RESULTS_READ, project_id)
    found = home.db.read(lambda tx: service.list_policies(tx, project_id=project_id))
    # The backend configuration stays inside: it names addresses and key variables.
    shown = [
        {k: v for k, v in vars(p).items() if k not in ("backend", "project_id")} for p in found
    ]
    return PoliciesOut(policies=[PolicyOut(**p) for p in shown])


@router.get("/reward-models")
def reward_models(project_id: str, home: HomeOf, actor: ActorOf) -> RewardModelsOut:
    """Return the project's reward-model versions, oldest first."""
    require(actor, Permission.RESULTS_READ, project_id)
    found = home.db.read(lambda tx: service.list_reward_models(tx, project_id=project_id))
    return RewardModelsOut(reward_models=[RewardModelOut(**vars(m)) for m in found])
