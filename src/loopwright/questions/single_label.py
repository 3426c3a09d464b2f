"""Which one label fits the completion."""

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.questions.model import CategoryVote, ShownOrder, Vote
from loopwright.questions.reasons import checked_reason, only_keys


class SingleLabel:
    """Answer: {"label": option id, "reason": text or null}."""

    name = "single_label"
    shuffles = False
    completions = 1

    def parse_config(self, config: Json) -> tuple[str, ...]:
        """Return the ids of the options, at least two."""
        options = tuple(str(option["id"]) for option in config.get("options", ()))
        if len(options) < 2:
            raise InvalidInput(
                "A single_label question needs at least two options.",
                remedy="Add `options` with `id` and `name` to the question in project.yaml.",
                code="invalid_question",
            )
        return options

    def check_answer(self, config: tuple[str, ...], answer: Json) -> Json:
        """Return {"label", "reason"}. Raises InvalidInput for anything else."""
        only_keys(answer, {"label", "reason"}, kind=self.name)
        label = answer.get("label")
        if label not in config:
            raise InvalidInput(
                f"{label!r} is not a label of this question.",
                remedy=f"Send one of: {', '.join(config)}.",
                code="invalid_answer",
            )
        return {"label": label, "reason": checked_reason(answer)}

    def votes(self, config: tuple[str, ...], answer: Json, shown: ShownOrder) -> tuple[Vote, ...]:
        """Return the one vote."""
        return (CategoryVote(answer["label"]),)
