"""Alpha for levels and for several things in an item, against the reference package."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from loopwright.stats.agreement import alpha_of
from loopwright.stats.grouped_agreement import Measure, grouped_alpha

WORKED = [  # Krippendorff (2011), section E: 4 observers, 12 units; ordinal alpha 0.815
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]
tables = st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=2, max_size=12).map(
    lambda rows: np.array(rows, dtype=float)
)


def counts_of(rows: list[str]) -> NDArray[np.float64]:
    table = np.zeros((12, 5))
    for row in rows:
        for unit, value in enumerate(row.split()):
            if value != ".":
                table[unit, int(value) - 1] += 1
    return table


def alpha(
    table: NDArray[np.float64], measure: Measure, items: NDArray[np.int64] | None = None
) -> float | None:
    given_items = np.arange(len(table)) if items is None else items
    found = grouped_alpha(
        table, given_items, measure=measure, generator=np.random.default_rng(1), replicates=20
    )
    return found.value


def test_the_published_worked_example() -> None:
    table = counts_of(WORKED)
    assert alpha(table, Measure.ORDINAL) == pytest.approx(0.815, abs=5e-4)
    assert alpha(table, Measure.NOMINAL) == pytest.approx(0.743, abs=5e-4)


@given(table=tables)
@settings(max_examples=60, deadline=None)
def test_equals_the_reference_package(table: NDArray[np.float64]) -> None:
    for measure in Measure:
        value = alpha(table, measure)
        if value is None:
            continue
        reference = krippendorff.alpha(value_counts=table, level_of_measurement=measure.value)
        assert value == pytest.approx(reference, abs=1e-9)


@given(table=tables, item=st.lists(st.integers(0, 4), min_size=12, max_size=12))
@settings(max_examples=60, deadline=None)
def test_grouping_changes_the_interval_only(table: NDArray[np.float64], item: list[int]) -> None:
    items = np.array(item[: len(table)])
    value = alpha(table, Measure.NOMINAL, items)
    if value is not None:
        assert value == pytest.approx(alpha_of(table), abs=1e-9)


@given(table=tables)
@settings(max_examples=60, deadline=None)
def test_turning_the_scale_round_changes_nothing(table: NDArray[np.float64]) -> None:
    one, two = alpha(table, Measure.ORDINAL), alpha(table[:, ::-1], Measure.ORDINAL)
    assert (one is None) == (two is None)
    if one is not None:
        assert one == pytest.approx(two, abs=1e-9)


def test_near_misses_count_less_on_a_scale() -> None:
    near = np.array([[2, 0, 0], [1, 1, 0], [0, 0, 2], [0, 1, 1]], dtype=float)
    far = np.array([[2, 0, 0], [1, 0, 1], [0, 0, 2], [1, 0, 1]], dtype=float)
    ordinal = [alpha(table, Measure.ORDINAL) for table in (near, far)]
    assert ordinal[0] is not None
    assert ordinal[1] is not None
    assert ordinal[0] > ordinal[1]


def test_things_of_one_item_are_drawn_together() -> None:
    """Ten copies of each item's judgments say nothing new: the interval stays as wide."""
    rng = np.random.default_rng(7)
    plain = rng.multinomial(3, [0.5, 0.3, 0.2], size=60).astype(float)
    copied = np.repeat(plain, 10, axis=0)

    def width(table: NDArray[np.float64], items: NDArray[np.int64]) -> float:
        found = grouped_alpha(
            table, items, measure=Measure.ORDINAL, generator=np.random.default_rng(3)
        )
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    honest = width(plain, np.arange(60))
    assert width(copied, np.repeat(np.arange(60), 10)) == pytest.approx(honest, rel=0.15)
    assert width(copied, np.arange(600)) < honest / 2


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.zeros((0, 3)), "needs 2 more items"),
        (np.array([[1.0, 0, 0], [0, 1, 0]]), "needs 2 more items"),
        (np.array([[2.0, 0, 0], [0, 1, 0]]), "needs 1 more item with"),
        (np.array([[2.0, 0, 0], [2, 0, 0]]), "every judgment so far is the same answer"),
    ],
)
def test_what_is_unknown_says_why(table: NDArray[np.float64], reason: str) -> None:
    found = grouped_alpha(
        table,
        np.arange(len(table)),
        measure=Measure.ORDINAL,
        generator=np.random.default_rng(0),
    )
    assert found.value is None
    assert reason in (found.reason or "")
