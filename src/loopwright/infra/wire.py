"""Prepared statements to PostgreSQL, sent in groups: what nobody waits for travels with the next.

A round trip costs both processes more than a short statement does. So a statement waits here until
a result is asked for, something else is executed, or the transaction ends; then all that wait are
sent at once, with BEGIN before the first and COMMIT after the last. The server runs one after the
other, each sees what is committed when its own turn comes. The first that fails takes the whole
transaction back, and whoever sent the group hears of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, generators
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection, Engine, event

from loopwright.infra.database import Repeat, driver_error

_WIRE = "loopwright_wire"
_FORGOTTEN = "26000"
"""SQLSTATE: the connection has no such prepared statement; something made it forget all of them."""
_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class Sent:
    """A statement that was handed over; `rows` waits for it."""

    __slots__ = ("_result", "_wire", "sql", "values")

    def __init__(self, wire: "Wire", sql: str, values: Sequence[Any] | None) -> None:
        self._wire, self.sql = wire, sql
        self.values = None if values is None else [_written(value) for value in values]
        """None for BEGIN and COMMIT, which are not prepared."""
        self._result: PGresult | None = None

    def rows(self, tx: Connection) -> tuple[list[tuple[Any, ...]], list[int]]:
        """Return the rows, and the numbers of their columns' types."""
        if self._result is None:
            flush(tx)
        if self._result is None:
            raise RuntimeError("nobody asked for this result until its transaction was over")
        return self._wire.read(self.sql, self._result)

    def arrived(self, result: PGresult) -> None:
        """Take the result."""
        self._result = result


