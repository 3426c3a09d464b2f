"""Choosing how few votes do, and saying it without the gold that chose."""

import numpy as np
import pytest

from loopwright.stats.engine_choice import FORMS, choose_form, name_of, right_by_form
from loopwright.stats.exit_search import (
    NEVER,
    Limits,
    Trial,
    cheapest,
    equally_right,
    folds_of,
    of_each,
    run_gate,
)
from loopwright.stats.majority import majority_curve, majority_right, rank_within
from loopwright.stats.replay import FOLDS, MIN_SEARCH, PastVotes, replay
from loopwright.stats.replay_figures import figures, needed, saved_at_equal_accuracy
from loopwright.stats.truth import TruthSettings
from loopwright.stats.truth_em import CodedVotes


def crowd(
    seed: int, *, items: int = 400, raters: int = 30, per_item: int = 6, gold: int | None = None
) -> PastVotes:
    """Return votes of three answers in a random order; the first `gold` items have gold."""
    generator = np.random.default_rng(seed)
    item = np.repeat(np.arange(items), per_item)
    rater = np.concatenate([generator.permutation(raters)[:per_item] for _ in range(items)])
    truth = generator.integers(0, 3, items)
    skill = generator.uniform(0.5, 0.95, raters)
    right = generator.random(len(item)) < skill[rater]
    wrong = (truth[item] + generator.integers(1, 3, len(item))) % 3
    answer = np.where(right, truth[item], wrong)
    order = generator.permutation(len(item))
    votes = CodedVotes(item[order], rater[order], answer[order], items, raters, 3)
    known = np.where(np.arange(items) < (items if gold is None else gold), truth, -1)
    return PastVotes(votes, known)


def test_a_gate_uses_fewer_votes_where_the_crowd_agrees() -> None:
    past = crowd(1)
    limits, settings = Limits(minimum=2, maximum=5), TruthSettings()
    early = run_gate(past.votes, 0.95, limits=limits, settings=settings)
    never = run_gate(past.votes, NEVER, limits=limits, settings=settings)
    assert never.taken.tolist() == [5] * 400
    assert early.taken.min() >= 2
    assert early.taken.sum() < 0.8 * never.taken.sum()
    assert int(early.used.sum()) == int(early.taken.sum())


def test_the_cheapest_gate_pools_noise_and_says_when_none_will_do() -> None:
    wanted, every = np.full(100, 0.8), np.ones(100, dtype=bool)

    def trial(right: int, votes: float) -> Trial:
        return Trial((np.arange(100) < right).astype(float), np.full(100, votes))

    # 82 then 79: the second is no proof that a stricter gate is worse; together they reach 80.5
    assert cheapest([trial(70, 2), trial(82, 3), trial(79, 4)], wanted, every) == 1
    assert cheapest([trial(70, 2), trial(75, 3)], wanted, every) is None
    assert cheapest([trial(70, 2), trial(79, 3)], wanted, every, slack=0.01) == 1
    fold = folds_of(100, 5, np.random.default_rng(0))
    assert sorted(np.bincount(fold).tolist()) == [20] * 5
    mixed = equally_right([trial(70, 2.0), trial(90, 4.0)], wanted, fold)
    assert mixed.right.mean() == pytest.approx(0.8, abs=0.05)
    assert mixed.taken.mean() == pytest.approx(3.0, abs=0.2)


def test_an_items_own_fold_does_not_choose_its_gate() -> None:
    fold = np.repeat(np.arange(2), 50)
    wanted = np.ones(100)
    cheap = Trial(np.where(fold == 0, 1.0, 0.0), np.full(100, 1.0))
    dear = Trial(np.ones(100), np.full(100, 9.0))
    found = equally_right([cheap, dear], wanted, fold)
    # the cheap gate is right on fold 0 alone: only fold 1, which it fails, may take it
    assert found.taken[fold == 0].tolist() == [9.0] * 50
    assert found.right[fold == 1].tolist() == [0.0] * 50


def test_each_item_has_the_result_of_its_own_kind() -> None:
    one, two = Trial(np.zeros(4), np.ones(4)), Trial(np.ones(4), np.full(4, 2.0))
    found = of_each({1: [one], 2: [two]}, np.array([1, 2, 2, 1]))
    assert found[0].taken.tolist() == [1, 2, 2, 1]
    assert found[0].right.tolist() == [0, 1, 1, 0]


def test_majority_of_the_first_votes_shares_ties() -> None:
    votes = CodedVotes(
        item=np.array([0, 0, 0, 1]),
        rater=np.array([0, 1, 2, 0]),
        answer=np.array([0, 1, 1, 1]),
        items=2,
        raters=3,
        categories=2,
    )
    gold_item, gold = np.array([0, 1]), np.array([1, 1])
    curve = majority_curve(votes, gold_item, gold, ks=(1, 2))
    assert [one.tolist() for one in curve.right] == [[0, 1], [0.5, 1], [1, 1]]
    assert [one.tolist() for one in curve.votes] == [[1, 1], [2, 1], [3, 1]]
    assert majority_right(votes, gold_item, gold).tolist() == [1, 1]
    assert rank_within(votes.item).tolist() == [0, 1, 2, 0]


