"""Use cases of coaching: how somebody judges, how everybody does, what to look at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from loopwright.accounts import store as accounts
from loopwright.coaching import integrity, store, trends
from loopwright.coaching.integrity import Evidence
from loopwright.coaching.model import Group, Person
from loopwright.coaching.resolved import Resolved, resolve
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import store_settlements as settlements
from loopwright.quality.agreement_kept import computed
from loopwright.quality.agreement_service import schemes_of
from loopwright.quality.model import SettledBy
from loopwright.quality.said import SaidBook
from loopwright.quality.words import aspect_in_words
from loopwright.questions.model import CategoryVote, OrdinalVote, PairVote
from loopwright.questions.stored import read_votes

_FEWEST = 5
"""A group of fewer people is not told apart: it would tell of single ones."""

Truth = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Told:
    """Every judgment of a project that can be told right or wrong, by aspect."""

    aspects: tuple[Resolved, ...]
    judged: Mapping[str, int]
    """Judgments by rater, told or not."""


def told(tx: Connection, spec: ProjectSpec) -> Told:
    """Return which judgments were right, kept while nothing changes."""
    truth, mark = _truth(tx, spec.id)
    schemes = schemes_of(spec)

    def find(book: SaidBook) -> Told:
        aspects = [
            resolve(
                book.votes(one, schemes.get((one.question_id, one.aspect), ())),
                truth.get((one.question_id, one.aspect), {}),
                weeks=tuple(book.weeks.names),
            )
            for one in book.ordered()
        ]
        judged = Counter(book.raters.names[at] for at in book.rows_by_rater())
        return Told(tuple(one for one in aspects if len(one)), judged)

    return computed(tx, spec.id, ("coaching", _asked(spec), mark), find)


def person(
    tx: Connection, *, spec: ProjectSpec, rater_id: str, before: str | None = None
) -> Person:
    """Return how somebody judges over time, or did `before` an ISO week; unknown says why."""
    return _person(told(tx, spec), spec, rater_id, before)


def people(tx: Connection, *, spec: ProjectSpec) -> list[Person]:
    """Return how each person judges, by pseudonym: an order that says nothing of merit."""
    found = told(tx, spec)
    key = ("coaching people", _asked(spec), _truth(tx, spec.id)[1])
    return computed(
        tx, spec.id, key, lambda _: [_person(found, spec, one) for one in sorted(found.judged)]
    )


def groups(tx: Connection, *, spec: ProjectSpec) -> list[Group]:
    """Return how everybody, and everybody with a tag, judges each aspect over time.

    Tags of fewer than five people are left out.
    """
    tags = accounts.rater_tags(tx, spec.id)
    named = {"": None} | {
        tag: {rater for rater, mine in tags.items() if tag in mine}
        for tag in sorted({one for mine in tags.values() for one in mine})
    }
    found = []
    for one in told(tx, spec).aspects:
        for name, members in named.items():
            rows = np.ones(len(one), bool) if members is None else rows_of(one, members)
            size = len(np.unique(one.rater[rows]))
            if members is not None and size < _FEWEST:
                continue
            # No alarm for groups: over so many judgments chance alone would raise it.
            found.append(Group(name, size, trends.trend(one, rows, watched=False)))
    return found


def evidence(tx: Connection, *, spec: ProjectSpec) -> list[Evidence]:
    """Return what a person should look at; nothing follows from it by itself."""
    written = store.written(tx, spec.id)
    shared = [one for aspect in told(tx, spec).aspects for one in integrity.shared_errors(aspect)]
    return [
        *shared,
        *integrity.same_reasons(written),
        *integrity.pasted(written),
        *integrity.volume(store.days(tx, spec.id)),
    ]


def _person(found: Told, spec: ProjectSpec, rater_id: str, before: str | None = None) -> Person:
    mine = []
    for one in found.aspects:
        rows = rows_of(one, {rater_id})
        if before is not None:
            over = [at for at, week in enumerate(one.weeks) if week < before]
            rows &= np.isin(one.week, over)
        if rows.any():
            mine.append(trends.trend(one, rows))
    mine.sort(key=lambda one: -one.right.n)
    said = [
        f"{aspect_in_words(spec, one.question_id, one.aspect)}: {sentence}"
        for one in mine
        if (sentence := trends.noticed(one.drift)) is not None
    ]
    return Person(
        rater_id=rater_id,
        judged=found.judged.get(rater_id, 0),
        told=sum(one.right.n for one in mine),
        trends=tuple(mine),
        noticed=tuple(said),
    )


def _asked(spec: ProjectSpec) -> tuple[str, ...]:
    criteria = tuple(one.model_dump_json() for one in spec.guideline.criteria)
    return (*(question.model_dump_json() for question in spec.questions), *criteria)


def rows_of(found: Resolved, raters: set[str]) -> Any:
    """Return which rows are of these raters."""
    numbers = [at for at, name in enumerate(found.raters) if name in raters]
    return np.isin(found.rater, numbers)


def _truth(tx: Connection, project_id: str) -> tuple[Truth, tuple[str, ...]]:
    """Return the known answers by aspect and item, and what changes when they do."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    settled = settlements.settled_in(tx, project_id, sources=frozenset(SettledBy))
    for one in settled:
        votes = read_votes(one.votes, one.outcome, one.answer or {"text": ""})
        seen = Counter(vote.aspect for vote in votes)
        for vote in votes:
            if seen[vote.aspect] > 1:
                continue  # of several things in one item, which one is not told apart
            where = found.setdefault((one.question_id, vote.aspect), {})
            match vote:
                case PairVote():
                    where[one.item_id] = vote.outcome.value
                case CategoryVote():
                    where[one.item_id] = vote.label
                case OrdinalVote():
                    where[one.item_id] = vote.level
                case _:
                    pass
    return found, tuple(sorted(one.id for one in settled))
