"""`lost_after_kill`: a server under load is killed at random moments, with its database or without.

The crowd of `labeling_load` goes on all the while and sends what was not answered again, with the
same client id. On SQLite the server is the database; on PostgreSQL sometimes the server dies,
sometimes every process of the database, sometimes both. At the end each acknowledged judgment must
be stored exactly once under its client id, and the books of the queue must be right.
"""

import random
import threading
import time

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_books import mistakes
from loopwright.cli.bench.labeling_load import Order, Tally, run
from loopwright.cli.bench.labeling_overlap import lost
from loopwright.cli.bench.labeling_places import Place, Say
from loopwright.cli.bench.labeling_seed import add_annotators, add_project, add_queued_items
from loopwright.cli.bench.labeling_server import HOST, BenchServer, running
from loopwright.cli.server import prepare
from loopwright.infra.home import open_home
from loopwright.infra.settings import Settings

PROJECT = "killed"
CROWD = 20
ITEMS = 20_000
_LONGEST = 1.5
"""A kill comes at most so many seconds after the first acknowledgement since the last one."""
_PATIENCE = 60.0
_TOLD = 20


def kills(where: Place, *, times: int, seed: int, say: Say, items: int = ITEMS) -> tuple[int, Json]:
    """Return how many acknowledged judgments were lost or doubled, and the notes."""
    began = time.monotonic()
    settings = Settings(home=where.home, database_url=where.url)
    home = prepare(settings)
    try:
        add_project(home, PROJECT, overlap=3)
        add_queued_items(home, PROJECT, items)
        keys = add_annotators(home, PROJECT, CROWD)
    finally:
        home.close()
    with running(where.home, where.url, log=where.home / "server.log") as server:
        order = Order(HOST, server.port, PROJECT, keys, 1e9, seed=seed, acknowledged=True)
        tally, killed, ended = _under_load(where, server, order, times, seed, say)
    home = open_home(settings)
    try:
        told = dict(tally.acknowledged)
        gone = home.db.read(lambda tx: lost(tx, PROJECT, told, set()))
        wrong = home.db.read(lambda tx: mistakes(tx, PROJECT))
    finally:
        home.close()
    if ended is not None:
        wrong.append(ended)
    if len(told) != len(set(tally.acknowledged)):
        wrong.append("one client id was acknowledged as two judgments")
    say(f"{where.kind}: {len(told)} judgments over {times} kills, {len(gone)} lost")
    return len(gone) + len(wrong), {
        "seed": seed,
        "kills": killed,
        "judgments": len(told),
        "answers": dict(tally.statuses),
        "connections_broken": tally.broken,
        "lost": gone[:_TOLD],
        "mistakes": wrong[:_TOLD],
        "seconds": round(time.monotonic() - began, 1),
    }


def _under_load(
    where: Place, server: BenchServer, order: Order, times: int, seed: int, say: Say
) -> tuple[Tally, list[str], str | None]:
    """Return what was told, what was killed, and why that ended early if it did."""
    tally, over = Tally(), threading.Event()
    load = threading.Thread(target=run, args=(order,), kwargs={"tally": tally, "stop": over.is_set})
    load.start()
    dice = random.Random(seed)  # noqa: S311 - reproducible
    killed = []
    try:
        for number in range(times):
            _wait_for_answer(tally, load, server)
            time.sleep(dice.uniform(0, _LONGEST))
            killed.append(_kill(where, server, number))
            say(f"{where.kind}: kill {number + 1} of {times}: {killed[-1]}")
        _wait_for_answer(tally, load, server)
    except RuntimeError as failure:
        return tally, killed, f"after {len(killed)} of {times} kills: {failure}"
    finally:
        over.set()
        load.join()
    return tally, killed, None


def _kill(where: Place, server: BenchServer, number: int) -> str:
    """End processes without a word, and start them again; return which."""
    whom: tuple[str, ...] = ("server",)
    if where.postgres is not None:
        whom = (("database",), ("server",), ("server", "database"))[number % 3]
    if "server" in whom:
        server.kill()
    if "database" in whom and where.postgres is not None:
        where.postgres.kill()
        where.postgres.start()
    if "server" in whom:
        server.start()
    return " and ".join(whom)


def _wait_for_answer(tally: Tally, load: threading.Thread, server: BenchServer) -> None:
    """Wait until the crowd is told "stored" once more."""
    before, end = len(tally.acknowledged), time.monotonic() + _PATIENCE
    while len(tally.acknowledged) == before:
        if time.monotonic() > end or not load.is_alive():
            raise RuntimeError(f"nobody is answered any more. {server.messages()}")
        time.sleep(0.01)
