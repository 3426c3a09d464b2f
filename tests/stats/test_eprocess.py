"""E-processes: values worked out by hand, the identity that makes them valid, false alarms."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.stats.eprocess import BETS, RateDetector, rate_evidence, split_evidence


def test_the_mixture_is_what_the_formula_gives_by_hand() -> None:
    # B(4, 1) = 1/4 against 0.5 ** 3 = 1/8; B(2, 3) = 1/12 against 0.2 * 0.8 ** 2 = 0.128.
    assert rate_evidence(3, 3, 0.5) == pytest.approx(2.0)
    assert rate_evidence(1, 3, 0.2) == pytest.approx(1 / 12 / 0.128)
    assert split_evidence(0, 3, 0.5) == pytest.approx(2.0)
    assert rate_evidence(0, 0, 0.5) == split_evidence(0, 0, 0.5) == 1.0


def test_the_detector_is_what_the_bets_give_by_hand() -> None:
    once = RateDetector().after(event=True, allowed_rate=0.05)
    assert once.wealth == pytest.approx([1 + 19 * bet for bet in BETS])
    assert once.evidence == pytest.approx(10.025)
    quiet = RateDetector().after(event=False, allowed_rate=0.05)
    assert quiet.wealth == pytest.approx([1 - bet for bet in BETS])
    # What was lost while all was well does not count against what comes (the restart at 1).
    assert quiet.after(event=True, allowed_rate=0.05).wealth == pytest.approx(once.wealth)


@given(trials=st.integers(1, 60), rate=st.floats(0.01, 0.99))
def test_on_average_nothing_is_gained_at_the_rate_itself(trials: int, rate: float) -> None:
    mean = sum(
        comb(trials, n) * rate**n * (1 - rate) ** (trials - n) * split_evidence(n, trials, rate)
        for n in range(trials + 1)
    )
    assert mean == pytest.approx(1.0)


@given(rate=st.floats(0.001, 0.95), below=st.floats(0.0, 1.0))
def test_a_bet_is_not_expected_to_gain_at_or_below_the_allowed_rate(
    rate: float, below: float
) -> None:
    true = rate * below
    won = RateDetector().after(event=True, allowed_rate=rate).wealth
    lost = RateDetector().after(event=False, allowed_rate=rate).wealth
    for up, down in zip(won, lost, strict=True):
        assert down >= 0.0
        assert true * up + (1 - true) * down <= 1.0 + 1e-9


@given(trials=st.integers(1, 400), rate=st.floats(0.01, 0.9), events=st.integers(0, 400))
def test_evidence_is_only_against_a_higher_rate(trials: int, rate: float, events: int) -> None:
    events = min(events, trials)
    found = rate_evidence(events, trials, rate)
    assert found > 0
    if events / trials <= rate:
        assert found == 1.0


@pytest.mark.parametrize("true", [0.02, 0.05])
def test_looking_after_every_trial_raises_no_more_false_alarms_than_stated(true: float) -> None:
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(1500):
        events = np.cumsum(rng.random(300) < true)
        alarms += any(
            rate_evidence(int(count), number, 0.05) >= 20.0
            for number, count in enumerate(events, 1)
        )
    assert alarms <= 0.05 * 1500  # the bound itself; what is seen lies well below


def test_the_mean_time_to_a_false_alarm_is_at_least_the_threshold() -> None:
    rng = np.random.default_rng(11)
    threshold, longest = 50.0, 3000
    times = []
    for _ in range(150):
        detector = RateDetector()
        for number in range(1, longest + 1):  # noqa: B007 - how far it came is what is asked
            detector = detector.after(event=bool(rng.random() < 0.05), allowed_rate=0.05)
            if detector.evidence >= threshold:
                break
        times.append(number)
    # Runs that were cut short count with what they had: that only lowers the mean.
    assert np.mean(times) >= threshold


def test_trouble_is_seen_at_once_also_after_long_health() -> None:
    detector = RateDetector()
    for _ in range(5000):
        detector = detector.after(event=False, allowed_rate=0.05)
    for _ in range(5):
        detector = detector.after(event=True, allowed_rate=0.05)
    assert detector.evidence >= 1e4
