"""Judges without HTTP who do all that people do, in threads, and remember what they were told.

They answer, answer again after a lost acknowledgement, skip, take back, walk away from what they
hold, and judge in two windows at once. A shared clock jumps past their leases. A write that fails
is sent again with the same client id, as the pages do.
"""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from loopwright.base.errors import LoopwrightError
from loopwright.infra.database import Database
from loopwright.infra.faults import InjectedFault
from loopwright.labeling import service
from loopwright.labeling.model import Assignment, Judge, SkipReason, Submission
from loopwright.projects.model import Project

T = TypeVar("T")

LEASE = 100.0
OVERLAP = 3
JUDGES = 16
TWO_WINDOWS = 2
"""Judges who work in two windows at the same time; the others have one."""
_HELD = 6
_TRIES = 200
_IDLE = 6
"""A window that found nothing so often, while leases ran out, goes home."""


class Clock:
    """A clock that goes on a little with every question and now and then leaps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 1_000_000.0

    def now(self) -> float:
        """Return the time; it moves."""
        return self.forward(0.01)

    def forward(self, seconds: float) -> float:
        """Let time pass; return the time then."""
        with self._lock:
            self._now += seconds
            return self._now


class Ledger:
    """What the judges were told is stored; written before the writer begins its next commit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.judged: dict[str, str] = {}
        """Judgment by client id."""
        self.undone: dict[str, None] = {}
        """Judgments that were taken back, in order."""
        self.broken: list[str] = []
        """Promises that an answer itself broke."""
        self.counts: Counter[str] = Counter()

    def tell(self, client_id: str, judgment_id: str) -> None:
        """Note an acknowledged judgment."""
        with self._lock:
            known = self.judged.setdefault(client_id, judgment_id)
            if known != judgment_id:
                self.broken.append(f"{client_id} was {known} and then {judgment_id}")

    def untell(self, judgment_id: str) -> None:
        """Note that a judgment was taken back."""
        with self._lock:
            self.undone[judgment_id] = None

    def count(self, what: str) -> None:
        """Count something for the report."""
        with self._lock:
            self.counts[what] += 1

    def copy(self) -> tuple[dict[str, str], set[str]]:
        """Return what was acknowledged until now: judgments, and those taken back."""
        with self._lock:
            return dict(self.judged), set(self.undone)


