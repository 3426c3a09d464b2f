"""Answers that were given in another tool, read as answers to a question of this project.

They are checked by the kind itself, so that what is stored is what the kind stores for answers
given here. Sides are in the item's order unless it is known where each text of a pair stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.projects.question_spec import Criterion, QuestionSpec, criteria_of
from loopwright.questions.model import (
    PROMPT,
    RANKED_SIDES,
    Shown,
    ShownOrder,
    TextVote,
    sides_of,
)
from loopwright.questions.registry import kind_of
from loopwright.questions.stored import stored_votes

IN_OUTCOME = ("pairwise", "single_label")
"""Kinds whose imported answers are their outcome alone where no more is told: no strength, no
reason, no flags."""
WITHOUT_TEXT = (*IN_OUTCOME, "multi_label", "boxes")
"""Kinds whose items may show a prompt or an image alone."""


@dataclass(frozen=True)
class Elsewhere:
    """A checked answer with what is stored beside it."""

    answer: Json
    outcome: str
    votes: list[list[Any]] | None
    edit: str | None
    """The corrected text, where there is one."""


class ElsewhereReader:
    """Checks answers to one question."""

    def __init__(
        self,
        question: QuestionSpec,
        criteria: Sequence[Criterion],
        *,
        flags: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Check answers to `question`; `flags` is {flag: severities} where they may hold some."""
        self.question = question
        self._flags = flags or {}
        self.kind = kind_of(question.kind)
        self.criteria = criteria_of(question, criteria)
        asked = {
            **question.model_dump(mode="json"),
            "criteria": [one.model_dump(mode="json") for one in self.criteria],
        }
        self._config = self.kind.parse_config(asked)
        self._without_strength = self.kind.parse_config({**asked, "strength": None})

    @property
    def reads_texts(self) -> bool:
        """Return whether answers are read against what was shown."""
        return self.kind.reads_texts or bool(self._flags)

    def check(
        self,
        raw: Json,
        *,
        size: int,
        order: str | None = None,
        texts: Sequence[str] = (),
        prompt: str | None = None,
        image: tuple[int, int] | None = None,
    ) -> Elsewhere:
        """Return an answer about an item of `size` completions.

        `order` says how a pair was shown. `texts`, in item order, and `prompt` are needed where
        answers are read against them. Raises ValueError, saying what does not fit
        and what would.
        """
        fewest, most = self._sizes(image is not None)
        if not fewest <= size <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise ValueError(
                f"it is about {size} texts, and question {self.question.id!r} "
                f"({self.kind.name}) about {wanted}"
            )
        at = (
            None if size < 2 else ShownOrder.of(range(size)) if order is None else ShownOrder(order)
        )
        places = range(len(texts)) if at is None else at.places
        read = (
            dict(zip(sides_of(at), (texts[place] for place in places), strict=False))
            if texts
            else {}
        )
        if prompt is not None:
            read[PROMPT] = prompt
        shown = Shown(at, read, image, self._flags)
        # By how much a side is better may have been left open elsewhere; it stays unknown.
        config = self._without_strength if raw.get("strength") is None else self._config
        try:
            answer = self.kind.check_answer(config, raw, shown)
        except InvalidInput as failure:
            raise ValueError(f"{failure.message} {failure.remedy}".rstrip(". ")) from failure
        votes = self.kind.votes(config, answer, shown)
        edit = next((vote.text for vote in votes if isinstance(vote, TextVote)), None)
        return Elsewhere(answer, self.kind.outcome(votes), stored_votes(votes), edit)

    def _sizes(self, pictured: bool) -> tuple[int, int]:
        if self.question.completions is not None:
            return self.question.completions, self.question.completions
        fewest, most = self.kind.fewest, self.kind.most
        judges_image = pictured and most == 1 and not self.kind.reads_texts
        return 0 if judges_image or self.kind.name in WITHOUT_TEXT else fewest, most


def in_sides(ranks: Sequence[Any]) -> dict[str, Any]:
    """Return ranks in item order as the ranking kind spells them."""
    return dict(zip(RANKED_SIDES, ranks, strict=False))
