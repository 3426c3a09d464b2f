"""Every query of the evaluation stage."""

from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, select

from loopwright.base.types import Json
from loopwright.evaluation.model import ComparedPair, Evaluation, EvaluationState
from loopwright.evaluation.tables import evaluation
from loopwright.infra.refs import Ids

EVALUATIONS = Ids(
    noun="evaluation",
    id=evaluation.c.id,
    project=evaluation.c.project_id,
    remedy="List the project's evaluations and use one of their ids.",
)


def insert(tx: Connection, found: Evaluation) -> None:
    """Store a new comparison."""
    row = asdict(found)
    row["state"] = found.state.value
    row["pairs"] = [asdict(pair) for pair in found.pairs]
    tx.execute(evaluation.insert().values(**row))


def get(tx: Connection, evaluation_id: str) -> Evaluation | None:
    """Return one comparison."""
    row = tx.execute(select(evaluation).where(evaluation.c.id == evaluation_id)).mappings().first()
    return None if row is None else _evaluation(row)


def evaluations(tx: Connection, project_id: str, *, limit: int = 200) -> list[Evaluation]:
    """Return a project's comparisons, newest first."""
    query = (
        select(evaluation)
        .where(evaluation.c.project_id == project_id)
        .order_by(evaluation.c.created_at.desc(), evaluation.c.id)
        .limit(limit)
    )
    return [_evaluation(row) for row in tx.execute(query).mappings()]


def save_result(tx: Connection, evaluation_id: str, *, result: Json, now: float) -> None:
    """Keep what a comparison found."""
    tx.execute(
        evaluation.update()
        .where(evaluation.c.id == evaluation_id)
        .values(result=result, state=EvaluationState.DONE.value, measured_at=now)
    )


def _evaluation(row: RowMapping) -> Evaluation:
    pairs = tuple(ComparedPair(**pair) for pair in row["pairs"])
    return Evaluation(**{**row, "pairs": pairs, "state": EvaluationState(row["state"])})
