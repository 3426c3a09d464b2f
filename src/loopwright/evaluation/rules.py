"""What judgments and reward models say about a comparison; pure."""

from collections.abc import Mapping, Sequence

from loopwright.evaluation.model import ComparisonVerdict, ComparisonVote
from loopwright.stats import proportions
from loopwright.stats.estimate import Estimate

VALUES = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}
"""The candidate is the item's first completion; who sees it on which side is shuffled."""


def verdict(votes: Sequence[ComparisonVote]) -> ComparisonVerdict:
    """Return the candidate's win rate, (wins + ties / 2) / n, clustered by rater.

    "Both bad" counts as a tie and is reported beside it.
    """
    found = proportions.win_rate([vote.value for vote in votes], [vote.rater_id for vote in votes])
    return ComparisonVerdict(
        win_rate=found.estimate,
        judgments=len(votes),
        raters=found.clusters,
        ties=sum(vote.outcome == "tie" for vote in votes),
        both_bad=sum(vote.outcome == "both_bad" for vote in votes),
    )


def on_policy_accuracy(votes: Sequence[ComparisonVote], margins: Mapping[str, float]) -> Estimate:
    """Return how often the reward model agrees with fresh decided judgments, by prompt.

    `margins`: score of the candidate's answer minus the baseline's, by item id; an equal score
    counts half. Ties and items without a margin are left out.
    """
    decided = [vote for vote in votes if vote.value != 0.5 and vote.item_id in margins]
    correct = [_agrees(margins[vote.item_id], prefers=vote.value == 1.0) for vote in decided]
    return proportions.accuracy(correct, [vote.prompt_id for vote in decided]).estimate


def margin_accuracy(margins: Sequence[tuple[str, float, float | None]]) -> Estimate:
    """Return the share of pairs whose chosen answer scores higher.

    `margins`: (prompt id, chosen minus rejected score, probability of chosen); even pairs
    (probability 0.5) are left out.
    """
    decided = [(prompt, margin) for prompt, margin, p in margins if p != 0.5]
    correct = [_agrees(margin, prefers=True) for _, margin in decided]
    return proportions.accuracy(correct, [prompt for prompt, _ in decided]).estimate


def _agrees(margin: float, *, prefers: bool) -> float:
    if margin == 0.0:
        return 0.5
    return float((margin > 0.0) == prefers)
