"""An answer in a thread: the item's question, its sides in one order for everybody there."""

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.discussion.model import Thread
from loopwright.guidelines import service as guidelines
from loopwright.intake import store as intake
from loopwright.labeling.answers import ReadAnswer, read_answer
from loopwright.labeling.model import Assignment, AssignmentState
from loopwright.labeling.rules import shown_order
from loopwright.projects import service as projects
from loopwright.questions.model import ShownOrder
from loopwright.questions.registry import kind_of


def read_stance(
    tx: Connection, found: Thread, answer: Json
) -> tuple[ReadAnswer, ShownOrder | None]:
    """Return a checked answer to the question of a thread's item, and how its sides stood.

    Raises InvalidInput when it does not fit, or the thread is about no item.
    """
    if not found.on_item:
        raise InvalidInput(
            "A thread on a guideline section has no question to answer.",
            remedy="Say what you think in a message.",
            code="no_question",
        )
    asked = as_shown(tx, found)
    project = projects.get(tx, found.project_id)
    return read_answer(tx, project=project, offer=asked, answer=answer), asked.shown_order


def as_shown(tx: Connection, found: Thread) -> Assignment:
    """Return the item as everybody in the thread sees it, so that "the left one" means one text.

    The order is drawn by the thread: it tells nothing of which policy wrote what.
    """
    item = intake.items_of(tx, [found.subject_id])[found.subject_id]
    project = projects.get(tx, found.project_id)
    question, size = project.spec.question(item.question_id), len(item.completion_ids)
    order: ShownOrder | None = None
    if kind_of(question.kind).shuffles and size > 1:
        order = shown_order(found.id, 0, item_id=item.id, size=size)
    return Assignment(
        id="",
        project_id=found.project_id,
        item_id=item.id,
        question_id=item.question_id,
        rater_id="",
        judge_id="",
        token=0,
        state=AssignmentState.JUDGED,
        lease_until=0.0,
        shown_order=order,
        guideline_version_id=guidelines.current(tx, found.project_id).id,
        band=0,
        reason=None,
        created_at=found.created_at,
        settled_at=None,
    )
