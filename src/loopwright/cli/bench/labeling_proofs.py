"""What the labeling stage promises, put to the test: `overlap.violations`, `lost_after_kill`,
`lost_after_power_loss`. Each is a count that must be 0, with the number of judgments behind it.

Each database is tried in a process of its own, all at the same time. What a part found is told as
soon as it ends; a part that fails is named, and the others go on.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_places import Say
from loopwright.cli.bench.postgres_server import find_server_programs

SEED = 1
PARTS = ("overlap", "kill", "power")
_SPEED = {"sqlite": 11, "postgres": 9}
"""About how fast each races beside the other, so that both end together."""


@dataclass(frozen=True)
class Size:
    """How much is tried, on all databases together; `seconds` end what takes longer."""

    judgments: int
    seconds: float
    kills: int
    power_judgments: int
    """On each database, as the seconds are."""
    power_seconds: float
    parts: tuple[str, ...] = PARTS


SHORT = Size(20_000, 20.0, 4, 600, 15.0)
SOAK = Size(1_000_000, 1020.0, 50, 5000, 150.0)
"""Some 25 minutes on two cores."""


@dataclass(frozen=True)
class Share:
    """What one process does: one database's part of a size."""

    kind: str
    judgments: int
    seconds: float
    kills: int
    power_judgments: int
    power_seconds: float
    parts: tuple[str, ...]
    seed: int


@dataclass
class Told:
    """What came from one process: notes by part, and why parts failed."""

    notes: dict[str, Json]
    failed: dict[str, str]


def prove(databases: Sequence[str], size: Size, *, say: Say, seed: int = SEED) -> tuple[Json, Json]:
    """Return the figures and the notes; a figure is None when its part could not run."""
    kinds = [k for k in databases if k != "postgres" or find_server_programs() is not None]
    told = {kind: Told({}, {}) for kind in kinds}
    threads = [
        threading.Thread(target=_try, args=(share, told[share.kind], say))
        for share in shares(kinds, size, seed)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notes: Json = {"seed": seed}
    for part in size.parts:
        notes[part] = {kind: told[kind].notes.get(part) for kind in kinds}
    failed = {kind: found.failed for kind, found in told.items() if found.failed}
    return figures(notes, size.parts), {**notes, **({"failed": failed} if failed else {})}


def shares(kinds: Sequence[str], size: Size, seed: int) -> list[Share]:
    """Return what each database is tried with."""
    each, speed = len(kinds), sum(_SPEED[kind] for kind in kinds)
    return [
        Share(
            kind=kind,
            judgments=size.judgments * _SPEED[kind] // speed,
            seconds=size.seconds,
            kills=size.kills // each + (number < size.kills % each),
            power_judgments=size.power_judgments,
            power_seconds=size.power_seconds,
            parts=size.parts,
            seed=seed,
        )
        for number, kind in enumerate(kinds)
    ]


def figures(notes: Json, parts: Sequence[str]) -> Json:
    """Return the sums over the databases whose part ran, and what each one lost to power cuts."""
    found: Json = {}
    if "overlap" in parts:
        races = _ran(notes["overlap"])
        found["overlap.violations"] = _sum(races, "broken")
        found["overlap.judgments"] = _sum(races, "judgments")
    if "kill" in parts:
        kills = _ran(notes["kill"])
        found["lost_after_kill"] = _sum(kills, "gone")
        found["lost_after_kill.judgments"] = _sum(kills, "judgments")
        found["lost_after_kill.kills"] = sum(len(one["kills"]) for one in kills)
    if "power" in parts:
        cuts = _ran(notes["power"])
        found["lost_after_power_loss"] = _sum(cuts, "gone")
        for kind, one in notes["power"].items():
            found[f"lost_after_power_loss.{kind}"] = None if one is None else one["gone"]
            for name in ("cuts", "judgments", "control") if one in cuts else ():
                found[f"lost_after_power_loss.{kind}.{name}"] = one[name]
    return found


def _ran(by_kind: dict[str, Json | None]) -> list[Json]:
    return [one for one in by_kind.values() if one is not None and isinstance(one["gone"], int)]


def _sum(parts: Sequence[Json], name: str) -> int | None:
    return sum(one[name] for one in parts) if parts else None


def _try(share: Share, told: Told, say: Say) -> None:
    """Run a process for one database and take in what it tells, line by line."""
    child = subprocess.Popen(
        [sys.executable, "-m", "loopwright.cli.bench.labeling_proofs_run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the process has no pipes")
    child.stdin.write(orjson.dumps(asdict(share)))
    child.stdin.close()
    for line in child.stdout:
        one = orjson.loads(line)
        if "failed" in one:
            told.failed[one["part"]] = one["failed"]
        else:
            told.notes[one["part"]] = one["notes"]
        say(f"{share.kind}: {line.decode().strip()}")
    if child.wait() != 0:
        told.failed["process"] = f"it ended with {child.returncode}"
