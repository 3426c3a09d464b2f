"""Which of two completions is better: left, right, a tie, or both bad."""

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.questions.model import PairOutcome, PairVote, ShownOrder, Vote
from loopwright.questions.reasons import checked_reason, only_keys

_CHOICES = ("left", "right", "tie", "both_bad")


class Pairwise:
    """Answer: {"choice": "left" | "right" | "tie" | "both_bad", "reason": text or null}."""

    name = "pairwise"
    shuffles = True
    completions = 2

    def parse_config(self, config: Json) -> None:
        """Pairwise questions have nothing to configure."""

    def check_answer(self, config: None, answer: Json) -> Json:
        """Return {"choice", "reason"}. Raises InvalidInput for anything else."""
        only_keys(answer, {"choice", "reason"}, kind=self.name)
        choice = answer.get("choice")
        if choice not in _CHOICES:
            raise InvalidInput(
                f"A pairwise answer's choice cannot be {choice!r}.",
                remedy=f"Send one of: {', '.join(_CHOICES)}.",
                code="invalid_answer",
            )
        return {"choice": choice, "reason": checked_reason(answer)}

    def votes(self, config: None, answer: Json, shown: ShownOrder) -> tuple[Vote, ...]:
        """Return the one vote, with sides turned back into the item's order."""
        choice = answer["choice"]
        if choice in ("tie", "both_bad"):
            return (PairVote(PairOutcome(choice)),)
        first = (choice == "left") == (shown is ShownOrder.FIRST_LEFT)
        return (PairVote(PairOutcome.FIRST if first else PairOutcome.SECOND),)
