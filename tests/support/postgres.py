"""The PostgreSQL server of one test session."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from loopwright.cli.bench.postgres_server import (
    PostgresServer,
    find_server_programs,
    remove_leftovers,
)
from loopwright.cli.bench.postgres_server import running_postgres as running_with
from support.ports import free_port

__all__ = [
    "PostgresServer",
    "find_server_programs",
    "remove_leftovers",
    "running_postgres",
    "somebody_waits",
]

_SETTINGS = {
    # What is tested is our statements, not the disk; durability has tests of its own.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server on a port of this worker's; stop and remove it at the end."""
    with running_with(_SETTINGS, port=free_port()) as server:
        yield server


def somebody_waits(tx: Connection) -> bool:
    """Return whether a transaction of this database waits for another's lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(tx.scalar(query))
