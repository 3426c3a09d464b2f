"""Gates, their errors and what a vote is worth: against exact values and simulated crowds."""

import numpy as np
import pytest
from scipy.stats import binom

from loopwright.stats.calibration import LeadCalibration, fit_lead
from loopwright.stats.early_exit import (
    Exit,
    Gate,
    GoldVotes,
    audited,
    calibrate,
    closed_error,
    closed_error_watched,
    closings,
    fit_gate,
    savings,
    vote_value,
)


def crowd(items: int, *, seed: int, accuracy: float, believed: float, votes: int = 8) -> GoldVotes:
    """Return posteriors of a model that believes votes are right with `believed` (two answers)."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 2, items)
    right = generator.random((items, votes)) < accuracy
    lead = np.cumsum(np.where(right, 1, -1), axis=1) * np.log(believed / (1.0 - believed))
    share = 1.0 / (1.0 + np.exp(-lead))
    first = np.where(truth[:, None] == 0, share, 1.0 - share)
    item, n = np.divmod(np.arange(items * votes), votes)
    table = np.stack([first.ravel(), 1.0 - first.ravel()], axis=1)
    return GoldVotes(item, n + 1, table, truth)


def test_a_gate_closes_between_its_limits_only() -> None:
    gate = Gate(threshold=0.9, minimum=2, maximum=4)
    assert gate.decide([0.99, 0.01], 1) is Exit.OPEN
    assert gate.decide([0.99, 0.01], 2) is Exit.CONFIDENT
    assert gate.decide([0.6, 0.4], 3) is Exit.OPEN
    assert gate.decide([0.6, 0.4], 4) is Exit.EXHAUSTED
    never = Gate(threshold=1.0)
    assert never.decide([1.0, 0.0], 9) is Exit.OPEN


@pytest.mark.parametrize(
    "wrong", [{"minimum": 0}, {"minimum": 5, "maximum": 4}, {"threshold": 1.2}, {"audit": -0.1}]
)
def test_settings_without_meaning_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Gate(**wrong)  # type: ignore[arg-type]


def test_calibration_finds_how_much_a_model_overstates() -> None:
    gold = crowd(4000, seed=1, accuracy=0.7, believed=0.9)
    found = calibrate(gold)
    # log odds a vote: what is true over what the model believes
    assert found.slope == pytest.approx(np.log(0.7 / 0.3) / np.log(9.0), abs=0.05)
    assert found.n == 4000
    sure = found.confidence(gold.probabilities)
    hit = gold.probabilities.argmax(axis=1) == gold.truth[gold.item]
    tied = gold.probabilities.max(axis=1) < 0.51
    assert sure[~tied].mean() == pytest.approx(hit[~tied].mean(), abs=0.02)


def test_without_gold_a_calibration_changes_nothing_and_spreads_the_rest() -> None:
    rows = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0]])
    assert fit_lead(np.zeros((0, 3)), []) == LeadCalibration()
    assert LeadCalibration().apply(rows) == pytest.approx(rows, abs=1e-8)
    softer = LeadCalibration(intercept=0.0, slope=0.5).apply(rows)
    assert softer.sum(axis=1) == pytest.approx(np.ones(2))
    assert softer[0, 1] / softer[0, 2] == pytest.approx(2.0)
    assert softer[1, 1] == softer[1, 2] > 0.0


def test_a_stated_error_is_kept_as_often_as_stated() -> None:
    """The gate's true error, known here from many other items, exceeds it in 1 of 10 at most."""
    broken = gates = 0
    for seed in range(120):
        fit = fit_gate(
            crowd(200, seed=seed, accuracy=0.75, believed=0.9),
            error=0.08,
            generator=np.random.default_rng(seed),
            level=0.9,
        )
        if fit.gate is None:
            assert fit.error.reason
            continue
        gates += 1
        truth = closings(fit.gate, crowd(4000, seed=seed + 10_000, accuracy=0.75, believed=0.9))
        broken += truth.wrong / truth.closed > 0.08
    assert gates > 60
    # 120 draws, each broken with chance 0.1 at most
    assert broken <= binom.ppf(0.999, 120, 0.1)


