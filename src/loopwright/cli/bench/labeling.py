"""How fast the labeling stage is, on databases and servers of its own.

The load runs on the same cores as the server.
"""

import os
import platform
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median, quantiles

import orjson
import psutil

from loopwright import __version__
from loopwright.base.errors import Unavailable
from loopwright.base.types import Json
from loopwright.cli.bench.label_page_run import measure as measure_page
from loopwright.cli.bench.labeling_load import Order
from loopwright.cli.bench.labeling_places import DATABASES, Place, Say, place
from loopwright.cli.bench.labeling_proofs import SHORT, SOAK, prove
from loopwright.cli.bench.labeling_raw import raw_rate
from loopwright.cli.bench.labeling_seed import add_annotators, add_project, add_queued_items
from loopwright.cli.bench.labeling_server import HOST, BenchServer, running, tree_cpu_seconds
from loopwright.cli.bench.postgres_server import find_server_programs
from loopwright.cli.server import prepare
from loopwright.infra.settings import Settings

PARTS = ("load", "proofs", "browser")
BROWSER = ("browser.key_to_next_p95_ms", "browser.first_load_script_gzip_kb")
CROWD = 50
SMALL = 10_000
_WARMUP = 2.0
_STEPS_A_SECOND = 3
"""Requests of each annotator that are recorded for the raw limit, for a second of load."""


@dataclass(frozen=True)
class Options:
    """What to measure, and for how long."""

    items: int = 1_000_000
    seconds: float = 20.0
    """Of each load; there are three on each database, two of them by one annotator."""
    runs: int = 3
    """Each load is cut into so many runs; the spread is over them."""
    databases: tuple[str, ...] = DATABASES
    parts: tuple[str, ...] = PARTS
    soak: bool = False
    """Whether the proofs are run at full size: half an hour and more."""


def measure(options: Options, *, say: Say) -> Json:
    """Return the figures with their context. Databases that are not installed are left out."""
    began = time.perf_counter()
    context = _context()
    figures: Json = {}
    notes: Json = {}
    for kind in options.databases if "load" in options.parts else ():
        if kind == "postgres" and find_server_programs() is None:
            notes["postgres"] = "left out: no PostgreSQL server programs on this machine"
            continue
        say(f"{kind}: starting")
        with place(kind) as where:
            found, told = speed(where, options, say=say)
        figures |= {f"{kind}.{name}": value for name, value in found.items()}
        notes[kind] = told
    if "proofs" in options.parts:
        proved, notes["proofs"] = prove(options.databases, SOAK if options.soak else SHORT, say=say)
        figures |= proved
    if "browser" in options.parts:
        found, notes["browser"] = browser(say=say)
        figures |= found
    notes["seconds"] = round(time.perf_counter() - began, 1)
    return {"bench": "labeling", "figures": figures, "context": {**context, **notes}}


def browser(*, say: Say) -> tuple[Json, Json | str]:
    """Return the figures of the label page in a browser; "not run" and why where there is none."""
    say("browser: judging by keyboard")
    try:
        made = measure_page(None)
    except Unavailable as missing:
        return dict.fromkeys(BROWSER, "not run"), f"{missing.message} {missing.remedy}"
    return made["figures"], made["context"]


def speed(where: Place, options: Options, *, say: Say) -> tuple[Json, Json]:
    """Return judgments per second, latencies and processor time, for one annotator and many."""
    small, large = min(SMALL, options.items), options.items
    home = prepare(Settings(home=where.home, database_url=where.url))
    keys: dict[str, list[str]] = {}
    took: Json = {}
    try:
        for project, items in (("small", small), ("large", large)):
            began = time.perf_counter()
            add_project(home, project, overlap=3)
            add_queued_items(home, project, items)
            keys[project] = add_annotators(home, project, CROWD + 1)
            took[f"seconds_to_seed_{items}"] = round(time.perf_counter() - began, 1)
            say(f"{where.kind}: {items} items queued in {took[f'seconds_to_seed_{items}']} s")
    finally:
        home.close()
    where.settle()
    loads = {
        "small.1": ("small", keys["small"][:1]),
        "1": ("large", keys["large"][:1]),
        str(CROWD): ("large", keys["large"][1:]),
    }
    figures: Json = {}
    with running(where.home, where.url) as server:
        runs = {
            name: _runs(where, server, project, who, options, say=say)
            for name, (project, who) in loads.items()
        }
        figures["server_memory_mib"] = round(server.memory_mib(), 1)
    for name in ("1", str(CROWD)):
        figures |= _figures(name, runs[name])
    steps = max(5, round(_STEPS_A_SECOND * options.seconds))
    raw, took["raw"] = raw_rate(where, "large", loads[str(CROWD)][1], steps=steps)
    figures[f"raw_per_s.{CROWD}"] = round(raw, 1)
    rate = figures[f"judgments_per_s.{CROWD}"]
    figures[f"ratio_to_raw.{CROWD}"] = _ratio(rate, raw)
    say(f"{where.kind}: the database alone: {raw:.0f}/s")
    figures["next.growth_1e4_1e6"] = _ratio(_p50(runs["1"]), _p50(runs["small.1"]))
    return figures, {**took, "runs": {name: _told(found) for name, found in runs.items()}}


