"""Which items close, go on, or open again: early exit's decisions by themselves."""

from dataclasses import replace
from typing import Any

import pytest

from loopwright.projects.early_exit_spec import EarlyExitSpec
from loopwright.projects.spec import parse_project
from loopwright.quality.exit_model import Audit, ExitFact, ExitGate, ExitKind, GateState
from loopwright.quality.exit_rules import (
    Seen,
    decide,
    error_of,
    gate_state,
    rule_of,
    same_promise,
)
from loopwright.quality.model import Consensus
from loopwright.sampling.model import ItemProgress, ItemState
from loopwright.stats.estimate import unknown

SPEC = EarlyExitSpec(min=2, max=5, error=0.05, audit=0.1)
NOTHING = unknown("nothing yet", 0, "none")
GATE = ExitGate(
    project_id="p", question_id="q", state=GateState.RUNNING, reason=None, threshold=0.9,
    intercept=0.0, slope=1.0, calibrated_on=60, set_on=60, error=NOTHING, saved=NOTHING,
    audit_key="key", updated_at=1.0,
)  # fmt: skip


def item(done: int, *, wanted: int = 5, item_id: str = "i0", **more: Any) -> ItemState:
    progress = ItemProgress.OPEN if done < wanted else ItemProgress.CLOSED
    given = {"state": progress, **more}
    return ItemState(item_id, "p", "", 3, wanted, done, propensity=1.0, opened_at=1.0,
                     closed_at=None, **given)  # fmt: skip


def consensus(sure: float, n: int, answer: str = "first", *, split: bool = False) -> Consensus:
    other = "second" if answer == "first" else "first"
    spread = {answer: sure, other: 1.0 - sure}
    return Consensus("i0", "p", answer, sure, n, spread, {answer: n}, split, 1.0)


def fact(kind: ExitKind, *, votes: int, before: int = 5, after: int = 2) -> ExitFact:
    return ExitFact("i0", 1, "p", "q", kind, votes, before, after, "first", 0.95,
                    rule_of(SPEC, GATE), 1.0)  # fmt: skip


def seen(state: ItemState, found: Consensus | None, **more: Any) -> Seen:
    return Seen(
        **{"state": state, "held": 0, "consensus": found, "last": None, "planned": 5, **more}
    )


def test_a_sure_item_wants_no_more_than_is_there_or_being_made() -> None:
    step = decide(seen(item(2), consensus(0.95, 2)), SPEC, GATE)
    assert step is not None
    assert (step.kind, step.wanted) == (ExitKind.CLOSED, 2)
    held = decide(seen(item(2), consensus(0.95, 2), held=2), SPEC, GATE)
    assert held is not None
    assert held.wanted == 4


@pytest.mark.parametrize(
    ("what", "state", "found"),
    [
        ("one vote", item(1), consensus(0.99, 1)),
        ("not sure", item(2), consensus(0.89, 2)),
        ("split votes", item(2), consensus(0.95, 2, split=True)),
        ("judged since", item(3), consensus(0.95, 2)),
        ("no votes at all", item(0), None),
        ("set aside", item(2, state=ItemProgress.STUCK), consensus(0.95, 2)),
        ("nothing left to save", item(5), consensus(0.95, 5)),
        ("an answer of several parts", item(2), replace(consensus(0.95, 2), posterior={})),
    ],
)
def test_what_stays_as_it_is(what: str, state: ItemState, found: Consensus | None) -> None:
    assert decide(seen(state, found), SPEC, GATE) is None, what


def test_a_gate_that_does_not_run_closes_nothing() -> None:
    for state in (GateState.WAITING, GateState.PAUSED):
        assert decide(seen(item(2), consensus(0.99, 2)), SPEC, replace(GATE, state=state)) is None


