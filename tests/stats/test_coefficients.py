"""Coefficients against published worked examples, statsmodels, krippendorff and invariants."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as reference_fleiss

from loopwright.stats.coefficients import (
    Weighting,
    agreement_share,
    coefficients,
    fleiss_kappa,
    gwet_ac,
)
from loopwright.stats.cohen import cohen_kappa, cohen_table, two_raters
from loopwright.stats.estimate import Estimate
from loopwright.stats.grouped_agreement import Measure, grouped_alpha

Floats = NDArray[np.float64]

FOUR_RATERS = [  # Gwet (2014), table 2.10, also Krippendorff (2011), section C: one column a unit
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]
FOURTEEN_RATERS = [  # the usual worked example of Fleiss' kappa: 10 subjects, kappa 0.210
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
squares = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3).map(
    lambda rows: np.array(rows, dtype=float)
)
equal_votes = st.lists(
    st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=3, max_size=15
).map(lambda rows: np.array([np.bincount(row, minlength=3) for row in rows], dtype=float))
ragged = st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=2, max_size=12).map(
    lambda rows: np.array(rows, dtype=float)
)


def four_raters() -> Floats:
    table = np.zeros((12, 5))
    for row in FOUR_RATERS:
        for unit, value in enumerate(row.split()):
            if value != ".":
                table[unit, int(value) - 1] += 1
    return table


def dice() -> np.random.Generator:
    return np.random.default_rng(5)


def interval(found: Estimate) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_gwets_worked_example_with_missing_judgments() -> None:
    table = four_raters()
    assert agreement_share(table).value == pytest.approx(0.81818, abs=1e-5)
    fleiss, gwet = fleiss_kappa(table), gwet_ac(table)
    assert fleiss.value == pytest.approx(0.76117, abs=1e-5)
    assert interval(fleiss) == pytest.approx((0.424, 1.0), abs=5e-4)
    assert gwet.value == pytest.approx(0.77544, abs=1e-5)
    assert interval(gwet) == pytest.approx((0.461, 1.0), abs=5e-4)


@pytest.mark.parametrize(
    ("measure", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_krippendorffs_worked_example(measure: str, value: float) -> None:
    found = coefficients(
        four_raters(), measure=Measure(measure), scores=np.arange(1.0, 6.0), generator=dice()
    )
    assert found.alpha.value == pytest.approx(value, abs=5e-4)
    low, high = interval(found.alpha)
    assert low < value < high
    assert found.alpha.n == 40


def test_fleiss_worked_example_and_the_reference_package() -> None:
    table = np.array(FOURTEEN_RATERS, dtype=float)
    assert fleiss_kappa(table).value == pytest.approx(0.210, abs=5e-4)
    assert fleiss_kappa(table).value == pytest.approx(reference_fleiss(table), abs=1e-12)


@given(table=equal_votes)
@settings(max_examples=60, deadline=None)
def test_fleiss_equals_the_reference_package(table: Floats) -> None:
    found = fleiss_kappa(table)
    if found.value is not None:
        assert found.value == pytest.approx(reference_fleiss(table), abs=1e-9)


@given(table=ragged)
@settings(max_examples=60, deadline=None)
def test_alpha_of_scores_equals_the_reference_package(table: Floats) -> None:
    scores = np.array([1.0, 2.0, 4.0, 9.0])
    for measure in (Measure.INTERVAL, Measure.RATIO):
        found = grouped_alpha(
            table, np.arange(len(table)), measure=measure, scores=scores,
            generator=dice(), replicates=5,
        )  # fmt: skip
        if found.value is None:
            continue
        reference = krippendorff.alpha(
            value_counts=table, value_domain=scores, level_of_measurement=measure.value
        )
        assert found.value == pytest.approx(reference, abs=1e-9)


def test_cohens_worked_example() -> None:
    # Gwet (2014), three categories, two abstractors: kappa 0.7964094, standard error 0.05891072
    found = cohen_kappa(np.array([[13.0, 0, 0], [0, 20, 7], [0, 4, 56]]))
    assert found.value == pytest.approx(0.7964094, abs=1e-7)
    low, high = interval(found)
    assert (high - low) / 2 / 1.959964 == pytest.approx(0.05891072, abs=1e-6)
    assert found.n == 100


@given(table=squares)
@settings(max_examples=60, deadline=None)
def test_cohen_and_its_interval_equal_the_reference_package(table: Floats) -> None:
    for weighting, name in ((Weighting.IDENTITY, None), (Weighting.LINEAR, "linear"),
                            (Weighting.QUADRATIC, "quadratic")):  # fmt: skip
        found = cohen_kappa(table, weighting=weighting)
        if found.value is None or found.low is None:
            continue
        reference = cohens_kappa(table, weights=None if name is None else np.arange(3), wt=name)
        assert found.value == pytest.approx(float(reference.kappa), abs=1e-9)
        half = 1.959964 * float(reference.std_kappa)
        assert found.low == pytest.approx(max(-1.0, reference.kappa - half), abs=1e-5)


def test_items_that_one_of_two_did_not_judge_are_left_out() -> None:
    first, second = np.array([0, 1, -1, 1, 0]), np.array([0, 1, 1, -1, 1])
    assert cohen_table(first, second, categories=2).tolist() == [[1.0, 1.0], [0.0, 1.0]]


def test_a_rare_answer_pulls_kappa_down_and_not_ac1() -> None:
    # Feinstein, Cicchetti (1990): nearly all agree, one answer is rare
    counts = np.array([[2.0, 0]] * 118 + [[1, 1]] * 7)
    found = coefficients(counts, generator=dice())
    assert found.agreement.value == pytest.approx(0.944)
    assert found.fleiss.value is not None
    assert found.fleiss.value < 0.0
    assert found.gwet.value is not None
    assert found.gwet.value > 0.93
    assert found.prevalence == pytest.approx((0.972, 0.028))


def test_ac1_at_even_prevalence_takes_off_an_even_guess() -> None:
    counts = np.array([[2.0, 0], [0, 2], [1, 1], [2, 0], [0, 2]])
    share = agreement_share(counts).value
    assert share is not None
    assert gwet_ac(counts).value == pytest.approx((share - 0.5) / 0.5)


@given(table=ragged)
@settings(max_examples=40, deadline=None)
def test_names_of_answers_do_not_matter_and_intervals_hold_the_value(table: Floats) -> None:
    for coefficient in (agreement_share, fleiss_kappa, gwet_ac):
        one, two = coefficient(table), coefficient(table[:, ::-1])
        assert (one.value is None) == (two.value is None)
        if one.value is None or two.value is None:
            assert one.reason
            continue
        assert one.value == pytest.approx(two.value, abs=1e-9)
        if one.low is not None and one.high is not None:
            assert -1.0 - 1e-9 <= one.low <= one.value <= one.high


def simulated(generator: np.random.Generator, items: int) -> Floats:
    truth = generator.choice(3, items, p=[0.6, 0.3, 0.1])
    right = generator.random((items, 4)) < 0.75
    answers = np.where(right, truth[:, None], generator.integers(0, 3, (items, 4)))
    seen = generator.random((items, 4)) < 0.8
    return np.stack([((answers == one) & seen).sum(axis=1) for one in range(3)], axis=1) * 1.0


def test_intervals_cover_the_long_run_value() -> None:
    generator = np.random.default_rng(12)
    large = simulated(generator, 200_000)
    for coefficient in (fleiss_kappa, gwet_ac, agreement_share):
        target = coefficient(large).value
        assert target is not None
        hits = 0
        for _ in range(300):
            low, high = interval(coefficient(simulated(generator, 100)))
            hits += low <= target <= high
        assert 0.91 <= hits / 300 <= 0.985


EMPTY = {
    "no votes": (np.zeros((0, 3)), "2 more items"),
    "items without votes": (np.zeros((4, 3)), "2 more items"),
    "one vote": (np.array([[1.0, 0, 0]]), "2 more items"),
    "one annotator": (np.eye(3), "2 more items"),
    "one item": (np.array([[2.0, 1, 0]]), "1 more item "),
}


@pytest.mark.parametrize("case", EMPTY)
def test_what_cannot_be_known_says_why(case: str) -> None:
    counts, reason = EMPTY[case]
    found = coefficients(counts, generator=dice())
    for one in (found.agreement, found.fleiss, found.gwet, found.alpha):
        assert one.value is None
        assert reason in (one.reason or "")
    assert np.isfinite(found.prevalence).all()


def test_one_answer_only_is_full_agreement_that_proves_nothing() -> None:
    counts = np.array([[3.0, 0], [2, 0], [2, 0]])
    found = coefficients(counts, generator=dice())
    assert found.agreement.value == 1.0
    assert found.agreement.low is None
    assert "no spread" in (found.agreement.reason or "")
    for unknown in (found.fleiss, found.alpha):
        assert unknown.value is None
        assert "same answer" in (unknown.reason or "")
    assert found.gwet.value == 1.0
    assert gwet_ac(counts[:, :1]).value is None


def test_two_raters_with_nothing_in_common() -> None:
    table = cohen_table(np.array([0, -1]), np.array([-1, 1]), categories=2)
    assert "2 more items" in (cohen_kappa(table).reason or "")
    same = cohen_kappa(np.array([[7.0, 0], [0, 0]]))
    assert same.value is None
    assert "same answer" in (same.reason or "")
    assert cohen_kappa(np.diag([3.0, 4.0])).value == 1.0


def test_two_raters_side_by_side() -> None:
    generator = np.random.default_rng(4)
    first = generator.integers(0, 4, 400)
    second = np.where(generator.random(400) < 0.8, first, generator.integers(0, 4, 400))
    second[:30] = -1
    found = two_raters(first, second, categories=4, generator=dice())
    assert found.table.sum() == 370
    assert found.cohen.n == 370
    assert found.others.alpha.n == 740
    # With even prevalence and nothing missing every correction for chance comes to the same.
    for one in (found.others.fleiss, found.others.gwet, found.others.alpha):
        assert one.value == pytest.approx(found.cohen.value, abs=0.01)
    levels = two_raters(first, second, categories=4, measure=Measure.ORDINAL, generator=dice())
    assert "quadratic" in levels.cohen.method
    nobody = two_raters(first[:5], second[:5], categories=4, generator=dice())
    for one in (nobody.cohen, nobody.others.agreement, nobody.others.alpha):
        assert "2 more items" in (one.reason or "")


def test_broken_input_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        fleiss_kappa(np.array([[1.0, -1.0]]))
    with pytest.raises(ValueError, match="3 scores but 2"):
        gwet_ac(np.ones((2, 2)), scores=np.arange(3.0))
    with pytest.raises(ValueError, match="different score"):
        gwet_ac(np.ones((2, 2)), weighting=Weighting.LINEAR, scores=np.zeros(2))
    with pytest.raises(ValueError, match="scores of 0 or more"):
        coefficients(
            np.ones((2, 2)), measure=Measure.RATIO, scores=np.array([-1.0, 1]), generator=dice()
        )
    with pytest.raises(ValueError, match="2 answers of one rater but 1"):
        cohen_table(np.array([0, 1]), np.array([0]), categories=2)
    with pytest.raises(ValueError, match="code is 0 to 1"):
        cohen_table(np.array([0, 2]), np.array([0, 1]), categories=2)
    with pytest.raises(ValueError, match="square"):
        cohen_kappa(np.ones((2, 3)))


def test_things_of_one_item_that_go_together_are_no_more_evidence_than_one() -> None:
    rng = np.random.default_rng(5)
    counts = rng.multinomial(3, [0.6, 0.3, 0.1], size=40).astype(float)
    once = coefficients(counts, generator=np.random.default_rng(1))
    thrice = coefficients(
        np.repeat(counts, 3, axis=0),
        generator=np.random.default_rng(1),
        items=np.repeat(np.arange(40), 3),
    )
    for name in ("agreement", "fleiss", "gwet"):
        one, three = getattr(once, name), getattr(thrice, name)
        assert (three.value, three.low, three.high) == pytest.approx((one.value, one.low, one.high))
    with pytest.raises(ValueError, match="2 items named but 40 rows"):
        gwet_ac(counts, items=np.array([0, 1]))
