"""Pairwise answers: which vote they mean whichever side stood left, and how strong it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import checked, outcome, pair_orders, refusal, votes

from loopwright.base.types import Json
from loopwright.questions.model import PairOutcome, PairVote, ShownOrder

STRONG = {"strength": 3}


@given(wanted=st.sampled_from(["first", "second"]), order=pair_orders, strength=st.integers(1, 3))
def test_whoever_prefers_a_completion_says_so_from_either_side(
    wanted: str, order: ShownOrder, strength: int
) -> None:
    side = "left" if (wanted == "first") == (order == ShownOrder.FIRST_LEFT) else "right"
    assert votes("pairwise", {"choice": side}, order=order) == (PairVote(PairOutcome(wanted)),)
    [strong] = votes("pairwise", {"choice": side, "strength": strength}, config=STRONG, order=order)
    assert strong == PairVote(PairOutcome(wanted), strength=strength)
    assert outcome("pairwise", {"choice": side}, order=order) == wanted


@given(choice=st.sampled_from(["tie", "both_bad"]), order=pair_orders)
def test_a_tie_has_no_side_and_no_strength(choice: str, order: ShownOrder) -> None:
    for config in ({}, STRONG):
        [vote] = votes("pairwise", {"choice": choice}, config=config, order=order)
        assert vote == PairVote(PairOutcome(choice))


def test_the_normal_form_has_every_key() -> None:
    assert checked("pairwise", {"choice": "left", "strength": 3}, config=STRONG) == {
        "choice": "left",
        "strength": 3,
        "reason": None,
        "flags": [],
    }


@pytest.mark.parametrize(
    "choice", [None, "LEFT", "first", ["left"], {"left": 1}, True, "left\ud800"]
)
def test_another_choice_is_refused(choice: object) -> None:
    assert "Send one of: left, right, tie, both_bad" in refusal("pairwise", {"choice": choice})


@pytest.mark.parametrize(
    ("answer", "config", "says"),
    [
        ({"choice": "left"}, STRONG, "The strength cannot be None. Send a whole number from 1 to"),
        ({"choice": "left", "strength": 0}, STRONG, "from 1 to 3"),
        ({"choice": "left", "strength": 4}, STRONG, "from 1 to 3"),
        ({"choice": "left", "strength": True}, STRONG, "from 1 to 3"),
        ({"choice": "left", "strength": 2.0}, STRONG, "from 1 to 3"),
        ({"choice": "tie", "strength": 1}, STRONG, "tie has none"),
        ({"choice": "left", "strength": 1}, {}, "the question asks for none"),
    ],
)
def test_a_strength_that_does_not_fit_is_refused(answer: Json, config: Json, says: str) -> None:
    assert says in refusal("pairwise", answer, config=config)
