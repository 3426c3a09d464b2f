"""HTTP: list comparisons, look at one with both answers side by side."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from loopwright.accounts.access import Permission, require
from loopwright.accounts.model import Actor
from loopwright.accounts.routes import current_actor
from loopwright.evaluation import service, store
from loopwright.evaluation.model import Evaluation
from loopwright.evaluation.schemas import (
    EvaluationDetailOut,
    EvaluationsOut,
    PairOut,
    evaluation_out,
)
from loopwright.infra.home import Home
from loopwright.infra.http import get_home
from loopwright.intake import store as intake
from loopwright.models import service as models

router = APIRouter(prefix="/api/projects/{project_id}/evaluations", tags=["evaluations"])

HomeOf = Annotated[Home, Depends(get_home)]
ActorOf = Annotated[Actor, Depends(current_actor)]

_WORDS = {"first": "candidate", "second": "reference", "tie": "tie", "both_bad": "both bad"}


@router.get("")
def list_evaluations(project_id: str, home: HomeOf, actor: ActorOf) -> EvaluationsOut:
    """List a project's comparisons, newest first."""
    require(actor, Permission.RESULTS_READ, project_id)

    def read(tx: Connection) -> EvaluationsOut:
        names = _names(tx, project_id)
        return EvaluationsOut(
            evaluations=[
                evaluation_out(found, names=names, wanted=service.wanted(tx, found))
                for found in store.evaluations(tx, project_id)
            ]
        )

    return home.db.read(read)


@router.get("/{evaluation_id}")
def get_evaluation(
    project_id: str, evaluation_id: str, home: HomeOf, actor: ActorOf
) -> EvaluationDetailOut:
    """Return a comparison with both answers to every prompt."""
    require(actor, Permission.RECORDS_READ, project_id)

    def read(tx: Connection) -> EvaluationDetailOut:
        found = service.get(tx, project_id=project_id, evaluation_id=evaluation_id)
        listed = evaluation_out(
            found, names=_names(tx, project_id), wanted=service.wanted(tx, found)
        )
        return EvaluationDetailOut(**listed.model_dump(), pairs=_pairs(tx, found))

    return home.db.read(read)


def _pairs(tx: Connection, found: Evaluation) -> list[PairOut]:
    prompts = intake.prompts_of(tx, (pair.prompt_id for pair in found.pairs))
    texts = service.texts_of(tx, found)
    votes: dict[str, Counter[str]] = {}
    for vote in service.votes_of(tx, found):
        votes.setdefault(vote.item_id, Counter())[_WORDS[vote.outcome]] += 1
    return [
        PairOut(
            item_id=pair.item_id,
            prompt_id=pair.prompt_id,
            prompt=[dict(message) for message in prompts[pair.prompt_id].messages],
            candidate=candidate,
            baseline=baseline,
            outcome=_outcome(votes.get(pair.item_id or "")),
            votes=dict(votes.get(pair.item_id or "", {})),
        )
        for pair, (candidate, baseline) in zip(found.pairs, texts, strict=True)
    ]


def _outcome(votes: Counter[str] | None) -> str | None:
    if not votes:
        return None
    return ", ".join(f"{word} {count}" for word, count in sorted(votes.items()))


def _names(tx: Connection, project_id: str) -> dict[str, str]:
    return {policy.id: policy.name for policy in models.list_policies(tx, project_id=project_id)}
