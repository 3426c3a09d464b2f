"""Who meets gold and when, how an answer scores, and when a gold item is worn."""

import numpy as np
import pytest

from loopwright.gold import rules
from loopwright.gold.model import Met, Pace, Scored
from loopwright.projects.gold_spec import GoldSpec
from loopwright.questions.model import (
    CategoryVote,
    OrdinalVote,
    PairOutcome,
    PairVote,
    TextVote,
    Vote,
)

SPEC = GoldSpec(rate=0.05, first_rate=0.1, first_judgments=200, per_month=20, most_rate=0.2)
FIRST, SECOND = PairVote(PairOutcome.FIRST), PairVote(PairOutcome.SECOND)


@pytest.mark.parametrize(
    ("judged", "in_month", "rate"),
    [
        (10, 0, 0.2),  # a new month begins with the highest rate
        (10, 50, 0.2),  # 20 of 50 would be more than is bearable
        (10, 150, 20 / 150),
        (10, 1000, 0.1),
        (1000, 1000, 0.05),
        (1000, 200, 0.1),  # 20 in a month of 200
    ],
)
def test_who_judges_little_meets_gold_more_often(judged: int, in_month: int, rate: float) -> None:
    """The rate is the project's, raised towards so many a month, and never above the most."""
    assert rules.rate_of(SPEC, judged=judged, in_month=in_month) == pytest.approx(rate)


def test_no_rate_means_no_gold() -> None:
    """Who switches it off is not given a month's gold instead."""
    off = GoldSpec(rate=0, first_rate=0)
    assert rules.drawn(Pace("s", 0, 0), off, judged=500, in_month=500).due == 0


def test_draws_follow_the_rate_and_cannot_be_told_without_the_salt() -> None:
    """Over many people the share drawn is the rate; each person's draws are their own."""
    seen = [
        rules.drawn(Pace(f"salt-{n}", 500, 0), SPEC, judged=501, in_month=900) for n in range(4000)
    ]
    share = np.mean([one.due for one in seen])
    assert abs(share - 0.05) < 4 * (0.05 * 0.95 / 4000) ** 0.5


def test_draws_are_made_once_and_never_burst() -> None:
    """A second look at the same judgment changes nothing; a gap leaves a few due, not hundreds."""
    after = rules.drawn(Pace("s", 0, 0), SPEC, judged=10_000, in_month=10_000)
    assert after.due == rules.MOST_DUE
    assert rules.drawn(after, SPEC, judged=10_000, in_month=10_000) == after
    assert rules.drawn(after, SPEC, judged=9_000, in_month=10_000) == after  # some were undone


@pytest.mark.parametrize(
    ("gold", "given", "score"),
    [
        ([FIRST], [FIRST], 1.0),
        ([FIRST], [PairVote(PairOutcome.FIRST, strength=2)], 1.0),
        ([FIRST], [SECOND], 0.0),
        ([CategoryVote("bill")], [CategoryVote("other")], 0.0),
        ([CategoryVote("yes", "a"), CategoryVote("no", "b")], [CategoryVote("yes", "a")], 0.5),
        ([OrdinalVote(5, 5)], [OrdinalVote(4, 5)], 0.75),
        ([OrdinalVote(5, 5)], [OrdinalVote(1, 5)], 0.0),
        ([OrdinalVote(1, 1)], [OrdinalVote(1, 1)], 1.0),
        ([OrdinalVote(5, 5)], [OrdinalVote(5, 7)], 0.0),  # another scale says nothing
        ([], [], 0.0),
    ],
)
def test_an_answer_scores_by_what_it_shares(
    gold: list[Vote], given: list[Vote], score: float
) -> None:
    """Each thing counts alike; a level loses by its distance."""
    assert rules.score(gold, given) == pytest.approx(score)


def test_texts_are_no_gold() -> None:
    """A corrected text has no one right answer."""
    assert rules.scorable([FIRST])
    assert not rules.scorable([TextVote("x")])
    assert not rules.scorable([])


def answers(times: list[int], right: list[bool]) -> list[Scored]:
    found = []
    for at, (ms, good) in enumerate(zip(times, right, strict=True)):
        met = Met("gld", "itm", f"rtr_{at}", at, "first", None, {}, ms, float(at))
        found.append(Scored(met, float(good), good))
    return found


def test_gold_that_is_answered_as_something_known_is_worn() -> None:
    """Faster and no less right: known. Faster and wrong: careless, which is no wear of the item."""
    slow, fast = [9000 + 100 * n for n in range(10)], [2000 + 100 * n for n in range(10)]
    assert rules.wear_of(answers(slow + fast, [True] * 20), most=100).reason is not None
    careless = [True] * 10 + [False] * 10
    assert rules.wear_of(answers(slow + fast, careless), most=100).reason is None
    assert rules.wear_of(answers(slow + slow, [True] * 20), most=100).reason is None
    few = rules.wear_of(answers(slow, [True] * 10), most=100)
    assert (few.p, few.last_ms, few.reason) == (None, None, None)
    later = rules.wear_of(answers(slow + slow + fast, [True] * 30), most=100)
    assert later.reason is None, "looked at after 20, 40 and 80 judgments alone"


def test_gold_that_many_met_is_worn() -> None:
    """The limit counts people, timed or not."""
    found = rules.wear_of(answers([5000] * 7, [False] * 7), most=7)
    assert found.reason == "7 people met it; 7 is the limit"


def test_wear_is_told_by_chance_once_in_a_hundred() -> None:
    """Times that do not change look faster at p < 0.01 in about one item of a hundred."""
    generator = np.random.default_rng(7)
    alarms = 0
    for _ in range(600):
        times = [int(ms) for ms in generator.lognormal(9, 0.8, 20)]
        alarms += rules.wear_of(answers(times, [True] * 20), most=100).reason is not None
    assert alarms <= 600 * 0.01 + 4 * (600 * 0.01) ** 0.5


@pytest.mark.parametrize(("right", "doubted"), [(0, True), (1, True), (4, False), (8, False)])
def test_a_gold_answer_that_most_people_contradict_is_doubted(right: int, doubted: bool) -> None:
    """Only where the interval leaves no half; below eight judgments nothing is said."""
    good = [True] * right + [False] * (8 - right)
    assert (rules.doubt_of(answers([1] * 8, good)) is not None) is doubted
    assert rules.doubt_of(answers([1] * 7, [False] * 7)) is None
