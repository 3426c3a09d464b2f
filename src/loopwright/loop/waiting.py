"""What a cycle waits for while people judge: how many judgments, on how many items."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.evaluation import service as evaluation
from loopwright.loop import store
from loopwright.loop.collect_steps import wait_for_judgments
from loopwright.loop.compare_steps import wait_for_comparisons
from loopwright.loop.model import Cycle, CycleState, CycleStep, StepState, Waiting


def waits_for(tx: Connection, found: Cycle, steps: Sequence[CycleStep]) -> Waiting | None:
    """Return what people still have to judge before a cycle goes on; None when it is not theirs."""
    if found.state is not CycleState.RUNNING:
        return None
    for step in steps:
        if step.state is StepState.RUNNING and (sets := _sets(tx, found, step)):
            return store.waiting(tx, project_id=found.project_id, set_names=sets)
    return None


def _sets(tx: Connection, found: Cycle, step: CycleStep) -> list[str]:
    if step.name == wait_for_judgments.__name__:
        return [str(name) for name in step.inputs["sets"]]
    if step.name == wait_for_comparisons.__name__:
        return [
            evaluation.get(tx, project_id=found.project_id, evaluation_id=str(one)).set_name
            for one in dict.fromkeys(step.inputs["evaluations"].values())
        ]
    return []
