"""How far raters agree on each thing that a question asks; pure.

Each aspect of a question is a figure of its own: a comparison, a label, each criterion. Of a
ranking it is the implied pairs. What lies in one item is drawn together for the interval. What
cannot be compared is listed as unknown, with the reason.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from loopwright.base.types import Json
from loopwright.quality.model import AspectAgreement, PairVerdict
from loopwright.questions.model import CategoryVote, OrdinalVote, PairVote, Vote
from loopwright.questions.registry import kind_of
from loopwright.questions.stored import read_votes
from loopwright.stats.agreement import METHOD as NOMINAL_METHOD
from loopwright.stats.agreement import alpha_estimate, count_table
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.grouped_agreement import Measure, grouped_alpha

SEED = 20260101
"""Fixed: the same judgments always show the same interval."""
_NO_TEXT: Json = {"text": ""}

Thing = tuple[Hashable, ...]


@dataclass
class _Aspect:
    """The judgments on one aspect: of each thing, how many said what."""

    measure: Measure
    things: defaultdict[Thing, Counter[Hashable]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    """(item, part of it) -> answers."""


def agreements(verdicts: Sequence[PairVerdict]) -> list[AspectAgreement]:
    """Return agreement by question and aspect, the question with most judgments first."""
    by_question: defaultdict[str, list[PairVerdict]] = defaultdict(list)
    for one in verdicts:
        by_question[one.question_id].append(one)
    ordered = sorted(by_question.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return [found for question, judged in ordered for found in _of_question(question, judged)]


def headline(found: Sequence[AspectAgreement]) -> Estimate:
    """Return the one figure for a project: that of its most judged question, if it has one."""
    if not found:
        return unknown("needs 2 more items with two or more judgments", 0, NOMINAL_METHOD)
    first = found[0]
    if first.kind is None or kind_of(first.kind).one_category:
        return first.alpha
    reason = (
        f"{first.question_id} is a {first.kind} question: its aspects have figures of their own"
    )
    return unknown(reason, first.alpha.n, first.alpha.method)


def _of_question(question: str, judged: Sequence[PairVerdict]) -> list[AspectAgreement]:
    kind = next((one.kind for one in judged if one.kind is not None), None)
    if all(one.votes is None for one in judged):  # most projects: one answer, no detours
        plain: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in judged:
            plain[one.item_id][one.outcome] += 1
        alpha = alpha_estimate(count_table(plain), generator=np.random.default_rng(SEED))
        return [AspectAgreement(question, kind, "", alpha), *_beyond(question, kind)]
    aspects: dict[str, _Aspect] = {}
    for one in judged:
        for vote in read_votes(one.votes, one.outcome, _NO_TEXT):
            _count(aspects, vote, one.item_id)
    found = [
        AspectAgreement(question, kind, name, _alpha(aspect)) for name, aspect in aspects.items()
    ]
    return [*found, *_beyond(question, kind)]


def _count(aspects: dict[str, _Aspect], vote: Vote, item_id: str) -> None:
    match vote:
        case PairVote():
            things = _aspect(aspects, vote.aspect, Measure.NOMINAL).things
            things[(item_id, vote.first, vote.second)][vote.outcome.value] += 1
        case CategoryVote():
            things = _aspect(aspects, vote.aspect, Measure.NOMINAL).things
            things[(item_id,)][vote.label] += 1
        case OrdinalVote():
            things = _aspect(aspects, vote.aspect, Measure.ORDINAL).things
            things[(item_id, vote.about, vote.of)][vote.level] += 1


def _aspect(aspects: dict[str, _Aspect], name: str, measure: Measure) -> _Aspect:
    return aspects.setdefault(name, _Aspect(measure))


def _alpha(aspect: _Aspect) -> Estimate:
    things = aspect.things
    if aspect.measure is Measure.ORDINAL:
        things = _on_one_scale(things)
    seen = {answer for counts in things.values() for answer in counts}
    ordered = sorted(seen, key=lambda one: (str(type(one)), one))
    column = {answer: at for at, answer in enumerate(ordered)}
    item = {name: at for at, name in enumerate(dict.fromkeys(thing[0] for thing in things))}
    table = np.zeros((len(things), len(column)))
    for row, counts in enumerate(things.values()):
        for answer, count in counts.items():
            table[row, column[answer]] = count
    return grouped_alpha(
        table,
        np.array([item[thing[0]] for thing in things], dtype=np.int64),
        measure=aspect.measure,
        generator=np.random.default_rng(SEED),
    )


def _on_one_scale(
    things: Mapping[Thing, Counter[Hashable]],
) -> defaultdict[Thing, Counter[Hashable]]:
    """Levels of another scale are other levels: keep the scale with most judgments."""
    sizes: Counter[Hashable] = Counter()
    for thing, counts in things.items():
        sizes[thing[2]] += counts.total()
    [(most, _)] = sizes.most_common(1)
    kept = {thing: counts for thing, counts in things.items() if thing[2] == most}
    return defaultdict(Counter, kept)


def _beyond(question: str, kind: str | None) -> list[AspectAgreement]:
    """Return what of a kind's answers no figure looks at."""
    beyond = None if kind is None else kind_of(kind).beyond_votes
    if beyond is None:
        return []
    aspect, reason = beyond
    return [AspectAgreement(question, kind, aspect, unknown(reason, 0, "none"))]
