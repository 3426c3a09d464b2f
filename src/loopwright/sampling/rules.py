"""Pure decisions of the queue."""

from collections.abc import Mapping
from zlib import crc32

from loopwright.sampling.model import Band

SHARDS = 64
BULK_SHARD = -1
"""Counts of bulk openings, apart from those that annotators add to."""
SWEEP_SECONDS = 1.0
"""An entry passed over (locked, or committed late) waits at most this long for a sweep."""


def shard_of(judge_id: str) -> int:
    """Return the counter row that a judge adds to."""
    return crc32(judge_id.encode()) % SHARDS


def may_sweep(swept_at: float, now: float) -> bool:
    """Return whether to search the entries before the cursor again."""
    return now - swept_at >= SWEEP_SECONDS or now < swept_at


def advanced(positions: Mapping[int, int], taken: Mapping[int, int]) -> dict[int, int]:
    """Return the positions after taking entries; a cursor never goes back."""
    return {
        band.value: max(positions.get(band, 0), taken.get(band, 0))
        for band in Band
        if band in positions or band in taken
    }
