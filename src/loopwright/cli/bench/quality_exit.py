"""Votes that early exit saves on real votes, and whether calibrated probabilities keep their word.

Every set in the folder, with one setting for all. The votes of each item come in an order drawn by
lot, several times. Items are cut into folds; the gate of a fold, and which form the engine has, are
chosen on the others' gold answers (`stats.exit_search`, `stats.engine_choice`).
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from loopwright.base.types import Json
from loopwright.cli.bench.quality_real import read_set
from loopwright.stats.calibration import calibration_error, fit_lead
from loopwright.stats.engine_choice import choose_form, right_by_form
from loopwright.stats.exit_search import (
    Limits,
    Trial,
    equally_right,
    fit_used,
    folds_of,
    of_each,
    run_gate,
    try_thresholds,
)
from loopwright.stats.majority import FixedVotes, majority_curve, rank_within
from loopwright.stats.replay_figures import needed
from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, Codes, Doubles

KEYS = ("exit.saved_vs_majority5", "exit.saved_vs_em5", "gate.ece_median")
ORDERS = 4
FOLDS = 5
FIXED = 5
CALIBRATED_ON = 100
_LIMITS = Limits(minimum=2, maximum=10)
_GATE = 0.98
_SEED = 4
Say = Callable[[str], None]


def early_exit(data: Path | None, *, say: Say) -> tuple[Json, Json]:
    """Return the medians over the sets, and each set's mean and range over the orders."""
    files = [] if data is None else sorted((data / "active_crowd").glob("*.csv"))
    if not files:
        reason = "no data sets: pass --data FOLDER, holding active_crowd/*.csv"
        return dict.fromkeys(KEYS, "not run"), {"reason": reason}
    sets: Json = {}
    for file in files:
        coded, gold = load(file)
        sets[file.stem] = measured(coded, gold)
        one = sets[file.stem]
        say(
            f"exit: {file.stem}: saved {one['majority']['saved']:.3f} against the majority of 5, "
            f"{one['em']['saved']:.3f} against EM of 5, calibration error {one['ece']['mean']:.3f}"
        )
    figures = {
        KEYS[0]: round(median(one["majority"]["saved"] for one in sets.values()), 4),
        KEYS[1]: round(median(one["em"]["saved"] for one in sets.values()), 4),
        KEYS[2]: round(median(one["ece"]["mean"] for one in sets.values()), 4),
    }
    notes = {"orders": ORDERS, "folds": FOLDS, "seed": _SEED, "n": len(sets), "sets": sets}
    return figures, notes


def load(file: Path) -> tuple[CodedVotes, Codes]:
    """Return a set's votes in file order, and every item's gold answer."""
    rows, truth = read_set(file)
    names = sorted({*truth.values()} | {row.answer for row in rows})
    answers = {name: code for code, name in enumerate(names)}
    items = {name: code for code, name in enumerate(truth)}
    raters = {name: code for code, name in enumerate(dict.fromkeys(row.rater for row in rows))}
    table = np.array([(items[r.item], raters[r.rater], answers[r.answer]) for r in rows])
    votes = CodedVotes(table[:, 0], table[:, 1], table[:, 2], len(items), len(raters), len(answers))
    return votes, np.array([answers[name] for name in truth.values()])


