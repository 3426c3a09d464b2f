"""Past votes through the live engine with early exit, judged on gold items by cross-fitting.

Gold items are cut into folds. What is learned from gold (the form of the engine, the gate, the
calibration of the final probabilities) is learned for each fold from the others alone, and then
used on that fold: every gold item counts once, and none helps to set what it is judged by. The gate
is the cheapest (`exit_search`) that is as often right as the best of majority, batch EM and the
engine itself with every vote, or less by `SLACK` at most. Items without gold have the gate that all
gold items choose.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loopwright.stats.calibration import LeadCalibration, fit_lead
from loopwright.stats.engine_choice import FORMS, choose_form, name_of, right_by_form
from loopwright.stats.exit_search import (
    NEVER,
    THRESHOLDS,
    Limits,
    Pass,
    Trial,
    cheapest,
    equally_right,
    folds_of,
    of_each,
    run_gate,
    try_thresholds,
)
from loopwright.stats.majority import majority_right
from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes, Codes, Doubles, dawid_skene

FOLDS = 5
MIN_SEARCH = 50
"""Gold items below which gates are not compared: they could not be told apart."""
MIN_CALIBRATION = 10
DEFAULT_THRESHOLD = 0.95
SLACK = 0.0025
"""Accuracy that a gate may cost: less cannot be told from chance with a few hundred gold items."""
FEW_THRESHOLDS = (0.75, 0.92, 0.98, 0.995, NEVER)
MANY_VOTES = 300_000
"""Votes above which fewer thresholds are tried, each being a run over all of them."""
_KEYS: tuple[int | None, ...] = (*range(FOLDS), None)
"""The folds, and what has no gold."""
Step = Callable[[str], None]
"""Is told what comes next."""


@dataclass(frozen=True)
class PastVotes:
    """Votes in their order (one of an annotator on an item), and gold answers, -1 for none."""

    votes: CodedVotes
    gold: Codes

    @property
    def gold_item(self) -> Codes:
        """Return the items that have both gold and votes."""
        voted = np.bincount(self.votes.item, minlength=self.votes.items) > 0
        found: Codes = np.flatnonzero((self.gold >= 0) & voted)
        return found


@dataclass(frozen=True)
class GateUsed:
    """The gate of one fold; `fold` None is that of the items without gold."""

    fold: int | None
    threshold: float | None
    """Posterior at which an item closes; None: no item closed early."""
    stated: float | None
    """The threshold as a calibrated probability."""
    form: str
    """Of the engine (`engine_choice`)."""
    gold: int
    """Gold items behind it."""


@dataclass(frozen=True)
class Replay:
    """What the replay did; arrays over gold items are in the order of `gold_item`."""

    gold_item: Codes
    taken: Codes
    """(items,): votes used."""
    given: Codes
    """(items,): votes there were."""
    used: NDArray[np.bool_]
    """(votes,)."""
    right: Doubles
    """(gold items,): whether the answer after early exit is right."""
    confidence: Doubles
    """(gold items,): its probability, calibrated on the other folds."""
    raw_confidence: Doubles
    right_all: Doubles
    """The same engine with every vote."""
    calibration: LeadCalibration
    """Of all gold items: what a product would go on with."""
    gates: list[GateUsed]
    at_majority: Trial | None
    """Under the cheapest gate that is as often right as the majority; None without a search."""
    at_em: Trial | None
    """The same for batch EM."""
    majority: Doubles
    """(gold items,): how likely the majority of all votes is right."""
    em: Doubles
    """(gold items,): whether batch EM on all votes is right."""


def replay(
    past: PastVotes,
    *,
    seed: int,
    limits: Limits | None = None,
    step: Step = lambda _: None,
) -> Replay:
    """Return what early exit would have done to these votes."""
    generator = np.random.default_rng(seed)
    gold_item = past.gold_item
    fold = folds_of(len(gold_item), FOLDS, generator)
    search = len(gold_item) >= MIN_SEARCH
    limits = limits or (Limits() if search else Limits(minimum=3))
    forms, right_all = _forms(past, gold_item, fold, step)
    plain = _plain_rules(past, gold_item)
    rules = (plain.majority, plain.em, right_all)
    plan = _plan(past, gold_item, fold, forms, limits, rules, step) if search else _Plan()
    step("the replay itself")
    used, found = _final(past, gold_item, fold, forms, plan.threshold, limits)
    rows = found.posterior[gold_item]
    answer = past.gold[gold_item]
    maps = _calibrations(rows, answer, fold)
    confidence = np.zeros(len(gold_item))
    for number in range(FOLDS):
        among = fold == number
        confidence[among] = maps[number].confidence(rows[among])
    return Replay(
        gold_item=gold_item,
        taken=found.taken,
        given=np.bincount(past.votes.item, minlength=past.votes.items),
        used=used,
        right=(rows.argmax(axis=1) == answer).astype(np.float64),
        confidence=confidence,
        raw_confidence=rows.max(axis=1, initial=0.0),
        right_all=right_all,
        calibration=maps[None],
        gates=_gates(plan.threshold, forms, maps, fold),
        at_majority=plan.at_majority,
        at_em=plan.at_em,
        majority=plain.majority,
        em=plain.em,
    )


@dataclass(frozen=True)
class _Rules:
    majority: Doubles
    em: Doubles


@dataclass(frozen=True)
class _Plan:
    """The threshold of each fold, and what the trials say of equal accuracy."""

    threshold: dict[int | None, float] = field(
        default_factory=lambda: dict.fromkeys(_KEYS, DEFAULT_THRESHOLD)
    )
    at_majority: Trial | None = None
    at_em: Trial | None = None


def _plain_rules(past: PastVotes, gold_item: Codes) -> _Rules:
    answer = past.gold[gold_item]
    fit = dawid_skene(past.votes, settings=TruthSettings())
    em = (fit.posterior[gold_item].argmax(axis=1) == answer).astype(np.float64)
    return _Rules(majority_right(past.votes, gold_item, answer), em)


def _forms(
    past: PastVotes, gold_item: Codes, fold: Codes, step: Step
) -> tuple[dict[int | None, int], Doubles]:
    """Return each fold's form of the engine (a place in `FORMS`), chosen on the others.

    Also whether all votes give each gold item's right answer under its own fold's form.
    """
    step("forms of the engine")
    search = len(gold_item) >= MIN_SEARCH
    forms = FORMS if search else FORMS[:1]
    right = right_by_form(past.votes, gold_item, past.gold[gold_item], forms=forms)
    chosen: dict[int | None, int] = {}
    for key in _KEYS:
        among = _others(fold, key)
        form = choose_form({form: hits[among] for form, hits in right.items()})
        chosen[key] = forms.index(form)
    hits = np.stack(list(right.values()))
    return chosen, hits[_own(chosen, fold), np.arange(len(fold))]


def _plan(
    past: PastVotes,
    gold_item: Codes,
    fold: Codes,
    forms: dict[int | None, int],
    limits: Limits,
    rules: tuple[Doubles, Doubles, Doubles],
    step: Step,
) -> _Plan:
    """Return the threshold of each fold, chosen on the others.

    `rules`: how likely each gold item is right by majority, by batch EM, by the engine itself, all
    with every vote.
    """
    thresholds = FEW_THRESHOLDS if len(past.votes.item) > MANY_VOTES else THRESHOLDS
    trials: dict[int, list[Trial]] = {}
    for form in sorted(set(forms.values())):
        trials[form] = try_thresholds(
            past.votes,
            gold_item,
            past.gold[gold_item],
            limits=limits,
            settings=FORMS[form],
            thresholds=thresholds,
            tick=lambda: step("gates, each tried on all votes"),
        )
    chosen: dict[int | None, float] = {}
    for key, form in forms.items():
        among = _others(fold, key)
        wanted = max(rules, key=lambda right: float(right[among].mean()))
        place = cheapest(trials[form], wanted, among, slack=SLACK)
        chosen[key] = NEVER if place is None else thresholds[place]
    own = of_each(trials, _own(forms, fold))
    return _Plan(chosen, equally_right(own, rules[0], fold), equally_right(own, rules[1], fold))


def _final(
    past: PastVotes,
    gold_item: Codes,
    fold: Codes,
    forms: dict[int | None, int],
    chosen: dict[int | None, float],
    limits: Limits,
) -> tuple[NDArray[np.bool_], Pass]:
    """Return the run in which each item has its own fold's gate and form."""
    votes = past.votes
    level = np.full(votes.items, chosen[None])
    level[gold_item] = [chosen[int(one)] for one in fold]
    form = np.full(votes.items, forms[None])
    form[gold_item] = _own(forms, fold)
    used = np.zeros(len(votes.item), dtype=bool)
    taken = np.zeros(votes.items, dtype=np.int64)
    posterior = np.zeros((votes.items, votes.categories))
    for value in np.unique(form).tolist():
        found = run_gate(votes, level, limits=limits, settings=FORMS[value])
        mine = form == value
        used |= found.used & mine[votes.item]
        taken[mine], posterior[mine] = found.taken[mine], found.posterior[mine]
    return used, Pass(used, taken, posterior)


