"""How often two people differ on a thing, and who differs from whom; pure.

Two answers differ when they are not the same; on a scale, when they are a quarter of it or more
apart: neighbours on a long scale are no quarrel.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from loopwright.quality.said import Flags, Ints, Votes
from loopwright.stats.estimate import Estimate
from loopwright.stats.grouped_agreement import Measure
from loopwright.stats.proportions import clustered_mean, wilson

Floats = NDArray[np.float64]
MOST_RATERS = 30
"""Raters that are compared two by two: those with most votes."""


@dataclass(frozen=True)
class Shares:
    """Of each thing with two or more votes, the share of pairs of votes that differ."""

    counts: Floats
    differing: Floats
    item: Ints
    thing: Ints

    @property
    def mean(self) -> float:
        """Return the mean share, 0 without any thing."""
        return float(self.differing.mean()) if len(self.differing) else 0.0

    def estimate(self, *, level: float = 0.95) -> Estimate:
        """Return the mean share with its interval over items.

        Items that all differ alike have no spread, which is not certainty: then Wilson's.
        """
        if len(self.differing) and float(np.ptp(self.differing)) == 0.0:
            items = len(np.unique(self.item))
            edge = wilson(round(self.mean * items), items, level=level)
            low, high = min(edge.low or 0.0, self.mean), max(edge.high or 1.0, self.mean)
            return Estimate(self.mean, low, high, len(self.differing), edge.method)
        found = clustered_mean(
            self.differing.tolist(),
            self.item.tolist(),
            unit="item",
            level=level,
            bounds=(0.0, 1.0),
        )
        return found.estimate


def apart(votes: Votes) -> Floats:
    """Return which answers differ, (answers, answers), 1 for those that do."""
    size = max(1, len(votes.answers))
    if votes.measure is Measure.NOMINAL:
        return 1.0 - np.eye(size)
    places = np.arange(size)
    step = max(1, math.ceil(size / 4))
    differ: Floats = (np.abs(places[:, None] - places[None, :]) >= step).astype(float)
    return differ


def shares(votes: Votes, kept: Flags | None = None) -> Shares:
    """Return how far people differ on each thing, of the votes that are kept."""
    votes = votes if kept is None else votes.where(kept)
    counts, item = votes.counts()
    paired = counts.sum(axis=1) >= 2
    thing = np.unique(votes.thing)[paired]
    counts, item = counts[paired], item[paired]
    number = counts.sum(axis=1)
    differing = (counts * (counts @ apart(votes))).sum(axis=1)
    return Shares(counts, differing / np.maximum(number * (number - 1.0), 1.0), item, thing)


def dissent(votes: Votes) -> Floats:
    """Return for each vote the share of the thing's other votes that differ; nan without any."""
    size = max(1, len(votes.answers))
    _, place = np.unique(votes.thing, return_inverse=True)
    place = place.reshape(-1)
    cells = np.bincount(place * size + votes.answer, minlength=(place.max() + 1) * size)
    counts = cells.reshape(-1, size).astype(float)
    against = (counts @ apart(votes))[place, votes.answer]
    others = counts.sum(axis=1)[place] - 1.0
    return np.where(others > 0, against / np.maximum(others, 1.0), np.nan)


@dataclass(frozen=True)
class PairMatrix:
    """Of each two raters on each thing that both judged, whether they differ."""

    raters: Ints
    first: Ints
    second: Ints
    """Rows of `raters`."""
    thing: Ints
    item: Ints
    differs: Floats


def pair_matrix(votes: Votes) -> PairMatrix:
    """Return the pairs of votes of the raters with most votes."""
    ids, number = np.unique(votes.rater, return_counts=True)
    raters = ids[np.argsort(-number, kind="stable")[:MOST_RATERS]]
    things, at, thing = np.unique(votes.thing, return_index=True, return_inverse=True)
    codes = np.full((len(raters), len(things)), -1, dtype=np.int64)
    for row, rater in enumerate(raters):
        mine = votes.rater == rater
        codes[row, thing.reshape(-1)[mine]] = votes.answer[mine]
    weights = apart(votes)
    found: list[tuple[Ints, Ints, Ints, Floats]] = []
    for a, b in combinations(range(len(raters)), 2):
        (both,) = np.nonzero((codes[a] >= 0) & (codes[b] >= 0))
        pair = np.full(len(both), a), np.full(len(both), b)
        found.append((*pair, both, weights[codes[a, both], codes[b, both]]))
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return PairMatrix(raters, none, none, none, none, np.zeros(0))
    first, second, place, differs = (np.concatenate(part) for part in zip(*found, strict=True))
    return PairMatrix(raters, first, second, things[place], votes.item[at][place], differs)
