"""The migrations make exactly the tables that the product works with, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from loopwright.base.errors import Unavailable
from loopwright.infra.database import Database, metadata, open_database
from loopwright.web.schema import revision, upgrade
from loopwright.web.stages import load_tables
from support.postgres import PostgresServer


def _differences(database: Database) -> list[object]:
    load_tables()

    def compare(tx: Connection) -> list[object]:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    return database.read(compare)


def _check(url: str) -> None:
    database = open_database(url)
    try:
        upgrade(database)
        first = database.read(revision)
        upgrade(database)
        assert database.read(revision) == first
        assert _differences(database) == []
    finally:
        database.close()


def test_migrations_make_the_tables_on_sqlite(tmp_path: Path) -> None:
    _check(f"sqlite:///{tmp_path / 'state.db'}")


def test_migrations_make_the_tables_on_postgresql(postgres_server: PostgresServer) -> None:
    name = postgres_server.create()
    try:
        _check(postgres_server.url(name))
    finally:
        postgres_server.drop(name)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    try:
        upgrade(database)
        database.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num='9999'")))
        with pytest.raises(Unavailable, match="9999"):
            upgrade(database)
    finally:
        database.close()
