"""What holds for the answers of every kind: checked, normal, storable; reasons, and votes kept."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_world import CONFIGS, GOOD, checked, outcome, refusal, votes

from loopwright.base.errors import NotFound
from loopwright.base.types import Json
from loopwright.projects.question_spec import Kind
from loopwright.questions.model import CategoryVote, PairOutcome, PairVote, ShownOrder, sides_of
from loopwright.questions.registry import kind_of, kinds
from loopwright.questions.stored import read_votes, stored_votes

NAMES = sorted(CONFIGS)
names = st.sampled_from(NAMES)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NASTY: list[object] = [
    None, True, 1.5, float("nan"), 10**400, "", "\ud800", "nul \0", [], [[]], {}, {"\ud800": 1},
    "x" * 500_000,
]  # fmt: skip


def test_every_kind_of_a_project_file_is_there() -> None:
    assert {kind.name for kind in kinds()} == set(get_args(Kind)) == set(NAMES)


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("reason", [5, ["x"], True, "x" * 2001, "broken \udfff", "nul \0"])
def test_a_bad_reason_is_refused(kind: str, reason: object) -> None:
    assert "reason" in refusal(kind, {**GOOD[kind], "reason": reason})


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(
    ("reason", "kept"),
    [(None, None), ("", None), ("  ", None), (" short ", "short"), ("x" * 2000, "x" * 2000)],
)
def test_a_reason_is_kept_trimmed(kind: str, reason: str | None, kept: str | None) -> None:
    assert checked(kind, {**GOOD[kind], "reason": reason})["reason"] == kept


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("unknown", ["note", "\ud800", ""])
def test_an_unknown_key_is_refused(kind: str, unknown: str) -> None:
    assert f"A {kind} answer has no" in refusal(kind, {**GOOD[kind], unknown: 1})


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("nasty", NASTY, ids=lambda value: repr(value)[:12])
def test_no_field_takes_what_cannot_be_stored(kind: str, nasty: object) -> None:
    for name in GOOD[kind]:
        if nasty == [] and name in ("labels", "boxes"):
            continue  # an empty list says that there is nothing
        assert len(refusal(kind, {**GOOD[kind], name: nasty})) < 1000


@pytest.mark.parametrize("kind", NAMES)
def test_checking_a_checked_answer_changes_nothing(kind: str) -> None:
    normal = checked(kind, GOOD[kind])
    assert checked(kind, normal) == normal
    assert set(normal) >= {"reason", "flags"}


@given(kind=names, answer=st.dictionaries(st.text(), json_values, max_size=3))
def test_any_answer_is_refused_or_normal(kind: str, answer: Json) -> None:
    from loopwright.base.errors import InvalidInput

    for given_answer in (answer, {**GOOD[kind], **answer}):
        try:
            normal = checked(kind, given_answer)
        except InvalidInput as failure:
            str(failure).encode()
            continue
        assert checked(kind, normal) == normal
        json.dumps(normal, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("kind", NAMES)
def test_votes_that_are_kept_are_read_as_they_were(kind: str) -> None:
    answer = checked(kind, GOOD[kind])
    found = votes(kind, answer)
    kept = json.loads(json.dumps(stored_votes(found)))
    assert read_votes(kept, outcome(kind, answer), answer) == list(found)
    assert len(outcome(kind, answer)) <= 200


def test_plain_answers_are_kept_by_their_outcome_alone() -> None:
    assert stored_votes([PairVote(PairOutcome.TIE)]) is None
    assert stored_votes([CategoryVote("bill")]) is None
    assert stored_votes([PairVote(PairOutcome.FIRST, strength=1)]) is not None
    assert stored_votes([CategoryVote("yes", aspect="bill")]) is not None
    assert stored_votes([CategoryVote("first")]) is not None  # a label that reads like a pair's


@given(order=st.permutations(range(5)))
def test_an_order_is_read_as_it_was_written(order: list[int]) -> None:
    for size in (2, 3, 5):
        part = [place for place in order if place < size]
        assert ShownOrder(str(ShownOrder.of(part))).places == tuple(part)


def test_places_have_names() -> None:
    assert sides_of(None) == ("only",)
    assert sides_of(ShownOrder("second_left")) == ("left", "right")
    assert sides_of(ShownOrder("2,0,1")) == ("a", "b", "c")
    assert ShownOrder("second_left") == ShownOrder.SECOND_LEFT == ShownOrder.of([1, 0])


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFound) as failure:
        kind_of("essay")
    assert "pairwise" in failure.value.remedy


def test_every_kind_says_what_its_items_hold() -> None:
    def held(name: str) -> tuple[int, int, bool, bool]:
        kind = kind_of(name)
        return kind.fewest, kind.most, kind.shuffles, kind.one_category

    assert held("pairwise") == held("scorecard") == (2, 2, True, True)
    assert held("single_label") == held("likert") == (1, 1, False, True)
    assert held("multi_label") == held("rubric") == held("correction") == (1, 1, False, False)
    assert held("ranking") == (3, 9, True, False)
    assert held("boxes") == (0, 1, False, False)
