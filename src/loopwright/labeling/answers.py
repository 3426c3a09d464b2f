"""An answer is read against what its rater was shown, under the guideline that was in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.guidelines import store as guidelines
from loopwright.intake import service as intake
from loopwright.intake.capture import capture_text
from loopwright.intake.masking import MaskScope
from loopwright.models import service as models
from loopwright.projects.model import Project
from loopwright.projects.question_spec import criteria_of
from loopwright.projects.spec import Criterion, QuestionSpec
from loopwright.questions.model import (
    PROMPT,
    QuestionKind,
    Shown,
    ShownOrder,
    TextVote,
    Vote,
    sides_of,
)
from loopwright.questions.registry import kind_of
from loopwright.questions.stored import stored_votes

EDITS = "annotators' corrections"
"""The name of the policy version that every corrected text is kept under; its judgment says whose
it is."""


class Asked(Protocol):
    """What an answer is about and how it was shown; an assignment is one."""

    @property
    def item_id(self) -> str:
        """Return the item that was shown."""
        ...

    @property
    def question_id(self) -> str:
        """Return the question that it asks."""
        ...

    @property
    def shown_order(self) -> ShownOrder | None:
        """Return which completion stood where; None where there is one or none."""
        ...

    @property
    def guideline_version_id(self) -> str | None:
        """Return the guideline version in force when it was shown."""
        ...


@dataclass(frozen=True)
class ReadAnswer:
    """A checked answer, and what it says in the item's order."""

    kind: str
    answer: Json
    outcome: str
    votes: list[list[Any]] | None
    """None where the outcome says it all."""
    edit: str | None
    """The corrected text, where there is one."""


def read_answer(tx: Connection, *, project: Project, offer: Asked, answer: Json) -> ReadAnswer:
    """Return an answer in its normal form with its votes.

    Raises InvalidInput when it does not fit the question or what was shown.
    """
    question = project.spec.question(offer.question_id)
    kind = kind_of(question.kind)
    criteria, flags = _guideline(tx, project, offer, question, answer)
    config = _config(question, tuple(criteria))
    shown = _shown(tx, offer, kind, answer, flags)
    checked = kind.check_answer(config, answer, shown)
    votes = kind.votes(config, checked, shown)
    edit = _edit(votes)
    if edit is not None:
        masked = intake.mask_edit(tx, item_id=offer.item_id, text=edit)
        checked = {**checked, "text": masked}
        votes = kind.votes(config, checked, shown)
        edit = _edit(votes)
    if checked["reason"]:
        checked = {**checked, "reason": capture_text(checked["reason"], MaskScope()).text}
    return ReadAnswer(kind.name, checked, kind.outcome(votes), stored_votes(votes), edit)


def keep_edit(tx: Connection, *, project_id: str, item_id: str, text: str, now: float) -> None:
    """Store a corrected text as a completion of its item's prompt."""
    policies = models.ensure_external(tx, project_id=project_id, names=[EDITS], now=now)
    intake.add_edit(tx, item_id=item_id, policy_version_id=policies[EDITS], text=text, now=now)


def criteria_shown(
    question: QuestionSpec, stored: Sequence[Json], current: Sequence[Criterion]
) -> list[Criterion]:
    """Return what a question scores: as its guideline version says, else as the project does."""
    published = {one["id"]: Criterion.model_validate(one) for one in stored}
    wanted = criteria_of(question, current)
    return [published.get(one.id, one) for one in wanted]


@lru_cache(maxsize=256)
def _config(question: QuestionSpec, criteria: tuple[Criterion, ...]) -> Any:
    """Every judgment asks for its kind's view of a question, which seldom changes."""
    return kind_of(question.kind).parse_config(
        {
            **question.model_dump(mode="json"),
            "criteria": [one.model_dump(mode="json") for one in criteria],
        }
    )


def _guideline(
    tx: Connection, project: Project, offer: Asked, question: QuestionSpec, answer: Json
) -> tuple[list[Criterion], Mapping[str, Sequence[str]]]:
    """Return criteria and flags as they were when the item was offered; read only when needed."""
    wanted = criteria_of(question, project.spec.guideline.criteria)
    if not wanted and not answer.get("flags"):
        return [], {}
    version = guidelines.published(tx, offer.guideline_version_id or "")
    if version is None:
        return wanted, {}
    flags = {one["id"]: one["severities"] for one in version.flags}
    return criteria_shown(question, version.criteria, project.spec.guideline.criteria), flags


def _shown(
    tx: Connection,
    offer: Asked,
    kind: QuestionKind,
    answer: Json,
    flags: Mapping[str, Sequence[str]],
) -> Shown:
    order = offer.shown_order
    if not (kind.reads_texts or kind.wants_image or answer.get("flags")):
        return Shown(order, flags=flags)  # the hot path: a plain answer needs no texts
    item, prompt, completions = intake.item_texts(tx, offer.item_id)
    texts = {PROMPT: "\n".join(message["content"] for message in prompt.messages)}
    places = range(len(completions)) if order is None else order.places
    texts |= {
        side: completions[place].text for side, place in zip(sides_of(order), places, strict=False)
    }
    size = None if item.image is None else (item.image.width, item.image.height)
    return Shown(order, texts, size, flags)


def _edit(votes: Sequence[Vote]) -> str | None:
    return next((vote.text for vote in votes if isinstance(vote, TextVote)), None)
