"""What a person should look at: never a verdict, never a ban; pure.

Much of what looks like cheating is a hard item, a fast expert or a shared habit. Each finding says
what was seen, how often it happens by chance, and what else explains it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import sparse, stats

from loopwright.coaching.resolved import Resolved

SURE = 0.01
"""Chance, over all pairs of people looked at, that an innocent pair is shown."""
_FEWEST_SHARED_ERRORS = 5
_LONG_REASON = 30
_REPEATED = 5
_PASTED_SHARE = 0.3
_PASTED_FROM = 20
_VOLUME_TIMES = 4.0
_VOLUME_FROM = 50
_DAYS_FROM = 5


class Sign(StrEnum):
    """What was seen."""

    SHARED_ERRORS = "shared_errors"
    """Two people are wrong on the same things more often than hard items explain."""
    SAME_REASONS = "same_reasons"
    """The same long reason stands under several items."""
    PASTED = "pasted"
    """Many answers hold pasted text."""
    VOLUME = "volume"
    """Far more judgments in a day than this person's usual."""


@dataclass(frozen=True)
class Evidence:
    """Something for a person to look at."""

    sign: Sign
    raters: tuple[str, ...]
    sentence: str
    otherwise: str
    """What else explains it."""
    count: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """What a judgment holds beside its answer."""

    rater_id: str
    item_id: str
    reason: str | None
    pasted: int


_OTHERWISE = {
    Sign.SHARED_ERRORS: "They may have learned the same wrong rule, or judge a view that others "
    "do not share: read the items first.",
    Sign.SAME_REASONS: "A rule of the guideline quoted word for word looks the same.",
    Sign.PASTED: "Spelling checkers, translation and quoting the answer also paste.",
    Sign.VOLUME: "A long day, easy items, or somebody back from a pause look the same.",
}


def shared_errors(found: Resolved, *, most: int = 300) -> list[Evidence]:
    """Return the pairs of people who are wrong together more often than hard items explain.

    Only where what is right is firm: a wrong majority of two or three others makes everybody else
    wrong together. Expected joint errors of two people: the sum, over the things both judged, of
    the product of each one's chance to be wrong there, from their own share and the item's ease.
    The Poisson tail of what was seen, times the number of pairs, must be below `SURE`.
    """
    if not found.firm.any():
        return []
    sizes = np.bincount(found.rater[found.firm], minlength=len(found.raters))
    chosen = np.sort(np.argsort(-sizes, kind="stable")[:most])
    chosen = chosen[sizes[chosen] > 0]
    kept = np.isin(found.rater, chosen) & found.firm
    rater, item = found.rater[kept], found.item[kept]
    shape = (len(found.raters), len(found.items))
    own = 1.0 - (np.bincount(rater, found.right[kept], shape[0]) + 1.5) / (
        np.bincount(rater, minlength=shape[0]) + 2.0
    )
    mean = float(np.mean(1.0 - found.ease[kept]))
    chance = np.clip(own[rater] * (1.0 - found.ease[kept]) / max(mean, 1e-9), 0.0, 1.0)
    # The parts of one answer are not independent: an item counts once, wrong at all or not.
    place, at = np.unique(rater * shape[1] + item, return_inverse=True)
    any_wrong = np.bincount(at, ~found.right[kept]) > 0
    any_chance = 1.0 - np.exp(np.bincount(at, np.log1p(-np.minimum(chance, 0.999))))
    where = (place // shape[1], place % shape[1])
    wrong = sparse.csr_matrix((any_wrong * 1.0, where), shape=shape)
    expected = sparse.csr_matrix((any_chance, where), shape=shape)
    seen = sparse.triu(wrong @ wrong.T, k=1).tocoo()
    by_chance = (expected @ expected.T).tocsr()
    pairs = max(1, len(chosen) * (len(chosen) - 1) // 2)
    told = []
    for first, second, together in zip(seen.row, seen.col, seen.data, strict=True):
        mean_of_pair = float(by_chance[first, second])
        tail = float(stats.poisson.sf(together - 1, mean_of_pair)) * pairs
        if together < _FEWEST_SHARED_ERRORS or tail >= SURE:
            continue
        both = wrong[first].multiply(wrong[second]).tocoo().col
        told.append(
            Evidence(
                Sign.SHARED_ERRORS,
                (found.raters[first], found.raters[second]),
                f"Wrong on the same {together:.0f} items; {mean_of_pair:.1f} would be expected of "
                f"people as good as they are on items as hard. Of {pairs} pairs, chance shows one "
                f"so with probability {min(1.0, tail):.1g}.",
                _OTHERWISE[Sign.SHARED_ERRORS],
                int(together),
                tuple(found.items[at] for at in both[:10]),
            )
        )
    return sorted(told, key=lambda one: -one.count)


def same_reasons(written: Sequence[Written]) -> list[Evidence]:
    """Return long reasons that stand word for word under several items."""
    places: defaultdict[str, list[Written]] = defaultdict(list)
    for one in written:
        text = " ".join((one.reason or "").split()).casefold()
        if len(text) >= _LONG_REASON:
            places[text].append(one)
    told = []
    for text, found in places.items():
        items = tuple(dict.fromkeys(one.item_id for one in found))
        raters = tuple(dict.fromkeys(one.rater_id for one in found))
        if len(items) < _REPEATED:
            continue
        whose = "One person" if len(raters) == 1 else f"{len(raters)} people"
        told.append(
            Evidence(
                Sign.SAME_REASONS,
                raters,
                f"{whose} gave the same reason on {len(items)} items: \u201c{text[:80]}\u201d.",
                _OTHERWISE[Sign.SAME_REASONS],
                len(items),
                items[:10],
            )
        )
    return sorted(told, key=lambda one: -one.count)


def pasted(written: Sequence[Written]) -> list[Evidence]:
    """Return people a large share of whose latest answers hold pasted text."""
    total = Counter(one.rater_id for one in written)
    with_paste = Counter(one.rater_id for one in written if one.pasted > 0)
    return [
        Evidence(
            Sign.PASTED,
            (rater,),
            f"{number} of the latest {total[rater]} answers hold pasted text.",
            _OTHERWISE[Sign.PASTED],
            number,
            tuple(one.item_id for one in written if one.rater_id == rater and one.pasted)[:10],
        )
        for rater, number in with_paste.most_common()
        if total[rater] >= _PASTED_FROM and number / total[rater] >= _PASTED_SHARE
    ]


def volume(days: Mapping[str, Sequence[tuple[str, int]]]) -> list[Evidence]:
    """Return people with a day far above their own usual; `days` has (day, judged) by rater."""
    told = []
    for rater, found in days.items():
        if len(found) < _DAYS_FROM:
            continue
        usual = float(np.median([number for _, number in found]))
        day, most = max(found, key=lambda one: one[1])
        if most >= _VOLUME_FROM and most >= _VOLUME_TIMES * max(usual, 1.0):
            told.append(
                Evidence(
                    Sign.VOLUME,
                    (rater,),
                    f"{most} judgments on {day}; the median of their {len(found)} days is "
                    f"{usual:.0f}.",
                    _OTHERWISE[Sign.VOLUME],
                    most,
                )
            )
    return sorted(told, key=lambda one: -one.count)
