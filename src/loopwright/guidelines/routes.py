"""HTTP: apply a project.yaml with its guideline, read the guideline's versions."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.base.clock import system_now
from loopwright.guidelines import service
from loopwright.guidelines.apply import apply_project
from loopwright.guidelines.model import GuidelineVersion
from loopwright.guidelines.schemas import GuidelineOut, GuidelinesOut
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service as projects
from loopwright.projects.schemas import AppliedOut, ProjectYamlIn
from loopwright.projects.spec import parse_project

router = APIRouter(prefix="/api/projects", tags=["guidelines"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


@router.post("")
def apply(body: ProjectYamlIn, home: HomeOf, actor: ActorOf) -> AppliedOut:
    """Create or update a project from the text of its project.yaml."""
    spec = parse_project(body.yaml, source=body.source)
    require(actor, Permission.PROJECT_WRITE, spec.id)
    applied = home.db.write(
        lambda tx: apply_project(tx, spec=spec, yaml=body.yaml, now=system_now())
    )
    return AppliedOut(**vars(applied))


@router.get("/{project_id}/guidelines")
def list_versions(project_id: str, home: HomeOf, actor: ActorOf) -> GuidelinesOut:
    """Return every guideline version, newest first."""
    require(actor, Permission.PROJECT_READ, project_id)

    def read(tx: Connection) -> GuidelinesOut:
        projects.get(tx, project_id)
        return GuidelinesOut(
            versions=[_out(version) for version in service.versions(tx, project_id)]
        )

    return home.db.read(read)


@router.get("/{project_id}/guidelines/{number}")
def get_version(project_id: str, number: int, home: HomeOf, actor: ActorOf) -> GuidelineOut:
    """Return one guideline version."""
    require(actor, Permission.PROJECT_READ, project_id)
    return _out(home.db.read(lambda tx: service.version(tx, project_id=project_id, number=number)))


def _out(version: GuidelineVersion) -> GuidelineOut:
    fields = dict(vars(version))
    del fields["project_id"]
    return GuidelineOut(**fields)
