"""`lost_after_power_loss`: the power is cut before every sync of a crowd's history.

The product's own SQLite engine runs over a disk that forgets what was not synced. Just before each
sync, what a cut would leave is opened as after a restart: every judgment that was acknowledged
until then must be there, once, and the books of the queue must be right. Between two syncs no
moment is worse than that one. Each cut is looked at twice: nothing unsynced arrived, and a random
part of it did. The same with synchronous=NORMAL must lose judgments, else the disk forgets nothing.
"""

import random
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_books import mistakes
from loopwright.cli.bench.labeling_crowd import LEASE, OVERLAP, Crowd
from loopwright.cli.bench.labeling_overlap import PROJECT, lost
from loopwright.cli.bench.labeling_places import Say
from loopwright.cli.bench.labeling_seed import add_project, add_queued_items
from loopwright.cli.bench.power_dialect import FILE, url, watch
from loopwright.cli.bench.power_disk import Disk
from loopwright.cli.server import prepare
from loopwright.infra.database import open_database
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings
from loopwright.projects import service as projects

TOLD = 20


@dataclass
class Cuts:
    """What became of a history that was cut at every sync."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    """Most acknowledged judgments that one cut took away."""
    mistakes: list[str] = field(default_factory=list)
    syncs: int = 0
    """Syncs at which a cut could have been, where not every one was."""


def power_loss(*, judgments: int, seconds: float, seed: int, say: Say) -> tuple[int, Json]:
    """Return how many acknowledged judgments the worst cut lost, and the notes."""
    began = time.monotonic()
    full = cut_at_every_sync(judgments, seconds=0.8 * seconds, seed=seed)
    say(f"power: {full.cuts} cuts in {full.acknowledged} judgments lost {full.lost}")
    weak = cut_at_every_sync(judgments, seconds=0.2 * seconds, seed=seed, weak=True)
    say(f"power: with synchronous=NORMAL the worst of {weak.cuts} cuts lost {weak.lost}")
    return full.lost + len(full.mistakes), {
        "seed": seed,
        "database": "sqlite",
        "cuts": full.cuts,
        "judgments": full.acknowledged,
        "mistakes": full.mistakes[:TOLD],
        "lost_with_synchronous_normal": weak.lost,
        "cuts_with_synchronous_normal": weak.cuts,
        "seconds": round(time.monotonic() - began, 1),
    }


def cut_at_every_sync(judgments: int, *, seconds: float, seed: int, weak: bool = False) -> Cuts:
    """Let a crowd judge over a disk that forgets; cut the power before each sync and at the end.

    `weak` runs the database with synchronous=NORMAL.
    """
    disk, found = Disk(forgets_full=weak), Cuts()
    with tempfile.TemporaryDirectory(prefix="loopwright-bench-") as name:
        state = Path(name) / "state"
        state.mkdir()
        watch(state, disk)
        settings = Settings(home=Path(name) / "home", database_url=url(state))
        fill_queue(settings, judgments)
        home = open_home(settings)
        try:
            project = home.db.read(lambda tx: projects.get(tx, PROJECT))
            crowd = Crowd(home.db, project, seed=seed, end=time.monotonic() + seconds)
            dice = random.Random(seed)  # noqa: S311 - reproducible

            def cut() -> None:
                for torn in (None, dice):
                    _look(disk, Path(name) / "left", crowd, found, torn)
                found.cuts += 1

            disk.before_sync = cut
            crowd.work()
            cut()
            found.acknowledged = len(crowd.ledger.judged)
            disk.before_sync = lambda: None
        finally:
            home.close()
            disk.close()
    return found


def fill_queue(settings: Settings, judgments: int) -> None:
    """Fill the queue and close the home: all of it is in the database file, and synced."""
    home = prepare(settings)
    try:
        add_project(home, PROJECT, overlap=OVERLAP, lease=LEASE)
        add_queued_items(home, PROJECT, max(2, judgments // OVERLAP))
    finally:
        home.close()


def _look(disk: Disk, folder: Path, crowd: Crowd, found: Cuts, dice: random.Random | None) -> None:
    """Open what a cut now would leave, as a restarted server does."""
    judged, undone = crowd.ledger.copy()
    folder.mkdir()
    disk.leave(folder, dice=dice)
    database = open_database(f"sqlite:///{folder / FILE}")
    try:
        gone = database.read(lambda tx: lost(tx, PROJECT, judged, undone))
        wrong = database.read(lambda tx: mistakes(tx, PROJECT))
    except DBAPIError as failure:
        gone, wrong = [], [f"what the cut left cannot be read: {failure}"]
    finally:
        database.close()
    found.lost = max(found.lost, len(gone))
    found.mistakes += wrong
    shutil.rmtree(folder)
