"""Every query of the projects stage."""

from collections.abc import Sequence
from functools import lru_cache

import orjson
from sqlalchemy import Connection, RowMapping, Text, bindparam, select, type_coerce

from loopwright.base.types import Json
from loopwright.infra.prepared import Prepared
from loopwright.infra.upsert import insert_into
from loopwright.projects.model import Project
from loopwright.projects.spec import ProjectSpec
from loopwright.projects.tables import project

COLUMNS = [
    type_coerce(column, Text).label("spec") if column.name == "spec" else column
    for column in project.c
]
"""A project as it is read; the spec as text, for `project_of` to parse once."""
_ONE = select(*COLUMNS).where(project.c.id == bindparam("project"))
_FIND = Prepared(_ONE)


@lru_cache(maxsize=64)
def _spec(text: str) -> ProjectSpec:
    """Every judgment asks for its project's spec, which seldom changes: the text is the key."""
    return ProjectSpec.model_validate(orjson.loads(text))


def project_of(row: RowMapping | Json) -> Project:
    """Return a project from a row with the `COLUMNS`."""
    return Project(**{**row, "spec": _spec(row["spec"])})


def find(tx: Connection, project_id: str) -> Project | None:
    """Return the project, None when there is none."""
    row = _FIND.first(tx, {"project": project_id})
    return None if row is None else project_of(row)


def exists(tx: Connection, project_id: str) -> bool:
    """Return whether there is such a project."""
    return tx.scalar(select(project.c.id).where(project.c.id == project_id)) is not None


def ids(tx: Connection) -> list[str]:
    """Return the id of every project."""
    return list(tx.scalars(select(project.c.id)))


def find_to_change(tx: Connection, project_id: str) -> Project | None:
    """Return the project and keep others from changing it until this transaction ends."""
    row = tx.execute(_ONE.with_for_update(), {"project": project_id}).mappings().first()
    return None if row is None else project_of(row)


def all_projects(tx: Connection) -> Sequence[Project]:
    """Return every project, newest first."""
    query = select(*COLUMNS).order_by(project.c.created_at.desc())
    return [project_of(row) for row in tx.execute(query).mappings()]


def insert(tx: Connection, *, spec: ProjectSpec, yaml: str, now: float) -> bool:
    """Store a new project; return False when somebody else has just stored one of that id."""
    statement = insert_into(tx, project).values(
        id=spec.id,
        name=spec.name,
        simulated=spec.simulated,
        spec=spec.model_dump(mode="json"),
        yaml=yaml,
        created_at=now,
        updated_at=now,
    )
    stored = statement.on_conflict_do_nothing().returning(project.c.id)
    return tx.scalar(stored) is not None


def update(tx: Connection, *, spec: ProjectSpec, yaml: str, now: float) -> None:
    """Replace what a project's file says."""
    tx.execute(
        project.update()
        .where(project.c.id == spec.id)
        .values(name=spec.name, spec=spec.model_dump(mode="json"), yaml=yaml, updated_at=now)
    )
