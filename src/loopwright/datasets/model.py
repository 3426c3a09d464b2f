"""Dataset versions: immutable, named by their content, with what they descend from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from loopwright.base.types import Json
from loopwright.intake.model import ItemPurpose, Message
from loopwright.questions.correction import UNCHANGED, Correction
from loopwright.questions.model import CategoryVote, Vote


class DatasetKind(StrEnum):
    """What the rows of a dataset are."""

    PREFERENCES = "preferences"
    DEMONSTRATIONS = "demonstrations"


class Ties(StrEnum):
    """What becomes of an item without a winner."""

    SOFT = "soft"
    """Kept, with a probability near one half: a trainer with soft labels learns from it."""
    DROP = "drop"
    """Left out: a plain trainer would read it as a full preference."""


@dataclass(frozen=True)
class DatasetSpec:
    """What goes into a dataset version."""

    purposes: Sequence[ItemPurpose] = (
        ItemPurpose.CORE,
        ItemPurpose.CONFUSED,
        ItemPurpose.TARGETED,
    )
    """The union of these purposes' items. Evaluation items are never trained on."""
    splits: Sequence[str] = ("train", "held_out")
    ties: Ties = Ties.SOFT
    min_judgments: int = 1
    reliability_weights: bool = True
    corrections: bool = True
    """Whether demonstrations hold the texts that annotators corrected, too."""
    max_share: float | None = None
    """The most of all weight that one person's votes may carry; None sets no limit."""

    def as_json(self) -> Json:
        """Return the spec as it is kept and hashed; the order of lists does not matter."""
        limited = {} if self.max_share is None else {"max_share": self.max_share}
        return {
            "purposes": sorted(purpose.value for purpose in self.purposes),
            "splits": sorted(self.splits),
            "ties": self.ties.value,
            "min_judgments": self.min_judgments,
            "reliability_weights": self.reliability_weights,
            "corrections": self.corrections,
            **limited,
        }


@dataclass(frozen=True)
class JudgedVote:
    """One rater's vote on a pair, as far as a dataset needs it."""

    judgment_id: str
    rater_id: str
    outcome: str
    guideline_version_id: str | None
    strength: int | None = None


@dataclass(frozen=True)
class Judged:
    """One judgment with all its votes."""

    judgment_id: str
    rater_id: str
    guideline_version_id: str | None
    kind: str
    votes: Sequence[Vote]

    @property
    def leaves_unchanged(self) -> bool:
        """Return whether it found nothing to correct."""
        return self.kind == Correction.name and CategoryVote(UNCHANGED) in self.votes

    def voting(self, outcome: str, strength: int | None) -> JudgedVote:
        """Return this judgment's vote on one pair."""
        return JudgedVote(
            self.judgment_id, self.rater_id, outcome, self.guideline_version_id, strength
        )


@dataclass(frozen=True)
class Ruling:
    """What people settled on an item, and where that came from."""

    source: str
    votes: Sequence[Vote]


@dataclass(frozen=True)
class Direction:
    """Which completion a pair prefers, and how probable that is."""

    chosen: int
    probability: float
    tied: bool


@dataclass(frozen=True)
class PreferenceRow:
    """One preference pair. `chosen` and `rejected` are a text, or turns where there are many."""

    item_id: str
    prompt: list[Message]
    chosen: str | list[Message]
    rejected: str | list[Message]
    probability: float
    weight: float
    split: str
    segment: str
    purpose: str
    judgments: list[str]
    guideline_versions: list[str]
    source: str
    residency: str | None
    simulated: bool
    kind: str
    """The kind of question that implied it; of a ranking or correction there may be several."""
    strength: float | None
    """How much better, on the question's levels (1: slightly); None where it was not asked."""
    image: str | None
    """The digest of the image that the prompt shows."""
    settled: str | None = None
    """Where the answer came from when people settled it; None where it is what the votes say.
    The probability of a settled pair is no estimate: 1, or one half for a tie."""


DEMONSTRATION = "demonstration"
"""The kind of a demonstration that arrived as one; others name the question that implied them."""


@dataclass(frozen=True)
class DemonstrationRow:
    """One prompt with the answer to learn from: given as such, or a completion as corrected."""

    item_id: str
    prompt: list[Message]
    completion: str | list[Message]
    split: str
    segment: str
    source: str
    residency: str | None
    simulated: bool
    image: str | None
    kind: str = DEMONSTRATION
    original: str | list[Message] | None = None
    """What was corrected."""
    judgments: list[str] = field(default_factory=list)
    """Those that say so in these words; none where nobody judged."""
    guideline_versions: list[str] = field(default_factory=list)
    settled: str | None = None
    """Where the corrected text came from when people settled it."""


@dataclass(frozen=True)
class DatasetVersion:
    """One immutable dataset; `digest` is the digest of its rows and names the artifact too."""

    digest: str
    project_id: str
    kind: DatasetKind
    spec: Json
    counts: Json
    artifact: str
    guideline_versions: list[str]
    created_at: float


@dataclass(frozen=True)
class Node:
    """A thing that can be traced: `ref` is its id or digest."""

    ref: str
    kind: str
    title: str
    at: float | None


@dataclass(frozen=True)
class Edge:
    """`child` descends from `parent`."""

    child: str
    parent: str
    kind: str


@dataclass(frozen=True)
class Trace:
    """What was reached from one thing; `cut` says that there is more than was walked."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    cut: bool = False
