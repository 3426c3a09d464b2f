"""Scorecards: a comparison and the scores of both sides, under either order the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import GOOD, SCORES, outcome, pair_orders, refusal, votes

from loopwright.base.types import Json
from loopwright.questions.model import OrdinalVote, PairOutcome, PairVote, ShownOrder

levels = st.fixed_dictionaries({"helpful": st.integers(1, 3), "tone": st.integers(1, 2)})


@given(first=levels, second=levels, order=pair_orders, strength=st.integers(1, 3))
def test_a_scorecard_says_the_same_from_either_side(
    first: dict[str, int], second: dict[str, int], order: ShownOrder, strength: int
) -> None:
    """The rater prefers the item's first completion, wherever it stands."""
    left = order == ShownOrder.FIRST_LEFT
    answer = {
        "choice": "left" if left else "right",
        "strength": strength,
        "scores": {"left": first if left else second, "right": second if left else first},
    }
    assert votes("scorecard", answer, order=order) == (
        PairVote(PairOutcome.FIRST, strength=strength),
        OrdinalVote(first["helpful"], 3, aspect="helpful", about=0),
        OrdinalVote(first["tone"], 2, aspect="tone", about=0),
        OrdinalVote(second["helpful"], 3, aspect="helpful", about=1),
        OrdinalVote(second["tone"], 2, aspect="tone", about=1),
    )
    assert outcome("scorecard", answer, order=order) == "first"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"choice": "best"}, "A scorecard answer's choice cannot be 'best'"),
        ({"strength": None}, "The strength cannot be None"),
        ({"choice": "tie"}, "tie has none"),
        ({"scores": None}, "the scores of both sides"),
        ({"scores": {"left": SCORES}}, "the scores of both sides"),
        ({"scores": {"first": SCORES, "second": SCORES}}, "the scores of both sides"),
        ({"scores": {"left": SCORES, "right": {}}}, "`scores.right` must hold a level for each"),
        (
            {"scores": {"left": SCORES, "right": {"helpful": 3, "tone": 9}}},
            "scores.right['tone'] cannot be 9",
        ),
    ],
)
def test_another_answer_is_refused(change: Json, says: str) -> None:
    assert says in refusal("scorecard", {**GOOD["scorecard"], **change})
