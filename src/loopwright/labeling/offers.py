"""What an annotator sees of an item: the texts and the question, never where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.guidelines import service as guidelines
from loopwright.guidelines.model import GuidelineVersion
from loopwright.intake import store as intake
from loopwright.intake.model import Completion, ItemImage, Message, Prompt
from loopwright.labeling.answers import criteria_shown
from loopwright.labeling.model import Assignment
from loopwright.projects.model import Project
from loopwright.projects.spec import Criterion, QuestionSpec
from loopwright.questions.model import sides_of


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
    tx: Connection, *, project: Project, assignments: Sequence[Assignment]
) -> list[Offer]:
    """Return assignments with their texts, in the order given."""
    if not assignments:
        return []
    items = intake.items_of(tx, [one.item_id for one in assignments])
    prompts = intake.prompts_of(tx, [item.prompt_id for item in items.values()])
    shown = [(item, prompts[item.prompt_id]) for item in items.values()]
    texts = intake.completions_of(tx, [key for item, _ in shown for key in item.completion_ids])
    versions = {one.id: one for one in guidelines.versions(tx, project.id)}
    segments = {segment.id: segment.requires for segment in project.spec.segments}
    offers = []
    for one in assignments:
        item = items[one.item_id]
        prompt: Prompt = prompts[item.prompt_id]
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


def _placed(assignment: Assignment, completions: Sequence[Completion]) -> list[ShownText]:
    order = assignment.shown_order
    places = range(len(completions)) if order is None else order.places
    return [
        ShownText(side, completions[place].text)
        for side, place in zip(sides_of(order), places, strict=False)
    ]
