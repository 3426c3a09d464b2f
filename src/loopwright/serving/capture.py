"""What the gateway saw, masked and then appended to segments on local disk.

The response path only hands an exchange to a bounded queue. One thread masks, appends, and
makes a group of lines durable at once; it closes a segment by renaming it from `.part` to
`.jsonl`, and only such segments are read by the importer. What cannot be kept (queue full, disk
full) is counted, and the count itself is captured, so that gates hold on incomplete traffic.
"""

import fcntl
import os
import queue
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import orjson

from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.intake.masking import MaskScope, add_counts
from loopwright.serving.model import Exchange
from loopwright.serving.protocol import text_of

GROUP = 512
"""Most lines that become durable together."""
PART = ".part"
WHOLE = ".jsonl"


def masked_record(exchange: Exchange) -> Json:
    """Return the captured form of an exchange with every text masked in one scope."""
    record = exchange.as_json()
    scope = MaskScope()
    counts: Counter[str] = Counter()
    messages = []
    for message in exchange.messages:
        masked = scope.mask(text_of(message.get("content")))
        messages.append({"role": message["role"], "content": masked.text})
        add_counts(counts, masked.counts)
    completion = scope.mask(exchange.text)
    add_counts(counts, completion.counts)
    record["messages"] = messages
    record["completion"] = completion.text
    record["mask_counts"] = dict(counts)
    if exchange.error is not None:
        record["error"] = scope.mask(exchange.error[:500]).text
    return record


class Spool:
    """The writing end: bounded memory, grouped fsync, rotated segments, no loss unseen."""

    def __init__(
        self,
        folder: Path,
        *,
        waiting: int,
        segment_bytes: int,
        segment_seconds: float,
        spool_bytes: int,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._queue: queue.Queue[Exchange | None] = queue.Queue(waiting)
        self._segment_bytes = segment_bytes
        self._segment_seconds = segment_seconds
        self._spool_bytes = spool_bytes
        self._stream: BinaryIO | None = None
        self._path = folder
        self._opened_at = 0.0
        self._dropped = 0
        self._told = 0
        self.written = 0
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    @property
    def dropped(self) -> int:
        """Return how many exchanges could not be kept since the start."""
        return self._dropped

    def start(self) -> None:
        """Take up segments that a dead process left, and start writing."""
        for path in self._folder.glob(f"*{PART}"):
            _adopt(path)
        self._thread.start()

    def put(self, exchange: Exchange) -> None:
        """Hand an ended exchange over; never waits."""
        try:
            self._queue.put_nowait(exchange)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Write what is waiting and close the segment."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            group, ended = self._take()
            if group:
                self._write(group)
            self._rotate(force=ended)

    def _take(self) -> tuple[list[Exchange], bool]:
        group: list[Exchange] = []
        try:
            found = self._queue.get(timeout=self._segment_seconds / 4)
            while found is not None:
                group.append(found)
                if len(group) >= GROUP:
                    return group, False
                found = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _write(self, group: list[Exchange]) -> None:
        dropped = self._dropped
        records = [masked_record(exchange) for exchange in group]
        if dropped > self._told:
            # Which projects the lost ones belonged to is not known: it counts for all.
            records.append({"kind": "gap", "dropped": dropped - self._told, "at": group[-1].at})
        try:
            stream = self._open()
            stream.write(b"".join(orjson.dumps(record) + b"\n" for record in records))
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            self._abandon(len(group))
            return
        self._told = dropped
        self.written += len(group)

    def _open(self) -> BinaryIO:
        if self._stream is not None:
            return self._stream
        if _size_of(self._folder) > self._spool_bytes:
            raise OSError("the spool is full")
        self._path = self._folder / f"{new_id('seg')}{PART}"
        stream = self._path.open("ab", buffering=1024 * 1024)
        fcntl.flock(stream, fcntl.LOCK_EX)
        self._stream = stream
        self._opened_at = time.monotonic()
        return stream

    def _abandon(self, lost: int) -> None:
        # A torn tail is skipped by the reader; a new segment starts clean.
        self._dropped += lost
        stream, self._stream = self._stream, None
        if stream is None:
            return
        _close_quietly(stream)
        if self._path.exists():
            self._path.rename(self._path.with_suffix(WHOLE))

    def _rotate(self, *, force: bool) -> None:
        stream = self._stream
        if stream is None:
            return
        old = time.monotonic() - self._opened_at >= self._segment_seconds
        if not (force or old or stream.tell() >= self._segment_bytes):
            return
        self._stream = None
        self._path.rename(self._path.with_suffix(WHOLE))
        _close_quietly(stream)


def finished_segments(folder: Path) -> list[Path]:
    """Return the segments that may be read, oldest first."""
    return sorted(folder.glob(f"*{WHOLE}"))


def read_segment(path: Path) -> tuple[list[Json], int]:
    """Return the records of a segment and the number of lines that are torn."""
    records: list[Json] = []
    torn = 0
    for line in path.read_bytes().splitlines():
        try:
            records.append(orjson.loads(line))
        except ValueError:
            torn += 1
    return records, torn


def _adopt(path: Path) -> None:
    with path.open("ab") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        path.rename(path.with_suffix(WHOLE))


def _close_quietly(stream: BinaryIO) -> None:
    with suppress(OSError):
        stream.close()


def _size_of(folder: Path) -> int:
    total = 0
    for path in folder.iterdir():
        # The importer removes segments at any time.
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total
