"""The state database: one embedded SQLite file, or PostgreSQL by URL, behind one interface.

A unit of work is a function of a connection; it runs in exactly one transaction, which is
durable when `write` returns. SQLite has one writing thread that commits in groups
(docs/decisions/0001); PostgreSQL has a pool.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import Connection, Dialect, MetaData, Text, TypeDecorator, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from loopwright.base.errors import InvalidInput

T = TypeVar("T")
Work = Callable[[Connection], T]

_AFTER_COMMIT = "loopwright_after_commit"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class JsonText(TypeDecorator[Any]):
    """A JSON value in a text column, the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the canonical text of a value; None stays NULL."""
        if value is None:
            return None
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the parsed value; NULL stays None."""
        return None if value is None else orjson.loads(value)


class Database(Protocol):
    """What every stage may ask of the database."""

    @property
    def dialect(self) -> str:
        """Return "sqlite" or "postgresql"."""
        ...

    def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; when this returns, its effects are durable."""
        ...

    def write_soon(self, work: Work[T]) -> "Future[T]":
        """Hand over `work`; the future holds its result once its effects are durable.

        For callers that must not wait: an event loop awaits it with `asyncio.wrap_future`.
        """
        ...

    def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent snapshot; it must not write."""
        ...

    def close(self) -> None:
        """Finish what is under way and release every connection."""
        ...


def open_database(url: str) -> Database:
    """Open the database at `url` (sqlite:///path or postgresql://...).

    Raises InvalidInput for any other kind of database, never repeating the URL, which may hold a
    password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unsupported("is not a database URL") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise _unsupported("keeps SQLite in memory, where the reader would find nothing")
        from loopwright.infra.sqlite import SqliteDatabase

        return SqliteDatabase(url)
    if backend == "postgresql":
        from loopwright.infra.postgres import PostgresDatabase

        return PostgresDatabase(url)
    raise _unsupported(f"names {backend!r}, which is not supported")


def _unsupported(what: str) -> InvalidInput:
    return InvalidInput(
        f"The database URL {what}.",
        remedy="Set LOOPWRIGHT_DATABASE_URL to a postgresql:// URL, or leave it unset for SQLite.",
    )


def driver_error(tx: Connection, sql: str, failure: Exception) -> BaseException:
    """Return a driver's error as SQLAlchemy raises it; a broken connection leaves the pool."""
    dialect = tx.dialect
    lost = dialect.is_disconnect(failure, tx.connection, None)  # type: ignore[arg-type]
    if lost:
        tx.invalidate(failure)
    return DBAPIError.instance(
        sql, None, failure, dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=lost, dialect=dialect,
    )  # fmt: skip


class Repeat(Exception):
    """What a unit of work had read was changed by another before it wrote: it is run again."""


def after_commit(tx: Connection, act: Callable[[], None]) -> None:
    """Have `act` called when what `tx` wrote is durable, before anybody is told so.

    What it raises is told to who wrote, although that is stored.
    """
    tx.info.setdefault(_AFTER_COMMIT, []).append(act)


def take_after_commit(tx: Connection) -> list[Callable[[], None]]:
    """Return what was asked for with `after_commit` and forget it; for databases only."""
    asked: list[Callable[[], None]] = tx.info.pop(_AFTER_COMMIT, [])
    return asked


def create_schema(database: Database) -> None:
    """Create every table that is not there yet; import the stages' tables first."""
    database.write(lambda tx: metadata.create_all(tx))
