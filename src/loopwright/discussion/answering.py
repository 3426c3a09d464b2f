"""An answer in a thread: the item's question, shown to each as they saw it when they judged."""

from sqlalchemy import Connection

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.discussion import store
from loopwright.discussion.model import Before, Reader, Thread
from loopwright.guidelines import service as guidelines
from loopwright.intake import store as intake
from loopwright.labeling.answers import ReadAnswer, read_answer
from loopwright.labeling.model import Assignment, AssignmentState
from loopwright.projects import service as projects
from loopwright.questions.model import ShownOrder
from loopwright.questions.registry import kind_of


def read_stance(
    tx: Connection, found: Thread, reader: Reader, answer: Json
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
    asked = as_shown(tx, found, mine_of(store.before(tx, found.subject_id), reader))
    project = projects.get(tx, found.project_id)
    return read_answer(tx, project=project, offer=asked, answer=answer), asked.shown_order


def mine_of(before: list[Before], reader: Reader) -> Before | None:
    """Return the reader's own judgment."""
    return next((one for one in before if one.person_id == reader.person_id), None)


def as_shown(tx: Connection, found: Thread, mine: Before | None) -> Assignment:
    """Return the item as it is put before somebody: in their own order where they judged it."""
    item = intake.items_of(tx, [found.subject_id])[found.subject_id]
    project = projects.get(tx, found.project_id)
    question = project.spec.question(item.question_id)
    order: ShownOrder | None = None
    if mine is not None and mine.shown_order is not None:
        order = ShownOrder(mine.shown_order)
    elif kind_of(question.kind).shuffles and len(item.completion_ids) > 1:
        order = ShownOrder.of(range(len(item.completion_ids)))
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
