"""Single-label answers: one of the options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import outcome, refusal, votes

from loopwright.questions.model import CategoryVote


@given(label=st.sampled_from(["bill", "other"]))
def test_a_label_is_its_vote(label: str) -> None:
    assert votes("single_label", {"label": label}) == (CategoryVote(label),)
    assert outcome("single_label", {"label": label}) == label


@pytest.mark.parametrize("label", [None, "", "nothing", ["bill"], "\ud800", {"bill": 1}, 1])
def test_another_label_is_refused(label: object) -> None:
    assert "Send one of: bill, other" in refusal("single_label", {"label": label})