class Crowd:
    """Windows of judges over one project; `work` returns when all is judged or time is up."""

    def __init__(self, db: Database, project: Project, *, seed: int, end: float) -> None:
        self.db, self.project, self.seed, self.end = db, project, seed, end
        self.clock, self.ledger = Clock(), Ledger()
        self.most: float = float("inf")
        """Acknowledged judgments after which everybody stops."""
        self.failures: deque[BaseException] = deque()

    def work(self) -> None:
        """Judge until nothing is left. Raises what a judge met and nothing explains."""
        threads = [
            threading.Thread(target=self._window, args=(judge, window), daemon=True)
            for judge in range(JUDGES)
            for window in range(2 if judge < TWO_WINDOWS else 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def finish(self) -> None:
        """Judge what is left, one after another, after every lease has run out."""
        for number in range(JUDGES):
            self.clock.forward(2 * LEASE)
            window = Window(self, number, 2, calm=True)
            while window.turn() and self.going():
                pass

    def going(self) -> bool:
        """Return whether there is time, and something left to do."""
        ledger, late = self.ledger, time.monotonic() >= self.end
        return not (late or len(ledger.judged) >= self.most or self.failures)

    def _window(self, judge: int, number: int) -> None:
        window, idle = Window(self, judge, number), 0
        try:
            while idle < _IDLE and self.going():
                idle = 0 if window.turn() else idle + 1
                if idle:
                    self.clock.forward(LEASE / 4)
                    time.sleep(0.002)
        except BaseException as failure:
            self.failures.append(failure)


class Window:
    """One page of one judge."""

    def __init__(self, crowd: Crowd, judge: int, number: int, *, calm: bool = False) -> None:
        self._crowd, self._number, self._calm = crowd, number, calm
        self._judge = Judge(f"rtr_{judge:03}", f"per_{judge:03}", tags=frozenset())
        self._dice = random.Random(f"{crowd.seed} {judge} {number}")  # noqa: S311 - reproducible
        self._held: list[Assignment] = []

    def turn(self) -> bool:
        """Do one thing; return False when there was nothing to do."""
        if not self._held:
            self._held = self._reserve()
            return bool(self._held)
        dice = 0.5 if self._calm else self._dice.random()
        offer, ledger = self._held.pop(0), self._crowd.ledger
        if dice < 0.003:
            self._crowd.clock.forward(1.5 * LEASE)
            ledger.count("leaps of the clock")
        elif dice < 0.02:
            ledger.count("left lying")
            return True
        elif dice < 0.05:
            self._skip(offer)
            return True
        self._answer(offer, undo=dice > 0.96, again=0.91 < dice <= 0.96)
        return True

    def _reserve(self) -> list[Assignment]:
        def work(tx: Connection) -> list[Assignment]:
            return service.reserve(
                tx, project=self._crowd.project, judge=self._judge, count=_HELD, held=(),
                now=self._crowd.clock.now(),
            )  # fmt: skip

        return self._write(work, told=lambda _found: None) or []

    def _answer(self, offer: Assignment, *, undo: bool, again: bool) -> None:
        submission = Submission(
            client_id=f"{self._number}:{offer.id}:{offer.token}",
            assignment_id=offer.id,
            token=offer.token,
            answer={"choice": self._dice.choice(("left", "right", "tie")), "reason": None},
            active_ms=10,
        )

        def work(tx: Connection) -> tuple[str, Sequence[Assignment]]:
            desk = service.Desk.of(
                tx, project=self._crowd.project, judge=self._judge, now=self._crowd.clock.now()
            )
            done, more = service.submit_and_reserve(
                desk, submission=submission, count=0 if self._held else _HELD,
                held=[one.id for one in self._held],
            )  # fmt: skip
            return done.judgment_id, more

        ledger, judgment_id = self._crowd.ledger, ""
        for _ in range(2 if again else 1):
            found = self._write(work, told=lambda f: ledger.tell(submission.client_id, f[0]))
            if found is None:
                return
            judgment_id = found[0]
            self._held += found[1]
        if again:
            ledger.count("sent again")
        if undo:
            self._undo(judgment_id)

    def _undo(self, judgment_id: str) -> None:
        def work(tx: Connection) -> Assignment:
            return service.undo(
                tx, project=self._crowd.project, judge=self._judge, judgment_id=judgment_id,
                now=self._crowd.clock.now(),
            )  # fmt: skip

        ledger = self._crowd.ledger
        offer = self._write(work, told=lambda _offer: ledger.untell(judgment_id))
        if offer is not None:
            self._held.append(offer)

    def _skip(self, offer: Assignment) -> None:
        def work(tx: Connection) -> None:
            service.skip(
                tx, project=self._crowd.project, judge=self._judge, assignment_id=offer.id,
                token=offer.token, reason=SkipReason.BROKEN, now=self._crowd.clock.now(),
            )  # fmt: skip

        self._write(work, told=lambda _: self._crowd.ledger.count("skipped"))

    def _write(self, work: Callable[[Connection], T], *, told: Callable[[T], None]) -> T | None:
        """Write until it is stored or refused; None when refused."""

        def heard(done: "Future[T]") -> None:
            if done.exception() is None:
                told(done.result())

        for _ in range(_TRIES):
            future = self._crowd.db.write_soon(work)
            future.add_done_callback(heard)
            try:
                return future.result()
            except LoopwrightError as refused:
                self._crowd.ledger.count(f"refused: {refused.code}")
                return None
            except (InjectedFault, DBAPIError) as failure:
                self._crowd.ledger.count(f"sent anew after {type(failure).__name__}")
        raise RuntimeError(f"a write failed {_TRIES} times in a row")
