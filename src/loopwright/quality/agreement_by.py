"""How far raters agree, by several coefficients side by side, split by what one asks for; pure.

A row is about one aspect of one question. Ratings and rankings of the same answers are other
questions or other aspects, and never one figure: people contradict themselves between the two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from loopwright.quality.said import Flags, Ints, SaidBook, Votes
from loopwright.questions.registry import kind_of
from loopwright.stats.coefficients import Coefficients, coefficients
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.grouped_agreement import Measure, grouped_alpha

SEED = 20260101
"""Fixed: the same judgments always show the same interval."""
WEEKS = 26
"""The newest weeks that are shown."""


class By(StrEnum):
    """What agreement is split by."""

    PROJECT = "project"
    """One figure for each question."""
    CRITERION = "criterion"
    """Each aspect of each question."""
    SEGMENT = "segment"
    GUIDELINE = "guideline"
    """The version under which people judged."""
    TEAM = "team"
    """People who share a tag; somebody with two tags counts in both."""
    WEEK = "week"


@dataclass(frozen=True)
class Named:
    """One coefficient."""

    name: str
    estimate: Estimate


@dataclass(frozen=True)
class AgreementRow:
    """Agreement on one aspect within one group; `group` is "" where nothing is split."""

    question_id: str
    kind: str | None
    aspect: str
    group: str
    items: int
    """Items with two or more judgments."""
    raters: int
    prevalence: tuple[tuple[str, float], ...]
    """Mean share of each answer over items."""
    coefficients: tuple[Named, ...]


@dataclass(frozen=True)
class Context:
    """What the project says beside the votes."""

    schemes: Mapping[tuple[str, str], Sequence[Any]]
    """(question, aspect) -> the answers that are offered."""
    teams: Mapping[str, frozenset[str]]
    """Rater -> tags."""


def agreement_rows(book: SaidBook, by: By, context: Context) -> list[AgreementRow]:
    """Return the rows, the question with most votes first, groups in their order."""
    aspects = book.ordered()
    several = {
        one.question_id
        for one in aspects
        if one.kind is not None and not kind_of(one.kind).one_category and one.aspect
    }
    found: list[AgreementRow] = []
    told: set[str] = set()
    for aspect in aspects:
        if by is By.PROJECT and aspect.question_id in several:
            if aspect.question_id not in told:
                told.add(aspect.question_id)
                found.append(_beyond_one_figure(aspect.question_id, aspect.kind))
            continue
        if by is By.PROJECT and aspect.aspect:
            continue  # of a scorecard the comparison stands for the question
        votes = book.votes(aspect, context.schemes.get((aspect.question_id, aspect.aspect), ()))
        found.extend(
            agreement_row(votes.where(kept), group)
            for group, kept in _groups(votes, book, by, context)
        )
    return found + _beyond_votes(book) if by in (By.PROJECT, By.CRITERION) else found


def agreement_row(votes: Votes, group: str = "") -> AgreementRow:
    """Return every coefficient of these votes."""
    counts, items = votes.counts()
    paired = counts.sum(axis=1) >= 2
    found = coefficients(
        counts, generator=np.random.default_rng(SEED), measure=votes.measure, items=items
    )
    return AgreementRow(
        question_id=votes.question_id,
        kind=votes.kind,
        aspect=votes.aspect,
        group=group,
        items=len(np.unique(items[paired])),
        raters=len(np.unique(votes.rater)),
        prevalence=tuple(zip(map(str, votes.answers), found.prevalence, strict=True)),
        coefficients=_side_by_side(found, counts, items, votes.measure),
    )


def _side_by_side(
    found: Coefficients, counts: Any, items: Ints, measure: Measure
) -> tuple[Named, ...]:
    first = (Named("agreement", found.agreement), Named("fleiss", found.fleiss))
    if measure is Measure.NOMINAL:
        return (*first, Named("gwet_ac1", found.gwet), Named("alpha_nominal", found.alpha))
    others = [
        Named(
            f"alpha_{other.value}",
            grouped_alpha(counts, items, measure=other, generator=np.random.default_rng(SEED)),
        )
        for other in (Measure.INTERVAL, Measure.NOMINAL)
    ]
    return (*first, Named("gwet_ac2", found.gwet), Named("alpha_ordinal", found.alpha), *others)


def _groups(votes: Votes, book: SaidBook, by: By, context: Context) -> Iterator[tuple[str, Flags]]:
    everything = np.ones(len(votes.thing), dtype=bool)
    match by:
        case By.PROJECT | By.CRITERION:
            yield "", everything
        case By.SEGMENT:
            yield from _by_column(votes.segment, book.segments.names)
        case By.GUIDELINE:
            yield from _by_column(votes.guideline, book.guidelines.names)
        case By.WEEK:
            yield from list(_by_column(votes.week, book.weeks.names))[-WEEKS:]
        case By.TEAM:
            for tag in sorted({tag for tags in context.teams.values() for tag in tags}):
                inside = [tag in context.teams.get(name, frozenset()) for name in votes.raters]
                yield tag, np.array(inside, dtype=bool)[votes.rater]


def _by_column(column: Ints, names: Sequence[Any]) -> Iterator[tuple[str, Flags]]:
    numbers = [int(one) for one in np.unique(column)]
    for number in sorted(numbers, key=lambda one: (names[one] is None, names[one])):
        yield "" if names[number] is None else str(names[number]), column == number


def _beyond_votes(book: SaidBook) -> list[AgreementRow]:
    """Return what of a kind's answers no coefficient looks at, with the reason."""
    found = []
    for question_id, kind in sorted(book.kinds.items()):
        beyond = kind_of(kind).beyond_votes
        if beyond is not None:
            aspect, reason = beyond
            named = (Named("alpha", unknown(reason, 0, "none")),)
            found.append(AgreementRow(question_id, kind, aspect, "", 0, 0, (), named))
    return found


def _beyond_one_figure(question_id: str, kind: str | None) -> AgreementRow:
    reason = f"{question_id} is a {kind} question: its aspects have figures of their own"
    return AgreementRow(
        question_id, kind, "", "", 0, 0, (), (Named("alpha", unknown(reason, 0, "none")),)
    )
