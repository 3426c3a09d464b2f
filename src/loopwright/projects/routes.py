"""HTTP: list projects, look at one, read its file."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from loopwright.accounts.access import Permission, require, role_in, visible
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.projects import service
from loopwright.projects.schemas import ProjectDetailOut, ProjectsOut, project_out

router = APIRouter(prefix="/api/projects", tags=["projects"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]


async def known_project(request: Request, home: HomeOf, actor: ActorOf) -> None:
    """Refuse an unknown project before a route finds nothing in it.

    Who has a role in the project itself is not asked about: then it is there. Whoever may not see
    it learns nothing here; the route refuses them.
    """
    project_id = request.path_params.get("project_id")
    if project_id is None or project_id in actor.roles or not visible(actor, project_id):
        return
    # Only then a thread is worth its price: most requests come from people of the project.
    await run_in_threadpool(home.db.read, lambda tx: service.require_known(tx, project_id))


@router.get("")
def list_projects(home: HomeOf, actor: ActorOf) -> ProjectsOut:
    """Return the projects that the asker may see, newest first."""
    found = home.db.read(service.list_projects)
    return ProjectsOut(
        projects=[
            project_out(project, role_in(actor, project.id))
            for project in found
            if visible(actor, project.id)
        ]
    )


@router.get("/{project_id}")
def get_project(project_id: str, home: HomeOf, actor: ActorOf) -> ProjectDetailOut:
    """Return a project with everything that its file says."""
    require(actor, Permission.PROJECT_READ, project_id)
    project = home.db.read(lambda tx: service.get(tx, project_id))
    listed = project_out(project, role_in(actor, project_id))
    return ProjectDetailOut(**listed.model_dump(), spec=project.spec)


@router.get("/{project_id}/yaml")
def get_yaml(project_id: str, home: HomeOf, actor: ActorOf) -> Response:
    """Return the project's file as it was applied."""
    require(actor, Permission.RESULTS_READ, project_id)
    project = home.db.read(lambda tx: service.get(tx, project_id))
    return Response(project.yaml, media_type="application/yaml")
