"""What the votes say of why people differ, one test for each cause; pure.

Each test says how much smaller disagreement would be without its cause, and only where that holds
beyond chance. None of them guesses: votes that fit several causes name them all, and votes that
fit none leave the cause unknown. A cause is never read off one figure alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from loopwright.quality.dissent import PairMatrix, Shares, dissent, pair_matrix, shares
from loopwright.quality.said import Flags, Ints, Votes
from loopwright.stats.estimate import Estimate
from loopwright.stats.proportions import clustered_mean, wilson

Floats = NDArray[np.float64]
EXPLAINS = 0.4
"""A cause is named only if without it disagreement would be this part smaller."""
_FEWEST = 20
"""Things (or votes) without which a test does not begin."""
_GROUP = 10
_MARGIN = 0.1
"""How much more people must differ, in shares, for a pattern to count."""
_EVENLY = 0.5


class Cause(StrEnum):
    """Why people differ."""

    AMBIGUOUS_ITEM = "ambiguous_item"
    """Some items split people, whoever judges."""
    MISSING_RULE = "missing_rule"
    """They differ in one segment, or under one guideline version."""
    TASTE = "taste"
    """There are two camps, each agreeing with itself."""
    MISTAKE = "mistake"
    """One person, or scattered votes, against an answer that is clear to the others."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Evidence:
    """A cause that the votes speak for: how much of the disagreement goes without it."""

    cause: Cause
    explains: float
    sentence: str
    segment: str | None = None
    guideline: int | None = None
    raters: tuple[str, ...] = ()


