"""What an annotator sees of an item: the texts and the question, never where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.guidelines import store as guidelines
from loopwright.guidelines.model import GuidelineVersion
from loopwright.intake import store as intake
from loopwright.intake.model import Completion, ItemImage, Message
from loopwright.labeling import store
from loopwright.labeling.answers import criteria_shown
from loopwright.labeling.model import Assignment, AssignmentState
from loopwright.models import service as models
from loopwright.projects.model import Project
from loopwright.projects.spec import Criterion, QuestionSpec
from loopwright.questions.model import sides_of

T = TypeVar("T")


@dataclass(frozen=True)
class ShownText:
    """A completion where the annotator sees it."""

    side: str
    text: str


@dataclass(frozen=True)
class Offer:
    """An assignment with all that the page needs to show it."""

    assignment: Assignment
    question: QuestionSpec
    criteria: Sequence[Criterion]
    """What the question scores, as the guideline version says."""
    prompt: Sequence[Message]
    completions: Sequence[ShownText]
    image: ItemImage | None
    guideline: GuidelineVersion | None
    segment: str
    requires: Sequence[str]
    simulated: bool


def offers_of(
    tx: Connection,
    *,
    project: Project,
    assignments: Sequence[Assignment],
    asked: intake.ItemTexts | None = None,
) -> list[Offer]:
    """Return assignments with their texts, in the order given; some may be `asked` for already."""
    if not assignments:
        return []
    reader = intake.ItemTexts() if asked is None else asked
    items, texts = reader.read(tx, [one.item_id for one in assignments])
    versions = {
        key: guidelines.published(tx, key)
        for key in dict.fromkeys(one.guideline_version_id for one in assignments)
        if key is not None
    }
    segments = {segment.id: segment.requires for segment in project.spec.segments}
    offers = []
    for one in assignments:
        item, prompt = items[one.item_id]
        question = project.spec.question(one.question_id)
        guideline = versions.get(one.guideline_version_id or "")
        stored: Sequence[Json] = () if guideline is None else guideline.criteria
        offers.append(
            Offer(
                assignment=one,
                question=question,
                criteria=criteria_shown(question, stored, project.spec.guideline.criteria),
                prompt=prompt.messages,
                completions=_placed(one, [texts[key] for key in item.completion_ids]),
                image=item.image,
                guideline=guideline,
                segment=prompt.segment,
                requires=sorted({*item.requires, *segments.get(prompt.segment, ())}),
                simulated=project.simulated or prompt.simulated,
            )
        )
    return offers


def revealed(tx: Connection, assignment_id: str) -> dict[str, str] | None:
    """Return which policy wrote the text on each side of an item that was judged, else None."""
    one = store.get_assignment(tx, assignment_id)
    if one is None or one.state is not AssignmentState.JUDGED:
        return None
    item = intake.items_of(tx, [one.item_id])[one.item_id]
    texts = intake.completions_of(tx, item.completion_ids)
    names = models.names_of(tx, {text.policy_version_id for text in texts.values()})
    sides = _sides(one, item.completion_ids)
    return {side: names.get(texts[key].policy_version_id, "unknown") for side, key in sides}


def _sides(assignment: Assignment, texts: Sequence[T]) -> list[tuple[str, T]]:
    order = assignment.shown_order
    places = range(len(texts)) if order is None else order.places
    return [(side, texts[place]) for side, place in zip(sides_of(order), places, strict=False)]


def _placed(assignment: Assignment, completions: Sequence[Completion]) -> list[ShownText]:
    return [ShownText(side, one.text) for side, one in _sides(assignment, completions)]
