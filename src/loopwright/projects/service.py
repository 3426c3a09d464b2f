"""Use cases of the projects stage."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound
from loopwright.base.nearest import did_you_mean
from loopwright.infra import events
from loopwright.projects import store
from loopwright.projects.model import Project
from loopwright.projects.spec import ProjectSpec


def get(tx: Connection, project_id: str) -> Project:
    """Return the project. Raises NotFound with the remedy when there is none."""
    found = store.find(tx, project_id)
    if found is None:
        raise _unknown(tx, project_id)
    return found


def require_known(tx: Connection, project_id: str) -> None:
    """Raise NotFound, naming the nearest one, when there is no such project."""
    if not store.exists(tx, project_id):
        raise _unknown(tx, project_id)


def _unknown(tx: Connection, project_id: str) -> NotFound:
    maybe = did_you_mean(project_id, store.ids(tx))
    return NotFound(
        f"There is no project {project_id!r}.",
        remedy=f"{maybe}Create it with `loopwright apply -f project.yaml`, or check the name.",
        code="unknown_project",
    )


def list_projects(tx: Connection) -> Sequence[Project]:
    """Return every project, newest first."""
    return store.all_projects(tx)


def save(tx: Connection, *, spec: ProjectSpec, yaml: str, now: float) -> bool:
    """Create the project or bring it to what its file says; return whether it is new.

    Raises Conflict when the change would alter what judgments already mean.
    """
    known = store.find_to_change(tx, spec.id)
    if known is None and not store.insert(tx, spec=spec, yaml=yaml, now=now):
        known = store.find_to_change(tx, spec.id)
    if known is not None:
        _refuse_changed_meaning(known, spec)
        store.update(tx, spec=spec, yaml=yaml, now=now)
    events.emit(
        tx,
        kind="project.created" if known is None else "project.changed",
        project_id=spec.id,
        subject_id=spec.id,
        payload={"name": spec.name},
        now=now,
    )
    return known is None


def _refuse_changed_meaning(known: Project, spec: ProjectSpec) -> None:
    if known.simulated != spec.simulated:
        raise Conflict(
            f"Project {spec.id} cannot change between simulated and real.",
            remedy="Give the other one an id of its own, so that nobody confuses the two.",
        )
    questions = {question.id: question for question in spec.questions}
    for before in known.spec.questions:
        after = questions.get(before.id)
        if after is None:
            what = "be removed"
        elif after.kind != before.kind:
            what = "change its kind"
        elif missing := {one.id for one in before.options} - {one.id for one in after.options}:
            what = f"lose the options {', '.join(sorted(missing))}"
        elif len(after.scale) != len(before.scale):
            what = f"change its scale of {len(before.scale)} levels to one of {len(after.scale)}"
        elif before.strength is not None and after.strength != before.strength:
            what = f"change its strength from {before.strength} levels to {after.strength}"
        else:
            continue
        raise Conflict(
            f"Question {before.id!r} of project {spec.id} cannot {what}.",
            remedy="Add a question with a new id; the old one's judgments keep their meaning.",
        )
