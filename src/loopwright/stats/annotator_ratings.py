"""Ratings from comparisons that weigh each rater by how far they follow the common order.

A mixture: with probability rho_k rater k's verdict follows the ratings (`paired_fit`: ties,
strength, side), else it is the rater's habit q_k over sides and ties, whatever is shown. Chen,
Bennett, Collins-Thompson and Horvitz (2013), "Pairwise ranking aggregation in a crowdsourced
setting", with the habit of crowd-kit's NoisyBradleyTerry. Fitted by EM (Dempster, Laird, Rubin
1977) with one Newton step each time; rho_k and q_k are held at all raters' mean by a prior of a
few votes.

Votes tell rho and the scale of the ratings apart only poorly: a lower rho with ratings further
apart foretells nearly the same. So reliability is shown relative to the mean vote (1 is typical),
with a logit interval from the outer product of its scores; and ratings are fitted once more with
each vote weighed by its rater's reliability, which keeps their scale that of the raters' verdicts
and their clustered sandwich interval that of `bradley_terry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import expit, logit

from loopwright.stats.bradley_terry import (
    LEFT_METHOD,
    Comparison,
    Ratings,
    code_comparisons,
    ratings_of,
)
from loopwright.stats.estimate import Estimate, unknown
from loopwright.stats.paired_fit import (
    Cells,
    Coded,
    Codes,
    Floats,
    cells_of,
    curvature,
    moments,
    newton,
    penalty_of,
    scores_by_rater,
    shares_of,
)

RELIABILITY_METHOD = (
    "share of verdicts that follow the common order over that of the mean vote, 95 % interval"
)
_RATER_VOTES = 4.0
"""Votes by which a rater's reliability and habit are held at those of all raters."""
_START = 0.8
_GAIN = 1e-5
"""What moves afterwards is how reliability trades with the scale of ratings, which votes hardly
tell apart."""


@dataclass(frozen=True)
class Places:
    """Where each vote's parts stand in flat tables; the same at every step, so found once."""

    share: Codes
    """In (cells, values)."""
    habit: Codes
    """In (raters, values) as seen from the left side; where no side is known, in a second such
    table that is even over the sides."""


def places_of(cells: Cells) -> Places:
    """Return where each vote stands."""
    votes, width = cells.votes, len(cells.values)
    seen = np.where(votes.left < 0, width - 1 - cells.value, cells.value)
    even = np.where(votes.left == 0, votes.raters * width, 0)
    return Places(cells.cell * width + cells.value, even + votes.rater * width + seen)


@dataclass(frozen=True)
class AnnotatorFit:
    """What was learned: parameters of `cells`, and per rater `follows` and `habit`."""

    cells: Cells
    beta: Floats
    follows: Floats
    """(raters,): rho, between 0 and 1."""
    habit: Floats
    """(raters, values): q, the verdicts as seen from the left side."""
    weights: Floats
    """(votes,): how likely each vote followed the common order."""
    iterations: int
    change: float
    places: Places

    @cached_property
    def likelihoods(self) -> tuple[Floats, Floats]:
        """Per vote, the joint probability of following the order, and that of the habit."""
        shares = shares_of(self.cells, self.beta).ravel()[self.places.share]
        ordered = self.follows[self.cells.votes.rater] * shares
        habit = (1.0 - self.follows)[:, None] * self.habit
        both = np.concatenate([habit, 0.5 * (habit + habit[:, ::-1])]).ravel()
        return np.maximum(ordered, 1e-300), both[self.places.habit]

    def predict(self, votes: Coded) -> Floats:
        """Return P(verdict) of other votes, shape (votes, `cells.values`), in their own order."""
        size = votes.sources
        strength = 0.5 * (
            self.beta[votes.first] - self.beta[votes.second] + self.beta[size] * votes.left
        )
        logits = strength[:, None] * self.cells.values
        logits = logits + self.cells.level @ self.beta[size + 1 :]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        follows = self.follows[votes.rater][:, None]
        habit = _seen(self.habit[votes.rater], votes.left[:, None].astype(np.float64))
        result: Floats = follows * shares + (1.0 - follows) * habit
        return result


