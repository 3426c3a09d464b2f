"""How far one agrees, on a scale of named levels."""

from collections.abc import Sequence

from loopwright.base.types import Json
from loopwright.questions.model import OrdinalVote, QuestionKind, Shown, Vote
from loopwright.questions.reasons import common, level_of, only_keys


class Likert(QuestionKind):
    """Answer: {"value": level}, 1 the lowest."""

    name = "likert"
    one_category = True

    def parse_config(self, config: Json) -> int:
        """Return how many levels the scale has."""
        return len(config["scale"])

    def check_answer(self, config: int, answer: Json, shown: Shown) -> Json:
        """Return {"value", "reason", "flags"}."""
        only_keys(answer, {"value"}, kind=self.name)
        value = level_of(answer.get("value"), config, "The value")
        return {"value": value, **common(answer, shown)}

    def votes(self, config: int, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return the one vote."""
        return (OrdinalVote(answer["value"], config),)

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the level as a number."""
        return ",".join(str(vote.level) for vote in votes if isinstance(vote, OrdinalVote))
