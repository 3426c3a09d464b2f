"""Consensus in real time: one thread follows the judgments and writes what changed."""

import threading
import time
from collections import Counter

import structlog
from sqlalchemy import Connection

from loopwright.base.clock import system_now
from loopwright.base.ids import new_id
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.quality import store
from loopwright.quality.book import ConsensusBook
from loopwright.quality.exit_keeper import ExitKeeper
from loopwright.quality.gaps import SequenceGaps
from loopwright.quality.model import Consensus, ItemVote
from loopwright.stats.estimate import Estimate

_log = structlog.get_logger("quality.live")

PERIOD_SECONDS = 0.3
LEASE_SECONDS = 20.0
SLACK_SECONDS = 60.0
"""How late a commit may show: older gaps in the sequence are numbers that were never used."""
REFIT_EVERY = 2000
"""New judgments after which the whole is fitted again; at least a quarter of what is there."""
WRITTEN_AT_ONCE = 300
"""Rows in one transaction: annotators' answers go in between."""
RATE_SECONDS = 1.0
RATE_SHARE = 20.0
"""Reliabilities look at every judgment: computing them takes at most this part of the time."""
RETRY_SECONDS = 3.0


class ConsensusKeeper:
    """Follows new judgments of every project; of several servers one holds the lease and writes."""

    def __init__(self, home: Home, *, period: float = PERIOD_SECONDS) -> None:
        self._home = home
        self._period = period
        self._holder = new_id("kpr")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._book: ConsensusBook | None = None
        self._gaps = SequenceGaps(0)
        self._undone_at = 0.0
        self._held_until = 0.0
        self._since_refit = 0
        self._news = 0
        """Votes that came or were taken back in this round: each changes one item."""
        self._unrated: set[str] = set()
        self._rate_at = 0.0
        self._exits = ExitKeeper(home)

    def start(self) -> None:
        """Begin following; returns at once."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="consensus-keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the round under way and give the lease back."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._held_until > 0.0:
            self._home.db.write(lambda tx: store.release_lease(tx, holder=self._holder))
            self._held_until = 0.0

    def step(self) -> int:
        """Follow once; return how many items were written."""
        now = system_now()
        if not self._hold(now):
            self._book = None  # another server writes; what is here will be out of date
            return 0
        if self._book is None:
            self._rebuild(now)
        else:
            self._follow(now)
        written = self._write(now)
        if self._book is not None:
            self._exits.step(self._book, now=now)
        return written

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = self._period
            try:
                self.step()
            except Exception:
                # The database may be away for a while; the facts are there when it is back.
                _log.exception("consensus round failed")
                self._book, pause = None, RETRY_SECONDS
            self._stop.wait(pause)

    def _hold(self, now: float) -> bool:
        if now < self._held_until - LEASE_SECONDS / 2:
            return True
        held = self._home.db.write(
            lambda tx: store.hold_lease(tx, holder=self._holder, now=now, seconds=LEASE_SECONDS)
        )
        self._held_until = now + LEASE_SECONDS if held else 0.0
        return held

    def _rebuild(self, now: float) -> None:
        votes, self._undone_at = self._home.db.read(
            lambda tx: (store.votes(tx), store.last_superseded(tx))
        )
        book = ConsensusBook()
        book.load(votes)
        self._gaps = SequenceGaps(0)
        # What was committed long ago leaves no gap worth watching, only the newest numbers do.
        self._gaps.start([vote.seq for vote in votes], now=now)
        self._book, self._since_refit, self._news = book, 0, 0

    def _follow(self, now: float) -> None:
        if self._book is None:
            return
        waiting = self._gaps.waiting(now=now, seconds=SLACK_SECONDS)
        since = self._undone_at - SLACK_SECONDS

        def look(tx: Connection) -> tuple[list[tuple[int, float]], list[ItemVote]]:
            found = store.votes_after(tx, self._gaps.last, also=waiting)
            return store.superseded_since(tx, since), found

        undone, votes = self._home.db.read(look)
        for seq, at in undone:
            self._book.withdraw(seq)
            self._undone_at = max(self._undone_at, at)
        for vote in votes:
            self._book.add(vote)
        self._gaps.seen([vote.seq for vote in votes], now=now)
        self._since_refit += len(votes)
        self._news = len(votes) + len(undone)
        if self._since_refit >= max(REFIT_EVERY, len(self._book) // 4):
            self._book.refit()
            self._since_refit = 0

    def _rate(self, book: ConsensusBook, now: float) -> dict[str, dict[str, Estimate]]:
        """Return the reliabilities that are due, by project."""
        if not self._unrated or now < self._rate_at:
            return {}
        began = time.perf_counter()
        found = {project: book.reliabilities(project) for project in sorted(self._unrated)}
        self._unrated.clear()
        self._rate_at = now + max(RATE_SECONDS, RATE_SHARE * (time.perf_counter() - began))
        return found

    def _write(self, now: float) -> int:
        if self._book is None:
            return 0
        changed, empty = self._book.changes(now=now)
        self._unrated.update(row.project_id for row in changed)
        reliabilities = self._rate(self._book, now)
        if not changed and not empty and not reliabilities:
            return 0

        def finish(tx: Connection) -> None:
            store.hold_writing(tx)
            store.drop_consensus(tx, empty)
            for project, found in reliabilities.items():
                store.put_reliabilities(tx, project, found)
            for project, items in sorted(Counter(row.project_id for row in fresh).items()):
                events.emit(
                    tx,
                    kind="quality.consensus",
                    project_id=project,
                    subject_id=None,
                    payload={"items": items},
                    now=now,
                )

        try:
            fresh = changed
            if len(changed) > self._news:  # a refit touches everything and changes little
                # No other keeper writes these rows while the lease is held.
                fresh = self._home.db.read(lambda tx: _fresh(tx, changed))
            for start in range(0, len(fresh), WRITTEN_AT_ONCE):
                part = fresh[start : start + WRITTEN_AT_ONCE]
                self._home.db.write(lambda tx, part=part: _put(tx, part))  # type: ignore[misc]
            self._home.db.write(finish)
            self._exits.note(changed, empty)
            return len(fresh) + len(empty)
        except Exception:
            self._book = None  # what was not written would otherwise be forgotten
            raise


def _put(tx: Connection, rows: list[Consensus]) -> None:
    store.hold_writing(tx)
    store.put_consensus(tx, rows)


def _fresh(tx: Connection, rows: list[Consensus]) -> list[Consensus]:
    """Leave out what is stored just so: a rebuild touches only what differs."""
    known = store.consensus_of(tx, [row.item_id for row in rows])
    return [row for row in rows if (old := known.get(row.item_id)) is None or not row.says_as(old)]
