"""Fixtures of every test: databases of both kinds, homes, a running server, the real data sets."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from loopwright.infra.database import Database, open_database
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from support.databases import PostgresDatabases, sqlite_file
from support.postgres import PostgresServer, find_server_programs, running_postgres
from support.server import RunningServer, add_project, running_server

REPOSITORY = Path(__file__).parent.parent
# Cheap and telling first: a wrong formula should not wait for a training run.
ORDER = ("tools", "stats", "rules", "api", "real_data", "workflows", "train", "e2e")

os.environ.setdefault("OMP_NUM_THREADS", "1")
# No test asserts a time, and a busy machine is no failure.
settings.register_profile("loopwright", deadline=None)
settings.load_profile("loopwright")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the folders in ORDER, files and tests as they stand."""

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(REPOSITORY / "tests").parts[0]
        return ORDER.index(folder) if folder in ORDER else len(ORDER)

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def fresh_logs() -> None:
    """Forget the stream that an earlier test's command logged to: it is closed by now."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the session; skips by name where none is installed."""
    if find_server_programs() is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> PostgresDatabases:
    """Databases of the session's server."""
    return PostgresDatabases(postgres_server)


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """The URL of an empty PostgreSQL database with every table."""
    url = postgres_databases.take()
    yield url
    postgres_databases.give(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a fresh SQLite file with every table."""
    return sqlite_file(tmp_path / "state.db")


@pytest.fixture
def sqlite_db(sqlite_url: str) -> Iterator[Database]:
    """An open SQLite database."""
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def postgres_db(postgres_url: str) -> Iterator[Database]:
    """An open PostgreSQL database."""
    database = open_database(postgres_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database, once of each kind."""
    url: str = request.getfixturevalue(
        "sqlite_url" if request.param == "sqlite" else "postgres_url"
    )
    return url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open database, once of each kind."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[Home]:
    """An open home, once on each kind of database."""
    opened = open_home(Settings(home=tmp_path / "home", database_url=database_url))
    yield opened
    opened.close()


@pytest.fixture
def server(home: Home) -> Iterator[RunningServer]:
    """A real server over `home` with the project `support` and no background work."""
    add_project(home)
    with running_server(home) as running:
        yield running


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets; skips by name where it is absent."""
    given = os.environ.get("LOOPWRIGHT_SHARED_DATA")
    folder = Path(given) if given else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}; set LOOPWRIGHT_SHARED_DATA to their folder")
    return folder
