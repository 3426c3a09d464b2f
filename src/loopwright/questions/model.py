"""What every kind of question yields: plain votes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from loopwright.base.types import Json


class ShownOrder(StrEnum):
    """Which completion of the item stood on the left."""

    FIRST_LEFT = "first_left"
    SECOND_LEFT = "second_left"


class PairOutcome(StrEnum):
    """A pairwise vote in the item's order, sides undone."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True)
class PairVote:
    """A vote between an item's two completions."""

    outcome: PairOutcome

    @property
    def text(self) -> str:
        """Return the form that is stored with the judgment."""
        return self.outcome.value


@dataclass(frozen=True)
class CategoryVote:
    """A vote for one label."""

    label: str

    @property
    def text(self) -> str:
        """Return the form that is stored with the judgment."""
        return self.label


Vote = PairVote | CategoryVote


class QuestionKind(Protocol):
    """One kind of question; docs/guide/add-a-question-kind.md tells how to add one."""

    name: str
    shuffles: bool
    completions: int
    """How many completions an item of this kind shows."""

    def parse_config(self, config: Json) -> Any:
        """Return the kind's view of a question. Raises InvalidInput when it does not fit."""
        ...

    def check_answer(self, config: Any, answer: Json) -> Json:
        """Return the answer in its normal form. Raises InvalidInput naming what does not fit."""
        ...

    def votes(self, config: Any, answer: Json, shown: ShownOrder) -> tuple[Vote, ...]:
        """Return what a checked answer says, in the item's own order."""
        ...
