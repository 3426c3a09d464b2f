"""Databases with every table and no rows, each made once and then copied or emptied."""

import tempfile
import uuid
from collections import deque
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from loopwright.infra.database import Database, create_schema, open_database
from loopwright.infra.home import Home, make_home_folder, open_home
from loopwright.infra.settings import Settings
from loopwright.web.stages import load_tables
from support.postgres import PostgresServer


def sqlite_file(path: Path) -> str:
    """Write a database to `path`; return its URL."""
    path.write_bytes(_empty())
    return f"sqlite:///{path}"


def sqlite_database(path: Path) -> Database:
    """Write a database to `path` and open it."""
    return open_database(sqlite_file(path))


def sqlite_home(settings: Settings) -> Home:
    """Open a home whose database, in its folder, has every table; one that is there stays."""
    make_home_folder(settings.home)
    file = settings.home / "loopwright.db"
    if not file.exists():
        sqlite_file(file)
    return open_home(settings)


@cache
def _empty() -> bytes:
    """A hundred tables are a hundred times quicker to copy than to create and sync."""
    load_tables()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        database = open_database(f"sqlite:///{file}")
        create_schema(database)
        database.close()
        return file.read_bytes()


class PostgresDatabases:
    """Databases of one server; one that a test is done with is emptied for the next.

    Making one copies some seven hundred files, emptying it only looks at them.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._used: deque[str] = deque()
        self._template = server.create()
        load_tables()
        database = open_database(server.url(self._template))
        create_schema(database)
        database.close()
        with self._connect(self._template) as connection:
            self._tables = _names(connection, "r")
            self._shape = _shape(connection)

    def take(self) -> str:
        """Return the URL of an empty database."""
        while len(self._used) > _RESTING:
            name = self._again(self._used.popleft())
            if name is not None:
                return self._server.url(name)
        return self._server.url(self._server.create(template=self._template))

    def give(self, url: str) -> None:
        """Take a database back."""
        self._used.append(url.rpartition("/")[2])

    def _again(self, used: str) -> str | None:
        """Empty a used database under another name; None where its tables changed."""
        # Under another name a thread that its test forgot cannot come back to it.
        name = f"t_{uuid.uuid4().hex}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self._connect("postgres") as connection:
            connection.execute(_END_ALL, (used,))
            connection.execute(rename.format(sql.Identifier(used), sql.Identifier(name)))
        with self._connect(name) as connection:
            if _shape(connection) == self._shape:
                self._empty(connection)
                return name
        self._server.drop(name)
        return None

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self._server.url(name), autocommit=True)

    def _empty(self, connection: psycopg.Connection) -> None:
        one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        looks = [one.format(name, sql.Identifier(name)) for name in self._tables]
        filled = [str(row[0]) for row in connection.execute(sql.SQL(" UNION ALL ").join(looks))]
        if filled:
            listed = sql.SQL(", ").join(map(sql.Identifier, filled))
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(listed))
        connection.execute(_RESTART)


_RESTING = 1
"""How many rest at least: those who were connected to the last one are still leaving."""
_END_ALL = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
_RESTART = """
SELECT setval(oid::regclass, 1, false) FROM pg_class
WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
"""
_SHAPE = """
SELECT count(*), sum(relnatts), max(pg_class.oid::bigint), count(DISTINCT relnamespace)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
"""


def _names(connection: psycopg.Connection, kind: str) -> list[str]:
    query = """
    SELECT relname FROM pg_class WHERE relkind = %s AND relnamespace = 'public'::regnamespace
    """
    return [str(row[0]) for row in connection.execute(query, (kind,))]


def _shape(connection: psycopg.Connection) -> tuple[object, ...] | None:
    """What differs once a schema, a table, a column or an index was added or taken away."""
    return connection.execute(_SHAPE).fetchone()
