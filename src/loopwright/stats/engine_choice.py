"""Which form of the engine gold answers favour: how free raters' confusion matrices are, or none.

One model does not win everywhere: free matrices win where raters are biased in ways of their own,
one coin where votes are few, and counting votes where most raters say one answer whatever they see.
All of them are settings of the same engine. Its default is left only for a form that is more often
right on gold items, which no fit sees, by more than two standard errors over the same items.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, Codes, Doubles, dawid_skene

_EVEN = 1e6
FORMS = (
    TruthSettings(),
    TruthSettings(shrink=4.0),
    TruthSettings(shrink=20.0),
    TruthSettings(shrink=100.0),
    TruthSettings(shrink=_EVEN),
    TruthSettings(shrink=_EVEN, rater_votes=_EVEN, prior=_EVEN),
)
"""The first is the default; the last takes all raters and answers alike, which is the majority."""
_FIT_STEPS = 40


def name_of(form: TruthSettings) -> str:
    """Return what a form is called in a report."""
    if form.rater_votes == _EVEN:
        return "all annotators alike"
    if form.shrink == _EVEN:
        return "one coin"
    return f"confusion matrices held by {form.shrink:g} votes"


def right_by_form(
    votes: CodedVotes,
    gold_item: Codes,
    gold_answer: Codes,
    *,
    forms: Sequence[TruthSettings] = FORMS,
) -> dict[TruthSettings, Doubles]:
    """Return for each form whether it gives each gold item's right answer with all votes."""
    found = {}
    for form in forms:
        fit = dawid_skene(votes, settings=form, iterations=_FIT_STEPS)
        hit = fit.posterior[gold_item].argmax(axis=1) == gold_answer
        found[form] = hit.astype(np.float64)
    return found


def choose_form(right: Mapping[TruthSettings, Doubles]) -> TruthSettings:
    """Return the form to use, from results on the same gold items; the default is the first."""
    default = next(iter(right))
    chosen, most = default, 0.0
    for form, hits in right.items():
        gain = hits - right[default]
        if len(gain) < 2:
            continue
        mean, error = float(gain.mean()), float(gain.std(ddof=1)) / len(gain) ** 0.5
        if mean > 2.0 * error and mean > most:
            chosen, most = form, mean
    return chosen
