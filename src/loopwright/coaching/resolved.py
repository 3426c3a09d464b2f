"""Which judgments were right, as far as anybody can tell, and how easy their items were; pure.

A judgment is held against the known answer where there is one, else against what most of the other
people said of the same thing. What the others are split on, or only one other judged, says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopwright.quality.said import Flags, Ints, Votes
from loopwright.stats.grouped_agreement import Measure

OTHERS = 2
"""How many others must have judged a thing before what most of them said counts."""
FIRM_OTHERS, FIRM_SHARE = 4, 0.75
_NEAR_FROM = 4
"""On a scale of so many levels the next one is right too."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Resolved:
    """The judgments on one aspect that can be told right or wrong, a row each, oldest first."""

    question_id: str
    aspect: str
    rater: Ints
    item: Ints
    week: Ints
    right: Flags
    known: Flags
    """Whether the answer was known; else most others said it."""
    ease: Floats
    """The share of the other people who were right on the same thing, in (0, 1)."""
    firm: Flags
    """Whether what is right does not hang on a vote or two: known, or said by most of many."""
    raters: tuple[str, ...]
    items: tuple[str, ...]
    weeks: tuple[str, ...]

    def __len__(self) -> int:
        """Return how many judgments there are."""
        return len(self.rater)


def resolve(votes: Votes, truth: Mapping[str, Any], *, weeks: tuple[str, ...]) -> Resolved:
    """Return the judgments of an aspect that can be told right or wrong.

    `truth` maps items to the known answer of this aspect, as the votes write it.
    """
    size = max(1, len(votes.answers))
    named, thing = np.unique(votes.thing, return_inverse=True)
    thing = thing.reshape(-1)
    flat = np.bincount(thing * size + votes.answer, minlength=len(named) * size)
    counts = flat.reshape(len(named), size)
    others = counts[thing].astype(np.int32)
    rows = np.arange(len(thing))
    others[rows, votes.answer] -= 1
    total = others.sum(axis=1)
    ordered = np.sort(others, axis=1)
    clear = ordered[:, -1] > (ordered[:, -2] if size > 1 else 0)
    told = np.where((total >= OTHERS) & clear, others.argmax(axis=1), -1)
    place = {answer: at for at, answer in enumerate(votes.answers)}
    of_item = np.full(len(votes.items), -1, dtype=np.int64)
    for at, name in enumerate(votes.items):
        if name in truth:
            of_item[at] = place.get(truth[name], -2)
    given = of_item[votes.item] if len(of_item) else np.zeros(0, dtype=np.int64)
    known = given >= 0
    told = np.where(known, given, told)
    kept = (told >= 0) & (given != -2)
    firm = known | ((total >= FIRM_OTHERS) & (ordered[:, -1] >= FIRM_SHARE * total))
    near = votes.measure is not Measure.NOMINAL and size >= _NEAR_FROM
    right = np.abs(votes.answer - told) <= (1 if near else 0)
    return Resolved(
        question_id=votes.question_id,
        aspect=votes.aspect,
        rater=votes.rater[kept],
        item=votes.item[kept],
        week=votes.week[kept],
        right=right[kept],
        known=known[kept],
        ease=_ease(others, told, near=near)[kept],
        firm=firm[kept],
        raters=tuple(votes.raters),
        items=tuple(votes.items),
        weeks=weeks,
    )


def _ease(others: NDArray[np.int32], told: Ints, *, near: bool) -> Floats:
    """Return the smoothed share of the others who said what counts as right."""
    rows, size = np.arange(len(told)), others.shape[1]
    agreeing = np.zeros(len(told))
    for step in (-1, 0, 1) if near else (0,):
        at = told + step
        inside = (at >= 0) & (at < size)
        agreeing[inside] += others[rows[inside], at[inside]]
    ease: Floats = (agreeing + 1.5) / (others.sum(axis=1) + 2.0)
    return np.minimum(ease, 0.98)
