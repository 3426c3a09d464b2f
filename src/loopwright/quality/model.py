"""What the judgments on an item, of a rater and about a source amount to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.registry import kind_of
from loopwright.stats.bradley_terry import Rating
from loopwright.stats.estimate import Estimate


class ConsensusOrder(StrEnum):
    """How a list of consensus answers is sorted."""

    UPDATED = "updated"
    """The latest change first."""
    UNSURE = "unsure"
    """The least certain first."""


DECIDED_ABOVE = 0.5
"""An answer with no more than this probability is not more likely right than wrong."""


def is_split(votes: Mapping[str, int]) -> bool:
    """Return whether two or more answers have the most votes.

    The model leans one way even then, by who voted and by which answers are common; that is no
    decision of the people who judged.
    """
    counts = sorted(votes.values(), reverse=True)
    return len(counts) > 1 and counts[0] == counts[1]


@dataclass(frozen=True)
class ItemVote:
    """One judgment as consensus sees it; `seq` is the judgment's."""

    seq: int
    project_id: str
    question_id: str
    item_id: str
    rater_id: str
    outcome: str
    kind: str | None = None
    """The question's kind; None for judgments from before kinds were stored."""
    votes: list[list[Any]] | None = None
    """In item order (`questions.stored`); None where the outcome says it all."""
    answer: Json | None = None
    """The whole answer, for kinds whose votes leave something of it out (boxes)."""
    segment: str | None = None
    """Of the item's prompt."""

    @property
    def one_category(self) -> bool:
        """Return whether the judgment comes to one answer that can be counted against others."""
        return self.kind is None or kind_of(self.kind).one_category


@dataclass(frozen=True)
class Consensus:
    """The answer on one item, its probability under the model, and the votes behind it."""

    item_id: str
    project_id: str
    answer: str
    probability: float
    n: int
    posterior: dict[str, float]
    votes: dict[str, int]
    split: bool
    """Whether two or more answers have the most votes."""
    updated_at: float
    parts: list[Json] | None = None
    """What is agreed on each label, criterion, place or box (`quality.parts`); None where the
    answer is all there is."""

    @property
    def parts_only(self) -> bool:
        """Return whether the answer has several parts, and no probability as a whole."""
        return not self.posterior

    @property
    def undecided(self) -> bool:
        """Return whether the votes are split, or no answer is more likely right than wrong.

        `answer` is then a leaning.
        """
        return self.split or self.probability <= DECIDED_ABOVE

    def says_as(self, other: "Consensus") -> bool:
        """Return whether another consensus of the item says the same, whenever it was computed."""
        return (self.answer, self.n, self.posterior, self.votes, self.parts) == (
            other.answer, other.n, other.posterior, other.votes, other.parts,
        )  # fmt: skip


class SettledBy(StrEnum):
    """Where a settled answer came from."""

    ADJUDICATION = "adjudication"
    """A specialist decided."""
    DISCUSSION = "discussion"
    """Those who talked it over agreed."""
    GOLD = "gold"
    """It was known beforehand, or was made gold."""


TRUTH = frozenset({SettledBy.ADJUDICATION, SettledBy.GOLD})
"""Sources that do not rest on the votes, so that votes can be held against them."""


@dataclass(frozen=True)
class Settlement:
    """An answer that people settled; a fact. Of an item the newest (highest number) counts."""

    id: str
    project_id: str
    item_id: str
    number: int
    question_id: str
    kind: str
    answer: Json | None
    """As it was given, in its normal form; None where only the outcome was."""
    outcome: str
    votes: list[list[Any]] | None
    """In item order (`questions.stored`); None where the outcome says it all."""
    source: SettledBy
    ref_id: str
    """The decision, thread or gold item that it came from."""
    settled_by: str
    """The person."""
    settled_at: float


@dataclass(frozen=True)
class Share:
    """One answer's part of an item's judgments, and its probability under the model."""

    answer: str
    text: str
    votes: int
    probability: float | None
    """None where the whole answer has none of its own: its parts do."""


@dataclass(frozen=True)
class ShownConsensus:
    """A consensus as people read it: what was asked of what, and how the votes fell."""

    consensus: Consensus
    prompt: str
    question_id: str
    text: str
    shares: list[Share]
    """The most votes first."""
    settlement: Settlement | None = None
    settled_text: str = ""
    """The settled answer in words."""
    calibrated: float | None = None
    """The answer's probability, corrected by gold; None where there is no correction."""
    not_calibrated: str | None = None
    """Why not."""
    worth: float | None = None
    """By how much one more vote would raise the chance that the answer is right."""

    @property
    def undecided(self) -> bool:
        """Return whether neither people nor votes decided it."""
        return self.settlement is None and self.consensus.undecided


@dataclass(frozen=True)
class PairVerdict:
    """One judgment in full: on two completions where there are two, with who wrote which."""

    question_id: str
    item_id: str
    rater_id: str
    outcome: str
    shown_order: str | None
    completion_ids: tuple[str, ...]
    kind: str | None = None
    votes: list[list[Any]] | None = None
    """In item order (`questions.stored`); None where the outcome says it all."""


@dataclass(frozen=True)
class AspectAgreement:
    """How far raters agree on one aspect of a question; "" is the question itself."""

    question_id: str
    kind: str | None
    aspect: str
    alpha: Estimate


@dataclass(frozen=True)
class SourceRating:
    """A policy version's rating among those compared."""

    policy_version_id: str
    name: str
    rating: Rating


@dataclass(frozen=True)
class Facts:
    """The part of the report that only judgments change."""

    judgments: int
    annotators: int
    items: int
    sources: int
    alpha: Estimate
    """Of the question with most judgments."""
    agreement: list[AspectAgreement]
    ratings: list[SourceRating]
    groups: int
    position_bias: Estimate


@dataclass(frozen=True)
class QualityReport:
    """How good the judgments are, and what they say of the sources."""

    facts: Facts
    closed: int
    open: int
    undecided: int
    reliability: dict[str, Estimate]


@dataclass(frozen=True)
class Flagged:
    """A policy flag of a judgment; `place` is item, prompt, image or completion.

    `completion` is the index in item order; `start` and `end` are code points of that text.
    """

    flag: str
    severity: str
    place: str
    completion: int | None
    start: int | None
    end: int | None


@dataclass(frozen=True)
class BlindVote:
    """One judgment without who gave it: "annotator 1" means the same person on this item only."""

    rater: str
    answer: str
    text: str
    """The answer in words."""
    reason: str | None
    flags: list[Flagged]
    note: str | None
    """A remark to the leads."""
    created_at: float