def measured(votes: CodedVotes, gold: Codes) -> Json:
    """Return what early exit saves on one set against fixed numbers of votes, and calibration."""
    every = np.arange(len(gold))
    found: dict[str, list[tuple[float, float, float]]] = {"majority": [], "em": []}
    curves: dict[str, list[Doubles]] = {"majority": [], "em": []}
    counts: list[Doubles] = []
    eces: list[float] = []
    for number in range(ORDERS):
        generator = np.random.default_rng([_SEED, number])
        mixed = _in_order(votes, generator.permutation(len(votes.item)))
        fold = folds_of(len(gold), FOLDS, generator)
        trials = _trials(mixed, gold, fold)
        rules = {"majority": majority_curve(mixed, every, gold, ks=range(1, FIXED + 1))}
        rules["em"] = _em_curve(mixed, gold, rules["majority"])
        for name, curve in rules.items():
            under = equally_right(trials, curve.right[FIXED - 1], fold)
            wanted = float(curve.right[FIXED - 1].mean())
            found[name].append((float(under.right.mean()), float(under.taken.mean()), wanted))
            curves[name].append(np.array([one.mean() for one in curve.right[:FIXED]]))
        counts.append(np.array([one.mean() for one in rules["em"].votes[:FIXED]]))
        eces.append(_ece(mixed, gold, generator))
    votes_by_k = np.mean(counts, axis=0)
    result: Json = {
        name: _saving(found[name], np.array(curves[name]), votes_by_k) for name in found
    }
    result["ece"] = {
        "mean": round(float(np.mean(eces)), 4),
        "least": round(min(eces), 4),
        "most": round(max(eces), 4),
        "calibrated_on": min(CALIBRATED_ON, len(gold) // 2),
    }
    return {"votes": len(votes.item), "gold": len(gold), **result}


def _in_order(votes: CodedVotes, order: Codes) -> CodedVotes:
    return replace(
        votes, item=votes.item[order], rater=votes.rater[order], answer=votes.answer[order]
    )


def _trials(votes: CodedVotes, gold: Codes, fold: Codes) -> list[Trial]:
    """Return what each threshold gives, with the form of engine that each fold's others chose."""
    every = np.arange(len(gold))
    right = right_by_form(votes, every, gold)
    forms = list(right)
    chosen = [
        forms.index(choose_form({form: hits[fold != number] for form, hits in right.items()}))
        for number in range(FOLDS)
    ]
    trials = {
        place: try_thresholds(votes, every, gold, limits=_LIMITS, settings=forms[place])
        for place in sorted(set(chosen))
    }
    return of_each(trials, np.array(chosen)[fold])


def _em_curve(votes: CodedVotes, gold: Codes, plain: FixedVotes) -> FixedVotes:
    """Return the batch's accuracy on the first 1 to 5 votes of each item."""
    number = rank_within(votes.item)
    right = [
        (fit_used(votes, number < k, TruthSettings()).argmax(axis=1) == gold).astype(np.float64)
        for k in range(1, FIXED + 1)
    ]
    return FixedVotes(right, plain.votes[:FIXED])


def _saving(runs: list[tuple[float, float, float]], curves: Doubles, votes: Doubles) -> Json:
    """Return the saving from means over the orders, and its range over single orders."""
    right, taken, wanted = np.array(runs).mean(axis=0).tolist()
    single = [
        1.0 - one[1] / needed(one[0], curve, votes) for one, curve in zip(runs, curves, strict=True)
    ]
    return {
        "saved": round(1.0 - taken / needed(right, curves.mean(axis=0), votes), 4),
        "least": round(min(single), 4),
        "most": round(max(single), 4),
        "accuracy": round(right, 4),
        "accuracy_fixed": round(wanted, 4),
        "votes_an_item": round(taken, 3),
        "votes_fixed": round(float(votes[-1]), 3),
    }


def _ece(votes: CodedVotes, gold: Codes, generator: np.random.Generator) -> float:
    """Return the calibration error of items after early exit that calibrated nothing."""
    found = run_gate(votes, _GATE, limits=_LIMITS, settings=TruthSettings()).posterior
    drawn = generator.permutation(len(gold))
    cut = min(CALIBRATED_ON, len(gold) // 2)
    first, rest = drawn[:cut], drawn[cut:]
    sure = fit_lead(found[first], gold[first]).confidence(found[rest])
    right = found[rest].argmax(axis=1) == gold[rest]
    error = calibration_error(sure.tolist(), right.tolist()).value
    return 0.0 if error is None else error
