"""Policy flags: known ones, on texts that are there, in spans that lie in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import CONFIGS, GOOD, checked, refusal

from loopwright.base.types import Json

NAMES = sorted(CONFIGS)
ONLY = "Only text 👋"  # 11 code points; the hand is one


def flag(**given: object) -> Json:
    return {"flag": "privacy", "severity": "high", **given}


def flags(kind: str, *given: Json) -> list[Json]:
    found: list[Json] = checked(kind, {**GOOD[kind], "flags": list(given)})["flags"]
    return found


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_takes_flags(kind: str) -> None:
    side = next(iter({"pairwise": "left", "scorecard": "left", "ranking": "a"}.get(kind, "o")))
    side = {"l": "left", "a": "a", "o": "only"}[side]
    assert flags(kind, flag(side=side, start=0, end=4)) == [
        {"flag": "privacy", "severity": "high", "side": side, "start": 0, "end": 4}
    ]
    assert flags(kind) == []
    assert checked(kind, {**GOOD[kind], "flags": None})["flags"] == []


def test_flags_are_sorted_and_none_is_there_twice() -> None:
    late, early = flag(side="only", start=5, end=9), flag(side="only", start=1, end=2)
    whole, prompt = flag(), flag(side="prompt")
    found = flags("likert", prompt, late, early, whole, late)
    assert [(one["side"], one["start"]) for one in found] == [
        (None, None),
        ("only", 1),
        ("only", 5),
        ("prompt", None),
    ]
    assert flags("likert", *found) == found


def test_an_image_can_be_flagged_where_there_is_one() -> None:
    assert flags("boxes", flag(side="image"))[0]["side"] == "image"
    assert "no side 'image'" in refusal("likert", {**GOOD["likert"], "flags": [flag(side="image")]})


def test_spans_count_code_points() -> None:
    assert flags("likert", flag(side="only", start=10, end=11))[0]["end"] == 11
    assert len(ONLY) == 11
    message = refusal("likert", {**GOOD["likert"], "flags": [flag(side="only", start=10, end=12)]})
    assert "flags[0]: the span from 10 to 12 lies outside the text of 'only'" in message
    assert "11 characters" in message


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("all", "`flags` must be a list"),
        ({"flag": "privacy"}, "`flags` must be a list"),
        ([flag()] * 101, "at most 100"),
        ([5], "flags[0] is not a flag"),
        ([flag(), flag(flag="unknown")], "flags[1]: 'unknown' is not a flag of this guideline"),
        ([flag(flag=["privacy"])], "is not a flag of this guideline"),
        ([flag(flag="\ud800")], "is not a flag of this guideline"),
        ([flag(severity="any")], "privacy has no severity 'any'"),
        ([{"flag": "privacy"}], "privacy has no severity None"),
        ([flag(color="red")], "flags[0] has no 'color'"),
        ([flag(side="left")], "no side 'left'"),
        ([flag(side="\ud800")], "no side"),
        ([flag(side={})], "no side"),
        ([flag(start=0, end=1)], "needs a text to stand in"),
        ([flag(side="only", start=0)], "two whole numbers"),
        ([flag(side="only", start="0", end="1")], "two whole numbers"),
        ([flag(side="only", start=True, end=2)], "two whole numbers"),
        ([flag(side="only", start=0.0, end=1.0)], "two whole numbers"),
        ([flag(side="only", start=-1, end=2)], "lies outside"),
        ([flag(side="only", start=3, end=3)], "lies outside"),
        ([flag(side="only", start=3, end=2)], "lies outside"),
        ([flag(side="prompt", start=0, end=10**9)], "lies outside"),
    ],
)
def test_a_bad_flag_is_refused_with_its_place(wrong: object, says: str) -> None:
    assert says in refusal("likert", {**GOOD["likert"], "flags": wrong})


@given(start=st.integers(-2, 14), end=st.integers(-2, 14))
def test_a_span_is_kept_exactly_when_it_marks_some_text(start: int, end: int) -> None:
    one = flag(side="only", start=start, end=end)
    if 0 <= start < end <= len(ONLY):
        assert flags("likert", one)[0]["start"] == start
        assert ONLY[start:end]
    else:
        refusal("likert", {**GOOD["likert"], "flags": [one]})
