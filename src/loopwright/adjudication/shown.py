"""What somebody sees of a case's item: its texts and question, in an order of their own."""

from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.adjudication import rules
from loopwright.base.types import Json
from loopwright.guidelines import service as guidelines
from loopwright.intake import store as intake
from loopwright.labeling.answers import ReadAnswer, read_answer
from loopwright.labeling.model import Assignment, AssignmentState
from loopwright.labeling.offers import Offer, offers_of
from loopwright.projects.model import Project
from loopwright.questions.model import ShownOrder


@dataclass(frozen=True)
class Seen:
    """An item as one person sees it outside the queue; `ref_id` is the case or case study.

    `guideline_version_id` is the version that they see it under, without one the newest.
    """

    ref_id: str
    item_id: str
    question_id: str
    shown_order: ShownOrder | None
    guideline_version_id: str | None = None


def seen_by(tx: Connection, *, ref_id: str, item_id: str, question_id: str, person_id: str) -> Seen:
    """Return an item as a person sees it for the first time: its sides as good as drawn."""
    completions = len(intake.items_of(tx, [item_id])[item_id].completion_ids)
    order = rules.shown_order(ref_id, person_id, completions)
    return Seen(ref_id, item_id, question_id, order)


def offer_of(tx: Connection, *, project: Project, seen: Seen) -> Offer:
    """Return an item with all that a page needs to show it; nothing of what others said."""
    [offer] = offers_of(tx, project=project, assignments=[_as_assignment(tx, project, seen)])
    return offer


def read_seen(tx: Connection, *, project: Project, seen: Seen, answer: Json) -> ReadAnswer:
    """Return an answer in its normal form with its votes.

    Raises InvalidInput when it does not fit the question or what was shown.
    """
    offer = _as_assignment(tx, project, seen)
    return read_answer(tx, project=project, offer=offer, answer=answer)


def _as_assignment(tx: Connection, project: Project, seen: Seen) -> Assignment:
    version = seen.guideline_version_id or guidelines.current(tx, project.id).id
    return Assignment(
        id=seen.ref_id,
        project_id=project.id,
        item_id=seen.item_id,
        question_id=seen.question_id,
        rater_id="",
        judge_id="",
        token=0,
        state=AssignmentState.BARRED,
        lease_until=0.0,
        shown_order=seen.shown_order,
        guideline_version_id=version,
        band=0,
        reason=None,
        created_at=0.0,
        settled_at=None,
    )
