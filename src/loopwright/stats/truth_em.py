"""Dawid-Skene over arrays of codes: the fast batch, and the choice of how far to shrink it.

Model: Dawid, Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM
algorithm"; each row of a rater's confusion matrix is shrunk toward one coin (right with the rater's
own accuracy, else any other answer alike) by `shrink` votes, the accuracy toward that of everybody
by `rater_votes`; both are learned on items with two or more votes (`truth`). With votes as a sparse
matrix S (items; rater and answer), one iteration is counts = S' posterior and log posterior =
S log(confusion) + log(frequency): two sparse products.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from scipy.sparse import csr_array

from loopwright.stats.truth import TruthSettings

Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]
Codes = NDArray[np.int64]
SHRINKS = (20.0, 100.0, 1000.0, 1e6)
"""Votes by which a row is held at one coin; the last is one coin alone."""
MIN_GOLD = 20
"""Gold items that it takes to leave the shrinkage that is set."""


@dataclass(frozen=True)
class CodedVotes:
    """Votes as integers from 0: `item`, `rater` and `answer` have one entry per vote.

    Raises ValueError for arrays of different lengths and codes out of range.
    """

    item: Codes
    rater: Codes
    answer: Codes
    items: int
    raters: int
    categories: int

    def __post_init__(self) -> None:
        """Refuse what would be counted in a wrong place."""
        if not len(self.item) == len(self.rater) == len(self.answer):
            raise ValueError("item, rater and answer need one entry per vote each")
        if self.categories < 2:
            raise ValueError(f"two or more categories are needed, got {self.categories}")
        for name, size in (("item", "items"), ("rater", "raters"), ("answer", "categories")):
            codes, limit = getattr(self, name), getattr(self, size)
            if len(codes) and (codes.min() < 0 or codes.max() >= limit):
                raise ValueError(f"{name} codes are 0 to {limit - 1}")


@dataclass(frozen=True)
class Fit:
    """Posterior (items, categories), confusion (raters, answers, truths), and how it ended."""

    posterior: Floats
    confusion: Floats
    iterations: int
    change: float


@dataclass(frozen=True)
class ShrinkChoice:
    """The shrinkage chosen, and each candidate's mean log probability of the gold answers."""

    shrink: float
    scores: dict[float, float]
    gold: int


def dawid_skene(
    votes: CodedVotes,
    *,
    settings: TruthSettings | None = None,
    iterations: int = 50,
    tolerance: float = 1e-4,
    dtype: DTypeLike = np.float32,
) -> Fit:
    """Return the fit after `iterations`, or when no probability changes by `tolerance` any more.

    An item without votes has the answers' frequencies. float32 holds probabilities to about 1e-6;
    counts and logarithms of confusion are float64 in either case.
    """
    known = settings or TruthSettings()
    by_item = _matrix(votes, dtype)
    by_cell = csr_array(_shared(by_item).T)
    posterior = soft_majority(votes, dtype)
    confusion = np.zeros((votes.raters, votes.categories, votes.categories))
    used, change = 0, np.inf
    while used < iterations and change > tolerance:
        counts = np.asarray(by_cell @ posterior, dtype=np.float64)
        confusion = _confusion(counts.reshape(confusion.shape), known)
        table = np.log(confusion).reshape(-1, votes.categories).astype(dtype)
        logs = np.asarray(by_item @ table)
        logs += np.log(posterior.sum(axis=0, dtype=np.float64) + known.prior).astype(dtype)
        _to_shares(logs)
        if tolerance > 0:
            change = float(np.abs(logs - posterior).max(initial=0.0))
        posterior = logs
        used += 1
    return Fit(posterior, confusion, used, change)


def choose_shrink(
    votes: CodedVotes,
    gold_item: Codes,
    gold_answer: Codes,
    *,
    settings: TruthSettings | None = None,
    candidates: Sequence[float] = SHRINKS,
    iterations: int = 50,
) -> ShrinkChoice:
    """Return the shrinkage that best foretells gold answers, which the fits never see.

    `settings.shrink` is left only for a candidate whose mean log probability of the gold answers
    is higher by more than two standard errors, over the same items. Below `MIN_GOLD` items it
    stays. Held-out votes are no guide: a free matrix foretells votes best also where raters share
    a bias, and then its answers are worse than the majority's.
    """
    known = settings or TruthSettings()
    if len(gold_item) != len(gold_answer):
        raise ValueError(f"{len(gold_item)} gold items but {len(gold_answer)} gold answers")
    if len(gold_item) < MIN_GOLD:
        return ShrinkChoice(known.shrink, {}, len(gold_item))
    scores = {
        shrink: _gold_score(
            dawid_skene(votes, settings=replace(known, shrink=shrink), iterations=iterations),
            gold_item,
            gold_answer,
        )
        for shrink in sorted({*candidates, known.shrink})
    }
    chosen, most = known.shrink, 0.0
    for shrink, score in scores.items():
        gain = score - scores[known.shrink]
        mean, error = float(gain.mean()), float(gain.std(ddof=1)) / len(gain) ** 0.5
        if mean > 2.0 * error and mean > most:
            chosen, most = shrink, mean
    means = {shrink: float(score.mean()) for shrink, score in scores.items()}
    return ShrinkChoice(chosen, means, len(gold_item))


