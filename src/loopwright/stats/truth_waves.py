"""The live engine of `truth` over arrays: the same update after each vote, many items at a time.

Votes are taken in their order. A wave holds votes on different items, so that each item is weighed
again once, from counts that leave it out; counts are brought up to date after the wave. With one
vote a wave this is `TruthStream` exactly. A batch grows with the votes seen, so that counts are
never behind by more than one vote in `BEHIND`, and by more than a third of any rater's votes; an
item's votes within a batch come in waves one after the other. Whether an item takes a further vote
is asked after each of its votes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, Codes, Doubles, pooled_accuracy

BEHIND = 200
"""One over the largest share of the votes so far that counts may lack."""
_FEW = 4
"""Votes that one rater may always have in a batch."""

Closes = Callable[[Codes, Doubles, Codes], NDArray[np.bool_]]
"""Takes items, their posteriors and their numbers of votes; returns which of them close."""
Seen = Callable[[Codes, Doubles, Codes], None]
"""Is told votes (their places in the order), each one's item's posterior, its number of votes."""


@dataclass(frozen=True)
class WaveResult:
    """Posterior (items, categories) after the last vote taken; how many votes each item took."""

    posterior: Doubles
    taken: Codes
    used: NDArray[np.bool_]
    """Per vote, whether it was taken; votes on closed items are not."""


@dataclass
class _State:
    counts: Doubles
    """(raters, answers, truths)."""
    rows: Doubles
    right: Doubles
    total: Doubles
    frequency: Doubles
    posterior: Doubles
    taken: Codes
    all_right: float = 0.0
    all_total: float = 0.0


@dataclass(frozen=True)
class _Order:
    """Votes by item, each item's in the order in which they came, and where each item starts."""

    rater: Codes
    answer: Codes
    start: Codes


