"""Which figures follow from the judgments; pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from loopwright.quality.book import PAIR
from loopwright.quality.model import Facts, PairVerdict, SourceRating
from loopwright.stats.agreement import METHOD as ALPHA_METHOD
from loopwright.stats.agreement import alpha_estimate, count_table
from loopwright.stats.bradley_terry import Comparison, rate
from loopwright.stats.estimate import Estimate, unknown

_CREDIT = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}
_LEFT = {"first_left": 1, "second_left": -1}
_SEED = 20260101


def facts(
    verdicts: Sequence[PairVerdict], *, sources: Mapping[str, str], names: Mapping[str, str]
) -> Facts:
    """Return the report's figures; `sources` maps completions to policy versions."""
    judged = {one.completion_ids for one in verdicts}
    rated = rate([c for one in verdicts if (c := comparison(one, sources)) is not None])
    ratings = [
        SourceRating(one.source, names.get(one.source, one.source), one) for one in rated.ratings
    ]
    return Facts(
        judgments=len(verdicts),
        annotators=len({one.rater_id for one in verdicts}),
        items=len({one.item_id for one in verdicts}),
        sources=len({sources[c] for ids in judged for c in ids if c in sources}),
        alpha=alpha(verdicts),
        ratings=ratings,
        groups=rated.groups,
        position_bias=rated.left,
    )


def alpha(verdicts: Sequence[PairVerdict]) -> Estimate:
    """Return agreement on the question with most judgments (alpha does not mix questions)."""
    questions = Counter(one.question_id for one in verdicts)
    if not questions:
        return unknown("needs 2 more items with two or more judgments", 0, ALPHA_METHOD)
    [(question, _)] = questions.most_common(1)
    items: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in verdicts:
        if one.question_id == question:
            items[one.item_id][one.outcome] += 1
    # The seed is fixed: the same judgments always show the same interval.
    return alpha_estimate(count_table(items), generator=np.random.default_rng(_SEED))


def comparison(verdict: PairVerdict, sources: Mapping[str, str]) -> Comparison | None:
    """Return the judgment as a comparison of two sources, None where it is none."""
    if verdict.outcome not in PAIR or len(verdict.completion_ids) != 2:
        return None
    first, second = sources.get(verdict.completion_ids[0]), sources.get(verdict.completion_ids[1])
    if first is None or second is None or first == second:
        return None
    return Comparison(
        first=first,
        second=second,
        outcome=_CREDIT[verdict.outcome],
        rater=verdict.rater_id,
        left=_LEFT.get(verdict.shown_order or "", 0),
    )
