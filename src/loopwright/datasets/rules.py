"""Pure decisions of datasets: which way a pair points, how sure that is, what it weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from loopwright.datasets.model import Direction, JudgedVote

FIRST, SECOND, TIE = "first", "second", "tie"
DIGITS = 6
"""Figures are rounded, so that the same judgments give the same bytes on every machine."""
UNKNOWN_RELIABILITY = 0.7
"""A rater without an estimate counts as somewhat reliable (a coin is 0.5)."""


def probability_of_first(posterior: Mapping[str, float]) -> float:
    """Return P(first is better) of a distribution over first, second, tie and both_bad.

    What names no winner is shared equally between the two.
    """
    total = sum(posterior.values())
    if total <= 0:
        return 0.5
    undecided = total - posterior.get(FIRST, 0.0) - posterior.get(SECOND, 0.0)
    return (posterior.get(FIRST, 0.0) + undecided / 2) / total


def direction(answer: str, p_first: float) -> Direction:
    """Return the direction of a pair whose consensus is `answer`.

    A tie points to the likelier side with its probability, so that no information is lost.
    """
    chosen = 0 if p_first > 0.5 or (p_first == 0.5 and answer != SECOND) else 1
    probability = p_first if chosen == 0 else 1.0 - p_first
    return Direction(chosen, round(probability, DIGITS), tied=answer not in (FIRST, SECOND))


def settled_direction(outcome: str) -> Direction:
    """Return the direction of a pair whose answer people settled."""
    return direction(outcome, {FIRST: 1.0, SECOND: 0.0}.get(outcome, 0.5))


def voted(votes: Sequence[JudgedVote]) -> tuple[str, float]:
    """Return the answer and P(first is better) of plain votes, for an item without consensus.

    Shares with half a vote added on either side (Jeffreys), so that one vote is not certainty.
    """
    counts = Counter(vote.outcome for vote in votes)
    first = counts[FIRST] + (len(votes) - counts[FIRST] - counts[SECOND]) / 2
    share = (first + 0.5) / (len(votes) + 1.0)
    answer = max(sorted(counts), key=lambda outcome: counts[outcome])
    tied = counts[FIRST] == counts[SECOND] and counts[FIRST] >= counts[answer]
    return (TIE if tied else answer), share


def weight(votes: Sequence[JudgedVote], reliability: Mapping[str, float]) -> float:
    """Return a pair's weight: the mean reliability of those who judged it, in [0, 1]."""
    if not votes:
        return UNKNOWN_RELIABILITY
    values = [reliability.get(vote.rater_id, UNKNOWN_RELIABILITY) for vote in votes]
    return round(sum(values) / len(values), DIGITS)