class Waves:
    """One pass over the votes; of a rater's several votes on an item only one may be among them."""

    def __init__(self, votes: CodedVotes, settings: TruthSettings | None = None) -> None:
        self.votes = votes
        self.settings = settings or TruthSettings()
        self._order = _by_item(votes)
        size = votes.categories
        self._state = _State(
            counts=np.zeros((votes.raters, size, size)),
            rows=np.zeros((votes.raters, size)),
            right=np.zeros(votes.raters),
            total=np.zeros(votes.raters),
            frequency=np.zeros(size),
            posterior=np.zeros((votes.items, size)),
            taken=np.zeros(votes.items, dtype=np.int64),
        )

    def run(self, *, closes: Closes, seen: Seen | None = None, behind: int = BEHIND) -> WaveResult:
        """Take every vote in order, but none on an item that has closed."""
        votes, state = self.votes, self._state
        closed = np.zeros(votes.items, dtype=bool)
        used = np.zeros(len(votes.item), dtype=bool)
        given = np.zeros(votes.raters, dtype=np.int64)
        at, size = 0, 1
        while at < len(votes.item):
            # No more than twice the batch before: where raters cut batches short, looking far
            # ahead each time would cost more than the votes.
            size = min(len(votes.item) - at, max(1, at // behind), 2 * size + 8)
            batch = np.arange(at, at + size)
            batch = batch[~closed[votes.item[batch]]]
            kept = _before_one_rules(votes.rater[batch], given)
            if kept < len(batch):
                size = int(batch[kept]) - at
                batch = batch[:kept]
            np.add.at(given, votes.rater[batch], 1)
            for wave in _waves(votes.item[batch]):
                each = batch[wave]
                each = each[~closed[votes.item[each]]]
                if not len(each):
                    break
                item = votes.item[each]
                self._take(item)
                used[each] = True
                posterior, taken = state.posterior[item], state.taken[item]
                closed[item] = closes(item, posterior, taken)
                if seen is not None:
                    seen(each, posterior, taken)
            at += size
        return WaveResult(state.posterior, state.taken, used)

    def _take(self, item: Codes) -> None:
        """Take the next vote of each of these different items."""
        state, known, size = self._state, self.settings, self.votes.categories
        before = state.taken[item]
        row, vote = _spread(self._order.start[item], before + 1)
        rater, answer = self._order.rater[vote], self._order.answer[vote]
        # The item's part in the counts so far: nothing of the new vote, nothing of a first one.
        old = np.arange(len(vote)) != np.cumsum(before + 1)[row] - 1
        old &= (before > 1)[row]  # a vote alone on its item is no evidence of reliability
        had = state.posterior[item]
        own = had[row] * old[:, None]
        hit = own[np.arange(len(vote)), answer]
        item_hits = np.bincount(row, hit, len(item))
        pooled = pooled_accuracy(
            state.all_right - item_hits, state.all_total - before * (before > 1), size, known
        )[row]
        right, total = state.right[rater] - hit, state.total[rater] - old
        accuracy = (right + known.rater_votes * pooled) / (total + known.rater_votes)
        coin = np.repeat(((1.0 - accuracy) / (size - 1))[:, None], size, axis=1)
        coin[np.arange(len(vote)), answer] = accuracy
        counted = np.maximum(state.counts[rater, answer] - own, 0.0)
        likelihood = np.log(
            (counted + known.shrink * coin) / (state.rows[rater] - own + known.shrink)
        )
        logs = np.log(np.maximum(state.frequency - had, 0.0) + known.prior)
        for truth in range(size):
            logs[:, truth] += np.bincount(row, likelihood[:, truth], len(item))
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        now = (before > 0)[row]
        self._count(rater, answer, shares[row] * now[:, None] - own, now & ~old)
        state.frequency += (shares - had).sum(axis=0)
        state.posterior[item] = shares
        state.taken[item] = before + 1

    def _count(self, rater: Codes, answer: Codes, change: Doubles, new: NDArray[np.bool_]) -> None:
        state = self._state
        np.add.at(state.counts, (rater, answer), change)
        np.add.at(state.rows, rater, change)
        right = change[np.arange(len(rater)), answer]
        np.add.at(state.right, rater, right)
        np.add.at(state.total, rater[new], 1.0)
        state.all_right += float(right.sum())
        state.all_total += int(new.sum())


def _by_item(votes: CodedVotes) -> _Order:
    order = np.argsort(votes.item, kind="stable")
    start = np.zeros(votes.items + 1, dtype=np.int64)
    np.cumsum(np.bincount(votes.item, minlength=votes.items), out=start[1:])
    return _Order(votes.rater[order], votes.answer[order], start[:-1])


def _before_one_rules(rater: Codes, given: Codes) -> int:
    """Return how many of these votes come before one rater has half as many as ever before."""
    number = _occurrence(rater)
    over = number >= np.maximum(_FEW, given[rater] // 2)
    return int(over.argmax()) if bool(over.any()) else len(rater)


def _occurrence(codes: Codes) -> Codes:
    """Return for each entry how many equal ones come before it."""
    if len(codes) < 2:
        return np.zeros(len(codes), dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    sorted_, line = codes[order], np.arange(len(codes))
    first = np.concatenate([[True], sorted_[1:] != sorted_[:-1]])
    number = np.empty(len(codes), dtype=np.int64)
    number[order] = line - np.maximum.accumulate(np.where(first, line, 0))
    return number


def _waves(item: Codes) -> list[Codes]:
    """Return places in `item`: first those of every item's first vote here, then of second ones."""
    number = _occurrence(item)
    order = np.argsort(number, kind="stable")
    return np.split(order, np.cumsum(np.bincount(number))[:-1]) if len(item) else []


def _spread(start: Codes, length: Codes) -> tuple[Codes, Codes]:
    """Return, for rows of `length` entries each, every entry's row and its place from `start`."""
    row = np.repeat(np.arange(len(length)), length)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    return row, start[row] + offset
