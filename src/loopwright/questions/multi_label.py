"""Which labels fit: any number of them, perhaps none."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopwright.base.types import Json
from loopwright.questions.labels import chosen_options, known_label, option_ids, yes_or_no
from loopwright.questions.model import QuestionKind, Shown, Vote
from loopwright.questions.reasons import common, only_keys, refused


@dataclass(frozen=True)
class Choosable:
    """The options, and how many of them must be chosen."""

    options: tuple[str, ...]
    at_least: int


class MultiLabel(QuestionKind):
    """Answer: {"labels": [option id]}."""

    name = "multi_label"

    def parse_config(self, config: Json) -> Choosable:
        """Return the options and the least number of labels."""
        return Choosable(option_ids(config), config.get("at_least") or 0)

    def check_answer(self, config: Choosable, answer: Json, shown: Shown) -> Json:
        """Return {"labels", "reason", "flags"}; the labels in the order of the options."""
        only_keys(answer, {"labels"}, kind=self.name)
        given = answer.get("labels")
        if not isinstance(given, list):
            raise refused("`labels` must be a list of labels.", "Send [] where none fits.")
        chosen = {
            known_label(label, config.options, f"labels[{at}]: ") for at, label in enumerate(given)
        }
        if len(chosen) < config.at_least:
            raise refused(
                f"{len(chosen)} labels were chosen; this question wants at least "
                f"{config.at_least}.",
                f"Choose from: {', '.join(config.options)}.",
            )
        labels = [option for option in config.options if option in chosen]
        return {"labels": labels, **common(answer, shown)}

    def votes(self, config: Choosable, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return a yes or no for each option; each option is an aspect of its own."""
        return yes_or_no(config.options, set(answer["labels"]))

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the labels, "(none)" without any."""
        return chosen_options(votes)
