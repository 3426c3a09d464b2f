"""Krippendorff's alpha against his own worked example, the reference package and invariants."""

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopwright.stats.agreement import AlphaCounts, alpha_estimate, alpha_of, count_table

WORKED = [  # Krippendorff (2011), section C: 4 observers, 12 units, nominal alpha 0.743
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]

votes = st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abcd")), min_size=2, max_size=80)


def counted(pairs: list[tuple[int, str]]) -> AlphaCounts:
    counts = AlphaCounts()
    for item, category in pairs:
        counts.add(item, category)
    return counts


def test_the_published_worked_example() -> None:
    counts = AlphaCounts()
    for row in WORKED:
        for unit, value in enumerate(row.split()):
            if value != ".":
                counts.add(unit, value)
    assert counts.value() == pytest.approx(0.743, abs=5e-4)


@given(votes)
@settings(max_examples=60, deadline=None)
def test_equals_the_reference_package(pairs: list[tuple[int, str]]) -> None:
    counts = counted(pairs)
    table = counts.table()
    value = counts.value()
    if value is None:
        return
    assert alpha_of(table) == pytest.approx(value, abs=1e-9)
    reference = krippendorff.alpha(value_counts=table, level_of_measurement="nominal")
    assert value == pytest.approx(reference, abs=1e-9)


@given(votes, st.randoms(use_true_random=False), st.permutations(list("abcd")))
@settings(max_examples=60, deadline=None)
def test_order_and_names_do_not_matter(
    pairs: list[tuple[int, str]], random: object, names: list[str]
) -> None:
    renamed = dict(zip("abcd", names, strict=True))
    shuffled = [(item + 7, renamed[category]) for item, category in pairs]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, two = counted(pairs).value(), counted(shuffled).value()
    assert (one is None) == (two is None)
    if one is not None:
        assert two == pytest.approx(one, abs=1e-9)


@given(votes, votes)
@settings(max_examples=40, deadline=None)
def test_taking_judgments_back_undoes_them(
    kept: list[tuple[int, str]], undone: list[tuple[int, str]]
) -> None:
    counts = counted(kept)
    for item, category in undone:
        counts.add(item, category)
    for item, category in undone:
        counts.remove(item, category)
    before, after = counted(kept).value(), counts.value()
    assert (before is None) == (after is None)
    if before is not None:
        assert after == pytest.approx(before, abs=1e-9)


def test_what_cannot_be_known_says_why() -> None:
    generator = np.random.default_rng(1)
    nothing = alpha_estimate(np.zeros((0, 0)), generator=generator)
    same = alpha_estimate(np.array([[2.0, 0], [3, 0]]), generator=generator)
    assert nothing.value is None
    assert "2 more items" in (nothing.reason or "")
    assert same.value is None
    assert "same answer" in (same.reason or "")


def test_the_interval_covers_the_long_run_value() -> None:
    generator = np.random.default_rng(11)

    def draw(items: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        truth = generator.integers(0, 3, items)
        right = generator.random((items, 4)) < 0.7
        answers = np.where(right, truth[:, None], generator.integers(0, 3, (items, 4)))
        return np.stack([(answers == label).sum(axis=1) for label in range(3)], axis=1) * 1.0

    target = alpha_of(draw(200_000))
    assert target is not None
    hits = 0
    for _ in range(300):
        found = alpha_estimate(draw(120), generator=generator, replicates=200)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= target <= found.high
    assert 0.90 <= hits / 300 <= 0.985


def test_missing_answers_are_not_a_category() -> None:
    table = count_table({"one": {"a": 2}, "two": {"b": 2}, "alone": {"a": 1}})
    assert alpha_of(table) == pytest.approx(1.0)
