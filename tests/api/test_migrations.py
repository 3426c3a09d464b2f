"""The migrations make exactly the tables that the product works with, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from loopwright.base.errors import Unavailable
from loopwright.infra.database import Database, metadata, open_database
from loopwright.web.schema import MIGRATIONS, revision, upgrade
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


def test_steps_that_a_cancelled_cycle_left_running_are_mended(tmp_path: Path) -> None:
    [file] = MIGRATIONS.glob("versions/*_steps_of_stopped_cycles.py")
    database = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    try:
        upgrade(database, to=f"{int(file.name[:4]) - 1:04d}")
        database.write(_cancelled_cycle)
        upgrade(database)
        found = database.read(lambda tx: list(tx.execute(text("SELECT * FROM cycle_step"))))
    finally:
        database.close()
    assert {row.cycle_id: (row.state, row.ended_at) for row in found} == {
        "cyc_stopped": ("cancelled", 9.0),
        "cyc_running": ("running", None),
    }


def _cancelled_cycle(tx: Connection) -> None:
    for round_, (name, state, ended) in enumerate(
        [("stopped", "cancelled", "9.0"), ("running", "running", "NULL")]
    ):
        tx.execute(
            text(
                "INSERT INTO cycle (id, project_id, round, state, attempt, spec, started_by, "
                f"created_at, ended_at) VALUES ('cyc_{name}', 'p', {round_}, '{state}', 1, '{{}}', "
                f"'per_1', 1.0, {ended})"
            )
        )
        tx.execute(
            text(
                "INSERT INTO cycle_step (cycle_id, name, position, state, started_at, inputs, "
                f"inputs_digest) VALUES ('cyc_{name}', 'sft', 0, 'running', 2.0, '{{}}', 'd')"
            )
        )
