"""What was said, by columns: one table for each aspect of a question; pure.

A judgment becomes a row in the table of each aspect that it votes on. Names are kept once and rows
hold their numbers, so that agreement by segment, week or pair of raters is a count over arrays,
and a new judgment is one more row.
"""

from array import array
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopwright.base.types import Json
from loopwright.questions.model import CategoryVote, OrdinalVote, PairVote, Vote
from loopwright.questions.stored import read_votes
from loopwright.stats.grouped_agreement import Measure

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_NO_TEXT: Json = {"text": ""}


@dataclass(frozen=True)
class Judged:
    """A judgment in force with all that agreement is split by."""

    seq: int
    question_id: str
    kind: str | None
    item_id: str
    rater_id: str
    outcome: str
    votes: list[list[Any]] | None
    segment: str
    guideline: int | None
    """Number of the guideline version under which it was given."""
    created_at: float


class Names:
    """Names with their numbers, in the order in which they came."""

    def __init__(self) -> None:
        self.names: list[Any] = []
        self._number: dict[Hashable, int] = {}

    def number(self, name: Hashable) -> int:
        """Return the number of a name, a new one where it was not known."""
        found = self._number.get(name)
        if found is None:
            found = self._number[name] = len(self.names)
            self.names.append(name)
        return found


@dataclass
class _Rows:
    thing: "array[int]" = field(default_factory=lambda: array("q"))
    answer: "array[int]" = field(default_factory=lambda: array("q"))
    judged: "array[int]" = field(default_factory=lambda: array("q"))
    """Which judgment each row is of."""


@dataclass
class Aspect:
    """All votes on one aspect of one question, as they come in."""

    question_id: str
    kind: str | None
    aspect: str
    measure: Measure
    things: Names = field(default_factory=Names)
    """(item, which part of it, size of the scale or 0)."""
    answers: Names = field(default_factory=Names)
    rows: _Rows = field(default_factory=_Rows)

    def __len__(self) -> int:
        """Return how many votes there are."""
        return len(self.rows.thing)


@dataclass(frozen=True)
class Votes:
    """The votes on one aspect as arrays, a row a vote; numbers stand for the names beside them."""

    question_id: str
    kind: str | None
    aspect: str
    measure: Measure
    thing: Ints
    item: Ints
    rater: Ints
    answer: Ints
    segment: Ints
    guideline: Ints
    week: Ints
    answers: tuple[Any, ...]
    """In the order of the scale where there is one."""
    items: Sequence[str]
    raters: Sequence[str]

    def where(self, kept: Flags) -> "Votes":
        """Return the rows that are kept."""
        columns = ("thing", "item", "rater", "answer", "segment", "guideline", "week")
        return Votes(**{**vars(self), **{name: getattr(self, name)[kept] for name in columns}})

    def counts(self) -> tuple[NDArray[np.float64], Ints]:
        """Return how many said what of each thing, (things, answers), and each thing's item."""
        named, first, place = np.unique(self.thing, return_index=True, return_inverse=True)
        size = max(1, len(self.answers))
        cells = np.bincount(place.reshape(-1) * size + self.answer, minlength=len(named) * size)
        return cells.reshape(len(named), size).astype(float), self.item[first]


class SaidBook:
    """The votes of a project; the same judgments give the same tables."""

    def __init__(self) -> None:
        self.aspects: dict[tuple[str, str], Aspect] = {}
        self.kinds: dict[str, str] = {}
        """Question -> its kind, also of questions whose answers are no votes."""
        self.items, self.raters = Names(), Names()
        self.segments, self.guidelines, self.weeks = Names(), Names(), Names()
        self._columns = {
            name: array("q") for name in ("item", "rater", "segment", "guideline", "week")
        }

    def add(self, judged: Iterable[Judged]) -> None:
        """Take judgments that were not there yet."""
        for one in judged:
            at = len(self._columns["item"])
            if one.kind is not None:
                self.kinds[one.question_id] = one.kind
            self._columns["item"].append(self.items.number(one.item_id))
            self._columns["rater"].append(self.raters.number(one.rater_id))
            self._columns["segment"].append(self.segments.number(one.segment))
            self._columns["guideline"].append(self.guidelines.number(one.guideline))
            self._columns["week"].append(self.weeks.number(week_of(one.created_at)))
            for vote in read_votes(one.votes, one.outcome, _NO_TEXT):
                self._take(one, vote, at)

    def rows_by_rater(self) -> Sequence[int]:
        """Return the number of the rater of each judgment."""
        return self._columns["rater"]

    def ordered(self) -> list[Aspect]:
        """Return the aspects, the question with most votes first."""
        size: dict[str, int] = {}
        for aspect in self.aspects.values():
            size[aspect.question_id] = max(size.get(aspect.question_id, 0), len(aspect))
        return sorted(
            self.aspects.values(), key=lambda one: (-size[one.question_id], one.question_id)
        )

    def votes(self, aspect: Aspect, scheme: Sequence[Any] = ()) -> Votes:
        """Return an aspect's votes as arrays; `scheme` are the answers that were offered.

        Levels of another scale are other levels: only the scale with most votes is kept.
        """
        rows = aspect.rows
        thing, answer, judged = (
            np.array(column, dtype=np.int64) for column in (rows.thing, rows.answer, rows.judged)
        )
        by_judged = {
            name: np.array(column, dtype=np.int64)[judged] for name, column in self._columns.items()
        }
        levels = aspect.measure is not Measure.NOMINAL
        scales = np.array([of for _, _, of in aspect.things.names], dtype=np.int64)[thing]
        most = int(np.bincount(scales).argmax()) if levels and len(scales) else 0
        seen = list(aspect.answers.names)
        if levels:
            named: list[Any] = list(range(1, most + 1))
        else:
            extra = sorted((one for one in seen if one not in scheme), key=str)
            named = [*scheme, *extra]
        place = {name: at for at, name in enumerate(named)}
        recoded = np.array([place.get(one, -1) for one in seen], dtype=np.int64)
        found = Votes(
            question_id=aspect.question_id,
            kind=aspect.kind,
            aspect=aspect.aspect,
            measure=aspect.measure,
            thing=thing,
            answer=recoded[answer],
            answers=tuple(named),
            items=self.items.names,
            raters=self.raters.names,
            **by_judged,
        )
        return found.where((scales == most) & (found.answer >= 0)) if levels else found

    def _take(self, one: Judged, vote: Vote, at: int) -> None:
        measure, of = Measure.NOMINAL, 0
        part: str = ""
        answer: str | int
        match vote:
            case PairVote():
                part, answer = f"{vote.first},{vote.second}", vote.outcome.value
            case CategoryVote():
                answer = vote.label
            case OrdinalVote():
                measure, of = Measure.ORDINAL, vote.of
                part, answer = str(vote.about), vote.level
            case _:
                return  # texts are not compared
        # A scorecard's comparison and its scores are other aspects, and never one figure.
        key = (one.question_id, vote.aspect)
        aspect = self.aspects.get(key)
        if aspect is None:
            aspect = self.aspects[key] = Aspect(one.question_id, one.kind, vote.aspect, measure)
        if aspect.measure is not measure:
            return
        aspect.kind = aspect.kind or one.kind
        aspect.rows.thing.append(aspect.things.number((one.item_id, part, of)))
        aspect.rows.answer.append(aspect.answers.number(answer))
        aspect.rows.judged.append(at)


def week_of(at: float) -> str:
    """Return the ISO week (UTC) of a time, as 2026-W48."""
    year, week, _ = datetime.fromtimestamp(at, UTC).isocalendar()
    return f"{year}-W{week:02d}"
