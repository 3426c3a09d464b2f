"""Corrections: the text as it should be; the same text says that nothing is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import checked, outcome, refusal, shown, votes

from loopwright.questions.model import CategoryVote, Shown, TextVote
from loopwright.questions.registry import kind_of

ORIGINAL = shown("correction").texts["only"]


def test_an_unchanged_text_is_no_correction() -> None:
    assert votes("correction", {"text": ORIGINAL}) == (CategoryVote("unchanged"),)
    assert outcome("correction", {"text": ORIGINAL}) == "unchanged"


@given(text=st.text().filter(lambda text: text.strip() and "\0" not in text))
def test_a_changed_text_is_kept_as_it_is(text: str) -> None:
    assert checked("correction", {"text": text})["text"] == text
    if text != ORIGINAL:
        assert votes("correction", {"text": text}) == (CategoryVote("corrected"), TextVote(text))
        assert outcome("correction", {"text": text}) == "corrected"


def test_other_line_ends_alone_are_no_correction() -> None:
    kind = kind_of("correction")
    two_lines = Shown(texts={"only": "one\r\ntwo", "prompt": "Hi"})
    normal = kind.check_answer(None, {"text": "one\ntwo"}, two_lines)
    assert normal["text"] == "one\r\ntwo"
    assert kind.votes(None, normal, two_lines) == (CategoryVote("unchanged"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be None"),
        ("", "cannot be ''"),
        (" \n", "Send the whole text"),
        (["text"], "cannot be ['text']"),
        ("broken \ud800", "broken Unicode"),
        ("nul \0", "NUL"),
        ("x" * 400_001, "400,001 characters"),
    ],
)
def test_another_text_is_refused(text: object, says: str) -> None:
    assert says in refusal("correction", {"text": text})