class Wire:
    """What waits to be sent over one connection, and what is prepared there."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection
        self.in_use = False
        """Whether a unit of work is running that may send in groups."""
        self.waiting: list[Sent] = []
        self._names: dict[str, bytes] = {}
        self._named = 0
        self._readers: dict[str, tuple[Any, list[int]]] = {}

    def send(self, sql: str, values: Sequence[Any]) -> Sent:
        """Have a statement sent with the next group."""
        sent = Sent(self, sql, values)
        self.waiting.append(sent)
        return sent

    def exchange(self, tx: Connection, *, commit: bool = False) -> None:
        """Send what waits and take all results; raises what `tx.execute` would for a failure."""
        group, self.waiting = self.waiting, []
        if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
            group.insert(0, Sent(self, "BEGIN", None))
        if commit:
            group.append(Sent(self, "COMMIT", None))
        known = self._names.copy()
        try:
            failed = self._talk(group)
        except BaseException as failure:
            # Half a conversation cannot be gone on with; the pool opens another connection.
            self.connection.close()
            if isinstance(failure, psycopg.Error):
                raise driver_error(tx, group[-1].sql, failure) from failure
            tx.invalidate(failure)
            raise
        if failed is None:
            return
        self._names = known
        sql, error = failed
        if error.sqlstate == _FORGOTTEN:
            self._names = {}
            raise Repeat("a prepared statement was gone")
        raise driver_error(tx, sql, error) from error

    def read(self, sql: str, result: PGresult) -> tuple[list[tuple[Any, ...]], list[int]]:
        """Return the rows of a result; how to read those of a statement is looked up once."""
        found = self._readers.get(sql)
        if found is None:
            reader = Transformer(self.connection)
            reader.set_pgresult(result)
            found = reader, [result.ftype(column) for column in range(result.nfields)]
            self._readers[sql] = found
        reader, types = found
        reader.set_pgresult(result, set_loaders=False)
        return reader.load_rows(0, result.ntuples, tuple), types

    def _talk(self, group: Sequence[Sent]) -> tuple[str, psycopg.Error] | None:
        """Send a group as one message; return the first failure."""
        pgconn = self.connection.pgconn
        asked: list[tuple[Sent, bool]] = []
        pgconn.enter_pipeline_mode()
        for sent in group:
            if sent.values is None:
                pgconn.send_query_params(sent.sql.encode(), None)
            else:
                name = self._names.get(sent.sql)
                if name is None:
                    self._named += 1
                    name = self._names[sent.sql] = b"loopwright_%d" % self._named
                    pgconn.send_prepare(name, sent.sql.encode())
                    asked.append((sent, False))
                pgconn.send_query_prepared(name, sent.values)
            asked.append((sent, True))
        pgconn.pipeline_sync()
        results = self.connection.wait(_results(pgconn, len(asked)))
        pgconn.exit_pipeline_mode()
        for (sent, last), result in zip(asked, results, strict=True):
            if result.status not in _FINE:
                return sent.sql, errors.error_from_result(result)
            if sent.sql == "COMMIT" and result.command_status != b"COMMIT":
                return sent.sql, errors.InFailedSqlTransaction("the transaction had failed before")
            if last:
                sent.arrived(result)
        return None


def _results(pgconn: PGconn, count: int) -> PQGen[list[PGresult]]:
    """Send what was written; wait for the results of so many commands."""
    yield from generators.send(pgconn)
    found = []
    for _ in range(count):
        results = yield from generators.fetch_many(pgconn)
        if not results:
            raise psycopg.OperationalError("the connection ended in the middle of a group")
        found.append(results[0])
    end = yield from generators.fetch_many(pgconn)
    if [one.status for one in end] != [ExecStatus.PIPELINE_SYNC]:
        raise psycopg.OperationalError("the conversation with the server lost its place")
    return found


def _text(value: str) -> bytes:
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return value.encode()


_WRITERS: dict[type, Callable[[Any], bytes | None]] = {
    str: _text,
    type(None): lambda _: None,
    int: lambda value: b"%d" % value,
    float: lambda value: repr(value).encode(),
    bool: lambda value: b"t" if value else b"f",
}


def _written(value: Any) -> bytes | None:
    """Return a value as the server reads it; the statement says of what type it is."""
    write = _WRITERS.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, str):
        return _text(value)
    raise TypeError(f"a prepared statement takes no {type(value).__name__}")


def wire_of(tx: Connection) -> Wire | None:
    """Return what a unit of work sends its prepared statements over, None where it does not."""
    wire: Wire | None = tx.info.get(_WIRE)
    if wire is None or not wire.in_use or tx.in_nested_transaction():
        return None  # a savepoint takes back only what failed before its end
    return wire


def flush(tx: Connection) -> None:
    """Send what waits; its results are there when this returns."""
    wire: Wire | None = tx.info.get(_WIRE)
    if wire is not None and wire.waiting:
        wire.exchange(tx)


@contextmanager
def wired(tx: Connection) -> Iterator[None]:
    """Let a unit of work send its prepared statements in groups; the commit takes the last."""
    driver: Any = tx.connection.driver_connection
    wire: Wire | None = tx.info.get(_WIRE)
    if wire is None or wire.connection is not driver:
        wire = tx.info[_WIRE] = Wire(driver)
    wire.waiting, wire.in_use = [], True
    try:
        yield
    finally:
        wire.in_use = False


@contextmanager
def one_by_one(tx: Connection) -> Iterator[None]:
    """Have each prepared statement run on a cursor of its own for a while, to look at them."""
    flush(tx)
    wire = wire_of(tx)
    if wire is None:
        yield
        return
    wire.in_use = False
    try:
        yield
    finally:
        wire.in_use = True


def send_in_groups(engine: Engine) -> None:
    """Have everything else that an engine does with a connection go after what waits for it."""

    @event.listens_for(engine, "before_cursor_execute")
    def before(tx: Connection, *_arguments: Any) -> None:
        flush(tx)

    @event.listens_for(engine, "commit")
    def commit(tx: Connection) -> None:
        wire: Wire | None = tx.info.get(_WIRE)
        if wire is not None and wire.waiting:
            wire.exchange(tx, commit=True)
            return
        # To the COMMIT of a failed transaction the server answers ROLLBACK, which nobody reads.
        driver = tx.connection.driver_connection
        if driver is not None and driver.pgconn.transaction_status == TransactionStatus.INERROR:
            failure = errors.InFailedSqlTransaction("the transaction had failed before")
            raise driver_error(tx, "COMMIT", failure) from failure

    @event.listens_for(engine, "rollback")
    def rollback(tx: Connection) -> None:
        wire: Wire | None = None if tx.invalidated else tx.info.get(_WIRE)
        if wire is None:
            return
        wire.waiting = []
        # psycopg would have the server forget every prepared statement with it, for nothing.
        pgconn = wire.connection.pgconn
        if pgconn.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            pgconn.exec_(b"ROLLBACK")
