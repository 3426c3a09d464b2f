"""Scores freed from strict and lenient raters: recovery, coverage, and edge cases."""

import numpy as np
import pytest
from numpy.typing import NDArray

from loopwright.stats.scale_consensus import Score, agree_on_scale


def panel(
    seed: int, *, whole: bool
) -> tuple[list[Score], NDArray[np.float64], NDArray[np.float64]]:
    """120 items scored 1 to 7 by 4 of 24 raters with their own bias, stretch and noise."""
    print(f"seed {seed}")
    generator = np.random.default_rng(seed)
    truth = generator.normal(4.0, 0.9, 120)
    bias = generator.normal(0.0, 0.6, 24)
    bias -= bias.mean()
    stretch = generator.uniform(0.8, 1.2, 24)
    noise = generator.uniform(0.3, 0.9, 24)
    rows = []
    for item, centre in enumerate(truth):
        for rater in generator.choice(24, 4, replace=False):
            value = 4.0 + bias[rater] + stretch[rater] * (centre - 4.0)
            value += generator.normal(0.0, noise[rater])
            value = round(value) if whole else value
            rows.append(Score(f"i{item:03}", f"r{rater:02}", float(min(max(value, 1), 7))))
    return rows, truth, bias


def test_it_comes_nearer_to_the_truth_than_the_mean_and_finds_the_strict() -> None:
    for seed in (1, 2, 3):
        rows, truth, bias = panel(seed, whole=True)
        found = agree_on_scale(rows, low=1, high=7)
        ours = np.array([found.scores[f"i{at:03}"].value for at in range(120)])
        plain = np.array(
            [np.mean([one.value for one in rows if one.item == f"i{at:03}"]) for at in range(120)]
        )
        assert np.mean((ours - truth) ** 2) < 0.75 * np.mean((plain - truth) ** 2)
        told = [found.biases[f"r{at:02}"].value or 0.0 for at in range(24)]
        assert np.corrcoef(told, bias)[0, 1] > 0.85


def test_intervals_cover_at_their_level() -> None:
    covered = 0
    for seed in range(20):
        rows, truth, _bias = panel(seed, whole=False)
        found = agree_on_scale(rows, low=1, high=7).scores
        for at, centre in enumerate(truth):
            one = found[f"i{at:03}"]
            covered += (one.low or 0.0) <= centre <= (one.high or 0.0)
    print(f"covered {covered} of {20 * 120}")
    assert 0.90 <= covered / (20 * 120) <= 0.99


def test_shares_are_the_chances_of_the_levels() -> None:
    rows, _truth, _bias = panel(1, whole=True)
    found = agree_on_scale(rows, low=1, high=7)
    for name, shares in found.shares.items():
        assert list(shares) == [1, 2, 3, 4, 5, 6, 7]
        assert sum(shares.values()) == pytest.approx(1.0)
        likeliest = max(shares, key=lambda level: shares[level])
        assert abs(likeliest - (found.scores[name].value or 0.0)) <= 0.5 + 1e-9


def test_one_score_one_rater_all_alike_and_none_are_defined() -> None:
    assert agree_on_scale([], low=1, high=5).scores == {}
    once = agree_on_scale([Score("a", "r", 4.0)], low=1, high=5)
    assert once.scores["a"].value == pytest.approx(4.0)
    assert (once.scores["a"].low or 9.0) < 4.0
    assert once.biases["r"].value is None
    assert "second annotator" in (once.biases["r"].reason or "")
    alike = agree_on_scale(
        [Score(f"i{item}", rater, 3.0) for item in range(12) for rater in "pq"], low=1, high=5
    )
    assert {one.value for one in alike.scores.values()} == {3.0}
    assert alike.biases["p"].value == pytest.approx(0.0)


def test_a_score_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 1 to 5"):
        agree_on_scale([Score("a", "r", 6.0)], low=1, high=5)
    with pytest.raises(ValueError, match="outside"):
        agree_on_scale([Score("a", "r", float("nan"))], low=1, high=5)
    with pytest.raises(ValueError, match="two levels"):
        agree_on_scale([], low=3, high=3)
