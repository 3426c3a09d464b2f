"""Pure decisions of datasets: which way a pair points, how sure that is, what it weighs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from loopwright.base.errors import InvalidInput
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


def held_back(
    voters: Iterable[Sequence[str]], reliability: Mapping[str, float], *, most: float
) -> dict[str, float]:
    """Return each person's reliability, lowered so far that nobody carries more than `most`.

    `voters` has the people who judged each item. What a person carries is the sum, over their
    items, of their reliability over the number of people there; `most` is a share of all that is
    carried. Raises InvalidInput when there are too few people for it.
    """
    carried: dict[str, float] = {}
    for people in voters:
        for rater in people:
            value = reliability.get(rater, UNKNOWN_RELIABILITY)
            carried[rater] = carried.get(rater, 0.0) + value / len(people)
    present = [rater for rater, value in carried.items() if value > 0.0]
    if len(present) * most < 1.0:
        raise InvalidInput(
            f"Nobody can carry at most {most:.0%} where {len(present)} people judged.",
            remedy=f"Use a max_share of at least {1 / max(1, len(present)):.2f}, or none.",
            code="too_few_people",
        )
    # The largest are lowered to a common height h with h = most * sum(min(carried, h)).
    ordered = sorted((carried[rater] for rater in present), reverse=True)
    rest, height = sum(ordered), math.inf
    for above, value in enumerate(ordered):
        if value <= most * (rest + above * value) + 1e-12:
            height = most * rest / (1.0 - most * above) if above else math.inf
            break
        rest -= value
    factor = {rater: min(1.0, height / carried[rater]) for rater in present}
    return {
        rater: reliability.get(rater, UNKNOWN_RELIABILITY) * factor.get(rater, 1.0)
        for rater in carried
    }
