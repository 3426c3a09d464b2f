"""A project as the stages see it."""

from dataclasses import dataclass

from loopwright.projects.spec import ProjectSpec


@dataclass(frozen=True)
class Project:
    """A project in the state that its file describes."""

    id: str
    name: str
    simulated: bool
    spec: ProjectSpec
    yaml: str
    created_at: float
    updated_at: float
