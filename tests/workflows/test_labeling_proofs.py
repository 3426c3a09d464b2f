"""Short forms of `loopwright bench labeling --only proofs`, which runs them at any size."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from loopwright.cli.bench import labeling_power_postgres
from loopwright.cli.bench.labeling_kill import kills
from loopwright.cli.bench.labeling_overlap import race
from loopwright.cli.bench.labeling_places import Place, place
from loopwright.cli.bench.labeling_power import cut_at_every_sync
from loopwright.cli.bench.labeling_proofs import Size, figures, prove
from loopwright.cli.bench.labeling_raw import raw_rate
from loopwright.cli.bench.labeling_seed import add_annotators, add_project, add_queued_items
from loopwright.cli.bench.labeling_server import tree_cpu_seconds
from loopwright.cli.bench.postgres_server import find_server_programs
from loopwright.cli.server import prepare
from loopwright.infra.settings import Settings
from loopwright.labeling import store as labeling

UNSYNCED = {"fsync": "off"}


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


def test_power_cuts_under_postgresql_lose_nothing_and_would_be_noticed() -> None:
    why = labeling_power_postgres.left_out()
    if why is not None:
        pytest.skip(why)
    full = labeling_power_postgres.cut_at_syncs(45, cuts=3, seconds=5.0, seed=3)
    assert (full.lost, full.mistakes, full.cuts) == (0, [], 3)
    assert full.syncs > 20
    weak = labeling_power_postgres.cut_at_syncs(45, cuts=1, seconds=5.0, seed=3, weaker=UNSYNCED)
    assert weak.lost >= weak.acknowledged > 0


def test_without_a_compiler_the_cut_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    if find_server_programs() is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    assert labeling_power_postgres.left_out() == "not run: needs a C compiler"


def test_a_part_that_fails_is_named_and_is_never_zero() -> None:
    size = Size(60, 10.0, 0, 30, 2.0, parts=("nonsense", "overlap"))
    found, notes = prove(["sqlite"], size, say=quiet)
    assert "nonsense" in notes["failed"]["sqlite"]
    assert found["overlap.violations"] == 0
    assert found["overlap.judgments"] >= 60
    untried = {"power": {"postgres": {"gone": "not run: needs a C compiler"}, "sqlite": None}}
    assert figures(untried, ["power"]) == {
        "lost_after_power_loss": None,
        "lost_after_power_loss.postgres": "not run: needs a C compiler",
        "lost_after_power_loss.sqlite": None,
    }


def test_ended_children_keep_counting_as_processor_time() -> None:
    """A database ends a process with each connection: the sum must not shrink by it."""
    busy = "sum(i * i for i in range(3_000_000))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{busy}']); "
    command = [sys.executable, "-c", parent + "print('ran', flush=True); sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        own = psutil.Process(child.pid).cpu_times()
        assert tree_cpu_seconds(child.pid) > own.user + own.system


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_servers_and_databases_lose_nothing(kind: str) -> None:
    if kind == "postgres" and find_server_programs() is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    with place(kind) as own:
        gone, notes = kills(own, times=1, seed=3, say=quiet, items=2000)
    assert gone == 0
    assert notes["judgments"] > 0


def test_the_raw_limit_replays_whole_requests(where: Place) -> None:
    home = prepare(Settings(home=where.home, database_url=where.url))
    try:
        add_project(home, "raw", overlap=3)
        add_queued_items(home, "raw", 100)
        keys = add_annotators(home, "raw", 4)
    finally:
        home.close()
    rate, notes = raw_rate(where, "raw", keys, steps=3)
    assert rate > 0
    assert notes["requests"] == 12
    assert notes["statements_per_request"] > 5
    again = prepare(Settings(home=where.home, database_url=where.url))
    try:
        stored = again.db.read(lambda tx: labeling.judgments(tx, "raw"))
    finally:
        again.close()
    assert len(stored) == 12
