"""Answers: what is valid, and which vote it means whichever side stood left."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.base.errors import InvalidInput, NotFound
from loopwright.base.types import Json
from loopwright.questions.model import CategoryVote, PairOutcome, PairVote, ShownOrder
from loopwright.questions.registry import kind_of

CONFIGS: dict[str, Json] = {
    "pairwise": {},
    "single_label": {"options": [{"id": "bill", "name": "Bill"}, {"id": "other", "name": "O"}]},
}
GOOD: dict[str, Json] = {"pairwise": {"choice": "left"}, "single_label": {"label": "bill"}}
orders = st.sampled_from(list(ShownOrder))
kinds = st.sampled_from(sorted(CONFIGS))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def checked(kind: str, answer: Json) -> Json:
    return kind_of(kind).check_answer(kind_of(kind).parse_config(CONFIGS[kind]), answer)


def vote(choice: str, shown: ShownOrder) -> PairOutcome:
    (one,) = kind_of("pairwise").votes(None, checked("pairwise", {"choice": choice}), shown)
    assert isinstance(one, PairVote)
    assert one.text == one.outcome.value
    return one.outcome


@given(wanted=st.sampled_from([PairOutcome.FIRST, PairOutcome.SECOND]), shown=orders)
def test_whoever_prefers_a_completion_says_so_from_either_side(
    wanted: PairOutcome, shown: ShownOrder
) -> None:
    first_is_left = shown is ShownOrder.FIRST_LEFT
    side = "left" if (wanted is PairOutcome.FIRST) == first_is_left else "right"
    assert vote(side, shown) is wanted


@given(choice=st.sampled_from(["left", "right"]))
def test_the_same_side_means_the_other_completion_when_swapped(choice: str) -> None:
    both = {vote(choice, shown) for shown in ShownOrder}
    assert both == {PairOutcome.FIRST, PairOutcome.SECOND}


@given(choice=st.sampled_from(["tie", "both_bad"]), shown=orders)
def test_a_tie_has_no_side(choice: str, shown: ShownOrder) -> None:
    assert vote(choice, shown) == PairOutcome(choice)


@given(label=st.sampled_from(["bill", "other"]), shown=orders)
def test_a_label_is_its_vote(label: str, shown: ShownOrder) -> None:
    kind = kind_of("single_label")
    config = kind.parse_config(CONFIGS["single_label"])
    votes = kind.votes(config, checked("single_label", {"label": label}), shown)
    assert votes == (CategoryVote(label),)
    assert votes[0].text == label


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("pairwise", {}),
        ("pairwise", {"choice": None}),
        ("pairwise", {"choice": "LEFT"}),
        ("pairwise", {"choice": "first"}),
        ("pairwise", {"choice": ["left"]}),
        ("pairwise", {"choice": {"left": 1}}),
        ("pairwise", {"choice": True}),
        ("pairwise", {"choice": "left\ud800"}),
        ("pairwise", {"choice": "left", "label": "bill"}),
        ("single_label", {}),
        ("single_label", {"label": ""}),
        ("single_label", {"label": "nothing"}),
        ("single_label", {"label": ["bill"]}),
        ("single_label", {"label": "\ud800"}),
        ("single_label", {"label": "bill", "\ud800": 1}),
        ("single_label", {"label": "bill", "choice": "left"}),
    ],
)
def test_a_bad_answer_is_refused_with_what_would_do(kind: str, answer: Json) -> None:
    with pytest.raises(InvalidInput) as failure:
        checked(kind, answer)
    assert failure.value.code == "invalid_answer"
    assert failure.value.remedy
    str(failure.value).encode()  # the refusal itself can be sent


@pytest.mark.parametrize("kind", sorted(CONFIGS))
@pytest.mark.parametrize("reason", [5, ["x"], True, "x" * 2001, "broken \udfff", "nul \0"])
def test_a_bad_reason_is_refused(kind: str, reason: object) -> None:
    with pytest.raises(InvalidInput) as failure:
        checked(kind, {**GOOD[kind], "reason": reason})
    str(failure.value).encode()


@pytest.mark.parametrize("kind", sorted(CONFIGS))
@pytest.mark.parametrize(
    ("reason", "kept"),
    [(None, None), ("", None), ("  ", None), (" short ", "short"), ("x" * 2000, "x" * 2000)],
)
def test_a_reason_is_kept_trimmed(kind: str, reason: str | None, kept: str | None) -> None:
    assert checked(kind, {**GOOD[kind], "reason": reason})["reason"] == kept


@given(kind=kinds, answer=st.dictionaries(st.text(), json_values, max_size=3))
def test_any_answer_is_refused_or_normal(kind: str, answer: Json) -> None:
    for given_answer in (answer, {**GOOD[kind], **answer}):
        try:
            normal = checked(kind, given_answer)
        except InvalidInput as failure:
            str(failure).encode()
            continue
        assert checked(kind, normal) == normal
        json.dumps(normal, allow_nan=False, ensure_ascii=False).encode()


@given(kind=kinds, reason=st.text(alphabet=st.characters(exclude_categories=())))
def test_any_reason_that_is_kept_can_be_stored(kind: str, reason: str) -> None:
    try:
        normal = checked(kind, {**GOOD[kind], "reason": reason})
    except InvalidInput:
        return
    (normal["reason"] or "").encode()
    assert "\0" not in (normal["reason"] or "")


@pytest.mark.parametrize("config", [{}, {"options": []}, {"options": [{"id": "only"}]}])
def test_a_label_question_needs_two_options(config: Json) -> None:
    with pytest.raises(InvalidInput, match="two options"):
        kind_of("single_label").parse_config(config)


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFound) as failure:
        kind_of("essay")
    assert "pairwise, single_label" in failure.value.remedy


def test_every_kind_says_what_its_items_hold() -> None:
    assert (kind_of("pairwise").completions, kind_of("pairwise").shuffles) == (2, True)
    assert (kind_of("single_label").completions, kind_of("single_label").shuffles) == (1, False)
