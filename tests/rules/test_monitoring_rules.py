"""Idle, moving, stuck; and each judgment's way to its first decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.monitoring.model import Acted, Flow, FlowState
from loopwright.monitoring.rules import (
    alerts_of,
    latency_by_kind,
    latency_of,
    report_stage,
    set_aside_alert,
    spoken_time,
)

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("flow", "state", "detail"),
    [
        (Flow("training", 0, 0, "run"), FlowState.IDLE, "Nothing waits."),
        (Flow("training", 2, 1, "run"), FlowState.MOVING, "1 under way, 2 runs waiting."),
        (
            Flow("training", 1, 0, "run", oldest_at=NOW - 7200, moved_at=NOW - 7200),
            FlowState.STUCK,
            "1 run waiting; nothing has moved for 2.0 h.",
        ),
        (
            Flow("training", 1, 0, "run", oldest_at=NOW - 60, moved_at=NOW - 9000),
            FlowState.IDLE,
            "1 run waiting.",
        ),
        (
            Flow("labeling", 5, 0, "item", oldest_at=NOW - 7200, moved_at=None),
            FlowState.IDLE,
            "5 items waiting.",
        ),
        (
            Flow("release", 1, 1, "release", blocked="Held: needs 3 more annotators."),
            FlowState.STUCK,
            "Held: needs 3 more annotators.",
        ),
    ],
)
def test_stage_states(flow: Flow, state: FlowState, detail: str) -> None:
    found = report_stage(flow, now=NOW)
    assert (found.state, found.detail) == (state, detail)


def test_alert_names_a_remedy() -> None:
    stuck = report_stage(Flow("serving", 1, 0, "segment", oldest_at=NOW - 900), now=NOW)
    [alert] = alerts_of([stuck, report_stage(Flow("intake", 0, 0, "item"), now=NOW)], now=NOW)
    assert alert.stage == "serving"
    assert "loopwright gateway" in alert.remedy


def test_latency_counts_each_judgment_once_at_its_first_decision() -> None:
    acted = [
        Acted("jdg_1", 0.0, 10.0, "refused"),
        Acted("jdg_1", 0.0, 50.0, "released"),
        Acted("jdg_2", 20.0, 50.0, "released"),
    ]
    found = latency_of(acted)
    assert (found.median, found.maximum, found.n) == (20.0, 30.0, 2)
    kinds = latency_by_kind(acted)
    assert (kinds["refused"].n, kinds["released"].n) == (1, 2)
    assert kinds["released"].median == 40.0


def test_no_decision_is_unknown_and_not_zero() -> None:
    assert latency_of([]).as_dict() == {"median": None, "max": None, "n": 0}


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1e6), st.floats(0, 1e6))))
def test_latency_is_never_negative(rows: list[tuple[int, float, float]]) -> None:
    found = latency_of([Acted(str(i), a, b, "released") for i, a, b in rows])
    assert found.median is None or 0.0 <= found.median <= (found.maximum or 0.0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(40, "40 s"), (180, "3 min"), (9000, "2.5 h"), (400_000, "5 days")]
)
def test_spoken_time(seconds: float, words: str) -> None:
    assert spoken_time(seconds) == words


def test_items_set_aside_are_told_by_their_reason_with_a_way_out() -> None:
    both = set_aside_alert(skipped=2, nobody_left=1, now=5.0)
    assert both.sentence == (
        "3 items were set aside: 2 that too many people skipped and "
        "1 that somebody skipped and nobody else is left to judge."
    )
    one = set_aside_alert(skipped=0, nobody_left=1, now=5.0)
    assert one.sentence.startswith("1 item was set aside: 1 that somebody skipped")
    assert "open them again" in one.remedy
