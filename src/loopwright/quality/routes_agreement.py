"""HTTP: agreement by what one asks for, who disagrees with whom, what to repair first."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.projects import service as projects
from loopwright.quality import agreement_service as service
from loopwright.quality.agreement_by import By
from loopwright.quality.routes import ActorOf, HomeOf
from loopwright.quality.schemas_agreement import (
    AgreementByOut,
    AgreementsOut,
    DisagreementOut,
    FindingOut,
    RaterPairsOut,
)

router = APIRouter(prefix="/api/projects/{project_id}", tags=["quality"])

Part = Annotated[str | None, Query(max_length=200)]


@router.get("/agreement")
def read_agreement(
    project_id: str, home: HomeOf, actor: ActorOf, *, by: By = By.CRITERION
) -> AgreementsOut:
    """Return several coefficients side by side for each aspect, split by segment, guideline
    version, team (a tag that people share) or week."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> AgreementsOut:
        spec = projects.get(tx, project_id).spec
        rows = service.agreement(tx, spec=spec, by=by)
        return AgreementsOut(by=by, rows=[AgreementByOut.of(one, spec, by) for one in rows])

    return home.db.read(read)


@router.get("/agreement/pairs")
def read_pairs(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    question: Part = None,
    aspect: Part = None,
) -> RaterPairsOut:
    """Return who disagrees with whom on one aspect; by default on the one judged most."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> RaterPairsOut:
        spec = projects.get(tx, project_id).spec
        found = service.pairs(tx, spec=spec, question_id=question, aspect=aspect)
        return RaterPairsOut.of(found, spec)

    return home.db.read(read)


@router.get("/disagreement")
def read_disagreement(project_id: str, home: HomeOf, actor: ActorOf) -> DisagreementOut:
    """Return where people disagree, with the likely cause and its remedy, the worst first."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> DisagreementOut:
        spec = projects.get(tx, project_id).spec
        found = service.disagreement(tx, spec=spec)
        return DisagreementOut(findings=[FindingOut.of(one, spec) for one in found])

    return home.db.read(read)
