"""SQLite: one connection writes and checkpoints, commits are shared by a group."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from loopwright.base.errors import Unavailable
from loopwright.infra import faults
from loopwright.infra.database import Work, take_after_commit

T = TypeVar("T")

_GROUP_LIMIT = 64
_CHECKPOINT_PAGES = 2000
_WRITER_CACHE_KIB = 65536
_READER_CACHE_KIB = 8192  # each of up to 32 readers has its own


@dataclass
class _Request:
    work: Work[Any]
    done: "Future[Any]"


@dataclass
class _Outcome:
    """What a request is told once its group is durable."""

    done: "Future[Any]"
    result: Any = None
    error: BaseException | None = None
    acts: Sequence[Callable[[], None]] = ()

    def act(self) -> None:
        """Do what the request wanted done after the commit; the others know nothing of it."""
        try:
            for act in self.acts:
                act()
        except BaseException as failure:  # it is told to who asked for it
            self.error = failure

    def settle(self) -> None:
        if self.error is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.error)


def _engine(url: str, *, writer: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writer else 8,
        max_overflow=0 if writer else 24,
        connect_args={"check_same_thread": False, "timeout": 30.0},
        hide_parameters=True,  # errors are logged; what people wrote is not
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # pysqlite's own transaction handling would defer BEGIN; we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if writer:
            # What a savepoint would put back is kept in memory; a file costs every judgment.
            cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute(f"PRAGMA cache_size=-{_WRITER_CACHE_KIB if writer else _READER_CACHE_KIB}")
        # Only the writing connection may checkpoint: two at once can corrupt older SQLite.
        cursor.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES if writer else 0}")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    begin = "BEGIN IMMEDIATE" if writer else "BEGIN"

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class SqliteDatabase:
    """The embedded database of one server process."""

    dialect = "sqlite"

    def __init__(self, url: str) -> None:
        path = make_url(url).database
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writer_engine = _engine(url, writer=True)
        self._reader_engine = _engine(url, writer=False)
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._closed = False
        self._close_lock = threading.Lock()
        with self._writer_engine.connect():
            pass  # WAL is set by the writing connection before any reader opens the file.
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def write(self, work: Work[T]) -> T:
        """Run `work` on the writer thread; return after its group is durable."""
        return self.write_soon(work).result()

    def write_soon(self, work: Work[T]) -> "Future[T]":
        """Hand `work` to the writer thread; the future is done when its group is durable."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("write() inside write(): pass the connection on instead")
        request = _Request(work, Future())
        with self._close_lock:
            self._require_open()
            self._requests.put(request)
        return request.done

    def read(self, work: Work[T]) -> T:
        """Run `work` in a read transaction on a reader connection."""
        self._require_open()
        with self._reader_engine.begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Finish queued work, checkpoint, close all connections."""
        with self._close_lock:
            if self._closed:
                return
            self._closed = True
            self._requests.put(None)
        self._thread.join()
        self._reader_engine.dispose()
        self._writer_engine.dispose()

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable("The database is closed.", remedy="Start the server again.")

    def _run(self) -> None:
        running = True
        while running:
            group, running = self._next_group()
            if group:
                self._commit_group(group)

    def _next_group(self) -> tuple[list[_Request], bool]:
        group: list[_Request] = []
        request = self._requests.get()
        while request is not None:
            # Nobody can take it back from here on: a cancelled future would refuse its result.
            if request.done.set_running_or_notify_cancel():
                group.append(request)
            if len(group) >= _GROUP_LIMIT:
                return group, True
            try:
                request = self._requests.get_nowait()
            except queue.Empty:
                return group, True
        return group, False

    def _commit_group(self, group: list[_Request]) -> None:
        """One transaction for the group, a savepoint for each; nobody hears before commit."""
        outcomes: list[_Outcome] = []
        try:
            with self._writer_engine.begin() as connection:
                outcomes.extend(_attempt(connection, request) for request in group)
                faults.point("group.before_commit")
            for outcome in outcomes:
                outcome.act()
            faults.point("write.after_commit")
        except BaseException as failure:  # the commit itself failed: nobody is told "stored"
            for request in group:
                request.done.set_exception(failure)
            return
        for outcome in outcomes:
            outcome.settle()


def _attempt(connection: Connection, request: _Request) -> _Outcome:
    # Said to the driver: for every request, the toolkit's savepoint costs more than its work.
    driver = connection.connection.cursor()
    try:
        driver.execute("SAVEPOINT attempt")
        result = request.work(connection)
        faults.point("write.before_commit")
        driver.execute("RELEASE attempt")
        return _Outcome(request.done, result=result, acts=take_after_commit(connection))
    except BaseException as failure:
        take_after_commit(connection)  # what it asked for is rolled back with it
        driver.execute("ROLLBACK TO attempt")
        driver.execute("RELEASE attempt")
        return _Outcome(request.done, error=failure)
    finally:
        driver.close()
