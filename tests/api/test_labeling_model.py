"""Any history of labeling, with crashes and lost acknowledgements, against a model that counts."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from labeling_model import Url
from labeling_model_leads import Labeling

from support import databases
from support.databases import PostgresDatabases

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which takes minutes here; the printed history is short enough to read."""


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The URL of a fresh SQLite file with every table."""
    with tempfile.TemporaryDirectory() as folder:
        yield databases.sqlite_file(Path(folder) / "state.db")


def play(new_url: Callable[[], Url], *, examples: int) -> None:
    """Play random histories, each on a fresh database."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=PHASES,
    )

    class Machine(Labeling):
        def __init__(self) -> None:
            super().__init__(new_url)

    run_state_machine_as_test(Machine, settings=chosen)


def test_any_history_on_sqlite() -> None:
    play(sqlite_file, examples=16)


def test_any_history_on_postgresql(postgres_databases: PostgresDatabases) -> None:
    @contextmanager
    def database() -> Iterator[str]:
        url = postgres_databases.take()
        try:
            yield url
        finally:
            postgres_databases.give(url)

    play(database, examples=10)
