"""What is agreed on each part of an item's answer, and the whole that follows; pure.

Parts are labels, criteria, places of a ranking, boxes. A whole of several parts has no
probability of its own that could be kept; its `probability` is the expected share of parts right.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from loopwright.base.types import Json
from loopwright.quality.tracks import CategoryTrack, LevelTrack, Track
from loopwright.questions.labels import NONE, YES, bounded
from loopwright.stats.box_consensus import Box, MatchedBox, match_boxes
from loopwright.stats.truth import Posterior

Place = tuple[Literal["category", "pair", "level"], str, int]
"""A track: what it counts, the aspect, the levels of its scale (0 where there are none)."""
DIGITS = 9
_FIGURES = ("probability", "value", "low", "high")


@dataclass(frozen=True)
class Part:
    """One part of an answer, agreed on.

    `shape` is category (a label), level (of a criterion), pair, rank (of a completion) or box.
    `about` is a completion's index in item order, `other` the second one's of a pair. `value`
    with its 95 % interval is a score, or a mean rank; the probability is the model's.
    """

    shape: str
    aspect: str
    answer: str
    n: int
    probability: float | None = None
    about: int = 0
    other: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    levels: int = 0
    votes: dict[str, int] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    box: dict[str, float] | None = None
    """x, y, width and height in pixels of the image."""

    def as_json(self) -> Json:
        """Return the part as it is stored."""
        row = asdict(self)
        rounded = {name: round(row[name], DIGITS) for name in _FIGURES if row[name] is not None}
        shares = {name: round(share, DIGITS) for name, share in self.shares.items()}
        return {**row, **rounded, "shares": shares}


@dataclass(frozen=True)
class Whole:
    """An item's answer: the text of it, its probability, and how that is spread where it is one
    category."""

    answer: str
    probability: float
    posterior: dict[str, float]


def of_item(
    item: str, seen: Iterable[tuple[Place, str]], tracks: Mapping[Place, Track]
) -> list[Part]:
    """Return the parts of an item that were voted on, in the order in which they were asked."""
    found = []
    for place, thing in seen:
        track = tracks[place]
        if isinstance(track, LevelTrack):
            part = _level(track, place, item, thing)
        else:
            part = _category(track, place, item, thing)
        if part is not None:
            found.append(part)
    return found


def of_boxes(boxes: Sequence[tuple[str, Box]], *, raters: int) -> list[Part]:
    """Return the matched boxes of each label; `votes` says how many framed it and how many not."""
    by_label: defaultdict[str, list[Box]] = defaultdict(list)
    for label, box in boxes:
        by_label[label].append(box)
    return [
        _box(label, one, raters)
        for label in sorted(by_label)
        for one in match_boxes(by_label[label])
    ]


def one_answer(found: Sequence[Part], main: Posterior) -> Whole:
    """Return the whole of an answer that comes to one category.

    Where that is a level, neighbours on the scale support each other: the scale's answer counts.
    """
    scale = next((one for one in found if one.shape == "level" and one.aspect == ""), None)
    if scale is not None:
        shares = {level: round(share, DIGITS) for level, share in scale.shares.items()}
        return Whole(scale.answer, scale.probability or 0.0, shares)
    spread = {name: round(share, DIGITS) for name, share in main.probabilities.items()}
    return Whole(main.answer, main.probability, spread)


def several(found: Sequence[Part]) -> Whole:
    """Return the whole of an answer of several parts: labels, or levels of criteria."""
    voted = [one for one in found if one.shape != "box"]
    known = [one.probability for one in voted if one.probability is not None]
    share = sum(known) / len(known) if known else 0.0
    levels = [one for one in voted if one.shape == "level"]
    if levels:
        return Whole(bounded(",".join(f"{o.aspect}={o.answer}" for o in levels)), share, {})
    labels = [one.aspect for one in voted if one.answer == YES]
    return Whole(bounded(",".join(labels)) or NONE, share, {})


def ranked(found: Sequence[Part]) -> tuple[Whole, list[Part]]:
    """Return the order by mean rank of a ranking, and each completion's place in it.

    A mean rank is 1, and for each other the share of people who put it before, half of that of a
    tie. Equals share a place (1, 2, 2, 4). People weigh alike: the pairs of one ranking are not
    independent, so a few rankings say little of how reliable somebody is.
    """
    pairs = [one for one in found if one.shape == "pair"]
    size = 1 + max((one.other or 0 for one in pairs), default=0)
    mean = [1.0] * size
    for pair in pairs:
        behind = _behind({name: count / pair.n for name, count in pair.votes.items()})
        mean[pair.about] += behind
        mean[pair.other or 0] += 1.0 - behind
    mean = [round(rank, DIGITS) for rank in mean]
    places = [1 + sum(other < rank for other in mean) for rank in mean]
    right = [_as_ordered(pair, places) for pair in pairs]
    n = max((one.n for one in pairs), default=0)
    shown = [Part("rank", "", str(places[at]), n, about=at, value=mean[at]) for at in range(size)]
    share = sum(right) / len(right) if right else 0.0
    return Whole(",".join(map(str, places)), share, {}), shown


def _category(track: Track, place: Place, item: str, thing: str) -> Part | None:
    stream = track.stream if isinstance(track, CategoryTrack) else None
    found = None if stream is None else stream.posterior(thing)
    if found is None or not isinstance(track, CategoryTrack):
        return None
    about, other = _completions(thing, item)
    return Part(
        place[0], place[1], found.answer, found.n,
        probability=found.probability, about=about, other=other,
        votes=track.counts(thing),
        shares=dict(found.probabilities),
    )  # fmt: skip


def _level(track: LevelTrack, place: Place, item: str, thing: str) -> Part | None:
    found = track.stream.consensus(thing)
    if found is None:
        return None
    score, shares = found
    best = max(shares, key=lambda level: (shares[level], -level))
    return Part(
        "level", place[1], str(best), score.n,
        probability=shares[best], about=_completions(thing, item)[0],
        value=score.value, low=score.low, high=score.high, levels=track.levels,
        votes=track.counts(thing),
        shares={str(level): share for level, share in shares.items()},
    )  # fmt: skip


def _box(label: str, one: MatchedBox, raters: int) -> Part:
    framed = len(one.raters)
    return Part(
        "box", label, "framed" if 2 * framed > raters else "doubtful", raters,
        value=one.overlap,
        votes={"framed": framed, "not framed": raters - framed},
        box={"x": one.x, "y": one.y, "width": one.width, "height": one.height},
    )  # fmt: skip


def _completions(thing: str, item: str) -> tuple[int, int | None]:
    """Return the completions that a thing is about: its name ends in their indices."""
    rest = [int(part) for part in thing[len(item) :].split("|") if part]
    return (rest[0] if rest else 0), (rest[1] if len(rest) > 1 else None)


def _behind(shares: Mapping[str, float]) -> float:
    first = shares.get("first", 0.0)
    second = shares.get("second", 0.0)
    return second + (1.0 - first - second) / 2.0


def _as_ordered(pair: Part, places: Sequence[int]) -> float:
    """Return the probability that two completions stand as they were ordered."""
    first, second = places[pair.about], places[pair.other or 0]
    if first == second:
        return 1.0 - pair.shares.get("first", 0.0) - pair.shares.get("second", 0.0)
    return pair.shares.get("first" if first < second else "second", 0.0)
