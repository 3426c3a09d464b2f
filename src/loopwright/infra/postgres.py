"""PostgreSQL: a pool of synchronous connections, transactions retried when the server says so."""

import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

from loopwright.base.errors import Unavailable
from loopwright.infra import faults
from loopwright.infra.database import Repeat, Work, take_after_commit
from loopwright.infra.wire import send_in_groups, wired

T = TypeVar("T")

_ATTEMPTS = 6
_WRITERS = 12
"""Transactions handed over with `write_soon` that run at once; more only wait for each other."""
_IDLE_SECONDS = 5.0
"""A connection that was idle longer is asked whether it still answers before it is used."""
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock


class PostgresDatabase:
    """The state of an installation that has outgrown one process."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=16,
            max_overflow=16,
            hide_parameters=True,  # errors are logged; what people wrote is not
        )
        _ask_idle_connections(self._engine)
        send_in_groups(self._engine)
        self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="postgres-writer")
        self._writing = threading.local()
        self._closed = False

    def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; repeat it after a deadlock or serialization failure."""
        self._require_open()
        if getattr(self._writing, "now", False):
            raise RuntimeError("write() inside write(): pass the connection on instead")
        self._writing.now = True
        try:
            return self._repeated(work)
        finally:
            self._writing.now = False

    def write_soon(self, work: Work[T]) -> "Future[T]":
        """Run `work` on one of a few threads; the future is done when it is durable."""
        self._require_open()
        return self._writers.submit(self.write, work)

    def _repeated(self, work: Work[T]) -> T:
        for attempt in range(_ATTEMPTS):
            committing = False
            try:
                with self._engine.begin() as connection:
                    take_after_commit(connection)  # what an attempt that failed had asked for
                    with wired(connection):
                        result = work(connection)
                    faults.point("write.before_commit")
                    committed = take_after_commit(connection)
                    committing = True
            except (DBAPIError, Repeat) as failure:
                if attempt == _ATTEMPTS - 1 and isinstance(failure, Repeat):
                    raise Unavailable(
                        f"Others kept changing the same rows: {failure}.",
                        remedy="Send the same request again.",
                    ) from failure
                if attempt == _ATTEMPTS - 1 or not _may_repeat(failure, committing=committing):
                    raise
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter only
            else:
                for act in committed:
                    act()
                faults.point("write.after_commit")
                return result
        raise AssertionError("unreachable")

    def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent snapshot."""
        self._require_open()
        for attempt in range(_ATTEMPTS):
            try:
                return self._read(work)
            except DBAPIError as failure:
                if attempt == _ATTEMPTS - 1 or not failure.connection_invalidated:
                    raise
        raise AssertionError("unreachable")

    def _read(self, work: Work[T]) -> T:
        with (
            self._engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            ) as connection,
            connection.begin(),
        ):
            return work(connection)

    def close(self) -> None:
        """Finish what was handed over and release every connection."""
        self._closed = True
        self._writers.shutdown()
        self._engine.dispose()

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable("The database is closed.", remedy="Start the server again.")


def _may_repeat(failure: DBAPIError | Repeat, *, committing: bool) -> bool:
    """Return whether nothing of the failed attempt can be stored, and another may succeed."""
    if isinstance(failure, Repeat):
        return True
    if getattr(failure.orig, "sqlstate", None) in _RETRYABLE:
        return True
    return failure.connection_invalidated and not committing


def _ask_idle_connections(engine: Engine) -> None:
    """Asking each time would cost a round trip a transaction; a busy connection needs no asking."""

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("idle_since")
        if since is None or time.monotonic() - since < _IDLE_SECONDS:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.dbapi.Error:  # type: ignore[union-attr]
            alive = False
        if not alive:
            raise DisconnectionError("the server closed an idle connection")
