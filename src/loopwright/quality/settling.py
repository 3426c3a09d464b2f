"""The one door for an answer that people settled: a decision, a thread's end, a gold item."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.guidelines import service as guidelines
from loopwright.infra import events
from loopwright.intake import store as intake
from loopwright.intake.model import Item
from loopwright.labeling.answers import ReadAnswer, keep_edit, read_answer
from loopwright.projects import service as projects
from loopwright.projects.model import Project
from loopwright.projects.spec import QuestionSpec
from loopwright.quality import store_settlements as store
from loopwright.quality.model import SettledBy, Settlement
from loopwright.questions.labels import known_label, option_ids
from loopwright.questions.model import (
    CategoryVote,
    OrdinalVote,
    PairOutcome,
    PairVote,
    ShownOrder,
    Vote,
)
from loopwright.questions.stored import stored_votes


@dataclass(frozen=True)
class _Settled:
    """What an answer to settle is read against: the item, in the order it was shown."""

    item_id: str
    question_id: str
    shown_order: ShownOrder | None
    guideline_version_id: str | None


def settle(
    tx: Connection,
    *,
    project_id: str,
    item_id: str,
    question_id: str,
    answer: Json | str,
    source: SettledBy | str,
    ref_id: str,
    by: str,
    now: float,
    shown_order: ShownOrder | None = None,
    replaces: str | None = None,
) -> Settlement:
    """Settle an item's answer; the same from the same `ref_id` again changes nothing.

    `answer` is an answer as a judgment has it, in `shown_order` (None: the item's own), or, for
    a question whose answer is one category, the outcome ("first", a label, a level). An item
    that is settled is settled anew only by naming the settlement that it `replaces`. Votes stay.
    Raises Conflict with what stands, when that is another; InvalidInput for an answer that does
    not fit the question; NotFound for no such item.
    """
    came_from = _source(source)
    item = _item(tx, project_id, item_id, question_id)
    read = _read(tx, projects.get(tx, project_id), item, answer, shown_order)
    standing = store.settled(tx, [item_id]).get(item_id)
    if standing is not None and _same(standing, read, came_from, ref_id):
        return standing
    if replaces != (None if standing is None else standing.id):
        raise _stands(item_id, standing)
    made = Settlement(
        id=new_id("stl"), project_id=project_id, item_id=item_id,
        number=1 if standing is None else standing.number + 1,
        question_id=question_id, kind=read.kind, answer=read.answer or None,
        outcome=read.outcome, votes=read.votes, source=came_from, ref_id=ref_id,
        settled_by=by, settled_at=now,
    )  # fmt: skip
    if not store.insert(tx, made):  # somebody settled it since; we waited for their commit
        raise _stands(item_id, store.settled(tx, [item_id]).get(item_id))
    if read.edit is not None:
        keep_edit(tx, project_id=project_id, item_id=item_id, text=read.edit, now=now)
    payload = {"settlement_id": made.id, "source": came_from.value, "number": made.number}
    events.emit(
        tx, kind="quality.settled", project_id=project_id, subject_id=item_id,
        payload=payload, now=now,
    )  # fmt: skip
    return made


def settlement_of(tx: Connection, item_ids: Sequence[str]) -> dict[str, Settlement]:
    """Return what counts as settled of these items; those that nobody settled are left out."""
    return store.settled(tx, item_ids)


def _source(source: str) -> SettledBy:
    try:
        return SettledBy(source)
    except ValueError:
        raise InvalidInput(
            f"An answer cannot be settled by {source!r}.",
            remedy=f"Use one of: {', '.join(SettledBy)}.",
        ) from None


def _item(tx: Connection, project_id: str, item_id: str, question_id: str) -> Item:
    item = intake.get_item(tx, item_id)
    if item is None or item.project_id != project_id:
        raise NotFound(
            f"There is no item {item_id} in project {project_id}.", remedy=intake.ITEMS.remedy
        )
    if item.question_id != question_id:
        raise InvalidInput(
            f"Item {item_id} asks {item.question_id!r}, not {question_id!r}.",
            remedy=f"Settle its question {item.question_id!r}.",
        )
    return item


def _read(
    tx: Connection,
    project: Project,
    item: Item,
    answer: Json | str,
    shown_order: ShownOrder | None,
) -> ReadAnswer:
    if isinstance(answer, str):
        question = project.spec.question(item.question_id)
        votes = (_voted(question, answer),)
        return ReadAnswer(question.kind, {}, answer, stored_votes(votes), None)
    places = range(len(item.completion_ids))
    order = shown_order or (ShownOrder.of(places) if len(places) > 1 else None)
    version = guidelines.current(tx, project.id)
    asked = _Settled(item.id, item.question_id, order, version.id)
    return read_answer(tx, project=project, offer=asked, answer=answer)


def _voted(question: QuestionSpec, outcome: str) -> Vote:
    """Return the one vote that an outcome stands for."""
    levels = [str(level) for level in range(1, len(question.scale) + 1)]
    if question.kind == "single_label":
        return CategoryVote(known_label(outcome, option_ids(question.model_dump(mode="json"))))
    if question.kind in ("pairwise", "scorecard") and outcome in list(PairOutcome):
        return PairVote(PairOutcome(outcome))
    if question.kind == "likert" and outcome in levels:
        return OrdinalVote(int(outcome), len(levels))
    pair: list[str] = list(PairOutcome)
    known = {"pairwise": pair, "scorecard": pair, "likert": levels}
    raise InvalidInput(
        f"{outcome!r} does not settle a {question.kind} question.",
        remedy=(
            f"Send one of: {', '.join(known[question.kind])}."
            if question.kind in known
            else "Send the whole answer, as a judgment has it."
        ),
    )


def _same(standing: Settlement, read: ReadAnswer, source: SettledBy, ref_id: str) -> bool:
    return (standing.source, standing.ref_id, standing.outcome, standing.votes) == (
        source,
        ref_id,
        read.outcome,
        read.votes,
    ) and (standing.answer or {}) == read.answer


def _stands(item_id: str, standing: Settlement | None) -> Conflict:
    if standing is None:
        return Conflict(
            f"Item {item_id} is not settled, so there is nothing to replace.",
            remedy="Settle it without naming a settlement to replace.",
            code="not_settled",
        )
    return Conflict(
        f"Item {item_id} is settled already: {standing.outcome} by {standing.source.value} "
        f"{standing.ref_id}.",
        remedy=f"Look at it; to settle it anew, name {standing.id} as the one to replace.",
        code="already_settled",
        detail={
            "settlement_id": standing.id,
            "outcome": standing.outcome,
            "answer": standing.answer,
            "source": standing.source.value,
            "ref_id": standing.ref_id,
            "settled_at": standing.settled_at,
        },
    )
