"""`lost_after_power_loss` on PostgreSQL: the power is cut before syncs of a crowd's history.

A layer in the processes of a real PostgreSQL notes their writes and syncs (`power_layer.c`). After
the crowd is done, what a cut would have left at one sync after another is written to a folder; a
PostgreSQL starts there and recovers. Every judgment acknowledged until the cut must be there, once,
and the books of the queue must be right. Every second cut lets a random part of what was not
synced arrive. With synchronous_commit=off judgments must be lost, else the layer proves nothing.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_books import mistakes
from loopwright.cli.bench.labeling_crowd import Crowd, Ledger
from loopwright.cli.bench.labeling_overlap import PROJECT, lost
from loopwright.cli.bench.labeling_places import Say
from loopwright.cli.bench.labeling_power import TOLD, Cuts, fill_queue
from loopwright.cli.bench.postgres_server import (
    PostgresServer,
    find_server_programs,
    running_postgres,
)
from loopwright.cli.bench.power_journal import (
    Image,
    compile_layer,
    compiler,
    copy,
    in_memory,
    own,
    sync_points,
)
from loopwright.infra.database import open_database
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.projects import service as projects

_SMALL = {
    "shared_buffers": "16MB",
    "max_connections": "50",
    "max_wal_size": "8MB",
    "min_wal_size": "2MB",
    "checkpoint_completion_target": "0.1",
    "checkpoint_warning": "0",
    "wal_sync_method": "fdatasync",
    "autovacuum": "off",
}
"""Checkpoints come often, so that cuts meet them, too."""
WEAK = {"synchronous_commit": "off"}
_CUTS_PER_SECOND = 1.0
_WEAK_CUTS = 4


class StampedLedger(Ledger):
    """A ledger that knows where the journal ended when a judge was told."""

    def __init__(self, journal: Path) -> None:
        super().__init__()
        self._journal = journal
        self._told: dict[str, int] = {}

    def tell(self, client_id: str, judgment_id: str) -> None:
        """Note an acknowledged judgment."""
        super().tell(client_id, judgment_id)
        self._told.setdefault(client_id, self._journal.stat().st_size)

    def untell(self, judgment_id: str) -> None:
        """Note that a judgment was taken back."""
        super().untell(judgment_id)
        self._told.setdefault(judgment_id, self._journal.stat().st_size)

    def until(self, end: int) -> tuple[dict[str, str], set[str]]:
        """Return what was told while the journal was no longer than `end`."""
        judged, undone = self.copy()
        told = self._told
        return (
            {client: key for client, key in judged.items() if told[client] <= end},
            {key for key in undone if told[key] <= end},
        )


def left_out() -> str | None:
    """Return why this cannot be tried on this machine, None when it can."""
    if find_server_programs() is None:
        return "not run: no PostgreSQL server programs on this machine"
    return None if compiler() else "not run: needs a C compiler"


def power_loss(*, judgments: int, seconds: float, seed: int, say: Say) -> tuple[int, Json]:
    """Return how many acknowledged judgments the worst cut lost, and the notes."""
    began = time.monotonic()
    cuts = max(10, int(_CUTS_PER_SECOND * seconds))
    full = cut_at_syncs(judgments, cuts=cuts, seconds=seconds, seed=seed)
    say(f"power: {full.cuts} cuts of PostgreSQL in {full.acknowledged} judgments lost {full.lost}")
    weak = cut_at_syncs(judgments, cuts=_WEAK_CUTS, seconds=seconds, seed=seed, weaker=WEAK)
    say(f"power: with synchronous_commit=off the worst of {weak.cuts} cuts lost {weak.lost}")
    return full.lost + len(full.mistakes), {
        "seed": seed,
        "database": "postgres",
        "cuts": full.cuts,
        "syncs": full.syncs,
        "judgments": full.acknowledged,
        "mistakes": full.mistakes[:TOLD],
        "lost_with_synchronous_commit_off": weak.lost,
        "cuts_with_synchronous_commit_off": weak.cuts,
        "seconds": round(time.monotonic() - began, 1),
    }


def cut_at_syncs(
    judgments: int, *, cuts: int, seconds: float, seed: int, weaker: Mapping[str, str] | None = None
) -> Cuts:
    """Let a crowd judge for `seconds` at most; look at `cuts` of its syncs and at the end."""
    # Thousands of small files are copied for each cut, and nothing here needs a real disk.
    place = in_memory()
    with (
        running_postgres(_SMALL, initdb=["--wal-segsize=1"], place=place) as postgres,
        tempfile.TemporaryDirectory(prefix="loopwright-bench-", dir=place) as name,
        tempfile.TemporaryDirectory(prefix="loopwright-bench-") as programs,
    ):
        folder, layer = Path(name), compile_layer(Path(programs))
        Path(programs).chmod(0o755)
        # The database runs as another user where we are root; it writes its journal here.
        folder.chmod(0o755)
        own(folder, postgres.folder)
        database = postgres.create()
        home = Settings(home=folder / "home", database_url=postgres.url(database))
        fill_queue(home, judgments)
        postgres.stop(checkpoint=True)
        image = folder / "image"
        copy(postgres.folder / "data", image)
        journal = folder / "journal"
        watched = postgres.over(
            postgres.folder,
            {**_SMALL, **(weaker or {})},
            environment={
                "LD_PRELOAD": str(layer),
                "LOOPWRIGHT_JOURNAL": str(journal),
                "LOOPWRIGHT_JOURNAL_OF": str((postgres.folder / "data").resolve()),
            },
        )
        watched.start()
        try:
            ledger = _judge(watched.url(database), folder, journal, seconds, seed)
        finally:
            watched.stop()
        return _look_at_cuts(postgres, database, folder, ledger, cuts=cuts, seed=seed)


def _judge(url: str, folder: Path, journal: Path, seconds: float, seed: int) -> StampedLedger:
    home = open_home(Settings(home=folder / "home", database_url=url))
    try:
        project = home.db.read(lambda tx: projects.get(tx, PROJECT))
        crowd = Crowd(home.db, project, seed=seed, end=time.monotonic() + seconds)
        crowd.ledger = ledger = StampedLedger(journal)
        crowd.work()
    finally:
        home.close()
    return ledger


def _look_at_cuts(
    postgres: PostgresServer,
    database: str,
    folder: Path,
    ledger: StampedLedger,
    *,
    cuts: int,
    seed: int,
) -> Cuts:
    journal = folder / "journal"
    dice = random.Random(seed)  # noqa: S311 - reproducible
    points = sync_points(journal)
    chosen = sorted(dice.sample(points, min(cuts - 1, len(points))))
    found = Cuts(acknowledged=len(ledger.judged), syncs=len(points))
    image = Image(folder / "image", journal)
    try:
        for number, end in enumerate([*chosen, journal.stat().st_size]):
            image.forward(end)
            left = folder / "left"
            left.mkdir()
            image.leave(left / "data", dice=dice if number % 2 else None)
            # After a restart of the machine no process has the number that is in there.
            (left / "data" / "postmaster.pid").unlink(missing_ok=True)
            own(left, postgres.folder)
            (left / "data").chmod(0o700)
            _look(postgres.over(left, {"fsync": "off"}), database, ledger, end, found)
            shutil.rmtree(left)
            found.cuts += 1
    finally:
        image.close()
    return found


def _look(
    server: PostgresServer, database: str, ledger: StampedLedger, end: int, found: Cuts
) -> None:
    """Start PostgreSQL on what a cut left, and compare it with what was told until then."""
    judged, undone = ledger.until(end)
    try:
        server.start()
    except RuntimeError as failure:
        found.mistakes.append(f"PostgreSQL does not start after the cut at {end}: {failure}")
        return
    db = open_database(server.url(database))
    try:
        gone = db.read(lambda tx: lost(tx, PROJECT, judged, undone))
        found.mistakes += db.read(lambda tx: mistakes(tx, PROJECT))
        found.lost = max(found.lost, len(gone))
    except (DBAPIError, psycopg.Error) as failure:
        found.mistakes.append(f"what the cut at {end} left cannot be read: {failure}")
    finally:
        db.close()
        server.stop()