def one_against_all(votes: Votes) -> Evidence | None:
    """Look for a few raters whom the others contradict while agreeing among themselves."""
    total = len(np.unique(votes.rater))
    if total < 3 or len(votes.thing) < _FEWEST:
        return None
    out: list[int] = []
    kept = np.ones(len(votes.thing), dtype=bool)
    for _ in range(max(1, total // 4)):
        found = _worst(votes, kept)
        if found is None:
            break
        out.append(found)
        kept &= votes.rater != found
    if not out:
        return None
    there = shares(votes, kept)
    before = shares(votes, np.isin(votes.thing, there.thing))
    against = dissent(votes)[~kept]
    return Evidence(
        Cause.MISTAKE,
        _smaller(there.mean, before.mean),
        f"{_people(len(out))} from {_share(np.nanmean(against))} of the others' answers; "
        f"the others differ from each other in {_share(there.mean)}.",
        raters=tuple(votes.raters[one] for one in out),
    )


def concentrated(
    votes: Votes, segments: Sequence[Any], guidelines: Sequence[Any]
) -> Evidence | None:
    """Look for a segment or a guideline version in which people differ far more."""
    by_segment = _concentrated(votes, votes.segment)
    by_version = _concentrated(votes, votes.guideline)
    found: list[Evidence] = []
    if by_segment is not None:
        number, inside, outside = by_segment
        name = str(segments[number])
        found.append(
            Evidence(
                Cause.MISSING_RULE,
                _smaller(outside.mean, shares(votes).mean),
                f"In segment {name} {_share(inside.mean)} of pairs of votes differ, "
                f"elsewhere {_share(outside.mean)}.",
                segment=name,
            )
        )
    if by_version is not None and guidelines[by_version[0]] is not None:
        number, inside, outside = by_version
        version = int(guidelines[number])
        found.append(
            Evidence(
                Cause.MISSING_RULE,
                _smaller(outside.mean, shares(votes).mean),
                f"Under guideline version {version} {_share(inside.mean)} of pairs of votes "
                f"differ, under the others {_share(outside.mean)}.",
                guideline=version,
            )
        )
    return max(found, key=lambda one: one.explains, default=None)


def camps(votes: Votes) -> Evidence | None:
    """Look for two camps on half of the items, and whether the other half knows them too."""
    pairs = pair_matrix(votes)
    if len(pairs.raters) < 4:
        return None
    learn = np.isin(pairs.item, np.unique(pairs.item)[::2])
    side = _two_sides(pairs, learn)
    if side is None or min(int(side.sum()), int((~side).sum())) < 2:
        return None
    held = ~learn
    within = held & (side[pairs.first] == side[pairs.second])
    between = held & (side[pairs.first] != side[pairs.second])
    things, first, place = np.unique(pairs.thing, return_index=True, return_inverse=True)
    place = place.reshape(-1)
    inside, outside = (
        _per_thing(pairs.differs[kept], place[kept], len(things)) for kept in (within, between)
    )
    both = ~np.isnan(inside) & ~np.isnan(outside)
    if int(both.sum()) < _GROUP:
        return None
    gap = _mean(outside[both] - inside[both], pairs.item[first][both])
    if gap.low is None or gap.low <= _MARGIN:
        return None
    low = float(np.nanmean(inside[both]))
    everywhere = float(np.nanmean(_per_thing(pairs.differs[held], place[held], len(things))[both]))
    return Evidence(
        Cause.TASTE,
        _smaller(low, everywhere),
        f"There are two camps, of {int(side.sum())} and {int((~side).sum())} people: inside one "
        f"{_share(low)} of answers differ, between them {_share(np.nanmean(outside[both]))}, on "
        "items that did not serve to find them.",
    )


def split_items(votes: Votes) -> Evidence | None:
    """Look for items that split people evenly among items that do not; needs three votes each.

    Two models of the votes against the leading answer: one rate on every item, or a part of the
    items split evenly and one lower rate on the rest. The second must be likelier by BIC.
    """
    found = shares(votes)
    number = found.counts.sum(axis=1)
    many = number >= 3
    if int(many.sum()) < _FEWEST:
        return None
    size, minority = number[many], (number - found.counts.max(axis=1))[many]
    before = float(found.differing[many].mean())
    kinds, times = np.unique(np.stack([size, minority]), axis=1, return_counts=True)
    alone = _fit_one(kinds[0], kinds[1], times)
    part, rest, mixed = _fit_mixture(kinds[0], kinds[1], times)
    if mixed - alone < 0.5 * np.log(len(size)) + 2.0:
        return None
    return Evidence(
        Cause.AMBIGUOUS_ITEM,
        _smaller(2.0 * rest * (1.0 - rest), before),
        f"About {_share(part)} of the items split people evenly, whoever judges; on the others "
        f"{_share(rest)} of votes leave the leading answer.",
    )


def against_settled(votes: Votes, settled: Mapping[str, str]) -> Evidence | None:
    """Look at contested items whose answer was settled: was the majority right all along?"""
    place = {str(answer): at for at, answer in enumerate(votes.answers)}
    found = shares(votes)
    right = contested = 0
    for counts, item, differing in zip(found.counts, found.item, found.differing, strict=True):
        truth = place.get(settled.get(votes.items[item], ""))
        if truth is None or differing == 0.0:
            continue
        contested += 1
        right += bool(counts[truth] > np.delete(counts, truth).max(initial=0.0))
    if contested < _GROUP:
        return None
    share = wilson(right, contested)
    if share.low is not None and share.low >= _EVENLY + _MARGIN:
        return Evidence(
            Cause.MISTAKE,
            float(share.value or 0.0),
            f"On {contested} contested items whose answer was settled, the majority was right in "
            f"{_share(share.value)}: the others slipped.",
        )
    if share.high is not None and share.high <= _EVENLY:
        return Evidence(
            Cause.MISSING_RULE,
            1.0 - float(share.value or 0.0),
            f"On {contested} contested items whose answer was settled, the majority was right in "
            f"only {_share(share.value)}: people read the rule otherwise.",
        )
    return None


def _worst(votes: Votes, kept: Flags) -> int | None:
    """Return the rater whom the others contradict beyond all that they differ themselves."""
    rows = votes.where(kept)
    if not len(rows.thing):
        return None
    against = dissent(rows)
    known = ~np.isnan(against)
    ids = np.unique(rows.rater[known])
    if len(ids) < 3:
        return None
    means = [float(against[known & (rows.rater == one)].mean()) for one in ids]
    worst = int(ids[int(np.argmax(means))])
    mine = known & (rows.rater == worst)
    theirs = shares(rows, rows.rater != worst)
    if int(mine.sum()) < _GROUP or len(theirs.differing) < _GROUP:
        return None
    own = _mean(against[mine], rows.item[mine])
    others = theirs.estimate()
    if own.low is None or others.high is None or own.low <= others.high + _MARGIN:
        return None
    return worst


def _concentrated(votes: Votes, column: Ints) -> tuple[int, Shares, Shares] | None:
    groups = np.unique(column)
    best: tuple[float, int, Shares, Shares] | None = None
    if len(groups) < 2:
        return None
    level = 1.0 - 0.05 / len(groups)  # so many groups are looked at
    for group in groups:
        inside, outside = shares(votes, column == group), shares(votes, column != group)
        if min(len(inside.differing), len(outside.differing)) < _GROUP:
            continue
        here, there = inside.estimate(level=level), outside.estimate(level=level)
        if here.low is None or there.high is None or here.low <= there.high:
            continue
        gap = inside.mean - outside.mean
        if gap > _MARGIN and (best is None or gap > best[0]):
            best = gap, int(group), inside, outside
    return None if best is None else best[1:]


def _two_sides(pairs: PairMatrix, kept: Flags) -> Flags | None:
    """Return who is on which side: the sign of the leading direction of agreement."""
    size = len(pairs.raters)
    total, differing = np.zeros((size, size)), np.zeros((size, size))
    where = pairs.first[kept], pairs.second[kept]
    np.add.at(total, where, 1.0)
    np.add.at(differing, where, pairs.differs[kept])
    total, differing = total + total.T, differing + differing.T
    met = total > 0
    if not met.any():
        return None
    mean = float(differing[met].sum() / total[met].sum())
    like = np.where(met, mean - differing / np.maximum(total, 1.0), 0.0)
    np.fill_diagonal(like, np.abs(like).max())
    _, vectors = np.linalg.eigh(like - like.mean(axis=0) - like.mean(axis=1)[:, None] + like.mean())
    leading: Flags = vectors[:, -1] > 0
    return leading


def _per_thing(values: Floats, place: Ints, size: int) -> Floats:
    number = np.bincount(place, minlength=size)
    total = np.bincount(place, weights=values, minlength=size)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _folded(size: Floats, minority: Floats, rate: float) -> Floats:
    """Return the log chance that `minority` of `size` votes leave the leading answer."""
    ways = gammaln(size + 1) - gammaln(minority + 1) - gammaln(size - minority + 1)
    one = minority * np.log(rate) + (size - minority) * np.log(1.0 - rate)
    other = (size - minority) * np.log(rate) + minority * np.log(1.0 - rate)
    even = np.where(2 * minority == size, np.log(0.5), 0.0)
    folded: Floats = ways + np.logaddexp(one, other) + even
    return folded


_RATES = np.linspace(0.005, 0.5, 100)


def _fit_one(size: Floats, minority: Floats, times: Ints) -> float:
    """Return the log likelihood of one rate on every item; `times` counts items alike."""
    return max(float(_folded(size, minority, rate) @ times) for rate in _RATES)


def _fit_mixture(size: Floats, minority: Floats, times: Ints) -> tuple[float, float, float]:
    """Return the part of even splits, the rate elsewhere, and the log likelihood."""
    even = _folded(size, minority, 0.5)
    best = (0.0, 0.0, -np.inf)
    for rate in _RATES[_RATES < 0.35]:
        rest = _folded(size, minority, float(rate))
        for part in np.linspace(0.02, 0.7, 35):
            value = float(np.logaddexp(np.log(part) + even, np.log1p(-part) + rest) @ times)
            if value > best[2]:
                best = (float(part), float(rate), value)
    return best


def _mean(values: Floats, clusters: Ints) -> Estimate:
    return clustered_mean(values.tolist(), clusters.tolist(), unit="item").estimate


def _smaller(without: float, before: float) -> float:
    return 0.0 if before <= 0 else float(np.clip(1.0 - without / before, 0.0, 1.0))


def _share(value: Any) -> str:
    return f"{100 * float(value):.0f} %"


def _people(number: int) -> str:
    return "One person differs" if number == 1 else f"{number} people differ"
