"""Pairs that judgments imply: all of a ranking, weighed together; an edit over its original."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from question_world import rank_orders, votes

from loopwright.base.errors import InvalidInput
from loopwright.datasets import pairs, rules
from loopwright.datasets.model import Judged
from loopwright.questions.model import CategoryVote, PairOutcome, PairVote, ShownOrder, TextVote


def judged(number: int, *found: object) -> Judged:
    return Judged(f"jdg{number}", f"rtr{number}", None, "correction", found)  # type: ignore[arg-type]


@given(ranks=st.lists(st.integers(1, 4), min_size=4, max_size=4), order=rank_orders)
def test_a_ranking_implies_each_pair_once_in_item_order(
    ranks: list[int], order: ShownOrder
) -> None:
    sides = {side: ranks[place] for side, place in zip("abcd", order.places, strict=True)}
    found = pairs.pairs_of([judged(1, *votes("ranking", {"ranks": sides}, order=order))])
    assert list(found) == list(combinations(range(4), 2))
    for (first, second), [vote] in found.items():
        better = ranks[first] < ranks[second]
        tied = ranks[first] == ranks[second]
        assert vote.outcome == ("tie" if tied else "first" if better else "second")


@pytest.mark.parametrize("size", range(2, 10))
def test_the_pairs_of_a_ranking_weigh_as_its_independent_comparisons(size: int) -> None:
    """N completions are ordered by N - 1 comparisons; no pair weighs more than a judgment."""
    every = dict.fromkeys(combinations(range(size), 2))
    share = pairs.share_of_pair(every)
    assert share <= 1.0
    assert share * len(every) == pytest.approx(size - 1)


def test_the_same_edit_of_two_people_is_one_pair() -> None:
    found = pairs.edits_of(
        [
            judged(1, CategoryVote("corrected"), TextVote("better")),
            judged(2, CategoryVote("unchanged")),
            judged(3, CategoryVote("corrected"), TextVote("better")),
            judged(4, CategoryVote("corrected"), TextVote("best")),
        ]
    )
    assert {text: [(one.judgment_id, one.outcome) for one in found[text]] for text in found} == {
        "best": [("jdg4", "first"), ("jdg2", "tie")],
        "better": [("jdg1", "first"), ("jdg3", "first"), ("jdg2", "tie")],
    }
    assert list(found) == ["best", "better"]
    assert pairs.pairs_of([judged(2, CategoryVote("unchanged"))]) == {}


@given(edits=st.lists(st.sampled_from("abc"), max_size=6), unchanged=st.integers(0, 6))
def test_edits_are_demonstrations_where_more_people_corrected_than_did_not(
    edits: list[str], unchanged: int
) -> None:
    corrected = [
        judged(at, CategoryVote("corrected"), TextVote(text)) for at, text in enumerate(edits)
    ]
    kept = [judged(10 + at, CategoryVote("unchanged")) for at in range(unchanged)]
    found = pairs.demonstrated_in([*kept, *corrected])
    assert list(found) == (sorted(set(edits)) if len(edits) > unchanged else [])
    for text, written in found.items():
        wrote = [f"jdg{at}" for at, edit in enumerate(edits) if edit == text]
        assert [vote.judgment_id for vote in written] == wrote


@given(edited=st.integers(1, 6), unchanged=st.integers(0, 6))
def test_the_more_find_nothing_to_correct_the_less_sure_is_an_edit(
    edited: int, unchanged: int
) -> None:
    def probability(unchanged: int) -> float:
        every = [judged(n, CategoryVote("corrected"), TextVote("better")) for n in range(edited)]
        every += [judged(9, CategoryVote("unchanged"))] * unchanged
        return rules.direction(*rules.voted(pairs.edits_of(every)["better"])).probability

    assert probability(unchanged) > probability(unchanged + 1) > 0.5
    way = rules.voted(
        pairs.edits_of(
            [judged(1, TextVote("better")), *[judged(2, CategoryVote("unchanged"))] * unchanged]
        )["better"]
    )
    assert way[0] == ("first" if unchanged < 2 else "tie")


def test_a_label_that_is_called_unchanged_says_nothing_of_an_edit() -> None:
    label = Judged("jdg1", "rtr1", None, "single_label", [CategoryVote("unchanged")])
    assert not label.leaves_unchanged


def test_strength_is_the_mean_of_those_who_chose_the_side() -> None:
    first, second = PairOutcome.FIRST, PairOutcome.SECOND
    [found] = pairs.pairs_of(
        [
            judged(1, PairVote(first, strength=3)),
            judged(2, PairVote(first, strength=2)),
            judged(3, PairVote(second, strength=1)),
            judged(4, PairVote(PairOutcome.TIE)),
            judged(5, PairVote(first)),
        ]
    ).values()
    assert pairs.strength_for(found, 0) == 2.5
    assert pairs.strength_for(found, 1) == 1.0
    assert pairs.strength_for(found[3:], 0) is None


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True), min_size=8),
    st.floats(0.13, 0.6),
)
def test_nobody_carries_more_than_the_most(voters: list[list[str]], most: float) -> None:
    """Whoever is lowered carries exactly the most; the others keep their reliability."""
    known = {"a": 0.9, "b": 0.55, "c": 1.0}
    people = {rater for items in voters for rater in items}
    assume(len(people) * most >= 1)
    found = rules.held_back(voters, known, most=most)
    carried = dict.fromkeys(people, 0.0)
    for items in voters:
        for rater in items:
            carried[rater] += found[rater] / len(items)
    total = sum(carried.values())
    for rater in people:
        before = known.get(rater, rules.UNKNOWN_RELIABILITY)
        share = carried[rater] / total
        assert share <= most + 1e-9
        assert found[rater] == pytest.approx(before) or share == pytest.approx(most)


def test_a_limit_that_too_few_people_can_keep_is_refused() -> None:
    """The remedy names the least that is possible."""
    with pytest.raises(InvalidInput, match="at most 20% where 2 people") as refused:
        rules.held_back([["a", "b"], ["a"]], {}, most=0.2)
    assert "at least 0.50" in refused.value.remedy
