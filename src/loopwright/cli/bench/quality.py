"""How good and how fast trust in answers is, beside peers in the same run and on real votes.

Ratios are of processor seconds, since a shared machine's wall clock measures its other users.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from loopwright import __version__
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.cli.bench.quality_exit import early_exit
from loopwright.cli.bench.quality_live import live
from loopwright.cli.bench.quality_pairs import pairs_race
from loopwright.cli.bench.quality_people import people
from loopwright.cli.bench.quality_real import real
from loopwright.cli.bench.quality_truth import SEED, dawid_skene_race

PARTS = ("ds", "pairs", "live", "real", "exit", "people")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What to measure; `data` holds active_crowd/, None leaves the real sets out."""

    data: Path | None = None
    parts: tuple[str, ...] = PARTS
    largest: int = 1_000_000
    """Votes of the largest race."""


def measure(options: Options, *, say: Say) -> Json:
    """Return the figures with their context; what cannot run is "not run", with the reason."""
    context = _context()
    began = time.perf_counter()
    figures: Json = {}
    notes: Json = {}
    work: dict[str, Callable[[], tuple[Json, Json]]] = {
        "ds": lambda: dawid_skene_race(largest=options.largest, say=say),
        "pairs": lambda: pairs_race(say=say),
        "live": lambda: live(say=say),
        "real": lambda: real(options.data, say=say),
        "exit": lambda: early_exit(options.data, say=say),
        "people": lambda: people(options.data, say=say),
    }
    for part in options.parts:
        found, notes[part] = work[part]()
        figures |= found
    notes["seconds"] = round(time.perf_counter() - began, 1)
    notes["load_at_end"] = [round(one, 2) for one in os.getloadavg()]
    return {"bench": "quality", "figures": figures, "context": {**context, **notes}}


def parts_of(only: str | None) -> tuple[str, ...]:
    """Return the parts that are named with commas; all of them for None."""
    if only is None:
        return PARTS
    names = only.split(",")
    strange = sorted(set(names) - set(PARTS))
    if strange:
        raise InvalidInput(
            f"There is no {', '.join(strange)} to measure.",
            remedy=f"Use one or more of {', '.join(PARTS)}, with commas.",
        )
    return tuple(part for part in PARTS if part in names)


def data_folder(given: Path | None) -> Path | None:
    """Return the folder of data sets: given, named by LOOPWRIGHT_SHARED_DATA, or beside this one.

    Raises InvalidInput for a given folder that is none.
    """
    if given is not None and not given.is_dir():
        raise InvalidInput(
            f"{given} is no folder.", remedy="Pass --data FOLDER with active_crowd/ and llmfao/."
        )
    named = os.environ.get("LOOPWRIGHT_SHARED_DATA")
    folder = given or (Path(named) if named else Path("..") / "shared" / "data")
    return folder if folder.is_dir() else None


def _context() -> Json:
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_at_start": [round(one, 2) for one in os.getloadavg()],
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "loopwright " + " ".join(sys.argv[1:]),
        "seed": SEED,
        "versions": {
            "loopwright": __version__,
            "python": platform.python_version(),
            **{
                name: _version(name)
                for name in ("numpy", "scipy", "pandas", "crowd-kit", "evalica")
            },
        },
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
