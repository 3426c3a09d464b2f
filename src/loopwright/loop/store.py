"""Every query of the loop stage."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, select

from loopwright.infra.refs import Ids
from loopwright.intake.tables import item
from loopwright.labeling.tables import judgment
from loopwright.loop.model import Cycle, CycleState, CycleStep, StepState, Waiting
from loopwright.loop.tables import cycle, cycle_step
from loopwright.sampling.tables import item_state

CYCLES = Ids(
    noun="cycle",
    id=cycle.c.id,
    project=cycle.c.project_id,
    remedy="The page Loop lists the project's cycles with their ids.",
)


def insert_cycle(tx: Connection, found: Cycle) -> None:
    """Store a new cycle."""
    tx.execute(cycle.insert().values(**{**vars(found), "state": found.state.value}))


def get_cycle(tx: Connection, cycle_id: str) -> Cycle | None:
    """Return one cycle."""
    row = tx.execute(select(cycle).where(cycle.c.id == cycle_id)).mappings().first()
    return None if row is None else _cycle(row)


def lock_cycle(tx: Connection, cycle_id: str) -> Cycle | None:
    """Return one cycle, locked until the transaction ends where the database can."""
    query = select(cycle).where(cycle.c.id == cycle_id).with_for_update()
    row = tx.execute(query).mappings().first()
    return None if row is None else _cycle(row)


def cycles(tx: Connection, project_id: str, *, limit: int = 100) -> list[Cycle]:
    """Return a project's cycles, newest first."""
    query = (
        select(cycle)
        .where(cycle.c.project_id == project_id)
        .order_by(cycle.c.round.desc())
        .limit(limit)
    )
    return [_cycle(row) for row in tx.execute(query).mappings()]


def running(tx: Connection) -> list[Cycle]:
    """Return the running cycles of every project."""
    query = select(cycle).where(cycle.c.state == CycleState.RUNNING.value)
    return [_cycle(row) for row in tx.execute(query).mappings()]


def update_cycle(tx: Connection, cycle_id: str, **values: Any) -> None:
    """Change what may change of a cycle."""
    tx.execute(cycle.update().where(cycle.c.id == cycle_id).values(**values))


def get_step(tx: Connection, *, cycle_id: str, name: str) -> CycleStep | None:
    """Return one step."""
    query = select(cycle_step).where(cycle_step.c.cycle_id == cycle_id, cycle_step.c.name == name)
    row = tx.execute(query).mappings().first()
    return None if row is None else _step(row)


def steps(tx: Connection, cycle_id: str) -> list[CycleStep]:
    """Return a cycle's steps in their order."""
    query = (
        select(cycle_step).where(cycle_step.c.cycle_id == cycle_id).order_by(cycle_step.c.position)
    )
    return [_step(row) for row in tx.execute(query).mappings()]


def put_step(tx: Connection, found: CycleStep) -> None:
    """Store a step, new or begun again."""
    row = {**vars(found), "state": found.state.value}
    changed = tx.execute(
        cycle_step.update()
        .where(cycle_step.c.cycle_id == found.cycle_id, cycle_step.c.name == found.name)
        .values(**row)
    )
    if changed.rowcount == 0:
        tx.execute(cycle_step.insert().values(**row))


def cancel_steps(tx: Connection, cycle_id: str, *, now: float) -> None:
    """Write down that what still ran of a cycle was stopped."""
    tx.execute(
        cycle_step.update()
        .where(cycle_step.c.cycle_id == cycle_id, cycle_step.c.state == StepState.RUNNING.value)
        .values(state=StepState.CANCELLED.value, ended_at=now)
    )


def drop_steps(tx: Connection, cycle_id: str, names: Sequence[str]) -> None:
    """Forget steps, so that they are done again."""
    tx.execute(
        cycle_step.delete().where(
            cycle_step.c.cycle_id == cycle_id, cycle_step.c.name.in_(list(names))
        )
    )


def waiting(tx: Connection, *, project_id: str, set_names: Sequence[str]) -> Waiting:
    """Return how many judgments the items of these sets want, and how many are missing."""
    missing = case((item_state.c.state == "open", item_state.c.wanted - item_state.c.done), else_=0)
    query = (
        select(
            func.coalesce(func.sum(missing), 0),
            func.coalesce(func.sum(item_state.c.wanted), 0),
            func.coalesce(func.sum(case((missing > 0, 1), else_=0)), 0),
        )
        .select_from(item_state.join(item, item.c.id == item_state.c.item_id))
        .where(item_state.c.project_id == project_id, item.c.set_name.in_(list(set_names)))
    )
    return Waiting(*(int(number) for number in tx.execute(query).one()))


def last_judgment(tx: Connection, project_id: str) -> int:
    """Return the number of the project's newest judgment in force, 0 without any."""
    query = select(func.max(judgment.c.seq)).where(
        judgment.c.project_id == project_id, judgment.c.superseded_by.is_(None)
    )
    return int(tx.scalar(query) or 0)


def _cycle(row: RowMapping) -> Cycle:
    return Cycle(**{**row, "state": CycleState(row["state"])})


def _step(row: RowMapping) -> CycleStep:
    return CycleStep(**{**row, "state": StepState(row["state"])})
