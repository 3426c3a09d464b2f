"""Shares and clustered means against published values, other formulas and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from loopwright.stats.proportions import accuracy, clustered_mean, wilson, win_rate


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_statsmodels(counts: tuple[int, int]) -> None:
    successes, n = counts
    found = wilson(successes, n)
    low, high = proportion_confint(successes, n, method="wilson")
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


def test_nothing_is_unknown_and_not_zero() -> None:
    assert wilson(0, 0).value is None
    assert win_rate([], []).estimate.reason == "needs at least 1 observation"


def test_one_rater_gives_a_value_without_an_interval() -> None:
    found = win_rate([1.0, 0.0, 1.0], ["ann"] * 3).estimate
    assert found.value == pytest.approx(2 / 3)
    assert found.low is None
    assert found.reason == "an interval needs at least 2 raters"


def test_independent_clusters_give_the_plain_standard_error() -> None:
    values = np.random.default_rng(1).normal(size=400)
    found = clustered_mean(list(values), [str(i) for i in range(400)], unit="prompt")
    assert found.design_effect == pytest.approx(1.0, rel=1e-2)


@given(st.permutations(range(12)), st.randoms(use_true_random=False))
def test_order_and_names_of_raters_do_not_matter(order: list[int], random: object) -> None:
    outcomes = [1.0, 0.5, 0.0] * 4
    raters = [f"r{i % 4}" for i in range(12)]
    straight = win_rate(outcomes, raters).estimate
    shuffled = win_rate(
        [outcomes[i] for i in order], [raters[i].replace("r", "other") for i in order]
    ).estimate
    assert straight.low == pytest.approx(shuffled.low)
    assert straight.high == pytest.approx(shuffled.high)


def test_swapping_sides_mirrors_the_win_rate() -> None:
    outcomes, raters = [1.0, 1.0, 0.5, 0.0, 1.0, 0.0], ["a", "a", "b", "b", "c", "c"]
    ours = win_rate(outcomes, raters).estimate
    theirs = win_rate([1 - outcome for outcome in outcomes], raters).estimate
    assert ours.value is not None
    assert theirs.value == pytest.approx(1 - ours.value)


def test_unanimity_does_not_claim_certainty() -> None:
    found = accuracy([1.0] * 20, [f"p{i}" for i in range(20)]).estimate
    assert found.value == 1.0
    assert found.low is not None
    assert 0.8 < found.low < 1.0


def test_clustered_interval_covers_where_the_naive_one_does_not() -> None:
    """12 raters with tastes of their own, 40 votes each: 95 % must mean about 95 %."""
    rng = np.random.default_rng(20)
    covered = naive = 0
    runs = 600
    for _ in range(runs):
        tastes = np.clip(rng.normal(0.5, 0.12, size=12), 0.02, 0.98)
        votes = (rng.random((12, 40)) < tastes[:, None]).astype(float).ravel()
        found = win_rate(list(votes), [str(i // 40) for i in range(480)]).estimate
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.5 <= found.high
        plain = wilson(int(votes.sum()), 480)
        assert plain.low is not None
        assert plain.high is not None
        naive += plain.low <= 0.5 <= plain.high
    assert covered / runs > 0.92
    assert naive / runs < 0.90
