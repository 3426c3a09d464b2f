"""Applying a project.yaml: the project and its guideline change together or not at all."""

from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.guidelines import service as guidelines
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec


@dataclass(frozen=True)
class Applied:
    """What applying a file did."""

    project_id: str
    created: bool
    guideline_number: int


def apply_project(tx: Connection, *, spec: ProjectSpec, yaml: str, now: float) -> Applied:
    """Create or update the project; publish its guideline when the text changed."""
    created = projects.save(tx, spec=spec, yaml=yaml, now=now)
    version = guidelines.publish(tx, project_id=spec.id, guideline=spec.guideline, now=now)
    return Applied(spec.id, created, version.number)