@dataclass(frozen=True)
class AnnotatorRatings:
    """Ratings, and each rater's reliability by name."""

    ratings: Ratings
    reliabilities: dict[str, Estimate]


def rate_with_reliability(
    comparisons: Sequence[Comparison], *, minimum: int = 10
) -> AnnotatorRatings:
    """Return ratings and reliabilities; unknown below `minimum` comparisons of a source or rater.

    One rater cannot be told from the common order: the ratings are then those of that rater.
    """
    rows = [one for one in comparisons if one.first != one.second]
    if not rows:
        empty = unknown("needs comparisons of two sources", 0, LEFT_METHOD)
        return AnnotatorRatings(Ratings([], empty, 0), {})
    votes, sources, raters = code_comparisons(rows)
    fit = fit_annotators(votes)
    beta, spread = _weighted(fit)
    ratings = ratings_of(fit.cells.votes, sources, beta, spread, minimum=minimum)
    return AnnotatorRatings(ratings, _reliabilities(fit, raters, minimum))


def fit_annotators(
    votes: Coded, *, iterations: int = 45, tolerance: float = 1e-3, prior_sd: float = 3.0
) -> AnnotatorFit:
    """Return the fit.

    It ends when no parameter moves by `tolerance`, when three steps raise the log likelihood by
    less than `_GAIN` of it, or after `iterations`.

    EM is slow where a habit and a left advantage explain the same votes; each third step is
    therefore extrapolated (SQUAREM; Varadhan, Roland 2008), and taken back if it fits worse.
    """
    cells = cells_of(votes)
    penalty = penalty_of(cells, prior_sd)
    beta = newton(cells, cells.counts(), penalty, steps=4)
    # an advantage of the left that is a habit of some must not hide in everybody's start
    beta[votes.sources] = 0.0
    ones = np.ones(len(cells.cell))
    follows = np.full(votes.raters, _START if votes.raters > 1 else 1.0)
    places = places_of(cells)
    fit = AnnotatorFit(cells, beta, follows, _habits(cells, places, ones), ones, 0, np.inf, places)
    sizes = np.bincount(votes.rater, minlength=votes.raters).astype(float)
    before = -np.inf
    while fit.iterations < iterations:
        one = _step(fit, penalty, sizes)
        two = _step(one, penalty, sizes)
        if two.change <= tolerance:
            return two
        leap = _extrapolated(fit, one, two)
        fit = _step(leap, penalty, sizes)
        reached = _log_likelihood(fit, penalty)
        if reached < _log_likelihood(two, penalty):
            fit = _step(two, penalty, sizes)
            reached = _log_likelihood(fit, penalty)
        if reached - before < _GAIN * abs(reached):
            return fit
        before = reached
    return fit


def _extrapolated(fit: AnnotatorFit, one: AnnotatorFit, two: AnnotatorFit) -> AnnotatorFit:
    start, first, second = _packed(fit), _packed(one), _packed(two)
    move = first - start
    bend = second - first - move
    length = float(np.linalg.norm(move)) / max(float(np.linalg.norm(bend)), 1e-12)
    length = min(max(length, 1.0), 16.0)
    found = start + 2.0 * length * move + length**2 * bend
    size, raters = len(two.beta), len(two.follows)
    follows = expit(found[size : size + raters]) if raters > 1 else two.follows
    habit = np.exp(np.clip(found[size + raters :], -30.0, 0.0)).reshape(two.habit.shape)
    habit /= habit.sum(axis=1, keepdims=True)
    return replace(two, beta=found[:size], follows=follows, habit=habit)


def _packed(fit: AnnotatorFit) -> Floats:
    """Return all parameters on scales without bounds."""
    follows = logit(np.clip(fit.follows, 1e-9, 1.0 - 1e-9))
    return np.concatenate([fit.beta, follows, np.log(fit.habit).ravel()])


def _log_likelihood(fit: AnnotatorFit, penalty: Floats) -> float:
    ordered, habitual = fit.likelihoods
    return float(np.log(ordered + habitual).sum() - 0.5 * (penalty * fit.beta**2).sum())