def test_votes_needed_go_along_the_curve_and_end_with_all() -> None:
    accuracy, votes = np.array([0.6, 0.7, 0.8]), np.array([1.0, 2.0, 5.0])
    assert needed(0.75, accuracy, votes) == pytest.approx(3.5)
    assert needed(0.9, accuracy, votes) == 5.0
    assert needed(0.5, accuracy, votes) == 1.0
    past = crowd(2)
    curve = majority_curve(past.votes, past.gold_item, past.gold, ks=range(1, 6))
    same = Trial(curve.right[2], curve.votes[2].astype(float))
    found = saved_at_equal_accuracy(same, curve, rule="the majority", seed=0)
    # three votes by majority save nothing against the majority of three
    assert found.value == pytest.approx(0.0, abs=1e-6)
    assert found.low is not None
    assert found.low <= 0.0 <= (found.high or 0.0)


def test_the_engine_leaves_its_default_only_for_what_gold_clearly_favours() -> None:
    past = crowd(6)
    right = right_by_form(past.votes, past.gold_item, past.gold)
    assert choose_form(right) == FORMS[0]
    assert len({name_of(form) for form in FORMS}) == len(FORMS)
    # the form with all annotators alike is the majority, wherever that is not tied
    plain = majority_right(past.votes, past.gold_item, past.gold)
    clear = (plain == 0.0) | (plain == 1.0)
    assert (right[FORMS[-1]][clear] == plain[clear]).all()
    none = {form: hits[:0] for form, hits in right.items()}
    assert choose_form(none) == FORMS[0]


def test_half_a_crowd_that_always_says_the_same_is_seen_through_with_gold() -> None:
    generator = np.random.default_rng(7)
    truth = generator.integers(0, 2, 400)
    item = np.repeat(np.arange(400), 6)
    rater = np.concatenate([generator.permutation(24)[:6] for _ in range(400)])
    honest = np.where(generator.random(len(item)) < 0.85, truth[item], 1 - truth[item])
    votes = CodedVotes(item, rater, np.where(rater < 12, 0, honest), 400, 24, 2)
    done = replay(PastVotes(votes, truth), seed=0)
    assert done.majority.mean() < 0.75
    assert done.right.mean() > 0.85


def test_a_replay_saves_votes_and_its_probabilities_hold() -> None:
    past = crowd(3, items=1500, raters=60)
    done = replay(past, seed=0)
    found = figures(past, done, min_search=MIN_SEARCH, seed=0)
    assert (done.taken <= done.given).all()
    assert int(done.used.sum()) == int(done.taken.sum())
    value = {key: one.value for key, one in found.items()}
    assert value["accuracy"] is not None
    assert value["accuracy_em"] is not None
    assert value["accuracy"] >= value["accuracy_em"] - 0.015
    assert (value["saved_at_equal_accuracy"] or 0.0) > 0.2
    assert (value["ece"] or 0.0) < 0.03
    for one in found.values():
        assert one.low is None or one.low <= (one.value or 0.0) <= (one.high or 0.0)
    assert len(done.gates) == FOLDS + 1
    again = replay(past, seed=0)
    assert again.used.tolist() == done.used.tolist()


def test_gold_of_a_fold_never_reaches_its_own_probabilities() -> None:
    """Turning the gold answer of one item changes what others are told, never what it is told."""
    past = crowd(4, items=120)
    turned = past.gold.copy()
    turned[7] = (turned[7] + 1) % 3
    before, after = replay(past, seed=1), replay(PastVotes(past.votes, turned), seed=1)
    assert before.confidence[7] == after.confidence[7]
    assert before.taken[7] == after.taken[7]
    assert (before.confidence != after.confidence).any()


@pytest.mark.parametrize("gold", [0, 1, MIN_SEARCH - 1])
def test_little_gold_gives_the_default_gate_and_reasons(gold: int) -> None:
    past = crowd(5, items=80, gold=gold)
    done = replay(past, seed=0)
    found = figures(past, done, min_search=MIN_SEARCH, seed=0)
    assert done.taken.min() >= 3
    assert found["saved_at_equal_accuracy"].value is None
    assert found["saved_at_equal_accuracy"].reason
    assert (found["accuracy"].value is None) == (gold == 0)
    assert found["alpha"].value is not None


def test_no_votes_at_all_is_a_defined_result() -> None:
    none = np.array([], dtype=np.int64)
    past = PastVotes(CodedVotes(none, none, none, 0, 0, 2), none)
    found = figures(past, replay(past, seed=0), min_search=MIN_SEARCH, seed=0)
    assert all(one.value is None and one.reason for one in found.values())
