"""Which of two completions is better: left, right, a tie, or both bad; and by how much."""

from collections.abc import Sequence
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.model import (
    PairOutcome,
    PairVote,
    QuestionKind,
    Shown,
    Vote,
)
from loopwright.questions.reasons import common, level_of, only_keys, refused, spelled

_CHOICES = ("left", "right", "tie", "both_bad")
_SIDES = ("left", "right")
PAIR_WORDS = {
    PairOutcome.FIRST: "First answer is better",
    PairOutcome.SECOND: "Second answer is better",
    PairOutcome.TIE: "Equally good",
    PairOutcome.BOTH_BAD: "Both are bad",
}
"""What a comparison came to, for people who see the item's own order."""


class Pairwise(QuestionKind):
    """Answer: {"choice": "left" | "right" | "tie" | "both_bad", "strength": 1..k or null}."""

    name = "pairwise"
    shuffles = True
    fewest = most = 2
    one_category = True

    def parse_config(self, config: Json) -> int | None:
        """Return how many levels of strength are asked, None when it is not asked."""
        strength: int | None = config.get("strength")
        return strength

    def check_answer(self, config: int | None, answer: Json, shown: Shown) -> Json:
        """Return {"choice", "strength", "reason", "flags"}."""
        only_keys(answer, {"choice", "strength"}, kind=self.name)
        return {**checked_choice(answer, config, kind=self.name), **common(answer, shown)}

    def votes(self, config: int | None, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return the one vote, with sides turned back into the item's order."""
        return (pair_vote(answer, shown),)

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return first, second, tie or both_bad."""
        return pair_outcome(votes)


def checked_choice(answer: Json, levels: int | None, *, kind: str) -> Json:
    """Return {"choice", "strength"}; `levels` of strength are asked of whoever names a side."""
    choice = answer.get("choice")
    if not isinstance(choice, str) or choice not in _CHOICES:
        raise refused(
            f"A {kind} answer's choice cannot be {spelled(choice)}.",
            f"Send one of: {', '.join(_CHOICES)}.",
        )
    return {"choice": choice, "strength": _strength(answer.get("strength"), choice, levels)}


def _strength(given: Any, choice: str, levels: int | None) -> int | None:
    if levels is None or choice not in _SIDES:
        if given is not None:
            why = "the question asks for none" if levels is None else f"{choice} has none"
            raise refused(
                f"The strength cannot be {spelled(given)}: {why}.", "Leave it out, or send null."
            )
        return None
    return level_of(given, levels, "The strength")


def pair_vote(answer: Json, shown: Shown) -> PairVote:
    """Return the vote of a checked choice in the item's order."""
    choice = answer["choice"]
    if choice not in _SIDES:
        return PairVote(PairOutcome(choice))
    places = (0, 1) if shown.order is None else shown.order.places
    outcome = (PairOutcome.FIRST, PairOutcome.SECOND)[places[_SIDES.index(choice)]]
    return PairVote(outcome, strength=answer["strength"])


def pair_outcome(votes: Sequence[Vote]) -> str:
    """Return the outcome of the primary vote, which is a pair's."""
    primary = votes[0]
    if not isinstance(primary, PairVote):
        raise TypeError(f"the primary vote of a comparison is a pair's, not {primary}")
    return primary.outcome.value
