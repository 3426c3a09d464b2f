"""HTTP: gold items, candidates, how people did on gold, and what one missed oneself."""

from typing import Annotated

from fastapi import APIRouter, Depends, status
from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.gold import rules, service
from loopwright.gold.schemas import (
    CandidateOut,
    CandidatesOut,
    GoldIn,
    GoldOut,
    GoldPageOut,
    GoldPeopleOut,
    MissOut,
    MyGoldOut,
    RaterGoldOut,
    RetireIn,
)
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.quality.schemas import EstimateOut

router = APIRouter(prefix="/api/projects/{project_id}", tags=["gold"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]
# Whoever judges must not know which items are gold: reading them takes more than results.
_SEE = Permission.PROJECT_WRITE


@router.get("/gold")
def list_gold(project_id: str, home: HomeOf, actor: ActorOf) -> GoldPageOut:
    """Return every gold item with what people made of it, and the rules in force."""
    require(actor, _SEE, project_id)
    return home.db.read(lambda tx: _page(tx, project_id))


@router.get("/gold/candidates")
def list_candidates(project_id: str, home: HomeOf, actor: ActorOf) -> CandidatesOut:
    """Return items that could become gold: settled ones, then those on which all agreed."""
    require(actor, _SEE, project_id)

    def read(tx: Connection) -> CandidatesOut:
        spec = projects.get(tx, project_id).spec
        found = service.candidates(tx, spec=spec)
        return CandidatesOut(candidates=[CandidateOut.of(one) for one in found])

    return home.db.read(read)


@router.get("/gold/people")
def list_people(project_id: str, home: HomeOf, actor: ActorOf) -> GoldPeopleOut:
    """Return how often each person was right on gold."""
    require(actor, Permission.PEOPLE_MANAGE, project_id)

    def read(tx: Connection) -> GoldPeopleOut:
        spec = projects.get(tx, project_id).spec
        found = service.by_rater(tx, spec=spec, now=system_now())
        return GoldPeopleOut(people=[RaterGoldOut.of(one) for one in found])

    return home.db.read(read)


@router.post("/gold", status_code=status.HTTP_201_CREATED)
def add_gold(project_id: str, body: GoldIn, home: HomeOf, actor: ActorOf) -> GoldPageOut:
    """Make an item gold: it is hidden in people's flow from now on."""
    require(actor, _SEE, project_id)

    def write(tx: Connection) -> GoldPageOut:
        service.add(
            tx,
            project_id=project_id,
            item_id=body.item_id,
            answer=body.answer,
            why=body.why,
            by=actor.person_id,
            now=system_now(),
        )
        return _page(tx, project_id)

    return home.db.write(write)


@router.post("/gold/{gold_id}/retire")
def retire_gold(
    project_id: str, gold_id: str, body: RetireIn, home: HomeOf, actor: ActorOf
) -> GoldPageOut:
    """Hand a gold item out no more; what people answered stays."""
    require(actor, _SEE, project_id)

    def write(tx: Connection) -> GoldPageOut:
        service.retire(tx, project_id=project_id, gold_id=gold_id, why=body.why, now=system_now())
        return _page(tx, project_id)

    return home.db.write(write)


@router.get("/my/gold")
def read_my_gold(project_id: str, home: HomeOf, actor: ActorOf) -> MyGoldOut:
    """Return how often one was right on items whose answer is known, and what one missed."""
    require(actor, Permission.JUDGE, project_id)

    def read(tx: Connection) -> MyGoldOut:
        spec = projects.get(tx, project_id).spec
        rater = accounts.rater_of(tx, project_id=project_id, person_id=actor.person_id)
        if rater is None:
            return MyGoldOut(right=EstimateOut.of(rules.share_right([])), misses=[])
        mine = service.told_of(tx, spec=spec, rater_id=rater.id)
        missed = service.misses_of(tx, spec=spec, rater_id=rater.id)
        return MyGoldOut(
            right=EstimateOut.of(rules.share_right(mine)),
            misses=[MissOut.of(one) for one in missed],
        )

    return home.db.read(read)


def _page(tx: Connection, project_id: str) -> GoldPageOut:
    spec = projects.get(tx, project_id).spec
    return GoldPageOut(
        rules=spec.gold, gold=[GoldOut.of(one) for one in service.reports(tx, spec=spec)]
    )
