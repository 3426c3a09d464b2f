"""When an item has votes enough: a gate on calibrated confidence, and what is known of its errors.

A model's posterior is no promise: items that a model is 95 % sure of are wrong up to a third of
the time on real sets. So the leading answer's probability is calibrated on gold items
(`calibration.LeadCalibration`), and the threshold is set on gold items that the calibration has not
seen, by testing from the strictest threshold down and stopping at the first whose error is not
shown to be within the stated one: fixed-sequence testing, "Learn then test" (Angelopoulos, Bates,
Candes, Jordan, Lei 2021), with the exact binomial bound of Clopper and Pearson (1934). Some closed
items stay open by lot (the audit); their errors bound the error of all that were closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b
from math import ceil, log

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from loopwright.stats.calibration import LeadCalibration, fit_lead
from loopwright.stats.eprocess import rate_evidence
from loopwright.stats.estimate import Estimate, unknown

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CLOSED_METHOD = "share of checked items that were closed wrongly, Clopper-Pearson upper bound 95 %"
WATCHED_METHOD = (
    "share of checked items that were closed wrongly, upper bound 95 % that holds at every look"
)
SAVED_METHOD = "share of planned votes not needed"
THRESHOLDS = (0.995, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.92, 0.9, 0.88, 0.85, 0.8, 0.75, 0.7, 0.6)
"""Calibrated probabilities that are tried as thresholds, from the strictest."""
MIN_GOLD = 40
"""Gold items that it takes to set a gate: half calibrate, half set the threshold."""


class Exit(StrEnum):
    """Whether an item takes further votes."""

    OPEN = "open"
    """Another vote is wanted."""
    CONFIDENT = "confident"
    """The answer is sure enough."""
    EXHAUSTED = "exhausted"
    """It has all the votes that it may have, sure or not."""


@dataclass(frozen=True)
class Gate:
    """Closes an item when its calibrated confidence reaches `threshold`; 1.0 never does."""

    threshold: float = 0.95
    calibration: LeadCalibration = field(default_factory=LeadCalibration)
    minimum: int = 2
    """Votes that every item has before it may close."""
    maximum: int = 10
    """Votes after which an item closes, whatever its confidence."""
    audit: float = 0.05
    """Share of confident items that stay open up to the maximum, drawn by lot (`audited`)."""

    def __post_init__(self) -> None:
        """Refuse settings without meaning."""
        if not 1 <= self.minimum <= self.maximum:
            raise ValueError(f"votes from {self.minimum} to {self.maximum} are no range")
        if not (0.0 <= self.threshold <= 1.0 and 0.0 <= self.audit <= 1.0):
            raise ValueError("a threshold and a share of audits are between 0 and 1")

    def confident(self, probabilities: Floats, n: Codes) -> NDArray[np.bool_]:
        """Return which items may close; `probabilities` (items, answers), `n` (items,) votes."""
        sure = self.calibration.confidence(probabilities) >= self.threshold
        result: NDArray[np.bool_] = sure & (n >= self.minimum) & (self.threshold < 1.0)
        return result

    def decide(self, probabilities: Sequence[float], n: int) -> Exit:
        """Return what becomes of one item with `n` votes, the audit left aside."""
        if n >= self.maximum:
            return Exit.EXHAUSTED
        row = np.asarray(probabilities, dtype=np.float64)[None, :]
        sure = bool(self.confident(row, np.array([n]))[0])
        return Exit.CONFIDENT if sure else Exit.OPEN


@dataclass(frozen=True)
class GoldVotes:
    """How gold items came to their answers: one entry for each vote on one of them, in order.

    `item` (votes,) from 0, `n` (votes,) how many votes the item then had, `probabilities` (votes,
    answers) the model's posterior after it, `truth` (items,) the right column.
    """

    item: Codes
    n: Codes
    probabilities: Floats
    truth: Codes

    def __post_init__(self) -> None:
        """Refuse parts that do not fit."""
        if not len(self.item) == len(self.n) == len(self.probabilities):
            raise ValueError("item, n and probabilities need one entry per vote each")
        if len(self.item) and int(self.item.max()) >= len(self.truth):
            raise ValueError(f"item codes are 0 to {len(self.truth) - 1}")

    def of(self, items: Codes) -> "GoldVotes":
        """Return the votes on some of the items."""
        number = np.full(len(self.truth), -1)
        number[items] = np.arange(len(items))
        kept = number[self.item] >= 0
        return GoldVotes(
            number[self.item[kept]], self.n[kept], self.probabilities[kept], self.truth[items]
        )


@dataclass(frozen=True)
class Closings:
    """What a gate did to items: how many it closed early, how many of them wrongly, and votes."""

    closed: int
    wrong: int
    used: int
    planned: int

    @property
    def saved(self) -> Estimate:
        """Return the share of votes saved."""
        if not self.planned:
            return unknown("needs gold items with votes", 0, SAVED_METHOD)
        share = 1.0 - self.used / self.planned
        return Estimate(share, None, None, self.planned, SAVED_METHOD, "seen on gold items alone")


@dataclass(frozen=True)
class Savings:
    """Votes used of those planned, the share saved (None of none), and the money."""

    used: int
    planned: int
    votes: int
    share: float | None
    money: float


@dataclass(frozen=True)
class GateFit:
    """A gate, and what gold items say of it; `gate` is None where no threshold is shown safe."""

    gate: Gate | None
    error: Estimate
    """Of gold items that it would have closed, the share closed wrongly, with its upper bound."""
    saved: Estimate
    """Share of the votes on gold items that it would have saved."""
    calibrated_on: int
    """Gold items behind the calibration."""
    set_on: int
    """Other gold items, behind the threshold."""


def fit_gate(
    gold: GoldVotes,
    *,
    error: float,
    generator: np.random.Generator,
    level: float = 0.9,
    settings: Gate | None = None,
) -> GateFit:
    """Return the loosest gate whose error is at most `error` with confidence `level`.

    One half of the gold items, drawn by `generator`, calibrates and says where to begin; the other
    decides. Minimum, maximum and audit are those of `settings`. k closed items without a mistake
    show an error of at most 1 - (1 - level)^(1/k): 45 of them for 5 % at level 0.9.
    """
    base, items = settings or Gate(), len(gold.truth)
    if items < MIN_GOLD:
        missing = MIN_GOLD - items
        return _no_gate(f"needs {missing} more gold item{'s' * (missing > 1)}", 0, items)
    drawn = generator.permutation(items)
    first, second = gold.of(drawn[: items // 2]), gold.of(drawn[items // 2 :])
    fitted = replace(base, calibration=calibrate(first))
    best, reason = None, ""
    for threshold in _from_the_safest(fitted, first, level):
        gate = replace(fitted, threshold=threshold)
        found = closings(gate, second)
        if _upper(found.wrong, found.closed, level) > error:
            reason = _not_shown(found, error, level)
            break
        best = gate
    if best is None:
        return _no_gate(reason, len(first.truth), len(second.truth))
    found = closings(best, second)
    known = (len(first.truth), len(second.truth))
    return GateFit(best, closed_error(found.wrong, found.closed), found.saved, *known)


def calibrate(gold: GoldVotes) -> LeadCalibration:
    """Return the calibration on the items' states after each vote; every item weighs the same."""
    states = np.bincount(gold.item, minlength=len(gold.truth))
    found = fit_lead(gold.probabilities, gold.truth[gold.item], 1.0 / states[gold.item])
    return replace(found, n=int((states > 0).sum()))


