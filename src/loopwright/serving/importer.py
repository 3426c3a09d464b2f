"""Finished spool segments become facts; the candidate's shadow answers become blind items."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from loopwright.base.clock import system_now
from loopwright.base.errors import NotFound
from loopwright.base.types import Json
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.serving import shadow_items, store
from loopwright.serving.capture import finished_segments, read_segment
from loopwright.serving.feedback_traces import settle_feedback

log = logging.getLogger("loopwright.capture")

COLUMNS = (
    "id",
    "project_id",
    "subject_hash",
    "assigned",
    "served",
    "arm",
    "analysed",
    "release_id",
    "shadow_of",
    "stream",
    "outcome",
    "failure",
    "error",
    "latency_ms",
    "first_ms",
    "messages",
    "completion",
    "mask_counts",
    "at",
)


@dataclass(frozen=True)
class SpoolImport:
    """What one pass over the spool brought."""

    segments: int = 0
    requests: int = 0
    items: int = 0
    torn: int = 0
    lost: int = 0


def import_spool(home: Home, *, now: float) -> SpoolImport:
    """Import every finished segment, each in one transaction, and remove it afterwards.

    Idempotent by request id: a segment that was imported but not removed adds nothing.
    """
    total = SpoolImport()
    for path in finished_segments(home.folder("spool")):
        found = _import_segment(home, path, now=now)
        path.unlink(missing_ok=True)
        total = SpoolImport(
            segments=total.segments + 1,
            requests=total.requests + found.requests,
            items=total.items + found.items,
            torn=total.torn + found.torn,
            lost=total.lost + found.lost,
        )
    return total


class Importer:
    """The thread of the server that keeps the spool empty, and settles feedback about it."""

    def __init__(self, home: Home, *, seconds: float = 0.5) -> None:
        self._home = home
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool-importer", daemon=True)

    def start(self) -> None:
        """Start importing."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the pass under way and end."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                import_spool(self._home, now=system_now())
                settle_feedback(self._home, now=system_now())
            except Exception:
                # The segments wait on disk; the next pass tries again.
                log.exception("the spool could not be imported")


def _import_segment(home: Home, path: Path, *, now: float) -> SpoolImport:
    records, torn = read_segment(path)
    requests = [_row(record) for record in records if record.get("kind") == "request"]
    gaps = [
        {"id": f"{path.stem}:{number}", "at": record["at"], "lost": record["dropped"]}
        for number, record in enumerate(records)
        if record.get("kind") == "gap"
    ]
    if torn:
        # A line that was never whole: its request was answered but is not known.
        at = records[-1]["at"] if records else now
        gaps.append({"id": f"{path.stem}:torn", "at": at, "lost": torn})

    def store_all(tx: Connection) -> SpoolImport:
        added = store.add_requests(tx, requests)
        store.add_gaps(tx, gaps)
        items = _items_of(tx, requests, now=now) if added else 0
        _announce(tx, requests, now=now)
        return SpoolImport(
            requests=added, items=items, torn=torn, lost=sum(gap["lost"] for gap in gaps)
        )

    return home.db.write(store_all)


def _row(record: Json) -> Json:
    row = {name: record.get(name) for name in COLUMNS}
    row["shadow"] = record.get("shadow_of") is not None
    row["length"] = len(record["completion"])
    return row


def _items_of(tx: Connection, requests: Sequence[Json], *, now: float) -> int:
    """Pair what arrived: either half may come first, in another segment."""
    shadows = [row["id"] for row in requests if row["shadow"]]
    shadows += store.shadows_of(tx, [row["id"] for row in requests if not row["shadow"]])
    made = 0
    for project_id in sorted({row["project_id"] for row in requests}):
        pairs = [
            pair
            for pair in store.shadow_pairs(tx, sorted(set(shadows)))
            if pair[0].project_id == project_id
        ]
        try:
            made += shadow_items.make(tx, project_id=project_id, pairs=pairs, now=now)
        except NotFound:
            log.warning("captured traffic for project %s, which is not there", project_id)
    return made


def _announce(tx: Connection, requests: Sequence[Json], *, now: float) -> None:
    for project_id in sorted({row["project_id"] for row in requests}):
        count = sum(row["project_id"] == project_id for row in requests)
        events.emit(
            tx,
            kind="traffic.captured",
            project_id=project_id,
            subject_id=None,
            payload={"requests": count},
            now=now,
        )
