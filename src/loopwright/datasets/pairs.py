"""Which preference pairs the judgments on an item imply; pure.

A comparison is one pair. A ranking of N implies every pair of its completions; together they
weigh as much as the N - 1 comparisons that a ranking holds independently of each other, so each
weighs 2 / N. A correction prefers the edited text to the original. Who found nothing to correct in
that original says that no edit of it is needed, but has not seen the edit: for each edit that is a
vote without a winner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from loopwright.datasets.model import Judged, JudgedVote, Ruling
from loopwright.datasets.rules import DIGITS, FIRST, SECOND, TIE
from loopwright.questions.model import PairVote, TextVote

Pair = tuple[int, int]


def pairs_of(judged: Sequence[Judged]) -> dict[Pair, list[JudgedVote]]:
    """Return {(index, index) in item order: the votes between them}, in order of index."""
    found: defaultdict[Pair, list[JudgedVote]] = defaultdict(list)
    for one in judged:
        for vote in one.votes:
            if isinstance(vote, PairVote):
                pair = (vote.first, vote.second)
                found[pair].append(one.voting(vote.outcome.value, vote.strength))
    return dict(sorted(found.items()))


def edits_of(judged: Sequence[Judged]) -> dict[str, list[JudgedVote]]:
    """Return {edited text: the votes on it}, each against the original; in order of text.

    Those who edited it in another way say nothing about this edit.
    """
    found = _by_text(judged)
    kept = [one.voting(TIE, None) for one in judged if one.leaves_unchanged]
    return {text: votes + kept for text, votes in sorted(found.items())}


def demonstrated_in(judged: Sequence[Judged]) -> dict[str, list[JudgedVote]]:
    """Return {edited text: the votes for it} that can be learned from; in order of text.

    There are none unless more people corrected the completion than found nothing to correct.
    """
    found = _by_text(judged)
    corrected = sum(len(votes) for votes in found.values())
    kept = sum(one.leaves_unchanged for one in judged)
    return dict(sorted(found.items())) if corrected > kept else {}


def settled_edits(judged: Sequence[Judged], ruling: Ruling) -> dict[str, list[JudgedVote]]:
    """Return {edited text that was settled: the votes for it}; none where it stays unchanged."""
    found = _by_text(judged)
    texts = [vote.text for vote in ruling.votes if isinstance(vote, TextVote)]
    return {text: found.get(text, []) for text in texts}


def share_of_pair(pairs: Mapping[Pair, object]) -> float:
    """Return what one of an item's implied pairs weighs: 1 for a comparison, else 2 / N."""
    completions = {index for pair in pairs for index in pair}
    return min(1.0, 2.0 / max(2, len(completions)))


def strength_for(votes: Sequence[JudgedVote], chosen: int) -> float | None:
    """Return the mean strength of the votes for the chosen side; None where none has one."""
    side = (FIRST, SECOND)[chosen]
    found = [vote.strength for vote in votes if vote.outcome == side and vote.strength is not None]
    return round(sum(found) / len(found), DIGITS) if found else None


def _by_text(judged: Sequence[Judged]) -> dict[str, list[JudgedVote]]:
    found: defaultdict[str, list[JudgedVote]] = defaultdict(list)
    for one in judged:
        for vote in one.votes:
            if isinstance(vote, TextVote):
                found[vote.text].append(one.voting(FIRST, None))
    return found