def test_some_go_on_by_lot_and_stay_so() -> None:
    ids = [f"i{number}" for number in range(400)]
    steps = [decide(seen(item(2, item_id=one), consensus(0.95, 2)), SPEC, GATE) for one in ids]
    audits = [step for step in steps if step is not None and step.kind is ExitKind.AUDIT]
    assert 20 < len(audits) < 60
    assert {step.wanted for step in audits} == {5}
    last = fact(ExitKind.AUDIT, votes=2, after=5)
    assert decide(seen(item(3), consensus(0.99, 3), last=last), SPEC, GATE) is None
    other = replace(GATE, audit_key="another")
    assert steps != [
        decide(seen(item(2, item_id=one), consensus(0.95, 2)), SPEC, other) for one in ids
    ]


@pytest.mark.parametrize(
    ("found", "done", "opens"),
    [
        (None, 0, True),  # everything was undone
        (consensus(0.97, 1), 1, True),  # fewer votes than every item gets
        (consensus(0.95, 2, "second"), 2, True),  # another answer
        (consensus(0.7, 2), 2, True),
        (consensus(0.85, 2), 2, False),  # a little less sure, as estimates tremble
    ],
)
def test_a_closed_item_opens_when_what_closed_it_is_gone(
    found: Consensus | None, done: int, opens: bool
) -> None:
    last = fact(ExitKind.CLOSED, votes=2)
    step = decide(seen(item(done, wanted=2), found, last=last), SPEC, GATE)
    assert (step is not None) == opens
    if step is not None:
        assert (step.kind, step.wanted) == (ExitKind.REOPENED, 5)


def test_who_asked_for_more_votes_gets_them() -> None:
    last = fact(ExitKind.CLOSED, votes=2)
    assert decide(seen(item(2, wanted=4), consensus(0.99, 2), last=last), SPEC, GATE) is None


def test_a_slot_that_was_given_back_is_taken_out_again() -> None:
    last = fact(ExitKind.CLOSED, votes=2, after=3)  # somebody held it, and let it go
    step = decide(seen(item(2, wanted=3), consensus(0.95, 2), last=last), SPEC, GATE)
    assert step is not None
    assert (step.kind, step.wanted) == (ExitKind.CLOSED, 2)


def test_an_item_that_opened_again_closes_only_on_new_votes() -> None:
    last = fact(ExitKind.REOPENED, votes=2, before=2, after=5)
    assert decide(seen(item(2), consensus(0.95, 2), last=last), SPEC, GATE) is None
    step = decide(seen(item(3), consensus(0.95, 3), last=last), SPEC, GATE)
    assert step is not None
    assert step.kind is ExitKind.CLOSED


def audits(*, wrong: int, right: int, waiting: int = 0) -> list[Audit]:
    known = fact(ExitKind.AUDIT, votes=2, after=5)
    outcomes = [True] * wrong + [False] * right + [None] * waiting
    return [Audit(known, 5, one) for one in outcomes]


def test_audits_bound_the_error_and_pause_a_gate_that_breaks_its_promise() -> None:
    assert gate_state(audits(wrong=1, right=19), SPEC) == (False, None)
    broken, why = gate_state(audits(wrong=8, right=32), SPEC)
    assert broken
    assert why is not None
    assert "of 40 audited items 8" in why
    assert "5.0%" in why
    few = error_of(audits(wrong=0, right=0, waiting=3))
    assert (few.value, few.n) == (None, 0)
    many = error_of(audits(wrong=1, right=199))
    assert many.value == pytest.approx(0.005)
    assert many.high is not None
    assert 0.005 < many.high < 0.06


def test_other_settings_are_another_promise() -> None:
    assert same_promise(rule_of(SPEC, GATE), SPEC)
    assert not same_promise(rule_of(SPEC, GATE), EarlyExitSpec(min=3))


def test_the_project_file_says_what_is_wrong_with_it() -> None:
    text = """
id: p
name: P
questions: [{id: q, kind: pairwise, text: "?"}]
guideline: {text: Be kind.}
costs: {judgment: 0.12, currency: EUR}
early_exit: {min: 2, max: 6, error: 0.03, audit: 0.2}
"""
    spec = parse_project(text)
    assert spec.early_exit == EarlyExitSpec(min=2, max=6, error=0.03, audit=0.2)
    assert parse_project(text.partition("costs")[0]).early_exit is None
    with pytest.raises(Exception, match="min is 7 and max is 6"):
        parse_project(text.replace("min: 2", "min: 7"))
