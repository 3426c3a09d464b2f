"""One thread follows consensus and opens discussions where people disagree."""

import threading

import structlog
from sqlalchemy import Connection

from loopwright.base.clock import system_now
from loopwright.discussion import rules, service, store
from loopwright.infra.home import Home
from loopwright.labeling.rules import UNDO_SECONDS
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec

_log = structlog.get_logger("discussion.watcher")

PERIOD_SECONDS = 5.0
SLACK_SECONDS = 60.0
"""How late a commit may show."""
WHOLE_EVERY_SECONDS = 900.0
"""An item may also close without a vote, when fewer are wanted: then all are looked at again."""
_AT_ONCE = 100


def open_disagreements(
    tx: Connection, spec: ProjectSpec, *, since: float, now: float
) -> tuple[int, bool]:
    """Open a thread on each item of a project where the rule wants one.

    Return how many were opened, and whether that were all that changed after `since` (seconds
    since 1970). Idempotent: an item that was discussed before is left alone.
    """
    room = rules.room(spec.discussion, store.count_opened(tx, spec.id))
    most = min(room, _AT_ONCE)
    found = store.disputed(tx, spec.id, since=since, until=now - UNDO_SECONDS, limit=most)
    wanted = [one for one in found if rules.wants_thread(one, now=now)]
    opened = [service.open_for_disagreement(tx, one, now=now) for one in wanted]
    return len([one for one in opened if one is not None]), len(found) < most


class DisagreementWatcher:
    """Runs the rule now and then; several servers may, since a thread is opened only once."""

    def __init__(self, home: Home, *, period: float = PERIOD_SECONDS) -> None:
        self._home = home
        self._period = period
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._since: dict[str, float] = {}
        self._whole_at = 0.0

    def start(self) -> None:
        """Begin; returns at once."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="disagreements", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the round under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def step(self, *, now: float) -> int:
        """Look once at every project; return how many threads were opened."""
        if now >= self._whole_at:
            self._whole_at = now + WHOLE_EVERY_SECONDS
            self._since.clear()
        specs = [one.spec for one in self._home.db.read(projects.list_projects)]
        return sum(self._look(spec, now) for spec in specs if spec.discussion.on_disagreement)

    def _look(self, spec: ProjectSpec, now: float) -> int:
        since = self._since.get(spec.id, 0.0)
        until = now - UNDO_SECONDS
        if not self._home.db.read(
            lambda tx: store.disputed(tx, spec.id, since=since, until=until, limit=1)
        ):
            opened, whole = 0, True  # as in most rounds: then nobody waits for a write
        else:
            opened, whole = self._home.db.write(
                lambda tx: open_disagreements(tx, spec, since=since, now=now)
            )
        if whole:
            self._since[spec.id] = until - SLACK_SECONDS
        return opened

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.step(now=system_now())
            except Exception:
                # The database may be away for a while; the votes are there when it is back.
                _log.exception("looking for disagreement failed")
            self._stop.wait(self._period)
