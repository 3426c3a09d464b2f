"""Ratings from rankings against choix, statsmodels' Cox model with ties, and edge cases."""

import choix
import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

from loopwright.stats.plackett_luce import Ranking, rate_rankings

STRENGTHS = np.array([1.0, 0.4, 0.0, -0.5, -0.9])


def rankings(seed: int, n: int, raters: int = 20) -> list[list[int]]:
    """Orders by the largest of ratings plus Gumbel noise, which is Plackett-Luce."""
    print(f"seed {seed}")
    generator = np.random.default_rng(seed)
    found: list[list[int]] = (-(STRENGTHS + generator.gumbel(size=(n, 5)))).argsort(axis=1).tolist()
    return found


def test_agrees_with_choix_without_ties() -> None:
    orders = rankings(3, 800)
    found = rate_rankings(
        [Ranking(tuple((f"s{at}",) for at in one), f"r{n % 20}") for n, one in enumerate(orders)]
    )
    ours = np.array([one.rating.value for one in sorted(found, key=lambda one: one.source)])
    peer = np.asarray(choix.ilsr_rankings(5, orders))
    assert ours == pytest.approx(peer - peer.mean(), abs=0.01)
    for one in found:
        assert one.rating.low is not None
        assert one.rating.low < STRENGTHS[int(one.source[1:])] < (one.rating.high or 0.0)


def test_agrees_with_a_cox_model_stratified_by_ranking_with_ties() -> None:
    orders = rankings(4, 300)
    rows = [
        Ranking(((f"s{a}",), (f"s{b}", f"s{c}"), (f"s{d}",), (f"s{e}",)), f"r{n % 9}")
        for n, (a, b, c, d, e) in enumerate(orders)
    ]
    found = {one.source: one.rating.value or 0.0 for one in rate_rankings(rows)}
    time = np.array([[1, 2, 2, 3, 4]] * 300).ravel()
    design = np.eye(5)[np.array(orders).ravel()][:, 1:]
    strata = np.repeat(np.arange(300), 5)
    peer = PHReg(time, design, strata=strata, ties="breslow").fit().params
    gaps = [found[f"s{at}"] - found["s0"] for at in range(1, 5)]
    assert gaps == pytest.approx(peer, abs=0.02)


def test_all_ties_one_annotator_and_separate_graphs_are_defined() -> None:
    assert rate_rankings([]) == []
    tied = rate_rankings([Ranking((("a", "b", "c"),), f"r{n % 3}") for n in range(12)])
    assert [one.rating.value for one in tied] == pytest.approx([0.0, 0.0, 0.0])
    alone = rate_rankings([Ranking((("a",), ("b",)), "r")] * 12)
    assert alone[0].source == "a"
    assert alone[0].rating.low is None
    assert "two annotators" in (alone[0].rating.reason or "")
    few = rate_rankings([Ranking((("a",), ("b",)), "r")])
    assert few[0].rating.reason == "needs 9 more rankings"
    parts = rate_rankings([Ranking((("a",), ("b",)), "r"), Ranking((("c",), ("d",)), "q")])
    assert [one.group for one in parts] == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="twice"):
        rate_rankings([Ranking((("a",), ("a",)), "r")])
