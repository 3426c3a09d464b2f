"""Use cases of evaluation: open a blind comparison, wait for it, measure it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.datasets.lineage import record_edges
from loopwright.datasets.model import Edge, Node
from loopwright.evaluation import rules, store
from loopwright.evaluation.model import (
    ComparedPair,
    ComparisonVerdict,
    ComparisonVote,
    Evaluation,
    EvaluationState,
    StyleSignals,
)
from loopwright.evaluation.signals import style_signals
from loopwright.infra import events
from loopwright.intake import service as intake
from loopwright.intake.model import ItemPurpose, NewItem
from loopwright.intake.rules import derived_id
from loopwright.labeling import queue
from loopwright.labeling import store as labeling
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band
from loopwright.stats.estimate import Estimate


@dataclass(frozen=True)
class Measured:
    """Everything that a comparison found."""

    verdict: ComparisonVerdict
    style: StyleSignals
    on_policy: Estimate

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {
            "win_rate": self.verdict.win_rate.as_dict(),
            "judgments": self.verdict.judgments,
            "raters": self.verdict.raters,
            "ties": self.verdict.ties,
            "both_bad": self.verdict.both_bad,
            "style": self.style.as_dict(),
            "on_policy_accuracy": self.on_policy.as_dict(),
        }


def open_comparison(
    tx: Connection,
    *,
    project_id: str,
    cycle_id: str | None,
    set_name: str,
    question_id: str,
    candidate_id: str,
    baseline_id: str,
    pairs: Sequence[ComparedPair],
    overlap: int,
    now: float,
) -> Evaluation:
    """Queue blind items for the pairs whose texts differ; the same set again is the same one.

    Labeling shuffles the sides, and nothing in an item says whose text is whose.
    Raises InvalidInput when there is no pair to compare.
    """
    evaluation_id = derived_id("evl", project_id, set_name)
    known = store.get(tx, evaluation_id)
    if known is not None:
        return known
    if not pairs:
        raise InvalidInput(
            f"The comparison {set_name} of project {project_id} has no prompt to compare on.",
            remedy="Import prompts: a fifth of them, chosen by their text, is held out for this.",
            code="no_held_out_prompts",
        )
    placed = _with_items(tx, project_id, set_name, question_id, pairs, now)
    made = Evaluation(
        id=evaluation_id,
        project_id=project_id,
        cycle_id=cycle_id,
        set_name=set_name,
        candidate_id=candidate_id,
        baseline_id=baseline_id,
        pairs=placed,
        state=EvaluationState.OPEN,
        result=None,
        created_at=now,
        measured_at=None,
    )
    _keep(tx, made)
    if made.item_ids:
        queue.open_items(
            tx,
            project_id=project_id,
            item_ids=made.item_ids,
            overlap=overlap,
            band=Band.EVALUATION,
            propensity=1.0,
            now=now,
        )
    _emit(tx, made, kind="evaluation.opened", payload={"items": len(made.item_ids)}, now=now)
    return made


def _keep(tx: Connection, opened: Evaluation) -> None:
    """Store a comparison, and let the lineage lead to it from its policies and items."""
    store.insert(tx, opened)
    record_edges(
        tx,
        [
            Edge(opened.id, opened.candidate_id, "compares"),
            Edge(opened.id, opened.baseline_id, "compares"),
            *(Edge(opened.id, item_id, "judged_on") for item_id in opened.item_ids),
        ],
        nodes=[Node(opened.id, "evaluation", opened.set_name, opened.created_at)],
        project_id=opened.project_id,
        now=opened.created_at,
    )


def get(tx: Connection, *, project_id: str, evaluation_id: str) -> Evaluation:
    """Return a comparison by its id, whole or short.

    Raises NotFound, also when it is another project's.
    """
    return store.EVALUATIONS.one(tx, evaluation_id, store.get, project_id=project_id)


def wanted(tx: Connection, found: Evaluation) -> int:
    """Return how many judgments a comparison still waits for."""
    return sampling.waiting_of(tx, found.item_ids).judgments


def votes_of(tx: Connection, found: Evaluation) -> list[ComparisonVote]:
    """Return the judgments in force on a comparison's items."""
    prompts = {pair.item_id: pair.prompt_id for pair in found.pairs}
    return [
        ComparisonVote(
            item_id=one.item_id,
            prompt_id=prompts[one.item_id],
            rater_id=one.rater_id,
            value=rules.VALUES[one.outcome],
            outcome=one.outcome,
        )
        for one in labeling.judgments_of_items(tx, found.item_ids)
    ]


def measure(
    tx: Connection, found: Evaluation, *, margins: Mapping[str, float], now: float
) -> Measured:
    """Measure a comparison from the judgments there are, and keep the result.

    `margins` are the reward model's (candidate minus baseline) by item id.
    """
    votes = votes_of(tx, found)
    texts = texts_of(tx, found)
    measured = Measured(
        verdict=rules.verdict(votes),
        style=style_signals([a for a, _ in texts], [b for _, b in texts]),
        on_policy=rules.on_policy_accuracy(votes, margins),
    )
    identical = len(found.pairs) - len(found.item_ids)
    result = {**measured.as_dict(), "prompts": len(found.pairs), "identical": identical}
    store.save_result(tx, found.id, result=result, now=now)
    payload = {"win_rate": measured.verdict.win_rate.as_dict()}
    _emit(tx, found, kind="evaluation.measured", payload=payload, now=now)
    return measured


def texts_of(tx: Connection, found: Evaluation) -> list[tuple[str, str]]:
    """Return (candidate's text, baseline's text) of each pair."""
    ids = [one for pair in found.pairs for one in (pair.candidate, pair.baseline)]
    completions = intake.completions_of(tx, ids)
    return [
        (completions[pair.candidate].text, completions[pair.baseline].text) for pair in found.pairs
    ]


def _with_items(
    tx: Connection,
    project_id: str,
    set_name: str,
    question_id: str,
    pairs: Sequence[ComparedPair],
    now: float,
) -> tuple[ComparedPair, ...]:
    ids = [one for pair in pairs for one in (pair.candidate, pair.baseline)]
    completions = intake.completions_of(tx, ids)
    differ = [
        pair
        for pair in pairs
        if completions[pair.candidate].text.strip() != completions[pair.baseline].text.strip()
    ]
    rows = [
        NewItem(
            question_id=question_id,
            prompt_id=pair.prompt_id,
            completion_ids=(pair.candidate, pair.baseline),
            purpose=ItemPurpose.EVALUATION,
            origin_key=f"evaluation:{set_name}:{pair.prompt_id}",
            set_name=set_name,
            origin={"evaluation": set_name},
        )
        for pair in differ
    ]
    item_ids = intake.add_items(tx, project_id=project_id, rows=rows, now=now)
    of_prompt = dict(zip((pair.prompt_id for pair in differ), item_ids, strict=True))
    return tuple(replace(pair, item_id=of_prompt.get(pair.prompt_id)) for pair in pairs)


def _emit(tx: Connection, found: Evaluation, *, kind: str, payload: Json, now: float) -> None:
    events.emit(
        tx,
        kind=kind,
        project_id=found.project_id,
        subject_id=found.id,
        payload={"set_name": found.set_name, **payload},
        now=now,
    )
