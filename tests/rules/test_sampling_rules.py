"""Cursors, counters and places in the queue, without a database."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopwright.sampling import rules
from loopwright.sampling.model import Band, Branch, ItemProgress, ItemState, QueueCount
from loopwright.sampling.sequence import next_places

BRANCHES = [Branch(lane, band) for lane in ("", "de", "de,medical") for band in Band]
places = st.dictionaries(st.sampled_from(BRANCHES), st.integers(0, 2**60))


@given(before=places, taken=places)
def test_a_cursor_never_goes_back(before: dict[Branch, int], taken: dict[Branch, int]) -> None:
    after = rules.advanced(before, taken)
    assert set(after) == set(before) | set(taken)
    assert all(after[branch] >= seq for branch, seq in before.items())
    assert all(after[branch] >= seq for branch, seq in taken.items())


@given(turn=st.integers(0, 100), tags=st.sets(st.sampled_from(["de", "medical", "law"])))
def test_bands_rule_and_only_lanes_of_the_judge_are_searched(turn: int, tags: set[str]) -> None:
    order = rules.order_of(BRANCHES, tags=frozenset(tags), turn=turn)
    assert [branch.band for branch in order] == sorted(branch.band for branch in order)
    assert all(set(rules.tags_of(branch.lane)) <= tags for branch in order)
    assert {branch.lane for branch in order} == {
        lane for lane in ("", "de", "de,medical") if set(rules.tags_of(lane)) <= tags
    }


def test_each_lane_comes_first_in_its_turn() -> None:
    tags = frozenset({"de", "medical"})
    first = [rules.order_of(BRANCHES, tags=tags, turn=turn)[0].lane for turn in range(6)]
    assert first == ["de,medical", "de", ""] * 2


def test_a_search_has_passed_what_comes_before_its_last_find() -> None:
    order = BRANCHES[:4]
    assert list(rules.passed(order, last=order[2], full=True)) == order[:2]
    assert list(rules.passed(order, last=order[2], full=False)) == order
    assert list(rules.passed(order, last=None, full=False)) == order


def test_a_lane_is_the_sorted_set_of_tags() -> None:
    assert rules.lane_of(["medical", "de", "de"]) == "de,medical"
    assert rules.tags_of(rules.lane_of([])) == ()


def test_sweeps_are_spaced_and_survive_a_clock_set_back() -> None:
    assert not rules.may_sweep(100.0, 100.5)
    assert rules.may_sweep(100.0, 100.0 + rules.SWEEP_SECONDS)
    assert rules.may_sweep(100.0, 50.0)


def test_shards_are_stable_and_spread() -> None:
    shards = [rules.shard_of(f"per_{number}") for number in range(2000)]
    assert shards == [rules.shard_of(f"per_{number}") for number in range(2000)]
    assert set(shards) == set(range(rules.SHARDS))


def test_places_only_grow_whoever_asks() -> None:
    found: list[list[int]] = [[] for _ in range(4)]

    def ask(mine: list[int]) -> None:
        for count in (1, 1000, 3) * 20:
            mine.extend(next_places(count))

    threads = [threading.Thread(target=ask, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in found)
    everything = [place for mine in found for place in mine]
    assert len(set(everything)) == len(everything)


def test_nothing_remains_below_zero() -> None:
    assert QueueCount(wanted=3, done=1).remaining == 2
    assert QueueCount(wanted=3, done=4).remaining == 0


def item(*, wanted: int, done: int = 0, imported: int = 0) -> ItemState:
    """Return an item with the state that its judgments give it."""
    fresh = ItemState(
        "itm", "prj", "", Band.CORE, wanted, 0, ItemProgress.OPEN, 1.0, 0.0, None, imported
    )
    return rules.settled(replace(fresh, done=done), now=0.0)


@given(
    wanted=st.integers(1, 5),
    imported=st.integers(1, 5),
    own=st.integers(0, 5),
    held=st.integers(0, 5),
    overlap=st.integers(1, 6),
)
def test_a_raised_item_gets_what_it_lacks_besides_what_is_free_and_held(
    wanted: int, imported: int, own: int, held: int, overlap: int
) -> None:
    before = item(wanted=wanted, done=own + imported, imported=imported)
    free = max(0, wanted - before.done - held)
    after = rules.raised(before, overlap=max(wanted, overlap), band=Band.CORE)
    more = rules.slots_lacking(after, most=rules.more_wanted(before, after), taken=free + held)
    assert free + more == max(0, after.wanted - after.done - held)


@given(
    wanted=st.integers(1, 5),
    imported=st.integers(1, 5),
    own=st.integers(0, 5),
    held=st.integers(0, 5),
    given_back=st.integers(1, 3),
)
def test_what_is_given_back_is_wanted_only_as_far_as_it_lacks(
    wanted: int, imported: int, own: int, held: int, given_back: int
) -> None:
    """`held` are those who hold it still."""
    state = item(wanted=wanted, done=own + imported, imported=imported)
    free = max(0, wanted - state.done - held - given_back)
    back = rules.slots_lacking(state, most=given_back, taken=free + held)
    assert free + back == max(0, wanted - state.done - held)


@pytest.mark.parametrize("progress", list(ItemProgress))
def test_only_open_items_are_given_slots_and_without_imports_all_of_them(
    progress: ItemProgress,
) -> None:
    state = replace(item(wanted=3, done=1), state=progress)
    more = 2 if progress is ItemProgress.OPEN else 0
    assert rules.slots_lacking(state, most=2, taken=0) == more


def test_an_item_begins_with_what_imports_brought_before() -> None:
    begun = [
        rules.begun(item(wanted=2), item_id="itm", lane="de", imported=number) for number in (1, 3)
    ]
    assert [(one.done, one.imported, one.state.value) for one in begun] == [
        (1, 1, "open"),
        (3, 3, "closed"),
    ]
