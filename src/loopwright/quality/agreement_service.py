"""Use cases of agreement: by what one asks for, of each two raters, and what to repair first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from loopwright.accounts import store as accounts
from loopwright.base.errors import NotFound
from loopwright.projects.spec import ProjectSpec
from loopwright.quality import store_settlements
from loopwright.quality.agreement_by import AgreementRow, By, Context, agreement_rows
from loopwright.quality.agreement_kept import computed
from loopwright.quality.agreement_pairs import RaterPairs, rater_pairs
from loopwright.quality.disagreement import Finding, ranked
from loopwright.quality.model import TRUTH
from loopwright.quality.said import Aspect, SaidBook
from loopwright.quality.tracks import PAIR
from loopwright.questions.labels import NO, YES

_RANKED = PAIR[:3]
_PAIRED = ("pairwise", "scorecard")
_CHOSEN = ("multi_label", "boxes")

Schemes = dict[tuple[str, str], Sequence[Any]]


def agreement(tx: Connection, *, spec: ProjectSpec, by: By) -> list[AgreementRow]:
    """Return agreement on each aspect, split by segment, guideline version, team or week."""
    teams = accounts.rater_tags(tx, spec.id) if by is By.TEAM else {}
    context = Context(schemes_of(spec), teams)
    key = ("by", by, _asked(spec), tuple(sorted(teams.items(), key=lambda one: one[0])))
    return computed(tx, spec.id, key, lambda book: agreement_rows(book, by, context))


def pairs(
    tx: Connection, *, spec: ProjectSpec, question_id: str | None, aspect: str | None
) -> RaterPairs | None:
    """Return who disagrees with whom on an aspect, by default the one judged most.

    None where nothing was judged. Raises NotFound for an aspect without votes.
    """
    schemes = schemes_of(spec)

    def find(book: SaidBook) -> RaterPairs | None:
        chosen = _chosen(book, question_id, aspect)
        if chosen is None:
            return None
        return rater_pairs(book.votes(chosen, _scheme(schemes, chosen)))

    key = ("pairs", question_id, aspect, _asked(spec))
    return computed(tx, spec.id, key, find)


def disagreement(tx: Connection, *, spec: ProjectSpec) -> list[Finding]:
    """Return where people disagree and why, what to repair first first."""
    schemes = schemes_of(spec)
    truth: dict[tuple[str, str], dict[str, str]] = {}
    for one in store_settlements.settled_in(tx, spec.id, sources=TRUTH):
        truth.setdefault((one.question_id, ""), {})[one.item_id] = one.outcome

    def find(book: SaidBook) -> list[Finding]:
        return ranked(
            [book.votes(one, _scheme(schemes, one)) for one in book.ordered()],
            segments=book.segments.names,
            guidelines=book.guidelines.names,
            settled=truth,
        )

    settled = tuple(sorted((key, *one) for key, items in truth.items() for one in items.items()))
    return computed(tx, spec.id, ("disagreement", _asked(spec), settled), find)


def schemes_of(spec: ProjectSpec) -> Schemes:
    """Return the answers that each aspect offers, where they are not levels of a scale."""
    found: Schemes = {}
    for question in spec.questions:
        if question.kind in _PAIRED:
            found[question.id, ""] = PAIR
        elif question.kind == "ranking":
            found[question.id, ""] = _RANKED
        elif question.kind == "single_label":
            found[question.id, ""] = tuple(option.id for option in question.options)
        elif question.kind in _CHOSEN:
            found |= {(question.id, option.id): (YES, NO) for option in question.options}
    return found


def _asked(spec: ProjectSpec) -> tuple[str, ...]:
    return tuple(question.model_dump_json() for question in spec.questions)


def _scheme(schemes: Schemes, aspect: Aspect) -> Sequence[Any]:
    return schemes.get((aspect.question_id, aspect.aspect), ())


def _chosen(book: SaidBook, question_id: str | None, aspect: str | None) -> Aspect | None:
    found = [
        one
        for one in book.ordered()
        if question_id in (None, one.question_id) and aspect in (None, one.aspect)
    ]
    if found:
        return found[0]
    if question_id is None and aspect is None:
        return None
    raise NotFound(
        f"Nobody has judged aspect {aspect or '(the question itself)'!r} of question "
        f"{question_id or '(any)'!r}.",
        remedy="Take both from the project's agreement by criterion.",
    )
