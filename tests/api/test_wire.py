"""Prepared statements that PostgreSQL gets in groups do what they do one by one, there and here."""

from contextlib import suppress

import pytest
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from loopwright.base.types import Json
from loopwright.infra.database import Database
from loopwright.infra.prepared import Prepared
from loopwright.infra.wire import wire_of
from loopwright.sampling.tables import queue_pause

INSERT = Prepared(queue_pause.insert())
MOVE = Prepared(
    queue_pause.update()
    .where(queue_pause.c.project_id == bindparam("key"))
    .values(since=queue_pause.c.since + bindparam("more"))
    .returning(queue_pause.c.since)
)
ALL = select(queue_pause.c.project_id, queue_pause.c.since).order_by(queue_pause.c.project_id)


def row(key: str) -> Json:
    return {"project_id": key, "reason": "why", "paused_by": "ann", "since": 1.5}


def stored(db: Database) -> list[tuple[str, float]]:
    return db.read(lambda tx: [(one[0], one[1]) for one in tx.execute(ALL)])


def test_they_run_in_the_order_in_which_they_were_asked_for(db: Database) -> None:
    def work(tx: Connection) -> list[Json]:
        INSERT.run(tx, row("a"))
        first = MOVE.ask(tx, {"key": "a", "more": 1})
        second = MOVE.ask(tx, {"key": "a", "more": 2})
        INSERT.run(tx, row("b"))
        return second.rows(tx) + first.rows(tx)

    assert db.write(work) == [{"since": 4.5}, {"since": 2.5}]
    assert stored(db) == [("a", 4.5), ("b", 1.5)]


def test_work_that_swallows_a_failure_is_not_told_as_stored(postgres_db: Database) -> None:
    """PostgreSQL answers ROLLBACK to the COMMIT of a failed transaction: nobody hears "stored"."""

    def work(tx: Connection) -> str:
        tx.execute(queue_pause.insert(), row("a"))
        with suppress(IntegrityError):
            tx.execute(queue_pause.insert(), row("a"))
        return "ok"

    with pytest.raises(DBAPIError, match="failed before"):
        postgres_db.write(work)
    assert stored(postgres_db) == []
    postgres_db.write(lambda tx: INSERT.run(tx, row("b")))
    assert stored(postgres_db) == [("b", 1.5)]


def test_what_waits_goes_before_anything_else(db: Database) -> None:
    def work(tx: Connection) -> tuple[int, int]:
        INSERT.run(tx, row("a"))
        wire = wire_of(tx)
        waiting = 0 if wire is None else len(wire.waiting)
        return waiting, len(tx.execute(ALL).all())

    assert db.write(work) == (int(db.dialect == "postgresql"), 1)


def test_a_failure_that_nobody_waited_for_takes_all_back(db: Database) -> None:
    def work(tx: Connection) -> None:
        INSERT.run_many(tx, [row("a"), row("b"), row("a")])
        INSERT.run(tx, row("c"))

    with pytest.raises(IntegrityError) as raised:
        db.write(work)
    assert "why" not in str(raised.value)
    assert stored(db) == []
    db.write(lambda tx: INSERT.run(tx, row("a")))
    assert stored(db) == [("a", 1.5)]


def test_savepoints_hold_what_was_asked_for_within_them(db: Database) -> None:
    def work(tx: Connection) -> None:
        INSERT.run(tx, row("a"))
        with pytest.raises(IntegrityError), tx.begin_nested():
            INSERT.run_many(tx, [row("b"), row("b")])
        INSERT.run(tx, row("c"))

    db.write(work)
    assert stored(db) == [("a", 1.5), ("c", 1.5)]


def test_a_server_that_forgot_what_was_prepared_is_told_again(db: Database) -> None:
    if db.dialect != "postgresql":
        pytest.skip("SQLite keeps statements in this process")

    def work(tx: Connection) -> None:
        MOVE.run(tx, {"key": "a", "more": 1})

    db.write(lambda tx: INSERT.run(tx, row("a")))
    db.write(work)
    db.write(lambda tx: tx.execute(text("DEALLOCATE ALL")))
    db.write(work)
    assert stored(db) == [("a", 3.5)]


def test_a_connection_that_ends_in_a_group_is_replaced(db: Database) -> None:
    if db.dialect != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    ended: list[int] = []

    def work(tx: Connection) -> list[Json]:
        if not ended:
            ended.append(tx.scalar(text("SELECT pg_backend_pid()")) or 0)
            end = text("SELECT pg_terminate_backend(:pid, 5000)")
            db.read(lambda other: other.execute(end, {"pid": ended[0]}))
        INSERT.run(tx, row("a"))
        return MOVE.rows(tx, {"key": "a", "more": 1})

    assert db.write(work) == [{"since": 2.5}]
    assert stored(db) == [("a", 2.5)]


def test_what_the_server_cannot_hold_is_told_as_such(db: Database) -> None:
    if db.dialect != "postgresql":
        pytest.skip("SQLite holds it")
    with pytest.raises(DataError):
        db.write(lambda tx: INSERT.run(tx, {**row("a"), "reason": "a\0b"}))
    assert stored(db) == []