def _step(fit: AnnotatorFit, penalty: Floats, sizes: Floats) -> AnnotatorFit:
    cells, votes = fit.cells, fit.cells.votes
    ordered, habitual = fit.likelihoods
    weights = ordered / (ordered + habitual)
    width = len(cells.values)
    counts: Floats = np.bincount(fit.places.share, weights, cells.design.shape[0] * width).astype(
        np.float64
    )
    beta = newton(cells, counts.reshape(-1, width), penalty, start=fit.beta, steps=1)
    follows, habit = fit.follows, fit.habit
    if votes.raters > 1:
        followed = np.bincount(votes.rater, weights, votes.raters)
        mean = (followed.sum() + 4.0) / (sizes.sum() + 5.0)
        follows = (followed + _RATER_VOTES * mean) / (sizes + _RATER_VOTES)
        habit = _habits(cells, fit.places, 1.0 - weights)
    change = max(float(np.abs(beta - fit.beta).max()), float(np.abs(follows - fit.follows).max()))
    return AnnotatorFit(
        cells, beta, follows, habit, weights, fit.iterations + 1, change, fit.places
    )


def _seen(habit: Floats, left: Floats) -> Floats:
    """Return habits over sides as habits over first and second; even where sides are unknown."""
    mirror = habit[:, ::-1]
    both = 0.5 * (habit + mirror)
    result: Floats = np.where(left > 0, habit, np.where(left < 0, mirror, both))
    return result


def _habits(cells: Cells, places: Places, weights: Floats) -> Floats:
    raters, width = cells.votes.raters, len(cells.values)
    counts = np.bincount(places.habit, weights, 2 * raters * width).reshape(2, raters, width)
    by_rater = counts[0] + 0.5 * (counts[1] + counts[1][:, ::-1])
    common = by_rater.sum(axis=0) + 1.0
    found: Floats = by_rater + _RATER_VOTES * common / common.sum()
    result: Floats = found / found.sum(axis=1, keepdims=True)
    return result


def _weighted(fit: AnnotatorFit) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return the ratings' fit with each vote weighed by its rater, and its clustered spread."""
    cells = fit.cells
    weights = (fit.follows / fit.follows[cells.votes.rater].mean())[cells.votes.rater]
    penalty, counts = penalty_of(cells), cells.counts(weights)
    beta = newton(cells, counts, penalty)
    found = moments(cells, beta)
    curved = curvature(cells, found, counts.sum(axis=1)) + np.diag(penalty)
    bread: Floats = np.linalg.inv(curved).astype(np.float64)
    scores = scores_by_rater(cells, found, weights)
    return beta, (bread, scores.T @ scores)


def _reliabilities(fit: AnnotatorFit, raters: Sequence[str], minimum: int) -> dict[str, Estimate]:
    votes = fit.cells.votes
    sizes = np.bincount(votes.rater, minlength=votes.raters)
    if votes.raters < 2:
        reason = "needs a second annotator to compare with"
        return {name: unknown(reason, int(sizes[0]), RELIABILITY_METHOD) for name in raters}
    ordered, habitual = fit.likelihoods
    # d log P(vote) / d logit(rho) = P(followed | vote) - rho
    slope = ordered / (ordered + habitual) - fit.follows[votes.rater]
    held = _RATER_VOTES * fit.follows * (1.0 - fit.follows)
    spread = 1.96 / np.sqrt(np.bincount(votes.rater, slope**2, votes.raters) + held)
    centre = logit(np.clip(fit.follows, 1e-9, 1.0 - 1e-9))
    mean = fit.follows[votes.rater].mean()
    low, high = expit(centre - spread) / mean, expit(centre + spread) / mean
    found = {}
    for at, name in enumerate(raters):
        n = int(sizes[at])
        if n < minimum:
            reason = f"needs {minimum - n} more judgment{'s' * (minimum - n > 1)}"
            found[name] = unknown(reason, n, RELIABILITY_METHOD)
        else:
            value = float(fit.follows[at] / mean)
            found[name] = Estimate(value, low[at], high[at], n, RELIABILITY_METHOD)
    return found
