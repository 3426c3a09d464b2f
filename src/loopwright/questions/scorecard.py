"""Which of two completions is better, with a short scorecard of both and a reason: one task."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopwright.base.types import Json
from loopwright.questions.model import PAIR_SIDES, QuestionKind, Shown, Vote
from loopwright.questions.pairwise import checked_choice, pair_outcome, pair_vote
from loopwright.questions.reasons import common, only_keys, refused
from loopwright.questions.rubric import checked_scores, levels_of, score_votes


@dataclass(frozen=True)
class Card:
    """How many levels of strength are asked, and how many levels each criterion has."""

    strength: int | None
    levels: dict[str, int]


class Scorecard(QuestionKind):
    """Answer: {"choice", "strength", "scores": {"left": {criterion: level}, "right": {..}}}."""

    name = "scorecard"
    shuffles = True
    fewest = most = 2
    one_category = True

    def parse_config(self, config: Json) -> Card:
        """Return the levels of strength and of each criterion."""
        return Card(config.get("strength"), levels_of(config))

    def check_answer(self, config: Card, answer: Json, shown: Shown) -> Json:
        """Return {"choice", "strength", "scores", "reason", "flags"}."""
        only_keys(answer, {"choice", "strength", "scores"}, kind=self.name)
        chosen = checked_choice(answer, config.strength, kind=self.name)
        given = answer.get("scores")
        if not isinstance(given, dict) or set(given) != set(PAIR_SIDES):
            raise refused(
                "`scores` must hold the scores of both sides and nothing else.",
                'Send {"left": {criterion: level}, "right": {criterion: level}}.',
            )
        scores = {
            side: checked_scores(given[side], config.levels, f"scores.{side}")
            for side in PAIR_SIDES
        }
        return {**chosen, "scores": scores, **common(answer, shown)}

    def votes(self, config: Card, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return the comparison, then the levels of the item's first and second completion."""
        places = (0, 1) if shown.order is None else shown.order.places
        side_of = dict(zip(places, PAIR_SIDES, strict=True))
        scored = [
            vote
            for about in (0, 1)
            for vote in score_votes(answer["scores"][side_of[about]], config.levels, about=about)
        ]
        return (pair_vote(answer, shown), *scored)

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the comparison: first, second, tie or both_bad."""
        return pair_outcome(votes)
