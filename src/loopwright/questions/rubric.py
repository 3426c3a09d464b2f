"""How well a completion does by each criterion, on the criterion's own anchored scale."""

from collections.abc import Mapping, Sequence
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.labels import bounded
from loopwright.questions.model import OrdinalVote, QuestionKind, Shown, Vote
from loopwright.questions.reasons import common, level_of, only_keys, refused


class Rubric(QuestionKind):
    """Answer: {"scores": {criterion id: level}}, 1 the lowest."""

    name = "rubric"

    def parse_config(self, config: Json) -> dict[str, int]:
        """Return how many levels each criterion has."""
        return levels_of(config)

    def check_answer(self, config: dict[str, int], answer: Json, shown: Shown) -> Json:
        """Return {"scores", "reason", "flags"} with a level for every criterion."""
        only_keys(answer, {"scores"}, kind=self.name)
        scores = checked_scores(answer.get("scores"), config, "scores")
        return {"scores": scores, **common(answer, shown)}

    def votes(self, config: dict[str, int], answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return the level of each criterion, each an aspect of its own."""
        return score_votes(answer["scores"], config, about=0)

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the levels: "helpful=3,tone=2"."""
        levels = [f"{vote.aspect}={vote.level}" for vote in votes if isinstance(vote, OrdinalVote)]
        return bounded(",".join(levels))


def levels_of(config: Json) -> dict[str, int]:
    """Return {criterion id: number of levels} of a question's criteria."""
    return {one["id"]: len(one["scale"]) for one in config.get("criteria") or ()}


def checked_scores(given: Any, levels: Mapping[str, int], place: str) -> dict[str, int]:
    """Return a level for every criterion, in their order. Raises InvalidInput naming the place."""
    if not isinstance(given, dict) or set(given) != set(levels):
        raise refused(
            f"`{place}` must hold a level for each criterion and nothing else.",
            f"Send a level for each of: {', '.join(levels)}.",
        )
    return {
        criterion: level_of(given[criterion], count, f"{place}[{criterion!r}]")
        for criterion, count in levels.items()
    }


def score_votes(
    scores: Mapping[str, int], levels: Mapping[str, int], *, about: int
) -> tuple[Vote, ...]:
    """Return checked scores of the completion with index `about` as votes."""
    return tuple(
        OrdinalVote(level, levels[criterion], aspect=criterion, about=about)
        for criterion, level in scores.items()
    )