def test_too_little_gold_and_hopeless_votes_give_no_gate_and_say_why() -> None:
    few = fit_gate(
        crowd(10, seed=0, accuracy=0.9, believed=0.9),
        error=0.05,
        generator=np.random.default_rng(0),
    )
    assert few.gate is None
    assert few.error.reason == "needs 30 more gold items"
    guessing = fit_gate(
        crowd(300, seed=0, accuracy=0.5, believed=0.9),
        error=0.05,
        generator=np.random.default_rng(0),
    )
    assert guessing.gate is None
    assert "not shown" in (guessing.error.reason or "")


def test_closings_count_votes_up_to_the_first_sure_one() -> None:
    sure, unsure = [0.99, 0.01], [0.6, 0.4]
    gold = GoldVotes(
        item=np.array([0, 1, 0, 1, 0, 1, 0]),
        n=np.array([1, 1, 2, 2, 3, 3, 4]),
        probabilities=np.array([unsure, sure, sure, unsure, sure, unsure, sure]),
        truth=np.array([1, 0]),
    )
    found = closings(Gate(threshold=0.9, minimum=2, maximum=4), gold)
    assert (found.closed, found.wrong, found.used, found.planned) == (1, 1, 2 + 3, 4 + 3)
    assert found.saved.value == pytest.approx(2 / 7)
    assert closings(Gate(), gold.of(np.array([], dtype=int))).saved.value is None


def test_upper_bounds_are_exact_and_the_watched_one_is_wider() -> None:
    # binom.test(3, 100, alternative = "less") in R: upper bound 0.0757
    assert closed_error(3, 100).high == pytest.approx(0.0757, abs=1e-4)
    assert closed_error(0, 59).high == pytest.approx(1 - 0.05 ** (1 / 59))
    assert closed_error(5, 5).high == 1.0
    assert closed_error(0, 0).value is None
    watched = closed_error_watched(3, 100)
    assert watched.high is not None
    assert 0.0757 < watched.high < 0.16
    assert closed_error_watched(5, 5).high == 1.0
    assert closed_error_watched(0, 0).value is None


def test_the_watched_bound_holds_at_every_look() -> None:
    generator = np.random.default_rng(3)
    rate, broken = 0.1, 0
    for _ in range(200):
        wrong = np.cumsum(generator.random(150) < rate)
        looks = (closed_error_watched(int(wrong[n - 1]), n).high or 0.0 for n in range(5, 151, 5))
        broken += any(high < rate for high in looks)
    assert broken <= binom.ppf(0.999, 200, 0.05)


def test_a_vote_is_worth_what_simulation_says() -> None:
    belief, accuracy = np.array([[0.5, 0.3, 0.2]]), 0.7
    generator = np.random.default_rng(5)
    truth = generator.choice(3, 200_000, p=belief[0])
    other = (truth + generator.integers(1, 3, len(truth))) % 3
    vote = np.where(generator.random(len(truth)) < accuracy, truth, other)
    likely = np.where(np.arange(3)[:, None] == np.arange(3), accuracy, (1 - accuracy) / 2)
    decided = (belief[0] * likely[vote]).argmax(axis=1)
    gained = (decided == truth).mean() - (truth == 0).mean()
    assert vote_value(belief, accuracy)[0] == pytest.approx(gained, abs=0.005)
    # nothing that one more such vote says could change these
    assert vote_value(np.array([[0.95, 0.05], [0.5, 0.5]]), 0.6).tolist() == pytest.approx([0, 0.1])


def test_audits_are_stable_and_as_frequent_as_stated() -> None:
    names = [f"item-{number}" for number in range(20_000)]
    drawn = [audited(name, share=0.05, key="k") for name in names]
    assert drawn == [audited(name, share=0.05, key="k") for name in names]
    assert sum(drawn) / len(drawn) == pytest.approx(0.05, abs=0.006)
    assert not any(audited(name, share=0.0, key="k") for name in names[:100])
    assert all(audited(name, share=1.0, key="k") for name in names[:100])


def test_savings_of_nothing_planned_are_unknown() -> None:
    assert savings(used=0, planned=0, price=0.1).share is None
    found = savings(used=600, planned=1000, price=0.1)
    assert (found.votes, found.share, found.money) == (400, 0.4, 40.0)
