"""Use cases of the loop: start, resume and cancel a cycle; begin and end its steps."""

from sqlalchemy import Connection

from loopwright.base.digests import digest_json
from loopwright.base.errors import Conflict
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra import events
from loopwright.loop import store
from loopwright.loop.model import Cycle, CycleState, CycleStep, StepState
from loopwright.projects import service as projects

AFTER_JUDGING = ("measure", "gate", "targeted", "release", "record")
"""Steps that a held cycle does again: what they lacked may be there now."""


def start(tx: Connection, *, project_id: str, by: str, now: float) -> Cycle:
    """Begin a cycle with the project's file as it is now.

    Raises Conflict while another cycle of the project runs.
    """
    project = projects.get(tx, project_id)
    earlier = store.cycles(tx, project_id)
    for other in earlier:
        if other.state is CycleState.RUNNING:
            raise Conflict(
                f"Cycle {other.id} of project {project_id} is running (step {other.step}).",
                remedy="Wait for it, or cancel it: `loopwright cycle cancel`.",
                code="cycle_running",
            )
    made = Cycle(
        id=new_id("cyc"),
        project_id=project_id,
        round=1 + max((other.round for other in earlier), default=0),
        state=CycleState.RUNNING,
        step=None,
        attempt=1,
        spec=project.spec.model_dump(mode="json"),
        started_by=by,
        created_at=now,
        ended_at=None,
        error=None,
        result=None,
    )
    store.insert_cycle(tx, made)
    _emit(tx, made, kind="cycle.started", payload={"round": made.round}, now=now)
    return made


def get(tx: Connection, *, project_id: str, cycle_id: str) -> Cycle:
    """Return a cycle by its id, whole or short. Raises NotFound, also for another project's."""
    return store.CYCLES.one(tx, cycle_id, store.get_cycle, project_id=project_id)


def resume(tx: Connection, *, project_id: str, cycle_id: str, now: float) -> Cycle:
    """Make a cycle run again from its first step that is not done; a running one stays as it is.

    Raises Conflict for a finished cycle, or while another one runs.
    """
    found = get(tx, project_id=project_id, cycle_id=cycle_id)
    cycle_id = found.id
    if found.state is CycleState.RUNNING:
        return found
    if found.state is CycleState.FINISHED:
        raise Conflict(
            f"Cycle {cycle_id} has finished.",
            remedy="Start the next one: `loopwright cycle run`.",
            code="cycle_finished",
        )
    newest = store.cycles(tx, project_id, limit=1)[0]
    if newest.id != cycle_id:
        raise Conflict(
            f"Cycle {cycle_id} (round {found.round}) was followed by round {newest.round}.",
            remedy=f"Resume {newest.id}, or start a new cycle.",
            code="cycle_replaced",
        )
    if found.state is CycleState.HELD:
        store.drop_steps(tx, cycle_id, AFTER_JUDGING)
    store.update_cycle(
        tx,
        cycle_id,
        state=CycleState.RUNNING.value,
        attempt=found.attempt + 1,
        ended_at=None,
        error=None,
    )
    again = get(tx, project_id=project_id, cycle_id=cycle_id)
    _emit(tx, again, kind="cycle.resumed", payload={"attempt": again.attempt}, now=now)
    return again


def cancel(tx: Connection, *, project_id: str, cycle_id: str, now: float) -> Cycle:
    """Stop a cycle; what its steps have made stays. One that has ended stays as it is."""
    found = get(tx, project_id=project_id, cycle_id=cycle_id)
    if found.state is CycleState.RUNNING:
        end(tx, found, state=CycleState.CANCELLED, error=None, now=now)
    return get(tx, project_id=project_id, cycle_id=found.id)


def end(tx: Connection, found: Cycle, *, state: CycleState, error: str | None, now: float) -> None:
    """Write down how a cycle ended, unless it has ended already."""
    current = store.lock_cycle(tx, found.id)
    if current is None or not current.is_held_by(found):
        return
    store.update_cycle(tx, found.id, state=state.value, ended_at=now, error=error)
    if state is CycleState.CANCELLED:
        store.cancel_steps(tx, found.id, now=now)
    _emit(tx, found, kind=f"cycle.{state.value}", payload={"error": error}, now=now)


def begin_step(tx: Connection, found: Cycle, *, name: str, inputs: Json, now: float) -> Json | None:
    """Return what the step gave when it was done with these inputs; else begin it, None.

    Raises Conflict when the cycle was stopped, or goes on under another workflow.
    """
    current = store.lock_cycle(tx, found.id)
    if current is None or not current.is_held_by(found):
        raise Conflict(
            f"Cycle {found.id} was stopped before step {name}.",
            remedy="Resume it: `loopwright cycle resume`.",
            code="cycle_stopped",
        )
    digest = digest_json(inputs)
    known = store.get_step(tx, cycle_id=found.id, name=name)
    if known is not None and known.state is StepState.DONE and known.inputs_digest == digest:
        return known.outputs
    position = len(store.steps(tx, found.id)) if known is None else known.position
    begun = CycleStep(
        cycle_id=found.id,
        name=name,
        position=position,
        state=StepState.RUNNING,
        started_at=now,
        ended_at=None,
        inputs=inputs,
        inputs_digest=digest,
        outputs=None,
        error=None,
    )
    store.put_step(tx, begun)
    store.update_cycle(tx, found.id, step=name)
    _emit(tx, found, kind="cycle.step", payload={"step": name, "state": "running"}, now=now)
    return None


def end_step(
    tx: Connection,
    found: Cycle,
    *,
    name: str,
    outputs: Json | None,
    error: str | None,
    now: float,
) -> None:
    """Write down what a step gave, or the error with which it ended."""
    known = store.get_step(tx, cycle_id=found.id, name=name)
    if known is None:
        return
    state = StepState.DONE if error is None else StepState.FAILED
    values = {**vars(known), "state": state, "ended_at": now, "outputs": outputs, "error": error}
    store.put_step(tx, CycleStep(**values))
    _emit(tx, found, kind="cycle.step", payload={"step": name, "state": state.value}, now=now)


def _emit(tx: Connection, found: Cycle, *, kind: str, payload: Json, now: float) -> None:
    events.emit(
        tx,
        kind=kind,
        project_id=found.project_id,
        subject_id=found.id,
        payload=payload,
        now=now,
    )
