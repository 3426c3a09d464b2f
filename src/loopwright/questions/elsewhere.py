"""Answers that were given in another tool, read as answers to a question of this project.

They are checked by the kind itself, so that what is stored is what the kind stores for answers
given here. Sides are in the item's order: where each text stood in the other tool is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.projects.question_spec import Criterion, QuestionSpec, criteria_of
from loopwright.questions.model import ONLY, RANKED_SIDES, Shown, ShownOrder, TextVote
from loopwright.questions.registry import kind_of
from loopwright.questions.stored import stored_votes

IN_OUTCOME = ("pairwise", "single_label")
"""Kinds whose imported answers are their outcome alone: a comparison without a strength, a label.
"""
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

    def __init__(self, question: QuestionSpec, criteria: Sequence[Criterion]) -> None:
        self.question = question
        self.kind = kind_of(question.kind)
        self.criteria = criteria_of(question, criteria)
        self._config = self.kind.parse_config(
            {
                **question.model_dump(mode="json"),
                "criteria": [one.model_dump(mode="json") for one in self.criteria],
            }
        )

    def check(
        self,
        raw: Json,
        *,
        size: int,
        texts: Sequence[str] = (),
        image: tuple[int, int] | None = None,
    ) -> Elsewhere:
        """Return an answer about an item of `size` completions.

        `texts` are needed where the kind reads them. Raises ValueError, saying what does not fit
        and what would.
        """
        fewest, most = self._sizes()
        if not fewest <= size <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise ValueError(
                f"it is about {size} texts, and question {self.question.id!r} "
                f"({self.kind.name}) about {wanted}"
            )
        order = ShownOrder.of(range(size)) if size > 1 else None
        shown = Shown(order, dict(zip((ONLY,), texts, strict=False)), image)
        try:
            answer = self.kind.check_answer(self._config, raw, shown)
        except InvalidInput as failure:
            raise ValueError(f"{failure.message} {failure.remedy}".rstrip(". ")) from failure
        votes = self.kind.votes(self._config, answer, shown)
        edit = next((vote.text for vote in votes if isinstance(vote, TextVote)), None)
        return Elsewhere(answer, self.kind.outcome(votes), stored_votes(votes), edit)

    def _sizes(self) -> tuple[int, int]:
        if self.question.completions is not None:
            return self.question.completions, self.question.completions
        fewest = 0 if self.kind.name in WITHOUT_TEXT else self.kind.fewest
        return fewest, self.kind.most


def in_sides(ranks: Sequence[Any]) -> dict[str, Any]:
    """Return ranks in item order as the ranking kind spells them."""
    return dict(zip(RANKED_SIDES, ranks, strict=False))
