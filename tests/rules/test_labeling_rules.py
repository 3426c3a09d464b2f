"""Sides, leases, refusals and undo, without a database."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.base.errors import Conflict
from loopwright.labeling import rules
from loopwright.labeling.model import (
    Assignment,
    AssignmentState,
    CapReached,
    Day,
    Judgment,
    Session,
    Standing,
)
from loopwright.projects.assignment_spec import AssignmentSpec, Caps
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
        note=None,
        signals=None,
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


def undo_code(
    one: Judgment,
    *,
    item_open: bool,
    now: float,
    revealed: bool = False,
    sealed: bool = False,
) -> str | None:
    problem = rules.undo_refusal(
        one, item_open=item_open, revealed=revealed, sealed=sealed, now=now
    )
    return None if problem is None else problem.code


def test_what_can_be_undone() -> None:
    assert undo_code(judgment(), item_open=True, now=1e9) is None
    assert undo_code(judgment(), item_open=False, now=160.0) is None
    assert undo_code(judgment(), item_open=False, now=161.0) == "item_closed"
    assert undo_code(judgment("undo:x"), item_open=True, now=100.0) == "already_undone"
    assert undo_code(judgment(), item_open=True, now=100.0, revealed=True) == "revealed"
    assert undo_code(judgment(), item_open=True, now=100.0, sealed=True) == "discussed"


def standing(*, today: int = 0, minutes: float = 0.0, session: Session | None = None) -> Standing:
    day = Day("2026-11-24", today, 0, int(minutes * 60_000))
    return Standing(0, day, session, None)


NOON = 1_795_521_600.0
"""2026-11-24, 12:00 UTC."""


def reached(spec: AssignmentSpec, one: Standing, *, human: bool = True) -> CapReached | None:
    return rules.cap_reached(spec, one, human=human, now=NOON)


def test_a_cap_of_a_day_ends_at_midnight() -> None:
    spec = AssignmentSpec(per_day=Caps(judgments=100, minutes=240))
    midnight = CapReached("day", NOON + 12 * 3600)
    assert reached(spec, standing(today=99, minutes=239.9)) is None
    assert reached(spec, standing(today=100)) == midnight
    assert reached(spec, standing(minutes=240)) == midnight
    assert reached(spec, standing(today=100), human=False) is None
    assert (rules.day_of(NOON), rules.day_of(NOON + 12 * 3600)) == ("2026-11-24", "2026-11-25")


def test_a_cap_of_a_session_ends_with_a_break() -> None:
    spec = AssignmentSpec(per_session=Caps(judgments=10))
    session = Session(NOON - 3600, NOON - 60, 10, 0)
    assert reached(spec, standing(session=session)) == CapReached("session", NOON - 60 + 1800)
    assert reached(spec, standing(session=None)) is None
    assert rules.same_session(NOON - 1799, NOON)
    assert not rules.same_session(NOON - 1800, NOON)


def test_what_the_caps_leave() -> None:
    spec = AssignmentSpec(per_day=Caps(judgments=100), per_session=Caps(judgments=10))
    session = Session(NOON - 3600, NOON - 60, 7, 0)
    assert rules.left(spec, standing(today=20, session=session), human=True) == 3
    assert rules.left(spec, standing(today=99), human=True) == 1
    assert rules.left(spec, standing(today=99), human=False) is None
    assert rules.left(AssignmentSpec(), standing(today=99), human=True) is None


def test_active_time_is_at_most_what_passed() -> None:
    assert rules.active_ms(5_000, offered_at=NOON - 10, now=NOON) == 5_000
    assert rules.active_ms(50_000_000, offered_at=NOON - 10, now=NOON) == 10_000
    assert rules.active_ms(None, offered_at=NOON, now=NOON) == 0
