"""Votes as they are kept with a judgment.

They are kept, rather than read from the answer again, because what a question asks may grow: a
label is added, a criterion gets a finer scale. A vote says what it said under the question it
answered. Where the outcome alone says it all (a plain comparison, one label), nothing is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loopwright.base.types import Json
from loopwright.questions.model import (
    CategoryVote,
    OrdinalVote,
    PairOutcome,
    PairVote,
    TextVote,
    Vote,
)

_PAIR_OUTCOMES = frozenset(PairOutcome)


def stored_votes(votes: Sequence[Vote]) -> list[list[Any]] | None:
    """Return votes as JSON rows; None where the outcome alone says the same.

    The text of a TextVote stays in the answer.
    """
    if len(votes) == 1 and votes[0] in (_of_outcome(_plain(votes[0])),):
        return None
    return [_row(vote) for vote in votes]


def read_votes(stored: Sequence[Sequence[Any]] | None, outcome: str, answer: Json) -> list[Vote]:
    """Return the votes of a judgment, from what is kept with it."""
    if stored is None:
        return [_of_outcome(outcome)]
    return [_READ[name](rest, answer) for name, *rest in stored]


def _plain(vote: Vote) -> str:
    if isinstance(vote, PairVote):
        return vote.outcome.value
    return vote.label if isinstance(vote, CategoryVote) else ""


def _of_outcome(outcome: str) -> Vote:
    return PairVote(PairOutcome(outcome)) if outcome in _PAIR_OUTCOMES else CategoryVote(outcome)


def _row(vote: Vote) -> list[Any]:
    match vote:
        case PairVote():
            row = [vote.outcome.value, vote.first, vote.second, vote.strength]
            return ["pair", vote.aspect, *row]
        case CategoryVote():
            return ["category", vote.aspect, vote.label]
        case OrdinalVote():
            return ["ordinal", vote.aspect, vote.level, vote.of, vote.about]
        case TextVote():
            return ["text", vote.aspect, vote.about]


def _pair(row: Sequence[Any], answer: Json) -> Vote:
    aspect, outcome, first, second, strength = row
    return PairVote(PairOutcome(outcome), first, second, strength, aspect)


def _category(row: Sequence[Any], answer: Json) -> Vote:
    aspect, label = row
    return CategoryVote(label, aspect)


def _ordinal(row: Sequence[Any], answer: Json) -> Vote:
    aspect, level, of, about = row
    return OrdinalVote(level, of, aspect, about)


def _text(row: Sequence[Any], answer: Json) -> Vote:
    aspect, about = row
    return TextVote(answer["text"], aspect, about)


_READ: Mapping[str, Callable[[Sequence[Any], Json], Vote]] = {
    "pair": _pair,
    "category": _category,
    "ordinal": _ordinal,
    "text": _text,
}
