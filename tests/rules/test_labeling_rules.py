"""Sides, leases, refusals and undo, without a database."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.base.errors import Conflict
from loopwright.labeling import rules
from loopwright.labeling.model import Assignment, AssignmentState, Judgment
from loopwright.questions.model import ShownOrder


def assignment(state: AssignmentState = AssignmentState.OPEN, token: int = 2) -> Assignment:
    return Assignment(
        id="asg_1",
        project_id="desk",
        item_id="itm_1",
        question_id="preference",
        rater_id="rtr_1",
        judge_id="per_1",
        token=token,
        state=state,
        lease_until=100.0,
        shown_order=ShownOrder.FIRST_LEFT,
        guideline_version_id=None,
        band=3,
        reason=None,
        created_at=0.0,
        settled_at=None,
    )


def judgment(superseded_by: str | None = None) -> Judgment:
    return Judgment(
        seq=1,
        id="jdg_1",
        client_id="c",
        project_id="desk",
        item_id="itm_1",
        question_id="preference",
        rater_id="rtr_1",
        assignment_id="asg_1",
        answer={},
        kind="pairwise",
        votes=None,
        shown_order="first_left",
        outcome="first",
        guideline_version_id=None,
        origin="page",
        active_ms=None,
        revisions=None,
        superseded_by=superseded_by,
        superseded_at=None,
        created_at=100.0,
    )


@given(rater=st.text(min_size=1), offers=st.integers(min_value=0, max_value=60))
def test_sides_differ_by_at_most_one_after_any_number_of_offers(rater: str, offers: int) -> None:
    counts = Counter(rules.shown_order(rater, number) for number in range(offers))
    first, second = (counts[side] for side in (ShownOrder.FIRST_LEFT, ShownOrder.SECOND_LEFT))
    assert abs(first - second) <= 1
    assert offers % 2 or first == second


def test_the_next_side_cannot_be_told_from_the_blocks_before() -> None:
    starts = [rules.shown_order("rtr_1", 2 * block) for block in range(200)]
    same = sum(a == b for a, b in itertools.pairwise(starts))
    assert 70 < same < 130


@pytest.mark.parametrize(
    ("state", "token", "code"),
    [
        (AssignmentState.OPEN, 2, None),
        (AssignmentState.EXPIRED, 2, None),
        (AssignmentState.OPEN, 1, "stale_token"),
        (AssignmentState.EXPIRED, 1, "stale_token"),
        (AssignmentState.JUDGED, 2, "already_judged"),
        (AssignmentState.SKIPPED, 2, "already_skipped"),
    ],
)
def test_refusals(state: AssignmentState, token: int, code: str | None) -> None:
    problem = rules.refusal(assignment(state), token)
    assert (None if problem is None else problem.code) == code
    if problem is not None:
        assert isinstance(problem, Conflict)
        assert problem.remedy


def test_a_lease_is_renewed_once_it_is_half_over() -> None:
    assert not rules.needs_renewal(assignment(), lease_seconds=100, now=50.0)
    assert rules.needs_renewal(assignment(), lease_seconds=100, now=51.0)


def test_what_can_be_undone() -> None:
    assert rules.undo_refusal(judgment(), item_open=True, now=1e9) is None
    assert rules.undo_refusal(judgment(), item_open=False, now=160.0) is None
    closed = rules.undo_refusal(judgment(), item_open=False, now=161.0)
    again = rules.undo_refusal(judgment("undo:x"), item_open=True, now=100.0)
    assert closed is not None
    assert again is not None
    assert (closed.code, again.code) == ("item_closed", "already_undone")
