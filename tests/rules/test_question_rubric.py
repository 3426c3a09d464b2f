"""Rubric answers: a level for each criterion on the criterion's own scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import checked, outcome, refusal, votes

from loopwright.questions.model import OrdinalVote


@given(helpful=st.integers(1, 3), tone=st.integers(1, 2))
def test_each_level_is_a_vote_on_its_criterion(helpful: int, tone: int) -> None:
    answer = {"scores": {"tone": tone, "helpful": helpful}}
    assert votes("rubric", answer) == (
        OrdinalVote(helpful, 3, aspect="helpful"),
        OrdinalVote(tone, 2, aspect="tone"),
    )
    assert outcome("rubric", answer) == f"helpful={helpful},tone={tone}"
    assert list(checked("rubric", answer)["scores"]) == ["helpful", "tone"]


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        (None, "a level for each criterion"),
        ([3, 1], "a level for each criterion"),
        ({"helpful": 3}, "Send a level for each of: helpful, tone"),
        ({"helpful": 3, "tone": 1, "style": 2}, "and nothing else"),
        ({"helpful": 4, "tone": 1}, "scores['helpful'] cannot be 4"),
        ({"helpful": 3, "tone": 3}, "scores['tone'] cannot be 3. Send a whole number from 1 to 2"),
        ({"helpful": 0, "tone": 1}, "cannot be 0"),
        ({"helpful": True, "tone": 1}, "cannot be True"),
        ({"helpful": 2.0, "tone": 1}, "cannot be 2.0"),
        ({"helpful": "3", "tone": 1}, "cannot be '3'"),
        ({"helpful": 10**400, "tone": 1}, "cannot be 1000"),
    ],
)
def test_another_answer_is_refused(scores: object, says: str) -> None:
    assert says in refusal("rubric", {"scores": scores})
