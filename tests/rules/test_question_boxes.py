"""Boxes: labeled places inside the image, in its pixels (here 10 by 8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import checked, outcome, refusal, votes

from loopwright.base.types import Json
from loopwright.questions.model import CategoryVote


def box(label: object = "bill", x: object = 1, y: object = 2, width: object = 3) -> Json:
    return {"label": label, "x": x, "y": y, "width": width, "height": 4}


def test_votes_say_for_each_label_whether_it_was_found() -> None:
    answer = {"boxes": [box(), box(x=2)]}
    assert votes("boxes", answer) == (
        CategoryVote("yes", aspect="bill"),
        CategoryVote("no", aspect="other"),
    )
    assert outcome("boxes", answer) == "bill"
    assert outcome("boxes", {"boxes": []}) == "(none)"


def test_boxes_are_sorted_and_none_is_there_twice() -> None:
    answer = {"boxes": [box("other"), box(x=5), box(), box(x=5)]}
    assert checked("boxes", answer)["boxes"] == [box(), box(x=5), box("other")]


@given(
    x=st.integers(-1, 11), y=st.integers(-1, 9), width=st.integers(0, 11), height=st.integers(0, 9)
)
def test_a_box_is_kept_exactly_when_it_lies_in_the_image(
    x: int, y: int, width: int, height: int
) -> None:
    one = {"label": "bill", "x": x, "y": y, "width": width, "height": height}
    if x >= 0 and y >= 0 and width and height and x + width <= 10 and y + height <= 8:
        assert checked("boxes", {"boxes": [one]})["boxes"] == [one]
    else:
        assert "which is 10 by 8 pixels" in refusal("boxes", {"boxes": [one]})


@pytest.mark.parametrize(
    ("boxes", "says"),
    [
        (None, "must be a list"),
        (box(), "must be a list"),
        ([box()] * 501, "at most 500"),
        ([box(), 5], "boxes[1] is not a box"),
        ([{**box(), "angle": 1}], "boxes[0] is not a box"),
        ([{"label": "bill"}], "boxes[0] is not a box"),
        ([box("cat")], "boxes[0]: 'cat' is not a label"),
        ([box(["bill"])], "is not a label"),
        ([box(x=1.0)], "boxes[0]: x cannot be 1.0"),
        ([box(y="1")], "boxes[0]: y cannot be '1'"),
        ([box(width=True)], "boxes[0]: width cannot be True"),
    ],
)
def test_another_answer_is_refused(boxes: object, says: str) -> None:
    assert says in refusal("boxes", {"boxes": boxes})
