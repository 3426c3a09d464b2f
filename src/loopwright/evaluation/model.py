"""A blind comparison of two policy versions on prompts that neither was trained on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loopwright.base.types import Json
from loopwright.stats.estimate import Estimate


class EvaluationState(StrEnum):
    """Where a comparison is."""

    OPEN = "open"
    """Its items wait for blind judgments."""
    DONE = "done"
    """Judged and measured; the result is kept."""


@dataclass(frozen=True)
class ComparedPair:
    """Both answers to one prompt; without an item when the texts are the same."""

    prompt_id: str
    candidate: str
    """Completion id."""
    baseline: str
    """Completion id."""
    item_id: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """One comparison; `set_name` is the set under which its items are kept."""

    id: str
    project_id: str
    cycle_id: str | None
    set_name: str
    candidate_id: str
    baseline_id: str
    pairs: tuple[ComparedPair, ...]
    state: EvaluationState
    result: Json | None
    created_at: float
    measured_at: float | None

    @property
    def item_ids(self) -> list[str]:
        """Return the items that people judge."""
        return [pair.item_id for pair in self.pairs if pair.item_id is not None]


@dataclass(frozen=True)
class ComparisonVote:
    """One judgment of a comparison: 1 for the candidate, 0.5 for a tie, 0 for the baseline."""

    item_id: str
    prompt_id: str
    rater_id: str
    value: float
    outcome: str


@dataclass(frozen=True)
class ComparisonVerdict:
    """What the judgments of a comparison say."""

    win_rate: Estimate
    judgments: int
    raters: int
    ties: int
    both_bad: int


@dataclass(frozen=True)
class StyleSignals:
    """What the answers look like, whoever likes them; by "candidate" and "baseline"."""

    length_ratio: Estimate
    """Mean words of the candidate's answers over the baseline's."""
    canned_share: Mapping[str, Estimate] = field(default_factory=dict)
    distinct_share: Mapping[str, Estimate] = field(default_factory=dict)

    def as_dict(self) -> Json:
        """Return the stored form."""
        return {
            "length_ratio": self.length_ratio.as_dict(),
            "canned_share": {name: one.as_dict() for name, one in self.canned_share.items()},
            "distinct_share": {name: one.as_dict() for name, one in self.distinct_share.items()},
        }
