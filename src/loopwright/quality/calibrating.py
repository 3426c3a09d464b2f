"""Calibrated probability: how far the model's probabilities are kept, by gold; pure.

Gold are settled answers that do not rest on the votes. Adjudicated items are mostly doubtful
ones, so a calibration that they have a part in errs on the side of doubt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.calibration import (
    Bin,
    LeadCalibration,
    calibration_error,
    fit_lead,
    reliability_bins,
)
from loopwright.stats.estimate import Estimate

NEEDED = 20
"""Gold items below which a probability is called not calibrated."""
_FLOOR = 1e-4
"""Of an answer's probability: a gold answer that nobody gave must not outweigh all others."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GoldItem:
    """What the model says of an item whose answer is known."""

    item_id: str
    question_id: str
    truth: str
    posterior: Mapping[str, float]


@dataclass(frozen=True)
class Calibration:
    """How a question's probabilities are corrected; `lead` is None while gold is lacking."""

    question_id: str
    n: int
    lead: LeadCalibration | None

    @property
    def reason(self) -> str | None:
        """Return why probabilities are not calibrated, None when they are."""
        if self.lead is not None:
            return None
        missing = NEEDED - self.n
        return f"not calibrated: needs {missing} more gold item{'s' * (missing > 1)}"

    def apply(self, posterior: Mapping[str, float]) -> dict[str, float] | None:
        """Return calibrated probabilities; None without enough gold, or no answers."""
        if self.lead is None or not posterior:
            return None
        shares = self.lead.apply(np.array([list(posterior.values())], dtype=float))[0]
        return {name: float(share) for name, share in zip(posterior, shares, strict=True)}


@dataclass(frozen=True)
class KeptPromise:
    """How far stated probabilities came true on gold, before and after calibration.

    Each item is judged by the calibration on the other half of the gold.
    """

    calibration: Calibration
    bins: list[Bin]
    error: Estimate
    error_before: Estimate


def calibrations(gold: Sequence[GoldItem]) -> dict[str, Calibration]:
    """Return the calibration of each question that has gold."""
    return {question: _calibration(question, rows) for question, rows in _by_question(gold).items()}


def kept_promises(gold: Sequence[GoldItem]) -> list[KeptPromise]:
    """Return how far each question's probabilities are kept, the most gold first."""
    found = [_kept(question, rows) for question, rows in _by_question(gold).items()]
    return sorted(found, key=lambda one: (-one.calibration.n, one.calibration.question_id))


def not_calibrated(question_id: str) -> Calibration:
    """Return what stands for a question without any gold."""
    return Calibration(question_id, 0, None)


def _by_question(gold: Sequence[GoldItem]) -> dict[str, list[GoldItem]]:
    found: dict[str, list[GoldItem]] = {}
    for one in sorted(gold, key=lambda row: row.item_id):
        if one.posterior:
            found.setdefault(one.question_id, []).append(one)
    return found


def _calibration(question: str, rows: Sequence[GoldItem]) -> Calibration:
    if len(rows) < NEEDED:
        return Calibration(question, len(rows), None)
    table, truth, _ = _table(rows)
    return Calibration(question, len(rows), fit_lead(table, truth))


def _kept(question: str, rows: Sequence[GoldItem]) -> KeptPromise:
    table, truth, said = _table(rows)
    stated = np.zeros(len(rows))
    for half in (0, 1):
        mine, others = slice(half, None, 2), slice(1 - half, None, 2)
        stated[mine] = fit_lead(table[others], truth[others]).confidence(table[mine])
    right = [answer == true for answer, true in zip(said, truth, strict=True)]
    before = table[np.arange(len(rows)), said]
    return KeptPromise(
        _calibration(question, rows),
        reliability_bins(stated.tolist(), right, bins=10),
        calibration_error(stated.tolist(), right, minimum=NEEDED),
        calibration_error(before.tolist(), right, minimum=NEEDED),
    )


def _table(rows: Sequence[GoldItem]) -> tuple[Floats, list[int], list[int]]:
    """Return probabilities (items, answers), the column of the truth and of the likeliest."""
    answers = sorted({name for one in rows for name in (*one.posterior, one.truth)})
    column = {name: at for at, name in enumerate(answers)}
    table = np.full((len(rows), max(2, len(answers))), _FLOOR)
    for line, one in enumerate(rows):
        for name, share in one.posterior.items():
            table[line, column[name]] = max(share, _FLOOR)
    table /= table.sum(axis=1, keepdims=True)
    return table, [column[one.truth] for one in rows], table.argmax(axis=1).tolist()
