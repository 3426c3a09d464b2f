"""Drops noticed in time, confidence mended and measured, learning told from chance."""

from math import log

import numpy as np
import pytest
import statsmodels.api as sm

from loopwright.stats.calibration import calibration_error, fit_temperature, reliability_bins
from loopwright.stats.cusum import ALARM, DROP, Cusum
from loopwright.stats.learning_curve import fit_learning_curve


def first_alarm(right: list[bool]) -> int | None:
    state = Cusum()
    for number, correct in enumerate(right, start=1):
        state = state.after(correct=correct)
        if state.alarm():
            return number
    return None


def test_the_score_is_what_the_likelihoods_give_by_hand() -> None:
    wrong = Cusum().after(correct=False)
    assert wrong.score == pytest.approx(log(0.30 / 0.15))
    assert wrong.after(correct=True).score == pytest.approx(log(2.0) + log(0.70 / 0.85))
    assert Cusum().after(correct=True) == Cusum(score=0.0, n=1, since=0)
    # A hard item is held against a rater less than an easy one.
    hard = Cusum().after(correct=False, expected=0.5)
    assert hard.score == pytest.approx(log((1 - 1 / (1 + np.exp(DROP))) / 0.5))
    assert hard.score < wrong.score


def test_a_drop_is_noticed_within_100_judgments_and_seldom_for_nothing() -> None:
    seed = 20
    print(f"seed {seed}")
    generator = np.random.default_rng(seed)
    delays = [first_alarm((generator.random(2000) < 0.70).tolist()) for _ in range(400)]
    assert None not in delays
    assert np.median([one for one in delays if one is not None]) < 100
    # The scores of all quiet raters at once: 2,000 steps over an array, as in Cusum.
    score, alarmed = np.zeros(20_000), np.zeros(20_000, dtype=bool)
    for _ in range(2000):
        right = generator.random(20_000) < 0.85
        score = np.maximum(0.0, score + np.where(right, log(0.70 / 0.85), log(2.0)))
        alarmed |= score >= ALARM
    assert 0.005 < alarmed.mean() < 0.05


def test_the_likeliest_start_of_a_drop_is_told() -> None:
    state = Cusum()
    for _ in range(50):
        state = state.after(correct=True)
    for _ in range(12):
        state = state.after(correct=False)
    assert state.alarm()
    assert (state.n, state.since) == (62, 12)


@pytest.mark.parametrize("expected", [0.0, 1.0, float("nan")])
def test_an_impossible_expectation_is_refused(expected: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Cusum().after(correct=True, expected=expected)


def answers(seed: int, n: int, overconfidence: float) -> tuple[np.ndarray, np.ndarray]:
    print(f"seed {seed}")
    generator = np.random.default_rng(seed)
    logits = generator.normal(0.0, 1.5, (n, 3))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    right = (true.cumsum(axis=1) < generator.random(n)[:, None]).sum(axis=1)
    stated = np.exp(logits * overconfidence)
    return stated / stated.sum(axis=1, keepdims=True), np.minimum(right, 2)


def test_the_temperature_that_was_put_in_is_found_and_mends_the_error() -> None:
    stated, right = answers(4, 4000, overconfidence=2.5)
    found = fit_temperature(stated, right.tolist())
    assert found.value == pytest.approx(2.5, abs=0.15)
    before = calibration_error(
        stated.max(axis=1).tolist(), (stated.argmax(axis=1) == right).tolist()
    )
    mended = found.apply(stated)
    after = calibration_error(
        mended.max(axis=1).tolist(), (mended.argmax(axis=1) == right).tolist()
    )
    assert before.low is not None
    assert after.high is not None
    assert before.low > 0.05
    assert after.high < 0.05
    assert mended.argmax(axis=1).tolist() == stated.argmax(axis=1).tolist()


def test_the_error_of_the_calibrated_is_near_zero_and_its_interval_covers_that_of_others() -> None:
    generator = np.random.default_rng(9)
    covered = 0
    for seed in range(200):
        stated = generator.uniform(0.6, 1.0, 300)
        right = generator.random(300) < stated - 0.15
        found = calibration_error(
            stated.tolist(), right.tolist(), bins=4, replicates=200, seed=seed
        )
        covered += (found.low or 0.0) <= 0.15 <= (found.high or 0.0)
    assert 0.90 <= covered / 200 <= 0.99
    kept = generator.uniform(0.5, 1.0, 2000)
    true = generator.random(2000) < kept
    assert (calibration_error(kept.tolist(), true.tolist()).value or 0.0) < 0.02


def test_bins_hold_every_answer_and_empty_ones_are_unknown() -> None:
    bins = reliability_bins([0.0, 0.55, 0.58, 1.0], [False, True, False, True])
    assert [one.accuracy.n for one in bins] == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert bins[5].confidence == pytest.approx(0.565)
    assert bins[5].accuracy.value == 0.5
    assert bins[1].confidence is None
    assert bins[1].accuracy.value is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        reliability_bins([float("nan")], [True])
    assert calibration_error([0.9], [True]).reason == "needs 19 more gold items"


def test_without_gold_or_with_only_right_answers_the_temperature_stays_finite() -> None:
    assert fit_temperature(np.empty((0, 2)), []).value == 1.0
    sure = fit_temperature(np.tile([0.9, 0.1], (5, 1)), [0] * 5)
    assert 0.2 < sure.value < 1.0
    with pytest.raises(ValueError, match="column from 0 to 1"):
        fit_temperature(np.array([[0.5, 0.5]]), [2])


def test_the_learning_curve_agrees_with_statsmodels() -> None:
    generator = np.random.default_rng(13)
    exposure = np.arange(1, 4001)
    right = generator.random(4000) < 1 / (1 + np.exp(-(-0.5 + 0.3 * np.log(exposure))))
    ours = fit_learning_curve(exposure.tolist(), right.tolist())
    peer = sm.Logit(right.astype(float), sm.add_constant(np.log(exposure))).fit(disp=False)
    assert ours.beta == pytest.approx(peer.params, abs=0.03)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(peer.bse, rel=0.03)
    assert ours.slope.low is not None
    assert 0.0 < ours.slope.low < 0.3
    assert (ours.latest.value or 0.0) > (ours.first.value or 1.0)


def test_one_who_does_not_learn_is_seldom_said_to() -> None:
    generator = np.random.default_rng(17)
    said = 0
    for _ in range(300):
        found = fit_learning_curve(range(1, 201), (generator.random(200) < 0.8).tolist())
        said += not (found.slope.low or 0.0) <= 0.0 <= (found.slope.high or 0.0)
    assert said / 300 < 0.08


def test_all_right_and_too_few_are_defined() -> None:
    sure = fit_learning_curve(range(1, 51), [True] * 50)
    assert sure.latest.low is not None
    assert 0.8 < sure.latest.low < (sure.latest.value or 0.0) < 1.0
    few = fit_learning_curve([1, 2], [True, False])
    assert few.slope.reason == "needs 28 more gold answers"
    assert [one.value for one in few.at([1, 10])] == [None, None]
    with pytest.raises(ValueError, match="from 1"):
        fit_learning_curve([0], [True])
