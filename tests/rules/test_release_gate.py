"""The gate's verdict table: what ships, what is refused, what is held and why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.release.gate_rules import decide_gate
from loopwright.release.model import Decision, GateEvidence, GateLimits
from loopwright.stats.estimate import Estimate

GATES = GateLimits(
    contrast_accuracy_low=0.6,
    on_policy_accuracy_low=0.5,
    max_length_ratio=1.5,
    max_canned_share=0.2,
)


def figure(value: float, low: float, high: float, n: int = 80) -> Estimate:
    return Estimate(value, low, high, n, "test")


UNKNOWN = Estimate(None, None, None, 0, "test", reason="needs 14 more judgments")
GOOD = GateEvidence(
    win_rate=figure(0.64, 0.55, 0.73),
    raters=12,
    judgments=90,
    accuracies={
        "old": figure(0.75, 0.7, 0.8),
        "on_policy": figure(0.66, 0.57, 0.74),
        "contrast": figure(0.8, 0.7, 0.88),
    },
    length_ratio=figure(1.1, 1.0, 1.2),
    canned_share={"candidate": figure(0.05, 0.02, 0.1), "stable": figure(0.9, 0.8, 1.0)},
)
BAD_CONTRAST = {**GOOD.accuracies, "contrast": figure(0.3, 0.2, 0.42)}


def test_all_passed_ships() -> None:
    verdict = decide_gate(GOOD, GATES)
    assert verdict.decision is Decision.SHIP
    assert verdict.reasons[0] == (
        "Annotators prefer the candidate: win rate 0.64 (0.55 to 0.73) from 90 judgments by "
        "12 annotators, above 0.50."
    )


@pytest.mark.parametrize(
    ("evidence", "decision", "said"),
    [
        (
            replace(GOOD, raters=7),
            Decision.HOLD,
            "needs 3 more annotators: there are 90 judgments by 7 annotators",
        ),
        (
            replace(GOOD, raters=9, judgments=59),
            Decision.HOLD,
            "needs 1 more annotator and 1 more judgment:",
        ),
        (replace(GOOD, win_rate=UNKNOWN), Decision.HOLD, "not known: needs 14 more judgments"),
        (replace(GOOD, win_rate=figure(0.56, 0.48, 0.64)), Decision.HOLD, "not clear yet"),
        (replace(GOOD, win_rate=figure(0.3, 0.2, 0.4)), Decision.REFUSE, "prefer the current"),
        (replace(GOOD, accuracies=BAD_CONTRAST), Decision.REFUSE, "contrast pairs is 0.30"),
        (
            replace(GOOD, accuracies={**GOOD.accuracies, "contrast": figure(0.65, 0.5, 0.8)}),
            Decision.HOLD,
            "contrast pairs is not clear yet",
        ),
        (replace(GOOD, accuracies={}), Decision.HOLD, "it was not measured"),
        (replace(GOOD, length_ratio=figure(1.6, 1.4, 1.8)), Decision.REFUSE, "hard limit of 1.50"),
        (replace(GOOD, length_ratio=None), Decision.HOLD, "not known"),
        (
            replace(GOOD, canned_share={"candidate": figure(0.4, 0.3, 0.5)}),
            Decision.REFUSE,
            "Share of canned answers (candidate) is 0.40",
        ),
        (replace(GOOD, canned_share={}), Decision.HOLD, "Share of canned answers"),
    ],
)
def test_verdicts(evidence: GateEvidence, decision: Decision, said: str) -> None:
    verdict = decide_gate(evidence, GATES)
    assert verdict.decision is decision
    assert said in verdict.reasons[0]


def test_what_is_not_demanded_is_not_checked() -> None:
    bare = replace(GOOD, accuracies={}, length_ratio=None, canned_share={})
    assert decide_gate(bare, GateLimits()).decision is Decision.SHIP


def test_failure_comes_before_what_is_missing() -> None:
    verdict = decide_gate(replace(GOOD, raters=2, accuracies=BAD_CONTRAST), GATES)
    assert verdict.decision is Decision.REFUSE
    assert "contrast" in verdict.reasons[0]
    assert "annotators" in verdict.reasons[1]


shares = st.floats(0.0, 1.0)


@given(low=shares, value=shares, high=shares, raters=st.integers(0, 99), votes=st.integers(0, 999))
def test_no_win_rate_buys_a_hard_limit_back(
    low: float, value: float, high: float, raters: int, votes: int
) -> None:
    low, value, high = sorted((low, value, high))
    evidence = replace(
        GOOD,
        win_rate=figure(value, low, high),
        raters=raters,
        judgments=votes,
        length_ratio=figure(3.0, 2.9, 3.1),
    )
    assert decide_gate(evidence, GATES).decision is Decision.REFUSE


@given(low=shares, value=shares, high=shares, raters=st.integers(0, 30))
def test_nothing_ships_without_raters_and_a_clear_win(
    low: float, value: float, high: float, raters: int
) -> None:
    low, value, high = sorted((low, value, high))
    evidence = replace(GOOD, win_rate=figure(value, low, high), raters=raters)
    shipped = decide_gate(evidence, GATES).decision is Decision.SHIP
    assert shipped == (low > 0.5 and raters >= 10)
