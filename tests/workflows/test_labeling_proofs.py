"""Short forms of `loopwright bench labeling --only proofs`, which runs them at any size."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loopwright.cli.bench.labeling_kill import kills
from loopwright.cli.bench.labeling_overlap import race
from loopwright.cli.bench.labeling_places import Place, place
from loopwright.cli.bench.labeling_power import cut_at_every_sync
from loopwright.cli.bench.postgres_server import find_server_programs


def quiet(_text: str) -> None:
    """Say nothing."""


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A home with an empty database, once of each kind."""
    if request.param == "sqlite":
        yield Place("sqlite", tmp_path / "home", None, None)
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield Place("postgres", tmp_path / "home", server.url(name), None)
    server.drop(name)


def test_a_racing_crowd_with_failing_writes_breaks_no_promise(where: Place) -> None:
    found = race(where, judgments=900, seconds=60.0, seed=3, say=quiet)
    assert found.violations == []
    assert found.judgments >= 900
    assert sum(found.notes["faults"].values()) > 10


def test_a_power_cut_before_any_sync_loses_nothing() -> None:
    found = cut_at_every_sync(180, seconds=60.0, seed=3)
    assert (found.lost, found.mistakes) == (0, [])
    assert found.cuts > 10
    assert found.acknowledged >= 180


def test_the_same_cuts_lose_judgments_where_commits_are_not_synced() -> None:
    assert cut_at_every_sync(60, seconds=60.0, seed=3, weak=True).lost > 0


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_servers_and_databases_lose_nothing(kind: str) -> None:
    if kind == "postgres" and find_server_programs() is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    with place(kind) as own:
        gone, notes = kills(own, times=1, seed=3, say=quiet, items=2000)
    assert gone == 0
    assert notes["judgments"] > 0