def _others(fold: Codes, key: int | None) -> NDArray[np.bool_]:
    """Return the gold items that a fold learns from: those of other folds; of None all."""
    return np.ones(len(fold), dtype=bool) if key is None else fold != key


def _own(forms: dict[int | None, int], fold: Codes) -> Codes:
    return np.array([forms[int(one)] for one in fold], dtype=np.int64)


def _calibrations(rows: Doubles, answer: Codes, fold: Codes) -> dict[int | None, LeadCalibration]:
    """Return each fold's calibration, from the others; of None from all of them."""
    maps: dict[int | None, LeadCalibration] = {}
    for key in _KEYS:
        among = _others(fold, key)
        enough = int(among.sum()) >= MIN_CALIBRATION
        maps[key] = fit_lead(rows[among], answer[among]) if enough else LeadCalibration()
    return maps


def _gates(
    chosen: dict[int | None, float],
    forms: dict[int | None, int],
    maps: dict[int | None, LeadCalibration],
    fold: Codes,
) -> list[GateUsed]:
    gates = []
    for key, threshold in chosen.items():
        early = threshold <= 1.0
        row = np.array([[threshold, 1.0 - threshold]])
        gates.append(
            GateUsed(
                fold=key,
                threshold=threshold if early else None,
                stated=float(maps[key].confidence(row)[0]) if early else None,
                form=name_of(FORMS[forms[key]]),
                gold=int(_others(fold, key).sum()),
            )
        )
    return gates
