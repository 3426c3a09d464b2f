"""HTTP: what early exit saves, and how sure one may be of it."""

from fastapi import APIRouter
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.projects import service as projects
from loopwright.quality import exits, store_settlements
from loopwright.quality.calibrating import kept_promises
from loopwright.quality.routes import ActorOf, HomeOf
from loopwright.quality.schemas_exits import EarlyExitOut, ExitView

router = APIRouter(prefix="/api/projects/{project_id}", tags=["quality"])


@router.get("/early-exit")
def read_early_exit(project_id: str, home: HomeOf, actor: ActorOf) -> EarlyExitOut:
    """Return votes saved, the bound on the error, gates, calibration and audits."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> ExitView:
        spec = projects.get(tx, project_id).spec
        kept = kept_promises(store_settlements.gold_items(tx, project_id))
        return ExitView(spec, exits.questions_of(spec), exits.report(tx, spec=spec), kept)

    return home.db.read(read).out()
