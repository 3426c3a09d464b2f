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
from sqlalchemy.sql.compiler import SQLCompiler

from loopwright.base.types import Json
from loopwright.infra.database import driver_error
from loopwright.infra.wire import Sent, Wire, wire_of

Convert = Callable[[Any], Any]


class Prepared:
    """One statement, or one for each dialect, whose parameters all have names.

    Without expanding parameters (lists); an insert without values stores the names that are given
    at its first use. Errors are those that `tx.execute` raises.
    """

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._statement = statement
        self._ready: dict[str, _Compiled] = {}

    def ask(self, tx: Connection, given: Json) -> "Answer":
        """Have it run; what it returns is waited for when the answer is read.

        On PostgreSQL it may be sent as late as that, with others (`infra.wire`): whoever asks
        sees to it that the answer is read, unless it does not matter.
        """
        compiled, wire = self._of(tx.dialect, given), wire_of(tx)
        values = compiled.values(given)
        if wire is not None:
            return Answer(compiled, _sent(tx, wire, compiled.sql, values))
        cursor = _executed(tx, compiled.sql, values)
        try:
            return Answer(compiled, _Here(cursor))
        finally:
            cursor.close()

    def rows(self, tx: Connection, given: Json) -> list[Json]:
        """Run it; return each row as column names and values."""
        return self.ask(tx, given).rows(tx)

    def first(self, tx: Connection, given: Json) -> Json | None:
        """Run it; return the first row, None when there is none."""
        return self.ask(tx, given).first(tx)

    def run(self, tx: Connection, given: Json) -> None:
        """Run it for its effect; on PostgreSQL a failure may show later in the transaction."""
        compiled, wire = self._of(tx.dialect, given), wire_of(tx)
        values = compiled.values(given)
        if wire is not None:
            _sent(tx, wire, compiled.sql, values)
        else:
            _executed(tx, compiled.sql, values).close()

    def run_many(self, tx: Connection, given: Sequence[Json]) -> None:
        """Run it once for each of the given parameters, which all have the same names."""
        for one in given:
            self.run(tx, one)

    def taking(self, tx: Connection, given: Json) -> Json:
        """Return those of the given parameters that the statement has; every value is named."""
        names = self._of(tx.dialect, {}).names
        return {name: given[name] for name in names}

    def _of(self, dialect: Dialect, given: Json) -> "_Compiled":
        found = self._ready.get(dialect.name)
        if found is None:
            chosen = self._statement
            statement = chosen[dialect.name] if isinstance(chosen, Mapping) else chosen
            found = self._ready[dialect.name] = _Compiled(statement, dialect, list(given))
        return found


class Answer:
    """What a prepared statement returned, or is about to."""

    __slots__ = ("_compiled", "_found")

    def __init__(self, compiled: "_Compiled", found: "Sent | _Here") -> None:
        self._compiled, self._found = compiled, found

    def rows(self, tx: Connection) -> list[Json]:
        """Return each row as column names and values, once it is there."""
        return self._compiled.rows(*self._found.rows(tx))

    def first(self, tx: Connection) -> Json | None:
        """Return the first row once it is there, None when there is none."""
        found = self.rows(tx)
        return found[0] if found else None


class _Here:
    """The rows of a statement that was waited for."""

    __slots__ = ("_rows", "_types")

    def __init__(self, cursor: Any) -> None:
        self._types = [column[1] for column in cursor.description or ()]
        self._rows = cursor.fetchall() if self._types else []

    def rows(self, _tx: Connection) -> tuple[list[tuple[Any, ...]], list[Any]]:
        return self._rows, self._types


def _sent(tx: Connection, wire: Wire, sql: str, values: Sequence[Any]) -> Sent:
    try:
        return wire.send(sql, values)
    except tx.dialect.loaded_dbapi.Error as failure:
        raise driver_error(tx, sql, failure) from failure


def _executed(tx: Connection, sql: str, values: Sequence[Any]) -> Any:
    cursor = open_cursor(tx)
    try:
        cursor.execute(sql, values)
    except tx.dialect.loaded_dbapi.Error as failure:
        cursor.close()
        raise driver_error(tx, sql, failure) from failure
    return cursor


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

    def rows(self, found: Sequence[tuple[Any, ...]], types: Sequence[Any]) -> list[Json]:
        """Return the driver's rows by column name; `types` are its types of the columns."""
        if self._read is None and types:
            self._read = self._readers(types)
        names = self._names
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

    def _readers(self, types: Sequence[Any]) -> list[tuple[int, Convert]]:
        found: list[tuple[int, Convert]] = []
        for place, ((_, kind), one) in enumerate(zip(self._columns, types, strict=True)):
            convert = kind._cached_result_processor(self._dialect, one)
            if convert is not None:
                found.append((place, convert))
        return found
