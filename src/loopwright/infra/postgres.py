"""PostgreSQL: a pool of synchronous connections, transactions retried when the server says so."""

import random
import threading
import time
from typing import TypeVar

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from loopwright.base.errors import Unavailable
from loopwright.infra import faults
from loopwright.infra.database import Work

T = TypeVar("T")

_ATTEMPTS = 6
_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock


class PostgresDatabase:
    """The state of an installation that has outgrown one process."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=16,
            max_overflow=16,
            pool_pre_ping=True,
            hide_parameters=True,  # errors are logged; what people wrote is not
        )
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

    def _repeated(self, work: Work[T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                with self._engine.begin() as connection:
                    result = work(connection)
                    faults.point("write.before_commit")
            except DBAPIError as failure:
                state = getattr(failure.orig, "sqlstate", None)
                if state not in _RETRYABLE or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - jitter only
            else:
                faults.point("write.after_commit")
                return result
        raise AssertionError("unreachable")

    def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent snapshot."""
        self._require_open()
        with (
            self._engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            ) as connection,
            connection.begin(),
        ):
            return work(connection)

    def close(self) -> None:
        """Release every connection."""
        self._closed = True
        self._engine.dispose()

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable("The database is closed.", remedy="Start the server again.")
