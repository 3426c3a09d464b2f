"""Homes with databases of their own, for benches; they vanish with the block."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from loopwright.cli.bench.postgres_server import DURABLE, PostgresServer, running_postgres

DATABASES = ("sqlite", "postgres")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """A home with its database, ready to be served."""

    kind: str
    home: Path
    url: str | None
    postgres: PostgresServer | None

    def settle(self) -> None:
        """Let the database finish what seeding left behind, as it would have overnight."""
        if self.url is not None:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
                connection.execute("CHECKPOINT")


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """Make a home and a database of a kind in DATABASES that vanish with the block."""
    with tempfile.TemporaryDirectory(prefix="loopwright-bench-") as folder:
        home = Path(folder) / "home"
        if kind == "sqlite":
            yield Place(kind, home, None, None)
            return
        with running_postgres(DURABLE) as postgres:
            yield Place(kind, home, postgres.url(postgres.create()), postgres)
