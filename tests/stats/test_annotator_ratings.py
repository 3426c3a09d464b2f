"""Reliabilities and ratings recovered from simulated raters, held-out votes, and edge cases."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from loopwright.stats.annotator_ratings import fit_annotators, rate_with_reliability
from loopwright.stats.bradley_terry import Comparison, rate
from loopwright.stats.paired_fit import Coded, cells_of, newton, penalty_of

STRENGTHS = np.linspace(-1.2, 1.2, 8)


def crowd(seed: int, n: int, follows: NDArray[np.float64]) -> Coded:
    """Raters who follow the order with their own share, and else press the left button."""
    print(f"seed {seed}")
    generator = np.random.default_rng(seed)
    first = generator.integers(0, 8, n)
    second = (first + generator.integers(1, 8, n)) % 8
    rater = generator.integers(0, len(follows), n)
    left = generator.choice([-1, 1], n)
    chance = 1.0 / (1.0 + np.exp(STRENGTHS[second] - STRENGTHS[first]))
    ordered = np.where(generator.random(n) < chance, 1, -1)
    verdict = np.where(generator.random(n) < follows[rater], ordered, left)
    return Coded(first, second, verdict, rater, left, 8, len(follows))


def named(votes: Coded) -> list[Comparison]:
    columns = (votes.first, votes.second, votes.verdict, votes.rater, votes.left)
    return [
        Comparison(f"s{a}", f"s{b}", (y + 1.0) / 2.0, f"r{k:02}", int(side))
        for a, b, y, k, side in zip(*(one.tolist() for one in columns), strict=True)
    ]


def test_reliabilities_are_recovered_within_their_intervals() -> None:
    follows = np.linspace(0.3, 0.9, 24)
    inside = total = 0
    for seed in range(8):
        found = rate_with_reliability(named(crowd(seed, 4800, follows))).reliabilities
        values = [found[f"r{number:02}"] for number in range(24)]
        assert np.corrcoef([one.value or 0.0 for one in values], follows)[0, 1] > 0.8
        for one, truth in zip(values, follows / follows.mean(), strict=True):
            inside += (one.low or 0.0) <= truth <= (one.high or 0.0)
            total += 1
    print(f"inside {inside} of {total}")
    assert 0.90 <= inside / total <= 0.99


def test_intervals_of_ratings_cover_what_many_votes_tend_to() -> None:
    follows = np.linspace(0.3, 0.9, 24)
    limit = {
        one.source: one.rating.value or 0.0
        for one in rate_with_reliability(named(crowd(99, 100_000, follows))).ratings.ratings
    }
    covered = total = 0
    for seed in range(20):
        for one in rate_with_reliability(named(crowd(seed, 2400, follows))).ratings.ratings:
            covered += (one.rating.low or 0.0) <= limit[one.source] <= (one.rating.high or 0.0)
            total += 1
    print(f"covered {covered} of {total}")
    assert 0.90 <= covered / total <= 0.99
    # The ratings keep the order and the even spacing that were put in.
    values = [limit[f"s{number}"] for number in range(8)]
    assert np.corrcoef(values, STRENGTHS)[0, 1] > 0.99


def test_votes_held_out_are_foretold_better_than_without_reliabilities() -> None:
    votes = crowd(5, 6000, np.array([0.9] * 12 + [0.1] * 8))

    def part(rows: slice) -> Coded:
        return Coded(
            votes.first[rows],
            votes.second[rows],
            votes.verdict[rows],
            votes.rater[rows],
            votes.left[rows],
            sources=8,
            raters=20,
        )

    known, held = part(slice(0, 4800)), part(slice(4800, 6000))
    shares = fit_annotators(known).predict(held)
    ours = np.log(shares[np.arange(1200), (held.verdict + 1) // 2]).mean()
    cells = cells_of(known)
    plain = newton(cells, cells.counts(), penalty_of(cells))
    gap = plain[held.first] - plain[held.second] + plain[8] * held.left
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert ours > -np.log1p(np.exp(-gap * held.verdict)).mean() + 0.05


def test_the_strength_model_agrees_with_a_general_optimizer() -> None:
    generator = np.random.default_rng(7)
    rows = 400
    first = generator.integers(0, 4, rows)
    votes = Coded(
        first,
        (first + generator.integers(1, 4, rows)) % 4,
        generator.choice([-3, -2, -1, 0, 1, 2, 3], rows, p=[0.05, 0.1, 0.2, 0.1, 0.25, 0.2, 0.1]),
        np.zeros(rows, dtype=np.int64),
        generator.choice([-1, 0, 1], rows),
        4,
        1,
    )
    cells = cells_of(votes)
    penalty = penalty_of(cells)

    def loss(beta: NDArray[np.float64]) -> float:
        # Agresti's model written out vote by vote, apart from the cells
        total = 0.5 * float((penalty * beta**2).sum())
        tau = dict(zip((0, 2, 3), beta[5:], strict=True)) | {1: 0.0}
        for a, b, y, side in zip(votes.first, votes.second, votes.verdict, votes.left, strict=True):
            half = (beta[a] - beta[b] + beta[4] * side) / 2.0
            weights = {z: np.exp(z * half + tau[abs(z)]) for z in range(-3, 4)}
            total -= float(np.log(weights[int(y)] / sum(weights.values())))
        return total

    peer = minimize(loss, np.zeros(8), method="BFGS")
    assert newton(cells, cells.counts(), penalty) == pytest.approx(peer.x, abs=1e-3)


def test_as_many_wins_but_clearer_ones_rate_higher() -> None:
    rows = [
        Comparison("a", "b", outcome, f"r{n % 5}", 0, strength)
        for n in range(30)
        for outcome, strength in ((1.0, 2), (1.0, 1), (0.0, 1), (0.0, 1))
    ]
    slight = [Comparison(one.first, one.second, one.outcome, one.rater, 0) for one in rows]
    strong = {one.source: one.rating.value or 0.0 for one in rate(rows).ratings}
    assert strong["a"] > 0.1 > -0.1 > strong["b"]
    assert [one.rating.value for one in rate(slight).ratings] == pytest.approx([0.0, 0.0])


def test_one_annotator_all_ties_one_vote_and_none_are_defined() -> None:
    alone = [Comparison("a", "b", float(n % 3 > 0), "r", 1) for n in range(30)]
    found = rate_with_reliability(alone)
    assert found.reliabilities["r"].value is None
    assert "second annotator" in (found.reliabilities["r"].reason or "")
    plain = rate(alone).ratings[0].rating.value
    assert found.ratings.ratings[0].rating.value == pytest.approx(plain, abs=1e-3)
    ties = rate_with_reliability([Comparison("a", "b", 0.5, f"r{n % 3}", 1) for n in range(30)])
    assert [one.rating.value for one in ties.ratings.ratings] == pytest.approx([0.0, 0.0])
    once = rate_with_reliability([Comparison("a", "b", 1.0, "r", 1)])
    assert once.ratings.ratings[0].rating.reason == "needs 9 more judgments"
    assert rate_with_reliability([]).ratings.ratings == []


def test_graphs_that_are_not_joined_are_told_apart() -> None:
    rows = [
        Comparison(first, second, float(n % 4 > 0), f"r{n % 3}", 1)
        for n in range(20)
        for first, second in (("a", "b"), ("c", "d"))
    ]
    found = rate_with_reliability(rows).ratings
    assert found.groups == 2
    assert {one.group for one in found.ratings if one.source in "ab"} == {0}


def test_codes_outside_the_tables_are_refused() -> None:
    one, zero = np.array([1]), np.array([0])
    with pytest.raises(ValueError, match="source is a number from 0 to 0"):
        Coded(one, zero, one, zero, one, sources=1, raters=1)
    with pytest.raises(ValueError, match="two different sources"):
        Coded(one, one, one, zero, one, sources=2, raters=1)
