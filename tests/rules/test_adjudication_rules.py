"""Which items are escalated, who decides them, and how a case moves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.accounts.model import Role
from loopwright.adjudication import rules
from loopwright.adjudication.model import (
    Case,
    CaseState,
    ItemFacts,
    Level,
    RaisedFlag,
    ReasonKind,
    Severity,
)
from loopwright.projects.escalation_spec import EscalationSpec, Hours

HOUR = 3600.0
ALL_ON = EscalationSpec(disagreement=True, flags_at="high", probability_below=0.8)
SPLIT = ItemFacts(votes={"a": 1, "b": 1}, split=True, probability=0.55, complete=True)
CASE = Case(
    id="cas_1",
    project_id="p",
    item_id="itm_1",
    question_id="q",
    requires=(),
    state=CaseState.WAITING,
    level=Level.SENIOR,
    severity=Severity.NORMAL,
    opened_at=0.0,
    deadline=72 * HOUR,
    holder=None,
    claimed_until=None,
    answers_until=None,
    closed_at=None,
    version=1,
)


def kinds(facts: ItemFacts, spec: EscalationSpec = ALL_ON) -> list[ReasonKind]:
    return [one.kind for one in rules.reasons_of_votes(facts, spec)]


def test_nothing_is_escalated_by_votes_unless_the_project_says_so() -> None:
    assert kinds(SPLIT, EscalationSpec()) == []


def test_split_and_unsure_votes_are_escalated_once_all_are_in() -> None:
    assert kinds(SPLIT) == [ReasonKind.DISAGREEMENT, ReasonKind.UNSURE]
    assert kinds(replace(SPLIT, complete=False)) == []
    assert kinds(replace(SPLIT, votes={})) == []
    assert kinds(replace(SPLIT, split=False, votes={"a": 3}, probability=0.8)) == []
    assert kinds(replace(SPLIT, split=False, votes={"a": 3}, probability=0.79)) == [
        ReasonKind.UNSURE
    ]


def test_an_unknown_probability_is_not_a_low_one() -> None:
    assert kinds(replace(SPLIT, split=False, probability=None)) == []


def test_the_same_votes_give_the_same_reasons() -> None:
    first = rules.reasons_of_votes(SPLIT, ALL_ON)
    assert [one.key for one in first] == [one.key for one in rules.reasons_of_votes(SPLIT, ALL_ON)]
    assert len({one.key for one in first}) == 2


SCALES = {"harm": ("low", "medium", "high"), "spam": ("some", "much"), "five": ("1", "high", "3")}


@pytest.mark.parametrize(
    ("flag", "severity", "expected"),
    [
        ("harm", "high", Severity.HIGH),
        ("harm", "medium", None),
        ("harm", "low", None),
        ("spam", "much", Severity.HIGH),
        ("spam", "some", None),
        ("five", "high", Severity.NORMAL),
        ("five", "3", Severity.HIGH),
        ("five", "1", None),
        ("gone", "high", Severity.NORMAL),
        ("gone", "medium", None),
        ("harm", "a word that the scale lost", None),
    ],
)
def test_a_flag_is_escalated_at_or_above_a_severity(
    flag: str, severity: str, expected: Severity | None
) -> None:
    raised = RaisedFlag("jdg_1", "itm_1", flag, severity)
    found = rules.reason_of_flag(raised, ALL_ON, SCALES)
    assert (None if found is None else found.severity) == expected


def test_flags_are_not_escalated_without_a_rule() -> None:
    raised = RaisedFlag("jdg_1", "itm_1", "harm", "high")
    assert rules.reason_of_flag(raised, EscalationSpec(), SCALES) is None


@pytest.mark.parametrize(
    ("roles", "tags", "expected"),
    [
        ([Role.ANNOTATOR], [], None),
        ([Role.ANNOTATOR], ["senior"], Level.SENIOR),
        ([Role.VIEWER], ["senior"], None),
        ([Role.ENGINEER], ["senior"], None),
        ([Role.APPLICATION], ["senior"], None),
        ([Role.SPECIALIST], [], Level.SPECIALIST),
        ([Role.LEAD], [], Level.SPECIALIST),
        ([Role.ANNOTATOR, Role.OWNER], [], Level.SPECIALIST),
        ([], ["senior"], None),
    ],
)
def test_who_decides(roles: list[Role], tags: list[str], expected: Level | None) -> None:
    assert rules.level_of(roles, tags) == expected


def test_a_graver_reason_brings_the_deadline_forward_and_no_reason_puts_it_back() -> None:
    spec = EscalationSpec(hours=Hours(high=1, normal=2, low=3))
    case = replace(CASE, deadline=2 * HOUR)
    grave = rules.joined(case, Severity.HIGH, spec)
    assert (grave.severity, grave.deadline) == (Severity.HIGH, HOUR)
    assert rules.joined(grave, Severity.LOW, spec) == grave


def test_claims_and_waits_end_by_themselves() -> None:
    held = replace(CASE, state=CaseState.CLAIMED, holder="per_1", claimed_until=10.0)
    assert rules.state_at(held, 9.9) is CaseState.CLAIMED
    assert not rules.is_free(held, 9.9)
    assert rules.state_at(held, 10.0) is CaseState.WAITING
    asked = replace(CASE, state=CaseState.ASKED, answers_until=10.0)
    assert rules.state_at(asked, 9.9) is CaseState.ASKED
    assert rules.state_at(asked, 10.0) is CaseState.ANSWERED
    assert rules.is_free(asked, 10.0)


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.WITHDRAWN])
def test_what_is_closed_is_neither_free_nor_overdue(state: CaseState) -> None:
    done = replace(CASE, state=state)
    assert not rules.is_free(done, 1e12)
    assert not rules.overdue(done, 1e12)


def test_a_case_that_is_passed_on_has_time_again() -> None:
    late = rules.passed_on(CASE, 100 * HOUR, EscalationSpec())
    assert (late.level, late.state) == (Level.SPECIALIST, CaseState.ESCALATED)
    assert late.deadline == 136 * HOUR
    assert rules.passed_on(CASE, HOUR, EscalationSpec()).deadline == CASE.deadline


def test_the_most_urgent_comes_first_then_the_gravest_and_only_what_fits() -> None:
    soon = replace(CASE, id="cas_2", deadline=1.0)
    grave = replace(CASE, id="cas_3", deadline=1.0, severity=Severity.HIGH)
    french = replace(CASE, id="cas_4", deadline=0.0, requires=("fr",))
    found = rules.first_fitting([CASE, soon, grave, french], {"de"})
    assert [one.id for one in found] == ["cas_3", "cas_2", "cas_1"]
    assert rules.first_fitting([french], {"de", "fr"}) == [french]


@given(st.text(max_size=30), st.text(max_size=30), st.integers(2, 9))
def test_sides_are_a_permutation_and_always_the_same(case: str, person: str, n: int) -> None:
    order = rules.shown_order(case, person, n)
    assert order is not None
    assert sorted(order.places) == list(range(n))
    assert order == rules.shown_order(case, person, n)


def test_sides_do_not_favour_the_first_completion() -> None:
    orders = [rules.shown_order(f"cas_{at}", "per_1", 2) for at in range(400)]
    assert 150 < sum(order == "first_left" for order in orders) < 250
    assert rules.shown_order("cas_1", "per_1", 1) is None
    assert rules.shown_order("cas_1", "per_1", 0) is None


def test_shares_add_up_and_no_votes_have_none() -> None:
    assert rules.shares(["a", "b", "a"]) == {"a": 0.666667, "b": 0.333333}
    assert rules.shares([]) == {}


def test_a_check_is_right_wrong_or_cannot_be_told() -> None:
    assert rules.is_right("pairwise", "first", "first") is True
    assert rules.is_right("pairwise", "tie", "first") is False
    assert rules.is_right("correction", "corrected", "corrected") is None
    assert rules.is_right("boxes", "a", "b") is None
