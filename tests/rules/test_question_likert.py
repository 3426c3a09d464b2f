"""Likert answers: one level of the question's scale."""

import pytest
from question_world import outcome, refusal, votes

from loopwright.questions.model import OrdinalVote


@pytest.mark.parametrize("value", [1, 2, 3])
def test_a_level_is_its_vote(value: int) -> None:
    assert votes("likert", {"value": value}) == (OrdinalVote(value, 3),)
    assert outcome("likert", {"value": value}) == str(value)


@pytest.mark.parametrize("value", [None, 0, 4, True, 2.0, "2", "always", [1], -(10**30)])
def test_another_value_is_refused(value: object) -> None:
    assert "Send a whole number from 1 to 3" in refusal("likert", {"value": value})
