"""The database interface keeps its promises on SQLite and PostgreSQL alike."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select

from loopwright.infra.database import Database, open_database

local = MetaData()
number = Table("test_number", local, Column("value", Integer, primary_key=True))


@pytest.fixture(autouse=True)
def table(db: Database) -> None:
    db.write(lambda tx: local.create_all(tx))


def count(tx: Connection) -> int:
    return int(tx.scalar(select(func.count()).select_from(number)) or 0)


def test_what_fails_leaves_nothing_and_its_neighbours_stay(db: Database) -> None:
    def broken(tx: Connection) -> None:
        tx.execute(insert(number).values(value=1))
        raise ValueError("changed my mind")

    def one(start: int) -> None:
        for value in range(start, start + 20):
            db.write(lambda tx, v=value: tx.execute(insert(number).values(value=v)))  # type: ignore[misc]
            with pytest.raises(ValueError, match="changed my mind"):
                db.write(broken)

    threads = [threading.Thread(target=one, args=(10 + 100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.read(count) == 80


def test_a_read_sees_one_snapshot(db: Database) -> None:
    def read(tx: Connection) -> tuple[int, int]:
        before = count(tx)
        writer = threading.Thread(
            target=lambda: db.write(lambda other: other.execute(insert(number).values(value=7)))
        )
        writer.start()
        writer.join()
        return before, count(tx)

    assert db.read(read) == (0, 0)
    assert db.read(count) == 1


def test_a_read_may_not_write(db: Database) -> None:
    with pytest.raises(Exception, match=r"read.?only|readonly"):
        db.read(lambda tx: tx.execute(insert(number).values(value=1)))
    assert db.read(count) == 0


def test_what_was_written_is_there_after_reopening(db: Database, database_url: str) -> None:
    db.write(lambda tx: tx.execute(insert(number).values(value=5)))
    db.close()
    again = open_database(database_url)
    try:
        assert again.read(count) == 1
    finally:
        again.close()


def test_another_kind_of_database_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="LOOPWRIGHT_DATABASE_URL"):
        open_database(f"mysql://{tmp_path}")
