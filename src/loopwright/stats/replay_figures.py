"""The figures of a replay, each with its interval, its n and how it was got.

Votes saved at equal accuracy: 1 - votes used / votes that the plain rule needs to be right as
often. That is the fewest votes an item (the first k of each; between two k by a straight line), or
all of them where the replay is right at least as often as the plain rule with every vote. A curve
over k that falls is noise and pooled (isotonic regression). Interval: percentile bootstrap over
gold items, by Poisson weights (Hanley, MacGibbon 2006), all parts of the figure drawn together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from loopwright.stats.agreement import alpha_estimate
from loopwright.stats.calibration import calibration_error
from loopwright.stats.early_exit import closed_error
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.exit_search import Trial, fit_used
from loopwright.stats.majority import FixedVotes, majority_curve, rank_within
from loopwright.stats.proportions import clustered_mean, wilson
from loopwright.stats.replay import PastVotes, Replay, Step
from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, Doubles, dawid_skene

PLAIN = "share of gold items, Wilson 95 %"
SAVED = (
    "1 - votes of the cheapest gate that is as often right as {rule} of all votes (chosen on other "
    "gold items) / votes that {rule} needs to be right as often as that gate; "
    "bootstrap over items 95 %"
)
FREE = TruthSettings(shrink=4.0)
"""Nearly the free confusion matrices of Dawid and Skene (1979), as other tools fit them."""
_KS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 50)
_REPLICATES = 400
_CHUNK = 4_000_000
_NO_GOLD = "the file has no gold answers on items with votes"
_NOT_SEARCHED = "needs {missing} more gold items to set gates on some and judge them on others"


def figures(
    past: PastVotes, done: Replay, *, min_search: int, seed: int, step: Step = lambda _: None
) -> dict[str, Estimate]:
    """Return every figure that is an estimate; unknown ones say why."""
    votes, gold = past.votes, past.gold[done.gold_item]
    n = len(gold)
    found: dict[str, Estimate] = {}
    if not n:
        found = dict.fromkeys(_GOLD_KEYS, unknown(_NO_GOLD, 0, PLAIN))
    else:
        step("majority and batch EM on all votes")
        curve = majority_curve(votes, done.gold_item, gold, ks=_ks(votes))
        found = {
            "accuracy": wilson(float(done.right.sum()), n),
            "accuracy_majority": wilson(float(done.majority.sum()), n),
            "accuracy_em": wilson(float(done.em.sum()), n),
            "accuracy_dawid_skene": wilson(float(_em(past, done, FREE).sum()), n),
            "accuracy_all_votes": wilson(float(done.right_all.sum()), n),
            "accuracy_over_majority": _difference(done.right, done.majority),
            "accuracy_over_em": _difference(done.right, done.em),
            "ece": calibration_error(done.confidence.tolist(), (done.right > 0).tolist()),
            "ece_uncalibrated": calibration_error(
                done.raw_confidence.tolist(), (done.right > 0).tolist()
            ),
        }
        found |= _saved(past, done, curve, min_search=min_search, seed=seed, step=step)
        found["closed_error"] = _closed(done)
    step("agreement")
    table = np.zeros((votes.items, votes.categories))
    np.add.at(table, (votes.item, votes.answer), 1.0)
    found["alpha"] = alpha_estimate(table, generator=np.random.default_rng(seed))
    return found


_GOLD_KEYS = (
    "accuracy",
    "accuracy_majority",
    "accuracy_em",
    "accuracy_dawid_skene",
    "accuracy_all_votes",
    "accuracy_over_majority",
    "accuracy_over_em",
    "saved_at_equal_accuracy",
    "saved_vs_em_at_equal_accuracy",
    "ece",
    "ece_uncalibrated",
    "closed_error",
)


@dataclass(frozen=True)
class _Sums:
    """Columns over gold items whose weighted sums make the figure."""

    right: Doubles
    taken: Doubles
    curve_right: Doubles
    """(gold items, ks)."""
    curve_votes: Doubles


def needed(accuracy: float, curve_accuracy: Doubles, curve_votes: Doubles) -> float:
    """Return the votes an item at which a rule is right as often; all of them where it never is.

    Votes grow along the curve; the last entry is all votes.
    """
    smooth = isotonic_regression(curve_accuracy).x
    reached = np.flatnonzero(smooth >= accuracy - 1e-12)
    if accuracy >= curve_accuracy[-1] - 1e-12 or not len(reached):
        return float(curve_votes[-1])
    at = int(reached[0])
    if at == 0:
        return float(curve_votes[0])
    share = (accuracy - smooth[at - 1]) / (smooth[at] - smooth[at - 1])
    return float(curve_votes[at - 1] + share * (curve_votes[at] - curve_votes[at - 1]))


def saved_at_equal_accuracy(under: Trial, curve: FixedVotes, *, rule: str, seed: int) -> Estimate:
    """Return the share of votes that a gate saves against a rule on the first k votes.

    Of several gates the cheapest that is as often right as the rule, chosen on other gold items.
    """
    right = under.right
    sums = _Sums(
        right,
        under.taken,
        np.stack(curve.right, axis=1),
        np.stack(curve.votes, axis=1).astype(np.float64),
    )
    ones = np.ones((1, len(right)))
    value = float(_ratios(sums, ones)[0])
    generator = np.random.default_rng(seed)
    drawn: list[Doubles] = []
    size = max(1, _CHUNK // max(1, len(right)))
    for start in range(0, _REPLICATES, size):
        count = min(size, _REPLICATES - start)
        drawn.append(_ratios(sums, generator.poisson(1.0, (count, len(right))).astype(np.float64)))
    low, high = np.quantile(np.concatenate(drawn), (0.025, 0.975))
    method = SAVED.format(rule=rule)
    return Estimate(value, min(float(low), value), max(float(high), value), len(right), method)


def _ratios(sums: _Sums, weights: Doubles) -> Doubles:
    total = np.maximum(weights.sum(axis=1), 1e-9)
    accuracy, used = weights @ sums.right / total, weights @ sums.taken / total
    rights = weights @ sums.curve_right / total[:, None]
    votes = weights @ sums.curve_votes / total[:, None]
    found = [
        1.0 - used[row] / max(needed(float(accuracy[row]), rights[row], votes[row]), 1e-9)
        for row in range(len(weights))
    ]
    return np.array(found)


def _saved(
    past: PastVotes,
    done: Replay,
    curve: FixedVotes,
    *,
    min_search: int,
    seed: int,
    step: Step,
) -> dict[str, Estimate]:
    keys = ("saved_at_equal_accuracy", "saved_vs_em_at_equal_accuracy")
    n = len(done.gold_item)
    if done.at_majority is None or done.at_em is None:
        reason = _NOT_SEARCHED.format(missing=min_search - n)
        return dict.fromkeys(keys, unknown(reason, n, SAVED.format(rule="the majority")))
    step("votes saved")
    em_curve = _em_curve(past, done, curve)
    return {
        keys[0]: saved_at_equal_accuracy(done.at_majority, curve, rule="the majority", seed=seed),
        keys[1]: saved_at_equal_accuracy(done.at_em, em_curve, rule="batch EM", seed=seed),
    }


def _em_curve(past: PastVotes, done: Replay, curve: FixedVotes) -> FixedVotes:
    """Return the curve of batch EM on the first k votes; its last entry is on all votes."""
    votes, answer = past.votes, past.gold[done.gold_item]
    number, right = rank_within(votes.item), []
    for k in _ks(votes):
        posterior = fit_used(votes, number < k, TruthSettings())
        right.append((posterior[done.gold_item].argmax(axis=1) == answer).astype(np.float64))
    return FixedVotes([*right, done.em], curve.votes)


def _em(past: PastVotes, done: Replay, settings: TruthSettings) -> Doubles:
    fit = dawid_skene(past.votes, settings=settings)
    answer = past.gold[done.gold_item]
    right: Doubles = (fit.posterior[done.gold_item].argmax(axis=1) == answer).astype(np.float64)
    return right


def _ks(votes: CodedVotes) -> Sequence[int]:
    """Return numbers of votes below the most that an item has."""
    most = int(np.bincount(votes.item, minlength=1).max(initial=0))
    return [k for k in _KS if k < most]


def _difference(ours: Doubles, theirs: Doubles) -> Estimate:
    names = [str(number) for number in range(len(ours))]
    return clustered_mean((ours - theirs).tolist(), names, unit="item").estimate


def _closed(done: Replay) -> Estimate:
    early = (done.taken < done.given)[done.gold_item]
    return closed_error(int(early.sum() - done.right[early].sum()), int(early.sum()))