def closings(gate: Gate, gold: GoldVotes) -> Closings:
    """Return what the gate would have done to gold items; no audits are drawn."""
    sure = gate.confident(gold.probabilities, gold.n)
    items = len(gold.truth)
    last = np.bincount(gold.item, minlength=items)
    planned = np.minimum(last, gate.maximum)
    # The first sure state of each item, if it comes before its votes end.
    first = np.full(items, np.iinfo(np.int64).max)
    np.minimum.at(first, gold.item[sure], gold.n[sure])
    early = first < planned
    at = sure & (gold.n == first[gold.item]) & early[gold.item]
    wrong = gold.probabilities[at].argmax(axis=1) != gold.truth[gold.item[at]]
    used = int(np.where(early, first, planned).sum())
    return Closings(int(early.sum()), int(wrong.sum()), used, int(planned.sum()))


def audited(item: str, *, share: float, key: str) -> bool:
    """Return whether an item is audited: the same whenever asked, unforeseeable without `key`."""
    drawn = int.from_bytes(blake2b(item.encode(), key=key.encode()[:64], digest_size=8).digest())
    return drawn < share * 2.0**64


def closed_error(wrong: int, checked: int, *, level: float = 0.95) -> Estimate:
    """Return the error of closed items with its exact upper bound (Clopper, Pearson 1934).

    `checked` are closed items whose truth came out: gold, adjudicated, or audited by lot. Holds for
    one look at a number of items that was fixed before; for looks at any time see
    `closed_error_watched`.
    """
    if not checked:
        return unknown("needs a closed item that was checked", 0, CLOSED_METHOD)
    return Estimate(wrong / checked, 0.0, _upper(wrong, checked, level), checked, CLOSED_METHOD)


