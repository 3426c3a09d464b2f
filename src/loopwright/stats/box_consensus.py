"""Where several people's boxes lie over each other: matched boxes, and how far they agree.

Overlap is intersection over union (Jaccard 1912; the PASCAL VOC criterion, Everingham et al.
2010, at one half). Boxes are joined greedily from the best overlap down; a group holds at most
one box of a rater, and each of its boxes overlaps each other one (complete linkage), so that two
things side by side never become one. The matched box is the median of each edge, which one
careless rater cannot move far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OVERLAP = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """One rater's box from the top left corner, in pixels; sizes above 0."""

    rater: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class MatchedBox:
    """A thing that one or more raters framed: the median box, who framed it, how alike.

    `overlap` is the mean overlap of their pairs of boxes; None where one rater alone framed it.
    """

    x: float
    y: float
    width: float
    height: float
    raters: tuple[str, ...]
    overlap: float | None


def match_boxes(boxes: Sequence[Box], *, overlap: float = OVERLAP) -> list[MatchedBox]:
    """Return the matched boxes, those that most raters framed first, then by place."""
    if not boxes:
        return []
    ordered = sorted(boxes, key=lambda one: (one.x, one.y, one.width, one.height, one.rater))
    edges = np.array([[b.x, b.y, b.x + b.width, b.y + b.height] for b in ordered], dtype=float)
    shared = overlaps(edges)
    group = _groups([one.rater for one in ordered], shared, overlap)
    found = [_matched(ordered, edges, shared, members) for members in group]
    return sorted(found, key=lambda one: (-len(one.raters), one.x, one.y, one.width, one.height))


def overlaps(edges: Floats) -> Floats:
    """Return intersection over union of every two boxes, given as left, top, right, bottom."""
    low = np.maximum(edges[:, None, :2], edges[None, :, :2])
    high = np.minimum(edges[:, None, 2:], edges[None, :, 2:])
    inside = np.prod(np.maximum(high - low, 0.0), axis=2)
    area = np.prod(edges[:, 2:] - edges[:, :2], axis=1)
    result: Floats = inside / (area[:, None] + area[None, :] - inside)
    return result


def _groups(raters: Sequence[str], shared: Floats, least: float) -> list[list[int]]:
    group = {at: [at] for at in range(len(raters))}
    left, right = np.nonzero(np.triu(shared >= least, k=1))
    for at in np.lexsort((right, left, -shared[left, right])):
        one, other = group[int(left[at])], group[int(right[at])]
        if one is other or {raters[m] for m in one} & {raters[m] for m in other}:
            continue
        if float(shared[np.ix_(one, other)].min()) < least:
            continue
        one.extend(other)
        for member in other:
            group[member] = one
    return list({id(members): members for members in group.values()}.values())


def _matched(
    boxes: Sequence[Box], edges: Floats, shared: Floats, members: Sequence[int]
) -> MatchedBox:
    left, top, right, bottom = (float(one) for one in np.median(edges[list(members)], axis=0))
    pairs = [shared[a, b] for at, a in enumerate(members) for b in members[at + 1 :]]
    return MatchedBox(
        left,
        top,
        right - left,
        bottom - top,
        tuple(sorted(boxes[one].rater for one in members)),
        float(np.mean(pairs)) if pairs else None,
    )
