"""What every kind of question yields: plain votes. What an answer can refer to: what was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from loopwright.base.types import Json

ONLY = "only"
PAIR_SIDES = ("left", "right")
RANKED_SIDES = "abcdefghi"
PROMPT, IMAGE = "prompt", "image"


class ShownOrder(str):
    """Which completion of the item stood where; a text, and stored as it.

    For a pair "first_left" or "second_left"; for more the index in item order, place by place:
    "2,0,1" says that the item's third completion stood first.
    """

    FIRST_LEFT: ClassVar["ShownOrder"]
    SECOND_LEFT: ClassVar["ShownOrder"]
    __slots__ = ()

    @classmethod
    def of(cls, places: Sequence[int]) -> "ShownOrder":
        """Return the order in which these indices stand."""
        if len(places) == 2:
            return cls.FIRST_LEFT if places[0] == 0 else cls.SECOND_LEFT
        return cls(",".join(str(place) for place in places))

    @property
    def places(self) -> tuple[int, ...]:
        """Return the index in item order that stood at each place."""
        if self in _PAIRS:
            return _PAIRS[self]
        return tuple(int(place) for place in self.split(","))


ShownOrder.FIRST_LEFT = ShownOrder("first_left")
ShownOrder.SECOND_LEFT = ShownOrder("second_left")
_PAIRS = {ShownOrder.FIRST_LEFT: (0, 1), ShownOrder.SECOND_LEFT: (1, 0)}


def sides_of(shown: ShownOrder | None) -> tuple[str, ...]:
    """Return the names of the places: only; left, right; or a, b, c and on."""
    if shown is None:
        return (ONLY,)
    places = len(shown.places)
    return PAIR_SIDES if places == 2 else tuple(RANKED_SIDES[:places])


@dataclass(frozen=True)
class Shown:
    """What of an item is in front of the rater, as far as an answer can refer to it.

    `texts` maps each side, and "prompt", to its text as served; it may be left empty where the
    answer marks nothing and the kind `reads_texts` not. `flags` maps each flag of the guideline
    to its severities. `image` is the width and height in pixels.
    """

    order: ShownOrder | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    image: tuple[int, int] | None = None
    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def sides(self) -> tuple[str, ...]:
        """Return the sides that an answer may name."""
        return sides_of(self.order)


class PairOutcome(StrEnum):
    """A pairwise vote in the item's order, sides undone."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True)
class PairVote:
    """A vote between two completions, by their index in item order.

    `strength` runs from 1 (slightly) to the question's number of levels; None where there is no
    winner or it was not asked.
    """

    outcome: PairOutcome
    first: int = 0
    second: int = 1
    strength: int | None = None
    aspect: str = ""


@dataclass(frozen=True)
class CategoryVote:
    """A vote for one label; `aspect` is what is labeled, "" the question itself."""

    label: str
    aspect: str = ""


@dataclass(frozen=True)
class OrdinalVote:
    """A level of a scale, 1 the lowest; `about` is the completion's index in item order."""

    level: int
    of: int
    aspect: str = ""
    about: int = 0


@dataclass(frozen=True)
class TextVote:
    """A text that should stand instead of a completion's; `about` is that one's index."""

    text: str
    aspect: str = ""
    about: int = 0


Vote = PairVote | CategoryVote | OrdinalVote | TextVote


class QuestionKind(Protocol):
    """One kind of question; docs/guide/add-a-question-kind.md tells how to add one."""

    name: str
    shuffles: bool = False
    """Whether the completions are shown in an order drawn for each rater."""
    fewest: int = 1
    most: int = 1
    """How many completions an item may show."""
    reads_texts: bool = False
    """Whether an answer is read against the shown texts even where it marks nothing in them."""
    wants_image: bool = False
    """Whether an item needs an image. Items of every kind may have one."""
    one_category: bool = False
    """Whether an answer comes to one category, so that answers can be counted against each other:
    consensus, nominal agreement and reliability are computed for these kinds only."""

    beyond_votes: tuple[str, str] | None = None
    """What of an answer agreement cannot look at: its name, and why."""

    def parse_config(self, config: Json) -> Any:
        """Return the kind's view of a question, `criteria` resolved from the guideline."""
        return None

    def check_answer(self, config: Any, answer: Json, shown: Shown) -> Json:
        """Return the answer in its normal form. Raises InvalidInput naming what does not fit."""
        ...

    def votes(self, config: Any, answer: Json, shown: Shown) -> tuple[Vote, ...]:
        """Return what a checked answer says, in the item's own order; the primary vote first."""
        ...

    def outcome(self, votes: Sequence[Vote]) -> str:
        """Return the votes in a short canonical text, which is stored with the judgment."""
        ...
