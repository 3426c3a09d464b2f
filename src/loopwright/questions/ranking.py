"""Which of several completions is best, second, and so on; equals share a rank."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.model import PairOutcome, PairVote, QuestionKind, Shown, Vote
from loopwright.questions.reasons import common, only_keys, refused, spelled


class Ranking(QuestionKind):
    """Answer: {"ranks": {side: rank}}, 1 the best; equal numbers are a tie."""

    name = "ranking"
    shuffles = True
    fewest, most = 3, 9

    def check_answer(self, config: None, answer: Json, shown: Shown) -> Json:
        """Return {"ranks", "reason", "flags"} with standard competition ranks: 1, 1, 3."""
        only_keys(answer, {"ranks"}, kind=self.name)
        given = answer.get("ranks")
        if not isinstance(given, dict) or set(given) != set(shown.sides):
            raise refused(
                "`ranks` must hold a rank for each side and nothing else.",
                f"Send a number for each of: {', '.join(shown.sides)}; 1 is the best.",
            )
        numbers = [_number(given[side], side) for side in shown.sides]
        ranks = {
            side: 1 + sum(other < number for other in numbers)
            for side, number in zip(shown.sides, numbers, strict=True)
        }
        return {"ranks": ranks, **common(answer, shown)}

    def votes(self, config: None, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return the vote on every pair, the lower index in item order first."""
        ranks = _in_item_order(answer["ranks"], shown)
        return tuple(
            PairVote(_outcome(ranks[first], ranks[second]), first, second)
            for first, second in combinations(range(len(ranks)), 2)
        )

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the ranks in item order: "2,1,2"."""
        pairs = [vote for vote in votes if isinstance(vote, PairVote)]
        better = [0] * (1 + max(vote.second for vote in pairs))
        for vote in pairs:
            if vote.outcome is not PairOutcome.TIE:
                loser = vote.second if vote.outcome is PairOutcome.FIRST else vote.first
                better[loser] += 1
        return ",".join(str(1 + count) for count in better)


def _number(value: Any, side: str) -> Any:
    finite = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not finite:
        raise refused(
            f"ranks[{side!r}] cannot be {spelled(value)}.", "Send a number; 1 is the best."
        )
    return value


def _in_item_order(ranks: Json, shown: Shown) -> list[int]:
    places = () if shown.order is None else shown.order.places
    found = dict(zip(places, (ranks[side] for side in shown.sides), strict=True))
    return [found[index] for index in range(len(found))]


def _outcome(first: int, second: int) -> PairOutcome:
    if first == second:
        return PairOutcome.TIE
    return PairOutcome.FIRST if first < second else PairOutcome.SECOND
