"""SQLAlchemy's SQLite over a `Disk` that forgets: the product's own engine, statements and pragmas.

After `watch(folder, disk)`, a database of the URL `url(folder)` is opened through apsw, with the
disk's layer under it. `SqliteDatabase` neither knows nor differs: same settings, groups and SQL.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from loopwright.cli.bench.power_disk import Disk

FILE = "state.db"
_disks: dict[str, Disk] = {}


def watch(folder: Path, disk: Disk) -> None:
    """Let databases of this folder be opened through a disk."""
    _disks[str(folder)] = disk


def url(folder: Path) -> str:
    """Return the URL under which the folder's database goes through its disk."""
    return f"sqlite+forgetful:///{folder / FILE}"


class ForgetfulDialect(SQLiteDialect_pysqlite):
    """SQLite by way of apsw."""

    driver = "forgetful"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return what stands in for the module sqlite3."""
        return _Module


class _Cursor:
    arraysize = 1

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection
        self.description: Sequence[Any] | None = None
        self.rowcount, self.lastrowid = -1, 0
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "_Cursor":
        base = self._connection.base
        if self._connection.disk.forgets_full:
            sql = sql.replace("synchronous=FULL", "synchronous=NORMAL")
        cursor = base.cursor()
        self.description = None

        def begins(one: apsw.Cursor, _sql: str, _values: Any) -> bool:
            self.description = one.get_description() or None
            return True

        cursor.exec_trace = begins
        before = base.total_changes()
        try:
            self._rows = list(cursor.execute(sql, tuple(values)))
        except apsw.ConstraintError as error:
            raise sqlite3.IntegrityError(str(error)) from error
        except apsw.Error as error:
            raise sqlite3.OperationalError(str(error)) from error
        self.rowcount = base.total_changes() - before
        self.lastrowid = base.last_insert_rowid()
        return self

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> "_Cursor":
        changed = 0
        for row in rows:
            changed += self.execute(sql, row).rowcount
        self.rowcount = changed
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def close(self) -> None:
        self._rows = []


class _Connection:
    isolation_level: str | None = ""

    def __init__(self, path: str, timeout: float) -> None:
        self.disk = _disks[str(Path(path).parent)]
        self.base = apsw.Connection(path, vfs=self.disk.name)
        self.base.set_busy_timeout(int(1000 * timeout))

    def cursor(self) -> _Cursor:
        return _Cursor(self)

    def commit(self) -> None:
        if self.base.in_transaction:
            self.cursor().execute("COMMIT")

    def rollback(self) -> None:
        if self.base.in_transaction:
            self.cursor().execute("ROLLBACK")

    def close(self) -> None:
        self.base.close()

    def create_function(self, name: str, count: int, what: Callable[..., Any], **_: Any) -> None:
        self.base.create_scalar_function(name, what, count, deterministic=True)


class _Module:
    """The part of the module sqlite3 that SQLAlchemy asks for."""

    paramstyle = "qmark"
    sqlite_version = apsw.sqlite_lib_version()
    sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    Binary = bytes
    Error = sqlite3.Error
    Warning = sqlite3.Warning
    InterfaceError = sqlite3.InterfaceError
    DatabaseError = sqlite3.DatabaseError
    DataError = sqlite3.DataError
    OperationalError = sqlite3.OperationalError
    IntegrityError = sqlite3.IntegrityError
    InternalError = sqlite3.InternalError
    ProgrammingError = sqlite3.ProgrammingError
    NotSupportedError = sqlite3.NotSupportedError

    @staticmethod
    def connect(path: str, *, timeout: float = 5.0, **_: Any) -> _Connection:
        """Open a database of a watched folder."""
        return _Connection(path, timeout)


registry.register("sqlite.forgetful", __name__, "ForgetfulDialect")
