"""HTTP: one item with its votes, its answers and its history; who wrote it, where one asks."""

from fastapi import APIRouter
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.intake import store as intake
from loopwright.projects import service as projects
from loopwright.quality import item_view, service
from loopwright.quality.routes import ActorOf, HomeOf
from loopwright.quality.schemas import VoteOut
from loopwright.quality.schemas_items import ItemPoliciesOut, ItemViewOut
from loopwright.quality.sight import require_sight

router = APIRouter(prefix="/api/projects/{project_id}/items/{item_id}", tags=["quality"])


@router.get("")
def read_item(project_id: str, item_id: str, home: HomeOf, actor: ActorOf) -> ItemViewOut:
    """Return an item with its votes, consensus, settled answer and history, all blind.

    409 (`still_blind`) while one's own judgment of it is to come.
    """
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> ItemViewOut:
        spec = projects.get(tx, project_id).spec
        whole = intake.ITEMS.whole(tx, item_id, project_id=project_id)
        require_sight(tx, actor=actor, project_id=project_id, item_id=whole)
        return ItemViewOut.of(item_view.item_view(tx, spec=spec, item_id=whole), spec)

    return home.db.read(read)


@router.get("/votes")
def list_votes(project_id: str, item_id: str, home: HomeOf, actor: ActorOf) -> list[VoteOut]:
    """Return the judgments on an item without who gave them; 409 while one's own is to come."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> list[VoteOut]:
        spec = projects.get(tx, project_id).spec
        whole = intake.ITEMS.whole(tx, item_id, project_id=project_id)
        require_sight(tx, actor=actor, project_id=project_id, item_id=whole)
        return [VoteOut.of(vote) for vote in service.votes(tx, spec=spec, item_id=whole)]

    return home.db.read(read)


@router.get("/policies")
def read_policies(project_id: str, item_id: str, home: HomeOf, actor: ActorOf) -> ItemPoliciesOut:
    """Return which policy version wrote which completion; 409 while one's judgment is to come."""
    require(actor, Permission.RECORDS_READ, project_id)

    def read(tx: Connection) -> ItemPoliciesOut:
        spec = projects.get(tx, project_id).spec
        whole = intake.ITEMS.whole(tx, item_id, project_id=project_id)
        require_sight(tx, actor=actor, project_id=project_id, item_id=whole)
        return ItemPoliciesOut(policies=item_view.policies(tx, spec=spec, item_id=whole))

    return home.db.read(read)
