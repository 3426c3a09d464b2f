"""Multi-label answers: any of the options, as many as the question wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import CONFIGS, checked, outcome, refusal, votes

from loopwright.base.types import Json
from loopwright.questions.model import CategoryVote

ONE = {**CONFIGS["multi_label"], "at_least": 1}


@given(labels=st.lists(st.sampled_from(["bill", "other", "more"])))
def test_each_option_gets_a_vote_whatever_the_order(labels: list[str]) -> None:
    assert votes("multi_label", {"labels": labels}) == tuple(
        CategoryVote("yes" if option in labels else "no", aspect=option)
        for option in ("bill", "other", "more")
    )
    assert checked("multi_label", {"labels": labels}) == checked(
        "multi_label", {"labels": labels[::-1]}
    )


def test_labels_stand_in_the_order_of_the_options() -> None:
    answer = {"labels": ["more", "bill", "more"]}
    assert checked("multi_label", answer)["labels"] == ["bill", "more"]
    assert outcome("multi_label", answer) == "bill,more"
    assert outcome("multi_label", {"labels": []}) == "(none)"


def test_a_long_outcome_is_cut_and_still_tells_answers_apart() -> None:
    options = [{"id": f"option-number-{number}"} for number in range(100)]
    config = {"options": options}
    all_but_last = [one["id"] for one in options[:-1]]
    one = outcome("multi_label", {"labels": all_but_last}, config=config)
    two = outcome("multi_label", {"labels": [*all_but_last, options[-1]["id"]]}, config=config)
    assert len(one) <= 200
    assert one != two


@pytest.mark.parametrize(
    ("labels", "config", "says"),
    [
        (None, None, "must be a list"),
        ("bill", None, "must be a list"),
        ({"bill": True}, None, "must be a list"),
        (["bill", "nothing"], None, "labels[1]: 'nothing' is not a label"),
        ([["bill"]], None, "labels[0]: ['bill'] is not a label"),
        (["\ud800"], None, "is not a label"),
        ([], ONE, "at least 1"),
    ],
)
def test_another_answer_is_refused(labels: object, config: Json | None, says: str) -> None:
    assert says in refusal("multi_label", {"labels": labels}, config=config)
