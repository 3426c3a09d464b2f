"""Wire shapes of the projects stage."""

from pydantic import BaseModel

from loopwright.accounts.model import Role
from loopwright.projects.model import Project
from loopwright.projects.spec import ProjectSpec


class ProjectOut(BaseModel):
    """A project in a list; `role` is the asker's own."""

    id: str
    name: str
    description: str
    simulated: bool
    role: Role | None
    created_at: float
    updated_at: float


class ProjectsOut(BaseModel):
    """The projects that the asker may see."""

    projects: list[ProjectOut]


class ProjectDetailOut(ProjectOut):
    """A project with everything that its file says."""

    spec: ProjectSpec


class AppliedOut(BaseModel):
    """What applying a file did."""

    project_id: str
    created: bool
    guideline_number: int


class ProjectYamlIn(BaseModel):
    """The text of a project.yaml."""

    yaml: str
    source: str = "project.yaml"


def project_out(project: Project, role: Role | None) -> ProjectOut:
    """Return a project for a list."""
    return ProjectOut(
        id=project.id,
        name=project.name,
        description=project.spec.description,
        simulated=project.simulated,
        role=role,
        created_at=project.created_at,
        updated_at=project.updated_at,
    )
