"""Which of two compared texts a control's name is about."""

import pytest

from loopwright.feedback.tools.sides import about

TEXTS = ("response_1", "response_2")


@pytest.mark.parametrize(
    ("control", "side", "what"),
    [
        ("tone_response_1", "first", ("tone",)),
        ("response-2-tone", "second", ("tone",)),
        ("Tone 2", "second", ("tone",)),
        ("tone1", "first", ("tone",)),
        ("toneB", "second", ("tone",)),
        ("left_tone", "first", ("tone",)),
        ("tone_answer_b", "second", ("tone",)),
        ("answer_quality_2", "second", ("answer", "quality")),
        ("second answer tone", "second", ("tone",)),
        ("tone", "", ("tone",)),
        ("1", "", ("1",)),
        ("response_1", "first", ("response",)),
    ],
)
def test_a_side_is_read_from_a_name(control: str, side: str, what: tuple[str, ...]) -> None:
    assert about(control, TEXTS) == (side, what)
