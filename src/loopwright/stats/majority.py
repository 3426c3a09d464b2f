"""The majority's answers on gold items; of equals each counts its share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loopwright.stats.truth_em import CodedVotes, Codes, Doubles


@dataclass(frozen=True)
class FixedVotes:
    """What the first k votes of every item give, for growing k; the last is all votes."""

    right: list[Doubles]
    """By k, (gold items,): how likely the answer is right."""
    votes: list[Codes]
    """By k, (gold items,): votes that there were."""


def majority_right(votes: CodedVotes, gold_item: Codes, gold_answer: Codes) -> Doubles:
    """Return how likely the majority of an item's votes is right, ties broken by lot."""
    table = np.zeros((len(gold_item), votes.categories))
    place = _places(votes, gold_item)
    kept = place[votes.item] >= 0
    np.add.at(table, (place[votes.item[kept]], votes.answer[kept]), 1.0)
    return _right(table, gold_answer)


def majority_curve(
    votes: CodedVotes, gold_item: Codes, gold_answer: Codes, *, ks: Sequence[int]
) -> FixedVotes:
    """Return what the majority of the first k votes gives, for each k and for all votes."""
    place = _places(votes, gold_item)
    kept = np.flatnonzero(place[votes.item] >= 0)
    item, answer = place[votes.item[kept]], votes.answer[kept]
    number = rank_within(votes.item)[kept]
    table = np.zeros((len(gold_item), votes.categories))
    right, counts, low = [], [], 0
    for k in (*ks, None):
        new = number >= low if k is None else (number >= low) & (number < k)
        np.add.at(table, (item[new], answer[new]), 1.0)
        right.append(_right(table, gold_answer))
        counts.append(table.sum(axis=1).astype(np.int64))
        low = k or low
    return FixedVotes(right, counts)


def rank_within(codes: Codes) -> Codes:
    """Return for each entry how many equal ones come before it."""
    order = np.argsort(codes, kind="stable")
    line, sorted_ = np.arange(len(codes)), codes[order]
    first = np.ones(len(codes), dtype=bool)
    first[1:] = sorted_[1:] != sorted_[:-1]
    number = np.empty(len(codes), dtype=np.int64)
    number[order] = line - np.maximum.accumulate(np.where(first, line, 0))
    return number


def _places(votes: CodedVotes, gold_item: Codes) -> Codes:
    place = np.full(votes.items, -1, dtype=np.int64)
    place[gold_item] = np.arange(len(gold_item))
    return place


def _right(table: Doubles, gold_answer: Codes) -> Doubles:
    most = table == table.max(axis=1, keepdims=True)
    shares: Doubles = most[np.arange(len(table)), gold_answer] / most.sum(axis=1)
    return shares
