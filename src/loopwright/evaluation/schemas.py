"""Wire shapes of evaluations."""

from pydantic import BaseModel

from loopwright.base.types import Json
from loopwright.evaluation.model import Evaluation


class EvaluationOut(BaseModel):
    """One comparison in a list; names are policy versions'."""

    id: str
    set_name: str
    cycle_id: str | None
    candidate: str
    candidate_id: str
    reference: str
    reference_id: str
    state: str
    prompts: int
    wanted: int
    win_rate: Json | None
    metrics: Json | None
    created_at: float
    measured_at: float | None


class EvaluationsOut(BaseModel):
    """A project's comparisons, newest first."""

    evaluations: list[EvaluationOut]


class PairOut(BaseModel):
    """Both answers to one prompt, and the votes for each."""

    item_id: str | None
    prompt_id: str
    prompt: list[Json]
    candidate: str
    baseline: str
    outcome: str | None
    votes: dict[str, int]


class EvaluationDetailOut(EvaluationOut):
    """A comparison with its answers side by side."""

    pairs: list[PairOut]


def evaluation_out(found: Evaluation, *, names: dict[str, str], wanted: int) -> EvaluationOut:
    """Return a comparison's wire form."""
    result = dict(found.result) if found.result is not None else None
    return EvaluationOut(
        id=found.id,
        set_name=found.set_name,
        cycle_id=found.cycle_id,
        candidate=names.get(found.candidate_id, found.candidate_id),
        candidate_id=found.candidate_id,
        reference=names.get(found.baseline_id, found.baseline_id),
        reference_id=found.baseline_id,
        state=found.state.value,
        prompts=len(found.pairs),
        wanted=wanted,
        win_rate=None if result is None else result.pop("win_rate"),
        metrics=result,
        created_at=found.created_at,
        measured_at=found.measured_at,
    )