def _runs(
    where: Place, server: BenchServer, project: str, keys: list[str], options: Options, *, say: Say
) -> list[Json]:
    found = []
    for number in range(options.runs):
        seconds = options.seconds / options.runs
        order = Order(HOST, server.port, project, keys, seconds, seed=number + 1, warmup=_WARMUP)
        cpu, database = server.cpu_seconds(), _database_cpu(where)
        run = load(order)
        spent = server.cpu_seconds() - cpu
        count = max(1, run["all"])
        run["server_cpu_ms"] = 1000 * spent / count
        run["database_cpu_ms"] = 1000 * (_database_cpu(where) - database) / count
        run["load_average"] = os.getloadavg()[0]
        found.append(run)
        rate = len(run["latencies"]) / run["seconds"]
        say(f"{where.kind}: {len(keys)} annotators, run {number + 1}: {rate:.0f} judgments/s")
    return found


def load(order: Order) -> Json:
    """Run the crowd in a process of its own; return what it saw."""
    done = subprocess.run(
        [sys.executable, "-m", "loopwright.cli.bench.labeling_load"],
        input=orjson.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        check=True,
    )
    found: Json = orjson.loads(done.stdout)
    return found


def _database_cpu(where: Place) -> float:
    return 0.0 if where.postgres is None else tree_cpu_seconds(where.postgres.first_pid)


def _figures(name: str, runs: list[Json]) -> Json:
    rates = [len(run["latencies"]) / run["seconds"] for run in runs]
    every = [1000 * one for run in runs for one in run["latencies"]]
    return {
        f"judgments_per_s.{name}": round(median(rates), 1),
        f"submit_next_p50_ms.{name}": round(median(every), 2),
        f"submit_next_p99_ms.{name}": round(quantiles(every, n=100)[-1], 2),
        f"server_cpu_ms_per_judgment.{name}": round(median(r["server_cpu_ms"] for r in runs), 3),
        f"database_cpu_ms_per_judgment.{name}": round(
            median(run["database_cpu_ms"] for run in runs), 3
        ),
        f"load_cpu_ms_per_judgment.{name}": round(
            median(1000 * run["cpu_seconds"] / max(1, len(run["latencies"])) for run in runs), 3
        ),
    }


def _told(runs: list[Json]) -> Json:
    rates = [len(run["latencies"]) / run["seconds"] for run in runs]
    return {
        "n": sum(len(run["latencies"]) for run in runs),
        "judgments_per_s": [round(rate, 1) for rate in rates],
        # A fast server empties a small queue: a run that found nothing says so.
        "p50_ms": [
            round(1000 * median(run["latencies"]), 2) if run["latencies"] else None for run in runs
        ],
        "load_average": [round(run["load_average"], 2) for run in runs],
        "answers": [run["statuses"] for run in runs],
    }


def _p50(runs: list[Json]) -> float:
    every: list[float] = [one for run in runs for one in run["latencies"]]
    return median(every)


def _ratio(value: float, to: float) -> float | None:
    return round(value / to, 3) if to else None


def _context() -> Json:
    programs = find_server_programs()
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_at_start": [round(one, 2) for one in os.getloadavg()],
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "loopwright " + " ".join(sys.argv[1:]),
        "versions": {
            "loopwright": __version__,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "postgresql_programs": None if programs is None else programs.parts[-2],
            **{name: version(name) for name in ("sqlalchemy", "psycopg", "fastapi", "uvicorn")},
        },
    }
