"""Cursors, counters and places in the queue, without a database."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from loopwright.sampling import rules
from loopwright.sampling.model import Band, QueueCount
from loopwright.sampling.sequence import next_places

places = st.dictionaries(st.sampled_from([band.value for band in Band]), st.integers(0, 2**60))


@given(before=places, taken=places)
def test_a_cursor_never_goes_back(before: dict[int, int], taken: dict[int, int]) -> None:
    after = rules.advanced(before, taken)
    assert set(after) == set(before) | set(taken)
    assert all(after[band] >= seq for band, seq in before.items())
    assert all(after[band] >= seq for band, seq in taken.items())


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
