"""Wire shapes of quality."""

from typing import Literal, Self

from pydantic import BaseModel

from loopwright.quality.model import (
    BlindVote,
    QualityReport,
    Settlement,
    ShownConsensus,
    SourceRating,
)
from loopwright.stats.estimate import Estimate


class EstimateOut(BaseModel):
    """A figure with its 95 % interval; a value of null is unknown, and `reason` says why."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None

    @classmethod
    def of(cls, found: Estimate) -> Self:
        """Return the wire form."""
        return cls(**found.as_dict())


class ConsensusCounts(BaseModel):
    """Items that have all the judgments that are wanted, and those that do not.

    `undecided` counts those, of both, on which the votes are split or no answer is more likely
    right than wrong.
    """

    closed: int
    open: int
    undecided: int


class RatingOut(BaseModel):
    """A policy version's rating in logits; 0 is the mean of its `group`."""

    source: str
    policy_version_id: str
    rating: float | None
    low: float | None
    high: float | None
    n: int
    wins: int
    losses: int
    ties: int
    group: int
    reason: str | None

    @classmethod
    def of(cls, found: SourceRating) -> Self:
        """Return the wire form."""
        rating = found.rating.rating
        return cls(
            source=found.name,
            policy_version_id=found.policy_version_id,
            rating=rating.value,
            low=rating.low,
            high=rating.high,
            n=rating.n,
            wins=found.rating.wins,
            losses=found.rating.losses,
            ties=found.rating.ties,
            group=found.rating.group,
            reason=rating.reason,
        )


class ReliabilityOut(BaseModel):
    """How often a rater is right, judged against consensus."""

    rater: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None


class AgreementOut(BaseModel):
    """How far raters agree on one aspect of a question: "" is the question itself, else a
    criterion or a label; what cannot be compared is unknown, with the reason."""

    question_id: str
    kind: str | None
    aspect: str
    alpha: EstimateOut


class QualityOut(BaseModel):
    """The quality report of a project; `alpha` is that of the question with most judgments."""

    judgments: int
    annotators: int
    items: int
    sources: int
    alpha: EstimateOut
    agreement: list[AgreementOut]
    consensus: ConsensusCounts
    ratings: list[RatingOut]
    rating_groups: int
    reliability: list[ReliabilityOut]
    position_bias: EstimateOut

    @classmethod
    def of(cls, report: QualityReport) -> Self:
        """Return the wire form."""
        facts = report.facts
        return cls(
            judgments=facts.judgments,
            annotators=facts.annotators,
            items=facts.items,
            sources=facts.sources,
            alpha=EstimateOut.of(facts.alpha),
            agreement=[
                AgreementOut(
                    question_id=one.question_id,
                    kind=one.kind,
                    aspect=one.aspect,
                    alpha=EstimateOut.of(one.alpha),
                )
                for one in facts.agreement
            ],
            consensus=ConsensusCounts(
                closed=report.closed, open=report.open, undecided=report.undecided
            ),
            ratings=[RatingOut.of(one) for one in facts.ratings],
            rating_groups=facts.groups,
            reliability=[
                ReliabilityOut(
                    rater=rater,
                    value=one.value,
                    low=one.low,
                    high=one.high,
                    n=one.n,
                    reason=one.reason,
                )
                for rater, one in report.reliability.items()
            ],
            position_bias=EstimateOut.of(facts.position_bias),
        )


class ShareOut(BaseModel):
    """One answer with its votes, and its probability under the model; `text` says it in words.

    The probability is null where the whole answer has none of its own: its parts do.
    """

    answer: str
    text: str
    votes: int
    probability: float | None


class SettledOut(BaseModel):
    """An answer that people settled: by `source` (adjudication, discussion or gold) `ref_id`.

    It stands instead of a probability, and votes beside it are as they were.
    """

    settlement_id: str
    answer: str
    text: str
    source: Literal["adjudication", "discussion", "gold"]
    ref_id: str
    settled_at: float


