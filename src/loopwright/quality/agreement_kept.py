"""Agreement while the judgments come in: the votes are kept by columns, new ones are added.

What is kept belongs to one process and can be read again at any time. A judgment that was taken
back makes the whole be read again, a new one only itself. A figure that took long to compute is
shown for a while longer than it is true, as the report is.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from loopwright.base.clock import system_now
from loopwright.quality import store, store_agreement
from loopwright.quality.gaps import SequenceGaps
from loopwright.quality.said import SaidBook

T = TypeVar("T")
_KEPT_PROJECTS = 8
_KEPT_ANSWERS = 64
_SLACK_SECONDS = 60.0
"""How late a commit may show (quality.live has the same)."""
_COSTLY_SECONDS = 0.25
_REST = 10.0
"""What takes longer than `_COSTLY_SECONDS` is kept this many times as long."""


@dataclass
class _Kept:
    """One project's votes, and what was computed from them."""

    lock: Lock = field(default_factory=Lock)
    book: SaidBook | None = None
    gaps: SequenceGaps = field(default_factory=lambda: SequenceGaps(0))
    undone_at: float = 0.0
    version: int = 0
    rest_until: float = 0.0
    found: OrderedDict[Hashable, tuple[int, float, Any]] = field(default_factory=OrderedDict)
    """What was asked -> (version, shown until, answer)."""


_lock = Lock()
_kept: WeakKeyDictionary[Engine, OrderedDict[str, _Kept]] = WeakKeyDictionary()


def computed(tx: Connection, project_id: str, key: Hashable, compute: Callable[[SaidBook], T]) -> T:
    """Return what `compute` makes of the project's votes, kept under `key` while they are so.

    `key` names all that the answer depends on beside the votes.
    """
    mine = _of(tx.engine, project_id)
    if mine.lock.locked() and (last := mine.found.get(key)) is not None:
        # Somebody computes, perhaps for seconds: what was true before is shown meanwhile.
        before: T = last[2]
        return before
    with mine.lock:
        book = _followed(tx, project_id, mine)
        known = mine.found.get(key)
        if known is not None and (known[0] == mine.version or perf_counter() < known[1]):
            answer: T = known[2]
            return answer
        began = perf_counter()
        answer = compute(book)
        mine.found[key] = (mine.version, _rest(began), answer)
        mine.found.move_to_end(key)
        while len(mine.found) > _KEPT_ANSWERS:
            mine.found.popitem(last=False)
        return answer


def _of(engine: Engine, project_id: str) -> _Kept:
    with _lock:
        projects = _kept.setdefault(engine, OrderedDict())
        found = projects.setdefault(project_id, _Kept())
        projects.move_to_end(project_id)
        while len(projects) > _KEPT_PROJECTS:
            projects.popitem(last=False)
        return found


def _followed(tx: Connection, project_id: str, mine: _Kept) -> SaidBook:
    """Return the votes as they stand; only what is new is read."""
    if mine.book is not None and perf_counter() < mine.rest_until:
        return mine.book
    newest, undone_at = store.mark(tx, project_id)
    began, now = perf_counter(), system_now()
    if mine.book is None or undone_at != mine.undone_at:
        rows = store_agreement.judged(tx, project_id)
        mine.book, mine.gaps = SaidBook(), SequenceGaps(0)
        mine.gaps.start([row.seq for row in rows], now=now)
        mine.undone_at = undone_at
        mine.rest_until = _rest(began)
    else:
        waiting = mine.gaps.waiting(now=now, seconds=_SLACK_SECONDS)
        if newest <= mine.gaps.last and not waiting:
            return mine.book
        rows = store_agreement.judged(tx, project_id, after=mine.gaps.last, also=waiting)
        mine.gaps.seen([row.seq for row in rows], now=now)
        if not rows:
            return mine.book
    mine.book.add(rows)
    mine.version += 1
    return mine.book


def _rest(began: float) -> float:
    ended = perf_counter()
    cost = ended - began
    return ended + _REST * cost if cost > _COSTLY_SECONDS else ended
