"""`ratio_to_raw.50`: what the database alone does with the same statements, as fast as it can.

The statements of real requests (submit, and ask for the next item) are recorded with their values
in one transaction that is rolled back. They are then replayed word for word against the same tables
with sqlite3 or psycopg: no HTTP, no rules, nothing built, nothing read from the rows, no load
generator beside it. SQLite gets them as its one writer would at best: one connection, one request
of each annotator in a commit. PostgreSQL gets a transaction for each request, sent without waiting
in between, from THREADS connections of one Python process, which is part of that limit.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

import httpx
import psycopg
from sqlalchemy import Connection

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_places import Place
from loopwright.cli.server import prepare
from loopwright.infra import prepared
from loopwright.infra.database import Work, take_after_commit
from loopwright.infra.home import Home
from loopwright.infra.settings import Settings
from loopwright.infra.wire import one_by_one
from loopwright.web.app import create_app

T = TypeVar("T")
Statement = tuple[str, Any, bool]
"""Its text, its values, and whether those are many rows."""

THREADS = 16
_AGAIN = ("40001", "40P01")


class _RollBack(Exception):
    """Ends the transaction of the recording without a trace."""


class _Recorder:
    """Every unit of work in one transaction, one after another; keeps what was executed."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self.statements: list[Statement] = []

    @property
    def dialect(self) -> str:
        return self._tx.dialect.name

    def write(self, work: Work[T]) -> T:
        with self._tx.begin_nested():
            return work(self._tx)

    def write_soon(self, work: Work[T]) -> "Future[T]":
        done: Future[T] = Future()
        try:
            done.set_result(self.write(work))
        except Exception as failure:
            done.set_exception(failure)
        return done

    def read(self, work: Work[T]) -> T:
        return work(self._tx)

    def close(self) -> None:
        """Leave the connection to whoever opened it."""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Stand between the product and the driver, where all statements pass."""
        fairy: Any = self._tx.connection
        real, opened = fairy.dbapi_connection, prepared.open_cursor

        def open_cursor(tx: Connection) -> Any:
            # On SQLite the cursor comes from the connection, which listens already.
            found = opened(tx)
            return found if isinstance(found, _ListeningCursor) else _ListeningCursor(found, self)

        fairy.dbapi_connection = _Listening(real, self)
        prepared.open_cursor = open_cursor
        try:
            yield
        finally:
            fairy.dbapi_connection, prepared.open_cursor = real, opened


class _Listening:
    """A driver's connection whose cursors tell the recorder what they execute."""

    def __init__(self, real: Any, recorder: _Recorder) -> None:
        self._real, self._recorder = real, recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def cursor(self, *arguments: Any, **named: Any) -> "_ListeningCursor":
        return _ListeningCursor(self._real.cursor(*arguments, **named), self._recorder)


class _ListeningCursor:
    def __init__(self, real: Any, recorder: _Recorder) -> None:
        self._real, self._recorder = real, recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._real)

    def execute(self, sql: str, *values: Any, **named: Any) -> Any:
        self._tell(sql, values, many=False)
        self._real.execute(sql, *values, **named)
        return self

    def executemany(self, sql: str, *values: Any, **named: Any) -> Any:
        self._tell(sql, values, many=True)
        self._real.executemany(sql, *values, **named)
        return self

    def _tell(self, sql: str, values: tuple[Any, ...], *, many: bool) -> None:
        if not str(sql).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self._recorder.statements.append((sql, values[0] if values else (), many))


def raw_rate(where: Place, project: str, keys: list[str], *, steps: int) -> tuple[float, Json]:
    """Return requests per second of the database alone, and what was replayed."""
    settings = Settings(home=where.home, database_url=where.url)
    home = prepare(settings)
    try:
        rounds = _record(home, project, keys, steps)
    finally:
        home.close()
    requests = sum(len(one) for one in rounds)
    began = time.perf_counter()
    if where.url is None:
        _replay_sqlite(settings.url.removeprefix("sqlite:///"), rounds)
    else:
        _replay_postgres(where.url, rounds)
    took = time.perf_counter() - began
    count = sum(len(request) for one in rounds for request in one)
    return requests / took, {
        "requests": requests,
        "statements_per_request": round(count / requests, 2),
        "seconds": round(took, 2),
        "connections": 1 if where.url is None else THREADS,
    }


def _record(home: Home, project: str, keys: list[str], steps: int) -> list[list[list[Statement]]]:
    """Return for each round the statements of one request of each annotator."""
    rounds: list[list[list[Statement]]] = []

    def work(tx: Connection) -> None:
        recorder = _Recorder(tx)
        app = create_app(replace(home, db=recorder))
        with one_by_one(tx), recorder.listening():
            rounds.extend(asyncio.run(_ask(app, recorder, project, keys, steps)))
        take_after_commit(tx)
        raise _RollBack

    with suppress(_RollBack):
        home.db.write(work)
    return rounds


async def _ask(
    app: Any, recorder: _Recorder, project: str, keys: list[str], steps: int
) -> list[list[list[Statement]]]:
    base = f"http://127.0.0.1/api/projects/{project}"
    rounds = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:

        async def post(key: str, path: str, body: Json) -> Json:
            headers = {"Authorization": f"Bearer {key}"}
            answer = await client.post(f"{base}/{path}", json=body, headers=headers)
            answer.raise_for_status()
            found: Json = answer.json()
            return found

        held = {
            key: (await post(key, "assignments", {"count": 1}))["assignments"][0] for key in keys
        }
        for step in range(steps):
            requests = []
            for key in keys:
                recorder.statements = []
                done = await post(key, "judgments", _judgment(held[key], step))
                held[key] = done["next"][0]
                requests.append(recorder.statements)
            rounds.append(requests)
    return rounds


def _judgment(offer: Json, step: int) -> Json:
    return {
        "client_id": f"raw-{step}-{offer['id']}", "assignment_id": offer["id"],
        "token": offer["token"], "answer": {"choice": "left", "reason": None},
        "active_ms": 4200, "revisions": 0, "count": 1, "held": [],
    }  # fmt: skip


def _run(cursor: Any, request: list[Statement]) -> None:
    for sql, values, many in request:
        if many:
            cursor.executemany(sql, values)
        else:
            cursor.execute(sql, values)
        if cursor.description is not None:
            cursor.fetchall()


def _replay_sqlite(path: str, rounds: list[list[list[Statement]]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    cursor = connection.cursor()
    for setting in ("synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=2000"):
        cursor.execute(f"PRAGMA {setting}")
    for requests in rounds:
        cursor.execute("BEGIN IMMEDIATE")
        for request in requests:
            _run(cursor, request)
        cursor.execute("COMMIT")
    connection.close()


def _replay_postgres(url: str, rounds: list[list[list[Statement]]]) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with psycopg.connect(url) as connection:
                for requests in rounds:
                    for request in requests[number::THREADS]:
                        _transaction(connection, request)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _transaction(connection: "psycopg.Connection[Any]", request: list[Statement]) -> None:
    named, numbered = connection.cursor(), psycopg.RawCursor(connection)
    while True:
        try:
            with connection.pipeline(), connection.transaction():
                for statement in request:
                    # Prepared statements have numbers and a list of values, others have names.
                    _run(numbered if isinstance(statement[1], list) else named, [statement])
        except psycopg.OperationalError as failure:
            if failure.sqlstate not in _AGAIN:
                raise
        else:
            return
