"""Ratings against evalica and choix, invariants, and coverage where annotators have tastes."""

import choix
import evalica
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.stats.bradley_terry import Comparison, Ratings, rate


def simulated(
    generator: np.random.Generator,
    *,
    n: int,
    strengths: np.ndarray[tuple[int], np.dtype[np.float64]],
    raters: int = 20,
    taste: float = 0.0,
    left: float = 0.0,
    tie: float = 0.0,
) -> list[Comparison]:
    sources = len(strengths)
    tastes = generator.normal(0.0, taste, (raters, sources))
    rows = []
    for _ in range(n):
        first, second = generator.choice(sources, 2, replace=False)
        rater = int(generator.integers(raters))
        side = 1 if generator.random() < 0.5 else -1
        own = strengths + tastes[rater]
        gap = own[first] - own[second] + left * side
        weights = np.array([np.exp(gap / 2), np.exp(-gap / 2), tie])
        outcome = float(generator.choice([1.0, 0.0, 0.5], p=weights / weights.sum()))
        rows.append(Comparison(f"s{first}", f"s{second}", outcome, f"r{rater}", side))
    return rows


def by_source(found: Ratings) -> dict[str, float]:
    values = {one.source: one.rating.value for one in found.ratings}
    return {name: value for name, value in values.items() if value is not None}


def test_agrees_with_evalica_and_choix_without_ties() -> None:
    generator = np.random.default_rng(3)
    strengths = np.linspace(-1.0, 1.0, 6)
    rows = [
        Comparison(one.first, one.second, one.outcome, one.rater, 0)
        for one in simulated(generator, n=3000, strengths=strengths)
    ]
    ours = by_source(rate(rows))
    names = sorted(ours)
    winners = [evalica.Winner.X if one.outcome == 1.0 else evalica.Winner.Y for one in rows]
    peer = evalica.bradley_terry([one.first for one in rows], [one.second for one in rows], winners)
    scores = np.log(np.array([peer.scores[name] for name in names]))
    pairs = [
        (one.first, one.second) if one.outcome == 1.0 else (one.second, one.first) for one in rows
    ]
    code = {name: number for number, name in enumerate(names)}
    other = choix.ilsr_pairwise(len(names), [(code[a], code[b]) for a, b in pairs], alpha=1e-6)
    mine = np.array([ours[name] for name in names])
    assert mine == pytest.approx(scores - scores.mean(), abs=0.02)
    assert mine == pytest.approx(np.asarray(other) - np.mean(other), abs=0.02)


def test_two_sources_have_the_closed_form_with_ties() -> None:
    # Davidson (1970), two treatments: the rating difference is log(wins / losses).
    rows = [
        Comparison("a", "b", outcome, f"r{number % 7}", 0)
        for number, outcome in enumerate([1.0] * 600 + [0.0] * 300 + [0.5] * 100)
    ]
    found = by_source(rate(rows))
    assert found["a"] - found["b"] == pytest.approx(np.log(2.0), abs=0.01)


comparisons = st.lists(
    st.builds(
        lambda pair, outcome, rater, left: Comparison(pair[0], pair[1], outcome, rater, left),
        st.permutations(["a", "b", "c", "d"]),
        st.sampled_from([0.0, 0.5, 1.0]),
        st.sampled_from(["p", "q", "r"]),
        st.sampled_from([-1, 0, 1]),
    ),
    min_size=12,
    max_size=60,
)


@given(comparisons)
@settings(max_examples=30, deadline=None)
def test_turning_items_round_changes_nothing(rows: list[Comparison]) -> None:
    turned = [
        Comparison(one.second, one.first, 1.0 - one.outcome, one.rater.upper(), -one.left)
        for one in reversed(rows)
    ]
    one, two = rate(rows, minimum=1), rate(turned, minimum=1)
    assert by_source(two) == pytest.approx(by_source(one), abs=1e-6)
    assert [x.wins for x in one.ratings] == [x.wins for x in two.ratings]


@given(comparisons)
@settings(max_examples=30, deadline=None)
def test_ratings_are_always_finite_and_centred(rows: list[Comparison]) -> None:
    found = rate(rows, minimum=1)
    for group in {one.group for one in found.ratings}:
        values = [one.rating.value or 0.0 for one in found.ratings if one.group == group]
        assert sum(values) == pytest.approx(0.0, abs=1e-6)


def test_sources_that_were_never_compared_are_in_groups_of_their_own() -> None:
    rows = [
        Comparison(first, second, outcome, rater, 0)
        for first, second in [("a", "b"), ("c", "d")]
        for outcome in (1.0, 0.0, 1.0)
        for rater in "xyzuv"
    ]
    found = rate(rows)
    assert found.groups == 2
    groups = {one.source: one.group for one in found.ratings}
    assert groups["a"] == groups["b"] != groups["c"] == groups["d"]
    assert sum(by_source(found)[name] for name in "ab") == pytest.approx(0.0, abs=1e-9)


def test_too_few_judgments_are_unknown_with_the_number_missing() -> None:
    found = rate([Comparison("a", "b", 1.0, "r", 1)])
    assert [one.rating.value for one in found.ratings] == [None, None]
    assert found.ratings[0].rating.reason == "needs 9 more judgments"
    assert found.left.value is None


def test_one_annotator_gives_ratings_without_an_interval() -> None:
    rows = [Comparison("a", "b", float(number % 3 > 0), "r", 0) for number in range(30)]
    rating = rate(rows).ratings[0].rating
    assert rating.value is not None
    assert rating.low is None
    assert "two annotators" in (rating.reason or "")


def test_the_left_advantage_is_found_and_kept_out_of_the_ratings() -> None:
    generator = np.random.default_rng(6)
    rows = simulated(generator, n=6000, strengths=np.array([0.5, 0.0, -0.5]), left=0.4, tie=0.5)
    found = rate(rows)
    assert found.left.low is not None
    assert found.left.high is not None
    assert found.left.low < 1 / (1 + np.exp(-0.4)) < found.left.high
    assert found.left.low > 0.5
    assert by_source(found)["s0"] == pytest.approx(0.5, abs=0.1)


def test_clustered_intervals_cover_where_independent_ones_do_not() -> None:
    generator = np.random.default_rng(8)
    strengths = np.linspace(-0.6, 0.6, 5)
    covered = naive = total = 0
    for _ in range(120):
        rows = simulated(generator, n=600, strengths=strengths, raters=20, taste=0.5)
        alone = [
            Comparison(one.first, one.second, one.outcome, str(number), one.left)
            for number, one in enumerate(rows)
        ]
        for one, other in zip(rate(rows).ratings, rate(alone).ratings, strict=True):
            truth = strengths[int(one.source[1:])]
            total += 1
            covered += (one.rating.low or 0) <= truth <= (one.rating.high or 0)
            naive += (other.rating.low or 0) <= truth <= (other.rating.high or 0)
    assert 0.92 <= covered / total <= 0.985
    assert naive < covered