class BoxOut(BaseModel):
    """A box from the top left corner of the image, in pixels."""

    x: float
    y: float
    width: float
    height: float


class PartOut(BaseModel):
    """What is agreed on one part of an answer; probabilities are the model's, not calibrated.

    `shape` is category (a label yes or no, `aspect` names it), level (of a criterion, for the
    completion `about` by its index in item order, `value` the score with its 95 % interval), rank
    (the place of completion `about`, `value` its mean rank) or box (`value` how far the boxes of
    those who framed it overlap, on average).
    """

    shape: Literal["category", "level", "rank", "box"]
    aspect: str
    about: int
    answer: str
    n: int
    probability: float | None
    value: float | None
    low: float | None
    high: float | None
    levels: int
    votes: dict[str, int]
    shares: dict[str, float]
    box: BoxOut | None


class ConsensusOut(BaseModel):
    """The answer on one item; `shares` tells how the votes fell, the most votes first.

    Where it is `undecided`, the votes are `split` (two answers have the most) or no answer is more
    likely right than wrong, and `answer` only leads. `text` is the answer in words. What people
    `settled` is decided; the votes' own answer and probability stay beside it.

    `probability` is the model's, for an answer of several `parts` the expected share of parts that
    are right. `calibrated` is corrected by gold; where it is null, `not_calibrated` says why.
    `one_more_vote` is by how much one more vote would raise the chance that the answer is right.
    """

    item_id: str
    question_id: str
    prompt: str
    answer: str
    text: str
    probability: float
    undecided: bool
    split: bool
    n: int
    votes: dict[str, int]
    shares: list[ShareOut]
    updated_at: float
    settled: SettledOut | None
    calibrated: float | None
    not_calibrated: str | None
    one_more_vote: float | None
    parts: list[PartOut]

    @classmethod
    def of(cls, shown: ShownConsensus) -> Self:
        """Return the wire form."""
        found = shown.consensus
        return cls(
            item_id=found.item_id,
            question_id=shown.question_id,
            prompt=shown.prompt,
            answer=found.answer,
            text=shown.text,
            probability=found.probability,
            undecided=shown.undecided,
            split=found.split,
            n=found.n,
            votes=found.votes,
            shares=[ShareOut(**vars(one)) for one in shown.shares],
            updated_at=found.updated_at,
            settled=settled_out(shown.settlement, shown.settled_text),
            calibrated=shown.calibrated,
            not_calibrated=shown.not_calibrated,
            one_more_vote=shown.worth,
            parts=[PartOut.model_validate(part) for part in found.parts or ()],
        )


def settled_out(made: Settlement | None, text: str) -> SettledOut | None:
    """Return the wire form of a settled answer, whose words are `text`."""
    if made is None:
        return None
    return SettledOut(
        settlement_id=made.id,
        answer=made.outcome,
        text=text,
        source=made.source.value,
        ref_id=made.ref_id,
        settled_at=made.settled_at,
    )


class FlaggedOut(BaseModel):
    """A policy flag; `place` is item, prompt, image or completion, that one by its index in the
    item's own order. `start` and `end` count code points of its text, `end` exclusive."""

    flag: str
    severity: str
    place: str
    completion: int | None
    start: int | None
    end: int | None


class VoteOut(BaseModel):
    """One judgment, blind: the rater's name holds on this item only. `text` is it in words,
    `note` a remark to the leads."""

    rater: str
    answer: str
    text: str
    reason: str | None
    flags: list[FlaggedOut]
    note: str | None
    created_at: float

    @classmethod
    def of(cls, found: BlindVote) -> Self:
        """Return the wire form."""
        return cls(
            rater=found.rater,
            answer=found.answer,
            text=found.text,
            reason=found.reason,
            flags=[FlaggedOut(**vars(flag)) for flag in found.flags],
            note=found.note,
            created_at=found.created_at,
        )
