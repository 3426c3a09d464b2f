"""What a write promises: alone in its failure, durable when it returns, never nested.

And a read: one moment of the database, whatever is written meanwhile.
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from loopwright.base.errors import InvalidInput, Unavailable
from loopwright.infra.database import Database, after_commit, open_database
from loopwright.infra.sqlite import SqliteDatabase

local = MetaData()
tally = Table(
    "test_tally",
    local,
    Column("id", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
)


@pytest.fixture(autouse=True)
def table(request: pytest.FixtureRequest) -> None:
    for name in ("db", "sqlite_db", "postgres_db"):
        if name in request.fixturenames:
            database: Database = request.getfixturevalue(name)
            database.write(lambda tx: local.create_all(tx))


def adds(number: int) -> Callable[[Connection], int]:
    def work(tx: Connection) -> int:
        tx.execute(insert(tally).values(id=number, value=0))
        return number

    return work


def stored(db: Database) -> set[int]:
    return db.read(lambda tx: set(tx.scalars(select(tally.c.id))))


class HeldWriter:
    """Holds the writer thread in one work, so that what follows becomes one group."""

    def __init__(self, db: Database) -> None:
        self._entered, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: db.write(self._wait))
        self._thread.start()
        assert self._entered.wait(10)

    def _wait(self, _tx: Connection) -> None:
        self._entered.set()
        assert self._go.wait(10)

    def release(self) -> None:
        self._go.set()
        self._thread.join()


def in_one_group(
    db: SqliteDatabase, works: list[Callable[[Connection], int]]
) -> list[int | BaseException]:
    """Run the works as one commit group; return what each was told."""
    outcomes: list[int | BaseException] = [0] * len(works)

    def run(place: int) -> None:
        try:
            outcomes[place] = db.write(works[place])
        except BaseException as failure:
            outcomes[place] = failure

    held = HeldWriter(db)
    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    while db._requests.qsize() < len(works):
        threading.Event().wait(0.001)
    held.release()
    for thread in threads:
        thread.join(10)
    return outcomes


def test_one_failing_work_of_a_group_fails_alone(sqlite_db: SqliteDatabase) -> None:
    def broken(tx: Connection) -> int:
        tx.execute(insert(tally).values(id=50, value=0))
        raise KeyError("mine alone")

    def leaving(tx: Connection) -> int:
        tx.execute(insert(tally).values(id=51, value=0))
        raise SystemExit(3)

    outcomes = in_one_group(sqlite_db, [adds(1), broken, adds(2), leaving, adds(1), adds(3)])
    assert [type(one) for one in (outcomes[1], outcomes[3])] == [KeyError, SystemExit]
    # Two add the same row: one of them, whichever came second, is told.
    told = [one for one in outcomes if isinstance(one, DBAPIError)]
    assert len(told) == 1
    assert stored(sqlite_db) == {1, 2, 3}


def asks(acts: list[int], number: int, *, fails: bool) -> Callable[[Connection], int]:
    def work(tx: Connection) -> int:
        after_commit(tx, lambda: acts.append(number))
        if fails:
            raise KeyError(number)
        return number

    return work


def fails_later(tx: Connection) -> int:
    """Write the row 2; what it wants done afterwards fails."""

    def act() -> None:
        raise KeyError("too late")

    after_commit(tx, act)
    return adds(2)(tx)


def test_what_an_undone_work_wanted_after_the_commit_is_not_done(
    sqlite_db: SqliteDatabase,
) -> None:
    acts: list[int] = []
    in_one_group(sqlite_db, [asks(acts, number, fails=number % 2 == 0) for number in range(6)])
    assert sorted(acts) == [1, 3, 5]


def test_an_act_that_fails_after_the_commit_is_told_to_its_own_writer(
    sqlite_db: SqliteDatabase,
) -> None:
    acts: list[int] = []

    works = [asks(acts, 1, fails=False), fails_later, asks(acts, 3, fails=False), adds(4)]
    outcomes = in_one_group(sqlite_db, works)
    assert isinstance(outcomes[1], KeyError)
    assert [outcomes[place] for place in (0, 2, 3)] == [1, 3, 4]
    assert (sorted(acts), stored(sqlite_db)) == ([1, 3], {2, 4})


def test_a_failing_act_after_the_commit_leaves_what_was_written(db: Database) -> None:
    with pytest.raises(KeyError, match="too late"):
        db.write(fails_later)
    assert stored(db) == {2}
    assert db.write(adds(1)) == 1


def test_a_group_that_fails_leaves_nothing_to_do_for_the_next(sqlite_db: SqliteDatabase) -> None:
    def loses_all(tx: Connection) -> int:
        after_commit(tx, lambda: acts.append(1))
        tx.exec_driver_sql("ROLLBACK")
        return 1

    acts: list[int] = []
    # Its savepoint is gone with the transaction, so the whole group fails.
    outcomes = in_one_group(sqlite_db, [asks(acts, 0, fails=False), loses_all])
    assert all(isinstance(one, sqlite3.OperationalError) for one in outcomes)
    sqlite_db.write(asks(acts, 2, fails=False))
    assert acts == [2]


def test_a_failed_commit_is_told_to_everyone(sqlite_db: SqliteDatabase) -> None:
    def refuse(_connection: Connection) -> None:
        raise OSError("the disk is full")

    event.listen(sqlite_db._writer_engine, "commit", refuse)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda n: _told(sqlite_db, n), range(1, 9)))
    assert all(isinstance(one, OSError) for one in told)
    event.remove(sqlite_db._writer_engine, "commit", refuse)
    assert stored(sqlite_db) == set()
    assert sqlite_db.write(adds(4)) == 4, "the writer goes on after a failed commit"
    assert stored(sqlite_db) == {4}


def _told(db: Database, number: int) -> BaseException | int:
    try:
        return db.write(adds(number))
    except BaseException as failure:
        return failure


def test_a_database_that_undoes_the_whole_transaction_is_not_believed(
    sqlite_db: SqliteDatabase,
) -> None:
    """SQLite itself rolls everything back after some errors (full disk, no memory)."""

    def loses_all(tx: Connection) -> int:
        tx.exec_driver_sql("ROLLBACK")
        raise ValueError("the database has undone the group")

    outcomes = in_one_group(sqlite_db, [adds(1), loses_all, adds(2)])
    kept = {one for one in outcomes if isinstance(one, int)}
    assert stored(sqlite_db) == kept, "what was acknowledged is stored, nothing else"
    assert sqlite_db.write(adds(7)) == 7


def test_work_that_is_called_off_does_not_end_the_writer(sqlite_db: SqliteDatabase) -> None:
    begun, go = threading.Event(), threading.Event()

    def holds(tx: Connection) -> int:
        begun.set()
        assert go.wait(10)
        return adds(1)(tx)

    first = sqlite_db.write_soon(holds)
    assert begun.wait(10)
    second = sqlite_db.write_soon(adds(2))
    third = sqlite_db.write_soon(adds(3))
    assert second.cancel()
    assert not first.cancel(), "it has begun"
    go.set()
    assert third.result(timeout=10) == 3
    assert stored(sqlite_db) == {1, 3}


def test_a_foreign_lock_is_an_error_not_a_hang(sqlite_db: SqliteDatabase, tmp_path: Path) -> None:
    sqlite_db.write(lambda tx: tx.exec_driver_sql("PRAGMA busy_timeout=50").scalar())
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError, match="locked"):
        sqlite_db.write(adds(1))
    other.execute("ROLLBACK")
    other.close()
    assert sqlite_db.write(adds(1)) == 1


def test_durable_when_write_returns(sqlite_db: Database, tmp_path: Path) -> None:
    sqlite_db.write(adds(1))
    # Another connection, as after a crash of this process: nothing is left in memory only.
    with sqlite3.connect(tmp_path / "state.db") as other:
        assert other.execute("SELECT count(*) FROM test_tally").fetchone() == (1,)
    other.close()
    sqlite_db.write(lambda tx: tx.execute(text("SELECT 1")))
    synchronous = sqlite_db.write(lambda tx: tx.exec_driver_sql("PRAGMA synchronous").scalar())
    assert synchronous == 2, "FULL: NORMAL loses acknowledged commits at power loss"


def test_savepoints_of_the_writer_need_no_file(sqlite_db: Database) -> None:
    kept = sqlite_db.write(lambda tx: tx.exec_driver_sql("PRAGMA temp_store").scalar())
    assert kept == 2, "memory: else each judgment writes a temporary file of its own"


def test_a_write_inside_a_write_is_refused(db: Database) -> None:
    def nested(tx: Connection) -> None:
        adds(1)(tx)
        db.write(adds(2))

    with pytest.raises(RuntimeError, match="inside"):
        db.write(nested)
    assert stored(db) == set()
    assert db.write(adds(3)) == 3, "the refusal leaves nothing behind"


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read.?only"):
        db.read(adds(1))
    assert db.write(adds(2)) == 2
    assert stored(db) == {2}


def test_a_read_sees_one_snapshot(db: Database) -> None:
    def read(tx: Connection) -> tuple[set[int], set[int]]:
        before = set(tx.scalars(select(tally.c.id)))
        writer = threading.Thread(target=lambda: db.write(adds(7)))
        writer.start()
        writer.join()
        return before, set(tx.scalars(select(tally.c.id)))

    assert db.read(read) == (set(), set())
    assert stored(db) == {7}


def test_many_threads_lose_no_update(db: Database) -> None:
    db.write(adds(1))

    def increase(_: int) -> None:
        db.write(lambda tx: tx.execute(update(tally).values(value=tally.c.value + 1)))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(increase, range(200)))
    assert db.read(lambda tx: tx.scalar(select(func.max(tally.c.value)))) == 200


def test_a_deadlock_is_repeated(postgres_db: Database) -> None:
    postgres_db.write(lambda tx: (adds(1)(tx), adds(2)(tx)))
    both = threading.Barrier(2)
    attempts = {"ab": 0, "ba": 0}

    def crosses(name: str, first: int, second: int) -> None:
        def work(tx: Connection) -> None:
            attempts[name] += 1
            tx.execute(update(tally).where(tally.c.id == first).values(value=tally.c.value + 1))
            if attempts[name] == 1:
                both.wait(10)
            tx.execute(update(tally).where(tally.c.id == second).values(value=tally.c.value + 1))

        postgres_db.write(work)

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(crosses, "ab", 1, 2), pool.submit(crosses, "ba", 2, 1)]
        for run in runs:
            run.result(30)
    assert sum(attempts.values()) >= 3, "one of the two was undone by the server and repeated"
    assert postgres_db.read(lambda tx: list(tx.scalars(select(tally.c.value)))) == [2, 2]


def test_a_closed_database_says_so(db: Database) -> None:
    db.close()
    db.close()
    with pytest.raises(Unavailable):
        db.write(adds(1))
    with pytest.raises(Unavailable):
        db.read(lambda tx: None)


def test_closing_finishes_what_was_taken_in(sqlite_url: str) -> None:
    for _ in range(20):
        db = open_database(sqlite_url)
        db.write(lambda tx: local.drop_all(tx))
        db.write(lambda tx: local.create_all(tx))
        with ThreadPoolExecutor(9) as pool:
            told = [pool.submit(_told, db, number) for number in range(8)]
            pool.submit(db.close).result(30)
            outcomes = [one.result(30) for one in told]
        assert all(isinstance(one, int | Unavailable) for one in outcomes)
        again = open_database(sqlite_url)
        assert stored(again) == {one for one in outcomes if isinstance(one, int)}
        again.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "hunter2 is the password", "mysql://me:hunter2@h/d"]
)
def test_a_url_that_does_not_fit_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidInput, match="LOOPWRIGHT_DATABASE_URL") as failure:
        open_database(url)
    assert "hunter2" not in str(failure.value)


def test_an_error_does_not_tell_what_was_written(db: Database) -> None:
    statement = text("INSERT INTO test_tally (id, value, nothing) VALUES (:id, 1, :secret)")
    with pytest.raises(DBAPIError) as failure:
        db.write(lambda tx: tx.execute(statement, {"id": 1, "secret": "hunter2"}))
    assert "hunter2" not in str(failure.value)
