"""Which one label fits."""

from collections.abc import Sequence

from loopwright.base.types import Json
from loopwright.questions.labels import known_label, option_ids
from loopwright.questions.model import CategoryVote, QuestionKind, Shown, Vote
from loopwright.questions.reasons import common, only_keys


class SingleLabel(QuestionKind):
    """Answer: {"label": option id}."""

    name = "single_label"
    one_category = True

    def parse_config(self, config: Json) -> tuple[str, ...]:
        """Return the ids of the options."""
        return option_ids(config)

    def check_answer(self, config: tuple[str, ...], answer: Json, shown: Shown) -> Json:
        """Return {"label", "reason", "flags"}."""
        only_keys(answer, {"label"}, kind=self.name)
        return {"label": known_label(answer.get("label"), config), **common(answer, shown)}

    def votes(self, config: tuple[str, ...], answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return the one vote."""
        return (CategoryVote(answer["label"]),)

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the label."""
        return ",".join(vote.label for vote in votes if isinstance(vote, CategoryVote))
