"""A read sees one moment of the database, whatever is written meanwhile."""

import threading

from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select

from loopwright.infra.database import Database

local = MetaData()
number = Table("test_number", local, Column("value", Integer, primary_key=True))


def count(tx: Connection) -> int:
    return int(tx.scalar(select(func.count()).select_from(number)) or 0)


def test_a_read_sees_one_snapshot(db: Database) -> None:
    db.write(lambda tx: local.create_all(tx))

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