def closed_error_watched(wrong: int, checked: int, *, level: float = 0.95) -> Estimate:
    """Return the error of closed items with an upper bound that may be read after every check.

    The smallest rate against which Robbins's mixture of bets (`eprocess.rate_evidence`, here on
    the items closed rightly) has won 1 / (1 - level); by Ville (1939) the true rate is above the
    bound at any time with probability at most 1 - level.
    """
    if not checked:
        return unknown("needs a closed item that was checked", 0, WATCHED_METHOD)
    low, high = wrong / checked, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if rate_evidence(checked - wrong, checked, 1.0 - middle) < 1.0 / (1.0 - level):
            low = middle
        else:
            high = middle
    return Estimate(wrong / checked, 0.0, high, checked, WATCHED_METHOD)


def vote_value(probabilities: Floats, accuracy: float | Floats) -> Floats:
    """Return how much one more vote is expected to raise the chance that the answer is right.

    With P(t) calibrated, shape (items, answers), and a rater who is right with `accuracy` and else
    gives any other answer alike: sum_y max_t P(t) P(y | t) - max_t P(t), the expected value of
    sample information under 0-1 loss (Raiffa, Schlaifer 1961). Never below 0; 0 where no single
    answer could change the decision.
    """
    size = probabilities.shape[1]
    right = np.broadcast_to(np.asarray(accuracy, dtype=np.float64), probabilities.shape[:1])
    wrong = ((1.0 - right) / (size - 1))[:, None]
    best = np.zeros(len(probabilities))
    for answer in range(size):
        joint = probabilities * wrong
        joint[:, answer] = probabilities[:, answer] * right
        best += joint.max(axis=1)
    result: Floats = np.maximum(best - probabilities.max(axis=1), 0.0)
    return result


def savings(*, used: int, planned: int, price: float) -> Savings:
    """Return what early exit saved; `planned` votes were to be had at `price` each."""
    share = None if not planned else 1.0 - used / planned
    return Savings(used, planned, planned - used, share, round((planned - used) * price, 6))


def _from_the_safest(gate: Gate, gold: GoldVotes, level: float) -> list[float]:
    """Return thresholds from the one that these items show safest, on to looser ones."""

    def bound(threshold: float) -> float:
        found = closings(replace(gate, threshold=threshold), gold)
        return _upper(found.wrong, found.closed, level)

    safest = min(range(len(THRESHOLDS)), key=lambda number: bound(THRESHOLDS[number]))
    return list(THRESHOLDS[safest:])


def _upper(wrong: int, checked: int, level: float) -> float:
    """Return the one-sided exact upper bound of a rate; 1 where nothing is known."""
    return 1.0 if wrong >= checked else float(beta.ppf(level, wrong + 1, checked - wrong))


def _not_shown(found: Closings, error: float, level: float) -> str:
    needed = ceil(log(1.0 - level) / log(1.0 - error)) if 0.0 < error < 1.0 else 0
    return (
        f"an error of {error:.1%} is not shown at confidence {level:.0%}: of {found.closed} gold "
        f"items closed {found.wrong} would be wrong; {needed} without a mistake would show it"
    )


def _no_gate(reason: str, calibrated_on: int, set_on: int) -> GateFit:
    n = calibrated_on + set_on
    return GateFit(
        None, unknown(reason, n, CLOSED_METHOD), unknown(reason, n, SAVED_METHOD),
        calibrated_on, set_on,
    )  # fmt: skip
