"""Statements of the hot path: compiled once, then run on the driver's own cursor.

SQLAlchemy spends three to ten times as long around a short statement as the database in it. A
prepared statement keeps what it is good for (one statement for both databases, types, typed errors)
and does the rest once. Everything else goes through `tx.execute`, which can do more.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psycopg import RawCursor
from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from loopwright.base.types import Json

Convert = Callable[[Any], Any]


class Prepared:
    """One statement, or one for each dialect, whose parameters all have names.

    Without expanding parameters (lists); an insert without values stores the names that are given
    at its first use. Errors are those that `tx.execute` raises.
    """

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._statement = statement
        self._ready: dict[str, _Compiled] = {}

    def rows(self, tx: Connection, given: Json) -> list[Json]:
        """Run it; return each row as column names and values."""
        cursor = self._run(tx, given)
        try:
            return self._of(tx.dialect, given).rows(cursor)
        finally:
            cursor.close()

    def first(self, tx: Connection, given: Json) -> Json | None:
        """Run it; return the first row, None when there is none."""
        found = self.rows(tx, given)
        return found[0] if found else None

    def run(self, tx: Connection, given: Json) -> None:
        """Run it for its effect."""
        self._run(tx, given).close()

    def run_many(self, tx: Connection, given: Sequence[Json]) -> None:
        """Run it once for each of the given parameters, which all have the same names."""
        for one in given:
            self._run(tx, one).close()

    def taking(self, tx: Connection, given: Json) -> Json:
        """Return those of the given parameters that the statement has; every value is named."""
        names = self._of(tx.dialect, {}).names
        return {name: given[name] for name in names}

    def _run(self, tx: Connection, given: Json) -> Any:
        compiled = self._of(tx.dialect, given)
        cursor = open_cursor(tx)
        try:
            cursor.execute(compiled.sql, compiled.values(given))
        except tx.dialect.loaded_dbapi.Error as failure:
            cursor.close()
            raise _typed(tx, compiled.sql, failure) from failure
        return cursor

    def _of(self, dialect: Dialect, given: Json) -> "_Compiled":
        found = self._ready.get(dialect.name)
        if found is None:
            chosen = self._statement
            statement = chosen[dialect.name] if isinstance(chosen, Mapping) else chosen
            found = self._ready[dialect.name] = _Compiled(statement, dialect, list(given))
        return found


def open_cursor(tx: Connection) -> Any:
    """Return a cursor of the driver for a prepared statement.

    psycopg would parse the names in a long statement again each time: its raw cursor takes the
    numbers that PostgreSQL itself knows.
    """
    if tx.dialect.name == "postgresql":
        connection: Any = tx.connection.driver_connection
        return RawCursor(connection)
    return tx.connection.cursor()


_NAME = re.compile(r"%(?:%|\((\w+)\)s)")


def _numbered(sql: str, fixed: Json, mark: str) -> tuple[str, list[str]]:
    """Return a statement with numbers ($1, ?1) in place of names, and the names by number.

    Constants are written out: without them no plan that is kept could use an index that holds only
    the rows with `state = 'open'`, and both databases would plan the statement anew each time.
    """
    names: dict[str, int] = {}

    def number(found: "re.Match[str]") -> str:
        name = found.group(1)
        if name is None:
            return "%"
        written = _literal(fixed.get(name))
        return written or f"{mark}{names.setdefault(name, len(names) + 1)}"

    return _NAME.sub(number, sql), list(names)


def _literal(value: Any) -> str | None:
    """Return a plain constant as SQL, None for what has to stay a parameter."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value >= 0 else f"({value})"
    if isinstance(value, str) and re.fullmatch(r"[\w ,.:-]*", value):
        return f"'{value}'"
    return None


class _Compiled:
    """The text for one dialect, how its parameters are written and its columns read."""

    def __init__(self, statement: Any, dialect: Dialect, names: list[str]) -> None:
        # An insert or update that has its values takes no names from the parameters.
        bare = statement.is_dml and not statement._values
        compiled: SQLCompiler = statement.compile(
            dialect=type(dialect)(paramstyle="pyformat"),  # type: ignore[call-arg]
            column_keys=names if bare else None,
        )
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise ValueError(f"a prepared statement cannot expand parameters: {compiled}")
        self._dialect = dialect
        self._write: dict[str, Any] = dict(compiled._bind_processors)
        self._fixed = {
            name: self._written(name, one.effective_value)
            for name, one in compiled.binds.items()
            if not one.required
        }
        self.names = tuple(name for name, one in compiled.binds.items() if one.required)
        """The parameters that have to be given."""
        mark = "$" if dialect.name == "postgresql" else "?"
        self.sql, self._places = _numbered(compiled.string, self._fixed, mark)
        self._columns = [(one.keyname, one.type) for one in compiled._result_columns]
        self._names = [name for name, _ in self._columns]
        self._read: list[tuple[int, Convert]] | None = None

    def values(self, given: Json) -> Any:
        """Return the parameters as the driver takes them."""
        values = self._fixed.copy()
        write = self._write
        for name, value in given.items():
            values[name] = write[name](value) if name in write else value
        return [values[name] for name in self._places]

    def rows(self, cursor: Any) -> list[Json]:
        """Return the cursor's rows by column name."""
        if self._read is None:
            self._read = self._readers(cursor)
        names, found = self._names, cursor.fetchall()
        if not self._read:
            return [dict(zip(names, row, strict=True)) for row in found]
        rows = []
        for row in found:
            values = list(row)
            for place, convert in self._read:
                values[place] = convert(values[place])
            rows.append(dict(zip(names, values, strict=True)))
        return rows

    def _written(self, name: str, value: Any) -> Any:
        return self._write[name](value) if value is not None and name in self._write else value

    def _readers(self, cursor: Any) -> list[tuple[int, Convert]]:
        found: list[tuple[int, Convert]] = []
        for place, ((_, kind), described) in enumerate(
            zip(self._columns, cursor.description, strict=True)
        ):
            convert = kind._cached_result_processor(self._dialect, described[1])
            if convert is not None:
                found.append((place, convert))
        return found


def _typed(tx: Connection, sql: str, failure: Exception) -> BaseException:
    """Return the error as SQLAlchemy raises it; a broken connection leaves the pool."""
    dialect = tx.dialect
    lost = dialect.is_disconnect(failure, tx.connection, None)  # type: ignore[arg-type]
    if lost:
        tx.invalidate(failure)
    return DBAPIError.instance(
        sql, None, failure, dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=lost, dialect=dialect,
    )  # fmt: skip
