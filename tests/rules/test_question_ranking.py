"""Rankings: equal numbers tie, and the pairs mean the same under every order."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import checked, outcome, rank_orders, refusal, votes

from loopwright.questions.model import PairOutcome, PairVote, ShownOrder


def shuffled(wanted: list[int], order: ShownOrder) -> dict[str, int]:
    """Return the ranks by side of whoever ranks the completions of the item as `wanted`."""
    return {side: wanted[place] for side, place in zip("abcd", order.places, strict=True)}


@given(wanted=st.lists(st.integers(-3, 3), min_size=4, max_size=4), order=rank_orders)
def test_a_ranking_says_the_same_under_every_order(wanted: list[int], order: ShownOrder) -> None:
    found = votes("ranking", {"ranks": shuffled(wanted, order)}, order=order)
    assert found == tuple(
        PairVote(
            PairOutcome.TIE
            if wanted[i] == wanted[j]
            else (PairOutcome.FIRST if wanted[i] < wanted[j] else PairOutcome.SECOND),
            i,
            j,
        )
        for i, j in combinations(range(4), 2)
    )
    competition = [1 + sum(other < mine for other in wanted) for mine in wanted]
    text = ",".join(str(rank) for rank in competition)
    assert outcome("ranking", {"ranks": shuffled(wanted, order)}, order=order) == text


@pytest.mark.parametrize(
    ("given_ranks", "normal"),
    [
        ([1, 1, 3, 4], [1, 1, 3, 4]),
        ([1, 1, 2, 3], [1, 1, 3, 4]),
        ([10, 20, 20, 30], [1, 2, 2, 4]),
        ([0.5, -1, 2, 2], [2, 1, 3, 3]),
        ([7, 7, 7, 7], [1, 1, 1, 1]),
        ([10**400, 1, 2, 3], [4, 1, 2, 3]),
    ],
)
def test_ranks_become_competition_ranks(given_ranks: list[float], normal: list[int]) -> None:
    ranks = dict(zip("abcd", given_ranks, strict=True))
    assert checked("ranking", {"ranks": ranks})["ranks"] == dict(zip("abcd", normal, strict=True))


@pytest.mark.parametrize(
    ("ranks", "says"),
    [
        (None, "a rank for each side"),
        ([1, 2, 3, 4], "a rank for each side"),
        ({"a": 1, "b": 2, "c": 3}, "Send a number for each of: a, b, c, d"),
        ({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, "a rank for each side"),
        ({"a": 1, "b": 2, "c": 3, "left": 4}, "a rank for each side"),
        ({"a": 1, "b": 2, "c": 3, "d": None}, "ranks['d'] cannot be None"),
        ({"a": 1, "b": 2, "c": 3, "d": "4"}, "ranks['d'] cannot be '4'"),
        ({"a": True, "b": 2, "c": 3, "d": 4}, "ranks['a'] cannot be True"),
        ({"a": float("nan"), "b": 2, "c": 3, "d": 4}, "ranks['a'] cannot be nan"),
        ({"a": float("inf"), "b": 2, "c": 3, "d": 4}, "ranks['a'] cannot be inf"),
    ],
)
def test_another_answer_is_refused(ranks: object, says: str) -> None:
    assert says in refusal("ranking", {"ranks": ranks})
