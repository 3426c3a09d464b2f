"""What waits for an annotator: questions about their judgments, and what became of their own."""

from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.adjudication import rules, store, store_decisions, store_handback
from loopwright.adjudication.model import AskedBack, CaseState, Decision, Reason
from loopwright.adjudication.shown import Seen, offer_of
from loopwright.base.types import Json
from loopwright.intake import store as intake
from loopwright.labeling import store as labeling
from loopwright.labeling.model import AssignmentState, Judgment
from loopwright.labeling.offers import Offer
from loopwright.projects.model import Project
from loopwright.questions.model import ShownOrder
from loopwright.sampling import service as sampling
from loopwright.sampling.model import ItemProgress

_MOST = 50
_TITLE = 160


@dataclass(frozen=True)
class MyAsked:
    """A question about a judgment of mine, the item as I saw it, and what I replied."""

    asked: AskedBack
    offer: Offer
    answer: Json | None
    """My judgment; None where I took it back."""
    reply: str | None
    open: bool
    """Whether somebody waits for my reply."""


@dataclass(frozen=True)
class MyRequest:
    """What I asked; the decision is None while it could lead a judgment of mine."""

    reason: Reason
    prompt_start: str
    state: CaseState
    decision: Decision | None


def questions(tx: Connection, *, project: Project, person_id: str, now: float) -> list[MyAsked]:
    """Return what a person was asked about their judgments, the newest first."""
    found = []
    for asked in store_handback.questions_to(tx, project.id, person_id, limit=_MOST):
        case = store.get(tx, asked.case_id)
        judged = _judgment_of(tx, project.id, person_id, asked.item_id)
        given = store_handback.answers_to(tx, [asked.id]).get(asked.id, [])
        reply = next((one.text for one in given if one.person_id == person_id), None)
        item = intake.items_of(tx, [asked.item_id])[asked.item_id]
        order = None if judged is None else judged.shown_order
        if order is None and len(item.completion_ids) > 1:
            order = ShownOrder.of(range(len(item.completion_ids)))
        seen = Seen(
            ref_id=asked.id,
            item_id=asked.item_id,
            question_id=item.question_id,
            shown_order=None if order is None else ShownOrder(order),
            guideline_version_id=None if judged is None else judged.guideline_version_id,
        )
        found.append(
            MyAsked(
                asked=asked,
                offer=offer_of(tx, project=project, seen=seen),
                answer=None if judged is None else judged.answer,
                reply=reply,
                open=reply is None
                and case is not None
                and rules.state_at(case, now) is CaseState.ASKED,
            )
        )
    return found


def requests(tx: Connection, *, project: Project, person_id: str, now: float) -> list[MyRequest]:
    """Return what a person asked somebody senior, the newest first.

    What was decided is told once the person has judged the item, or nobody judges it any more.
    """
    found = []
    asked = store.requests_of(tx, project.id, person_id, limit=_MOST)
    decisions = store_decisions.decisions_of(tx, [one.case_id for one in asked])
    items = intake.items_with_prompts(tx, [one.item_id for one in asked])
    for reason in asked:
        case = store.get(tx, reason.case_id)
        if case is None:
            continue
        state = sampling.state_of(tx, reason.item_id)
        over = state is None or state.state is ItemProgress.CLOSED
        met = labeling.met_by(tx, reason.item_id).get(person_id)
        told = over or met in (AssignmentState.JUDGED, AssignmentState.BARRED)
        found.append(
            MyRequest(
                reason=reason,
                prompt_start=items[reason.item_id][1].messages[-1]["content"][:_TITLE],
                state=rules.state_at(case, now),
                decision=decisions.get(reason.case_id) if told and not case.is_open else None,
            )
        )
    return found


def _judgment_of(tx: Connection, project_id: str, person_id: str, item_id: str) -> Judgment | None:
    rater = accounts.rater_of(tx, project_id=project_id, person_id=person_id)
    judged = labeling.judgments_of_items(tx, [item_id])
    return next((one for one in judged if rater is not None and one.rater_id == rater.id), None)
