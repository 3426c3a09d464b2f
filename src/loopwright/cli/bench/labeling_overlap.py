"""`overlap.violations`: a crowd races for every item while writes fail; then the books are read.

Violations are counted in the tables afterwards: an item with more judgments than it wants, a closed
one with fewer, a judge twice on one item, a counter that is not what the rows say, an
acknowledged judgment that is not there exactly once.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_books import mistakes
from loopwright.cli.bench.labeling_crowd import LEASE, OVERLAP, Crowd, Ledger
from loopwright.cli.bench.labeling_places import Place, Say
from loopwright.cli.bench.labeling_seed import add_project, add_queued_items
from loopwright.cli.server import prepare
from loopwright.infra.database import Database
from loopwright.infra.faults import POINTS, Fault, FaultPlan, armed, fail
from loopwright.infra.settings import Settings
from loopwright.labeling.tables import judgment
from loopwright.projects import service as projects
from loopwright.sampling.tables import item_state

PROJECT = "race"
_CHANCE = 0.005
_TOLD = 20
_TELL_EVERY = 30.0


@dataclass(frozen=True)
class Race:
    """What a race found."""

    judgments: int
    """Acknowledged ones, those taken back included."""
    violations: list[str]
    notes: Json


def race(where: Place, *, judgments: int, seconds: float, seed: int, say: Say) -> Race:
    """Let a crowd judge items that want about `judgments` together, for `seconds` at most."""
    home = prepare(Settings(home=where.home, database_url=where.url))
    began = time.monotonic()
    try:
        add_project(home, PROJECT, overlap=OVERLAP, lease=LEASE)
        add_queued_items(home, PROJECT, max(2, judgments // OVERLAP))
        where.settle()
        project = home.db.read(lambda tx: projects.get(tx, PROJECT))
        crowd = Crowd(home.db, project, seed=seed, end=time.monotonic() + seconds)
        plan = FaultPlan({name: Fault(_CHANCE, fail) for name in POINTS}, seed=seed)
        say(f"{where.kind}: racing for {judgments} judgments, seed {seed}")
        with armed(plan), telling(crowd, where.kind, say):
            _work(crowd)
        crowd.finish()
        found = check(home.db, crowd.ledger)
        states = home.db.read(_states)
    finally:
        home.close()
    notes = {
        "seed": seed,
        "judgments": len(crowd.ledger.judged),
        "taken_back": len(crowd.ledger.undone),
        "items": states,
        "faults": dict(plan.fired),
        "seen": dict(sorted(crowd.ledger.counts.items())),
        "seconds": round(time.monotonic() - began, 1),
        "violations": found[:_TOLD],
    }
    say(f"{where.kind}: {len(crowd.ledger.judged)} judgments, {len(found)} violations")
    return Race(len(crowd.ledger.judged), found, notes)


def _work(crowd: Crowd) -> None:
    """Judge all there is. What ends a judge is a broken promise; what was judged is checked."""
    try:
        crowd.work()
    except Exception as failure:
        crowd.ledger.broken.append(f"a judge gave up: {type(failure).__name__}: {failure}")


@contextmanager
def telling(crowd: Crowd, kind: str, say: Say) -> Iterator[None]:
    """Say how far a crowd is, now and then, until the block ends."""
    over, began = threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(_TELL_EVERY):
            seconds = time.monotonic() - began
            say(f"{kind}: {len(crowd.ledger.judged)} judgments after {seconds:.0f} s")

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def check(db: Database, ledger: Ledger) -> list[str]:
    """Return what the tables contradict: the promises, or what was acknowledged."""
    return db.read(lambda tx: mistakes(tx, PROJECT) + lost(tx, PROJECT, *ledger.copy())) + (
        ledger.broken
    )


def lost(tx: Connection, project_id: str, judged: dict[str, str], undone: set[str]) -> list[str]:
    """Return the acknowledged judgments that are not there exactly once, as they were left."""
    query = select(judgment.c.client_id, judgment.c.id, judgment.c.superseded_by)
    rows = tx.execute(query.where(judgment.c.project_id == project_id)).all()
    stored = {row.client_id: row for row in rows}
    found = [
        f"judgment {key} of client id {client} is lost"
        for client, key in judged.items()
        if client not in stored or stored[client].id != key
    ]
    back = {row.id for row in rows if row.superseded_by is not None}
    found += [f"judgment {key} is in force again" for key in undone - back]
    if len(stored) != len(rows):
        found.append(f"{len(rows) - len(stored)} client ids are stored more than once")
    return found


def _states(tx: Connection) -> dict[str, int]:
    query = select(item_state.c.state, func.count()).group_by(item_state.c.state)
    return {row[0]: row[1] for row in tx.execute(query)}