def soft_majority(votes: CodedVotes, dtype: DTypeLike = np.float64) -> Floats:
    """Return each item's shares of votes (items, categories), held at even by one vote.

    The search starts from what the votes say, so answers cannot swap names.
    """
    size = votes.categories
    cells = np.bincount(votes.item * size + votes.answer, minlength=votes.items * size)
    table = cells.reshape(votes.items, size).astype(dtype)
    table += np.asarray(1.0 / size, dtype=table.dtype)
    table /= _row_sum(table)[:, None]
    return table


def pooled_accuracy(right: ArrayLike, total: ArrayLike, size: int, known: TruthSettings) -> Doubles:
    """Return the accuracy of all raters from expected right votes out of `total`."""
    prior = known.accuracy_votes
    pooled = (np.asarray(right) + known.accuracy * prior) / (np.asarray(total) + prior)
    # Below chance everybody would be read backwards: the raters as a whole are never that.
    found: Doubles = np.clip(pooled, 1.0 / size + 0.05, 0.98)
    return found


def _gold_score(fit: Fit, item: Codes, answer: Codes) -> Doubles:
    """Return the log probability of each gold answer; one sure mistake costs at most 7."""
    shares = np.asarray(fit.posterior[item, answer], dtype=np.float64)
    return np.log(np.maximum(shares, 1e-3))


def _matrix(votes: CodedVotes, kind: DTypeLike) -> csr_array:
    """Return the votes as (items, raters x answers)."""
    cell = (votes.rater * votes.categories + votes.answer).astype(np.int32)
    item, each = votes.item.astype(np.int32), np.arange(len(cell) + 1, dtype=np.int32)
    # From rows to columns is a counting sort: ten times as fast as sorting votes by item.
    by_item = csr_array((cell, item, each), shape=(len(cell), votes.items)).tocsc()
    shape = (votes.items, votes.raters * votes.categories)
    return csr_array((np.ones(len(cell), kind), by_item.data, by_item.indptr), shape=shape)


def _shared(by_item: csr_array) -> csr_array:
    """Return the votes on items that have several."""
    size = np.diff(by_item.indptr)
    if bool((size > 1).all()):
        return by_item
    weight = np.repeat((size > 1).astype(by_item.dtype), size)
    return csr_array((weight, by_item.indices, by_item.indptr), shape=by_item.shape)


def _confusion(counts: Doubles, settings: TruthSettings) -> Doubles:
    """Return the shrunk confusion (raters, answers, truths) of expected counts."""
    size = counts.shape[1]
    right, total = np.einsum("raa->r", counts), counts.sum(axis=(1, 2))
    pooled = pooled_accuracy(right.sum(), total.sum(), size, settings)
    accuracy = (right + settings.rater_votes * pooled) / (total + settings.rater_votes)
    coin = np.repeat((1.0 - accuracy) / (size - 1), size * size).reshape(counts.shape)
    same = np.arange(size)
    coin[:, same, same] = accuracy[:, None]
    held = counts + settings.shrink * coin
    shrunk: Doubles = held / (counts.sum(axis=1, keepdims=True) + settings.shrink)
    return np.maximum(shrunk, 1e-30)


def _to_shares(logs: Floats) -> None:
    """Turn logarithms into shares of each row, in place; column by column, as columns are few."""
    top = logs[:, 0].copy()
    for column in range(1, logs.shape[1]):
        np.maximum(top, logs[:, column], out=top)
    logs -= top[:, None]
    np.exp(logs, out=logs)
    logs /= _row_sum(logs)[:, None]


def _row_sum(table: Floats) -> Floats:
    total = table[:, 0].copy()
    for column in range(1, table.shape[1]):
        total += table[:, column]
    return total
