"""The fast batch: hand-made cases, crowd-kit, the slower fixed point, gold, and bad input."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene

from loopwright.cli.bench.quality_real import majority, read_set
from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import (
    CodedVotes,
    Fit,
    choose_shrink,
    dawid_skene,
    pooled_accuracy,
    soft_majority,
)

FREE = TruthSettings(shrink=4.0)


def coded(
    rows: list[tuple[int, int, int]], *, categories: int, items: int = 0, raters: int = 0
) -> CodedVotes:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    found = [int(table[:, column].max(initial=-1)) + 1 for column in (0, 1)]
    return CodedVotes(
        table[:, 0], table[:, 1], table[:, 2],
        max(items, found[0]), max(raters, found[1]), categories,
    )  # fmt: skip


def simulated(seed: int, *, items: int, raters: int) -> tuple[CodedVotes, np.ndarray]:
    generator = np.random.default_rng(seed)
    skill = np.clip(generator.beta(8, 3, raters), 0.3, 0.98)
    truth = generator.integers(0, 4, items)
    rows = []
    for item in range(items):
        for rater in generator.choice(raters, 5, replace=False):
            right = generator.random() < skill[rater]
            answer = truth[item] if right else (truth[item] + generator.integers(1, 4)) % 4
            rows.append((item, int(rater), int(answer)))
    return coded(rows, categories=4), truth


def right_share(fit: Fit, truth: np.ndarray) -> float:
    return float((fit.posterior.argmax(axis=1) == truth).mean())


def real(path: Path) -> tuple[CodedVotes, np.ndarray, float]:
    rows, gold = read_set(path)
    answers = {
        one: code for code, one in enumerate(sorted({v.answer for v in rows} | set(gold.values())))
    }
    items = {one: code for code, one in enumerate(gold)}
    raters = {one: code for code, one in enumerate(sorted({v.rater for v in rows}))}
    votes = coded(
        [(items[v.item], raters[v.rater], answers[v.answer]) for v in rows],
        categories=len(answers),
    )
    return votes, np.array([answers[gold[one]] for one in items]), majority(rows, gold)


def test_one_iteration_by_hand() -> None:
    # Two raters agree on item 0, differ on item 1; no prior at all but one coin of weight 2.
    votes = coded([(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)], categories=2)
    settings = TruthSettings(accuracy=0.7, accuracy_votes=10, rater_votes=4, shrink=2, prior=1)
    fit = dawid_skene(votes, settings=settings, iterations=1, tolerance=0.0, dtype=np.float64)
    start = np.array([[2.5 / 3, 0.5 / 3], [0.5, 0.5]])
    right = (start[0, 0] + start[1, 0], start[0, 0] + start[1, 1])
    pooled = (sum(right) + 7.0) / 14.0
    accuracy = [(one + 4 * pooled) / 6 for one in right]
    first = (start[0, 0] + start[1, 0] + 2 * accuracy[0]) / (start[:, 0].sum() + 2)
    assert fit.confusion[0, 0, 0] == pytest.approx(first)
    assert fit.confusion.sum(axis=1) == pytest.approx(np.ones((2, 2)))
    logs = np.log(start.sum(axis=0) + 1) + np.log(fit.confusion[0, 0]) + np.log(fit.confusion[1, 1])
    assert fit.posterior[1] == pytest.approx(np.exp(logs) / np.exp(logs).sum())


def test_as_accurate_as_crowd_kit_after_as_many_iterations() -> None:
    votes, truth = simulated(4, items=3000, raters=60)
    frame = pd.DataFrame({"task": votes.item, "worker": votes.rater, "label": votes.answer})
    peer = DawidSkene(n_iter=20, tol=0.0).fit_predict(frame).sort_index().to_numpy()
    fit = dawid_skene(votes, settings=FREE, iterations=20, tolerance=0.0)
    assert fit.iterations == 20
    assert (fit.posterior.argmax(axis=1) == peer).mean() > 0.98
    assert right_share(fit, truth) >= float((peer == truth).mean()) - 0.001


def test_single_precision_finds_the_same() -> None:
    votes, _ = simulated(5, items=1500, raters=40)
    single, double = (
        dawid_skene(votes, iterations=30, tolerance=0.0, dtype=kind)
        for kind in (np.float32, np.float64)
    )
    assert single.posterior.dtype == np.float32
    assert np.abs(single.posterior - double.posterior).max() < 1e-4


def test_order_of_votes_does_not_matter() -> None:
    votes, _ = simulated(6, items=400, raters=20)
    order = np.random.default_rng(1).permutation(len(votes.item))
    mixed = replace(
        votes, item=votes.item[order], rater=votes.rater[order], answer=votes.answer[order]
    )
    one, two = dawid_skene(votes, dtype=np.float64), dawid_skene(mixed, dtype=np.float64)
    assert np.abs(one.posterior - two.posterior).max() < 1e-9


def test_rows_are_probabilities_however_many_votes_an_item_has() -> None:
    votes = coded([(0, rater, rater % 2) for rater in range(4000)], categories=3)
    fit = dawid_skene(votes)
    assert np.isfinite(fit.posterior).all()
    assert fit.posterior.sum(axis=1) == pytest.approx([1.0], abs=1e-5)


def test_few_votes_have_defined_results() -> None:
    none = dawid_skene(coded([], categories=3, items=2, raters=1))
    assert none.posterior == pytest.approx(np.full((2, 3), 1 / 3), abs=1e-6)
    assert dawid_skene(coded([], categories=2)).posterior.shape == (0, 2)
    one = dawid_skene(coded([(0, 0, 1)], categories=3))
    assert one.posterior.argmax() == 1
    assert one.posterior.max() < 0.9
    alone = dawid_skene(coded([(item, 0, 1) for item in range(30)], categories=2))
    assert (alone.posterior.argmax(axis=1) == 1).all()
    # An item nobody judged leans to what is frequent.
    empty = dawid_skene(coded([(0, 0, 1), (0, 1, 1), (2, 0, 1)], categories=2))
    assert empty.posterior[1].argmax() == 1


def test_an_annotator_who_always_answers_the_same_says_little() -> None:
    votes, truth = simulated(8, items=600, raters=12)
    lazy = votes.raters
    rows = list(zip(votes.item, votes.rater, votes.answer, strict=True))
    rows += [(item, lazy, 2) for item in range(votes.items)]
    fit = dawid_skene(coded(rows, categories=4), settings=FREE)
    spread = fit.confusion[lazy, 2]
    assert spread.min() > 0.9
    assert right_share(fit, truth) >= right_share(dawid_skene(votes, settings=FREE), truth) - 0.005


def test_broken_codes_are_refused() -> None:
    with pytest.raises(ValueError, match="answer codes are 0 to 1"):
        coded([(0, 0, 2)], categories=2)
    with pytest.raises(ValueError, match="item codes"):
        coded([(-1, 0, 1)], categories=2)
    with pytest.raises(ValueError, match="two or more categories"):
        coded([(0, 0, 0)], categories=1)
    with pytest.raises(ValueError, match="one entry per vote"):
        CodedVotes(np.zeros(2, int), np.zeros(2, int), np.zeros(1, int), 1, 1, 2)


def test_helpers_hold_small_samples() -> None:
    votes = coded([(0, 0, 1)], categories=2)
    assert soft_majority(votes) == pytest.approx(np.array([[0.25, 0.75]]))
    assert pooled_accuracy(0.0, 0.0, 4, TruthSettings()) == pytest.approx(0.7)
    assert pooled_accuracy(0.0, 1e6, 4, TruthSettings()) == pytest.approx(0.30)


def test_shrinkage_stays_without_gold_that_speaks_for_another() -> None:
    votes, truth = simulated(9, items=300, raters=15)
    few = np.arange(5)
    assert choose_shrink(votes, few, truth[few]).shrink == TruthSettings().shrink
    with pytest.raises(ValueError, match="5 gold items but 4"):
        choose_shrink(votes, few, truth[:4])
    contradictory = choose_shrink(votes, np.arange(300), np.roll(truth, 1))
    assert contradictory.gold == 300
    assert all(np.isfinite(score) for score in contradictory.scores.values())


def test_free_matrices_are_chosen_where_raters_mix_up_two_answers() -> None:
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 3, 3000)
    rows = []
    for item, answer in enumerate(truth):
        for rater in generator.choice(10, 4, replace=False):
            seen = int(answer)
            # Half of the raters call most 2 a 1, all else is right nearly always.
            if answer == 2 and rater < 5 and generator.random() < 0.9:
                seen = 1
            elif generator.random() < 0.1:
                seen = int(generator.integers(0, 3))
            rows.append((item, int(rater), seen))
    votes, gold = coded(rows, categories=3), np.arange(200)
    found = choose_shrink(votes, gold, truth[gold])
    assert found.shrink < TruthSettings().shrink
    chosen = dawid_skene(votes, settings=TruthSettings(shrink=found.shrink))
    assert right_share(chosen, truth) > right_share(dawid_skene(votes), truth) + 0.01


def test_real_sets_by_default_and_with_a_hundred_gold_items(shared_data: Path) -> None:
    folder = shared_data / "active_crowd"
    if not folder.is_dir():
        pytest.skip("active_crowd is not among the shared data sets")
    plain, guided, theirs = [], [], []
    for path in sorted(folder.glob("*.csv")):
        votes, gold, most = real(path)
        plain.append(right_share(dawid_skene(votes), gold))
        theirs.append(most)
        assert plain[-1] >= most - 0.005, path.stem
        known = np.random.default_rng(7).permutation(votes.items)[:100]
        shrink = choose_shrink(votes, known, gold[known]).shrink
        guided.append(right_share(dawid_skene(votes, settings=TruthSettings(shrink=shrink)), gold))
        assert guided[-1] >= most - 0.005, path.stem
    assert np.mean(plain) >= np.mean(theirs) + 0.02
    assert np.mean(guided) >= np.mean(plain) - 0.001
