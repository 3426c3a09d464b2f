"""What judgments of a blind comparison say; figures worked out by hand."""

import pytest

from loopwright.evaluation import rules
from loopwright.evaluation.model import ComparisonVote
from loopwright.evaluation.signals import canned_share, distinct_share, length_ratio


def vote(outcome: str, *, item: str = "i1", rater: str = "r1") -> ComparisonVote:
    return ComparisonVote(
        item_id=item,
        prompt_id=f"prompt of {item}",
        rater_id=rater,
        value=rules.VALUES[outcome],
        outcome=outcome,
    )


def test_ties_and_both_bad_count_half_and_are_reported() -> None:
    votes = [
        vote("first", rater="a"),
        vote("first", rater="b"),
        vote("tie", rater="a"),
        vote("both_bad", rater="b"),
        vote("second", rater="c"),
    ]
    found = rules.verdict(votes)
    assert found.win_rate.value == pytest.approx((2 + 0.5 + 0.5) / 5)
    assert (found.judgments, found.raters, found.ties, found.both_bad) == (5, 3, 1, 1)


def test_one_rater_gives_a_rate_without_an_interval() -> None:
    found = rules.verdict([vote("first"), vote("first", item="i2")])
    assert found.win_rate.value == 1.0
    assert found.win_rate.low is None
    assert found.win_rate.reason is not None


def test_no_votes_are_unknown_not_zero() -> None:
    assert rules.verdict([]).win_rate.value is None


def test_on_policy_accuracy_compares_the_sign_with_decided_votes() -> None:
    votes = [
        vote("first", item="a"),
        vote("second", item="a", rater="r2"),
        vote("tie", item="b"),
        vote("second", item="c"),
        vote("first", item="unscored"),
    ]
    found = rules.on_policy_accuracy(votes, {"a": 1.0, "b": -2.0, "c": 0.0})
    assert found.n == 3
    assert found.value == pytest.approx((1.0 + 0.0 + 0.5) / 3)


def test_margin_accuracy_leaves_out_even_pairs() -> None:
    found = rules.margin_accuracy(
        [("p1", 0.4, 0.9), ("p2", -0.1, 0.8), ("p3", 5.0, 0.5), ("p4", 0.2, None)]
    )
    assert found.n == 3
    assert found.value == pytest.approx(2 / 3)


def test_length_ratio_is_of_means() -> None:
    found = length_ratio(["a b c d", "a b"], ["a b", "a b"])
    assert found.value == pytest.approx(1.5)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 1.5 <= found.high


def test_length_ratio_is_unknown_without_words() -> None:
    assert length_ratio(["a"], [""]).value is None


def test_a_phrase_that_answers_many_prompts_is_canned() -> None:
    stock = "thank you for contacting our friendly support team today"
    texts = [f"{stock} about topic {number}" for number in range(6)]
    texts += [f"answer {number} is quite another one with words of its own" for number in range(4)]
    unlike = [" ".join(f"w{number}x{place}" for place in range(10)) for number in range(10)]
    assert canned_share(texts).value == 1.0  # the other four share a phrase of their own
    assert canned_share([*texts[:6], *unlike[:4]]).value == 0.6
    assert canned_share(unlike).value == 0.0


def test_distinct_share_ignores_case_and_space() -> None:
    assert distinct_share(["Yes.", "yes. ", "No."]).value == pytest.approx(2 / 3)
