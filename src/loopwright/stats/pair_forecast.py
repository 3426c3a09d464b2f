"""How well ratings foretell votes that they have not seen: annotator-aware, plain, and by count."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.annotator_ratings import AnnotatorFit, fit_annotators, places_of
from loopwright.stats.paired_fit import Coded, Codes, Floats, cells_of, newton, penalty_of

_FLOOR = 1e-6
"""Probability of a verdict that was never seen in training."""


@dataclass(frozen=True)
class Forecast:
    """Per held-out vote: log probability of its verdict, and whether the winner was foretold.

    A decided vote is foretold rightly (1), wrongly (0) or not (0.5); a tie has NaN.
    """

    aware_log: Floats
    plain_log: Floats
    aware_right: Floats
    plain_right: Floats
    majority_right: Floats
    """By the majority of the other votes on the same two sources."""
    aware_sure: Floats
    """Stated probability of the foretold winner, given that the vote is decided."""


def some(votes: Coded, among: NDArray[np.bool_]) -> Coded:
    """Return part of the votes, with the numbers of sources and raters unchanged."""
    return Coded(
        votes.first[among],
        votes.second[among],
        votes.verdict[among],
        votes.rater[among],
        votes.left[among],
        votes.sources,
        votes.raters,
    )


def forecast(votes: Coded, held: NDArray[np.bool_]) -> Forecast:
    """Return how the held-out votes are foretold by all others."""
    train, test = some(votes, ~held), some(votes, held)
    aware, plain = fit_annotators(train), plain_fit(train)
    aware_log, aware_right, sure = _scored(aware, test)
    plain_log, plain_right, _ = _scored(plain, test)
    return Forecast(aware_log, plain_log, aware_right, plain_right, _majority(train, test), sure)


def plain_fit(votes: Coded) -> AnnotatorFit:
    """Return the ratings' fit that takes every rater to follow the common order."""
    cells = cells_of(votes)
    beta = newton(cells, cells.counts(), penalty_of(cells))
    width = len(cells.values)
    return AnnotatorFit(
        cells=cells,
        beta=beta,
        follows=np.ones(votes.raters),
        habit=np.full((votes.raters, width), 1.0 / width),
        weights=np.ones(len(votes.first)),
        iterations=0,
        change=0.0,
        places=places_of(cells),
    )


def _scored(fit: AnnotatorFit, test: Coded) -> tuple[Floats, Floats, Floats]:
    values, shares = fit.cells.values, fit.predict(test)
    place = np.minimum(np.searchsorted(values, test.verdict), len(values) - 1)
    known = values[place] == test.verdict
    chance = np.where(known, shares[np.arange(len(place)), place], 0.0)
    first, second = shares[:, values > 0].sum(axis=1), shares[:, values < 0].sum(axis=1)
    sure = np.maximum(first, second) / (first + second)
    right = _foretold(first - second, test.verdict)
    return np.log(np.maximum(chance, _FLOOR)), right, sure


def _majority(train: Coded, test: Coded) -> Floats:
    size = train.sources**2
    balance = np.bincount(_pair(train), _turned(train) * np.sign(train.verdict), size)
    return _foretold(balance[_pair(test)] * _turned(test), test.verdict)


def _pair(votes: Coded) -> Codes:
    low, high = np.minimum(votes.first, votes.second), np.maximum(votes.first, votes.second)
    found: Codes = low * votes.sources + high
    return found


def _turned(votes: Coded) -> Floats:
    return np.where(votes.first < votes.second, 1.0, -1.0)


def _foretold(lead: Floats, verdict: Codes) -> Floats:
    lead = np.where(np.abs(lead) < 1e-12, 0.0, lead)
    right = 0.5 + 0.5 * np.sign(lead) * np.sign(verdict)
    found: Floats = np.where(verdict == 0, np.nan, right)
    return found
