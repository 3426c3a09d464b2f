"""What the labeling stage promises, put to the test: `overlap.violations`, `lost_after_kill`,
`lost_after_power_loss`. Each is a count that must be 0, with the number of judgments behind it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from loopwright.base.types import Json
from loopwright.cli.bench.labeling_kill import kills
from loopwright.cli.bench.labeling_overlap import race
from loopwright.cli.bench.labeling_places import Say, place
from loopwright.cli.bench.postgres_server import find_server_programs

SEED = 1


@dataclass(frozen=True)
class Size:
    """How much is tried, on all databases together; `seconds` end what takes longer."""

    judgments: int
    seconds: float
    kills: int
    power_judgments: int
    power_seconds: float


SHORT = Size(20_000, 40.0, 4, 600, 20.0)
SOAK = Size(1_000_000, 1200.0, 50, 5000, 300.0)


def prove(databases: Sequence[str], size: Size, *, say: Say, seed: int = SEED) -> tuple[Json, Json]:
    """Return the figures and the notes; a figure is None when its part could not run."""
    kinds = [k for k in databases if k != "postgres" or find_server_programs() is not None]
    violations, kill_losses = 0, 0
    notes: Json = {"overlap": {}, "kill": {}}
    judgments = killed = 0
    share = len(kinds)
    for number, kind in enumerate(kinds):
        with place(kind) as where:
            found = race(
                where, judgments=size.judgments // share, seconds=size.seconds / share,
                seed=seed, say=say,
            )  # fmt: skip
        violations += len(found.violations)
        judgments += found.judgments
        notes["overlap"][kind] = found.notes
        times = size.kills // share + (number < size.kills % share)
        with place(kind) as where:
            gone, told = kills(where, times=times, seed=seed, say=say)
        kill_losses += gone
        killed += told["judgments"]
        notes["kill"][kind] = told
    power, notes["power"] = _power(kinds, size, say=say, seed=seed)
    return {
        "overlap.violations": violations if kinds else None,
        "overlap.judgments": judgments,
        "lost_after_kill": kill_losses if kinds else None,
        "lost_after_kill.judgments": killed,
        "lost_after_kill.kills": size.kills if kinds else 0,
        **power,
    }, {**notes, "seed": seed}


def _power(kinds: Sequence[str], size: Size, *, say: Say, seed: int) -> tuple[Json, Json]:
    """The disk that forgets is one for SQLite; PostgreSQL syncs by itself and is not tried."""
    if "sqlite" not in kinds:
        return {"lost_after_power_loss": None}, {"left out": "it needs SQLite"}
    try:
        from loopwright.cli.bench.labeling_power import power_loss
    except ModuleNotFoundError as missing:
        if missing.name != "apsw":
            raise
        return {"lost_after_power_loss": None}, {"left out": "apsw is not installed"}
    began = time.monotonic()
    lost, notes = power_loss(
        judgments=size.power_judgments, seconds=size.power_seconds, seed=seed, say=say
    )
    say(f"power: {time.monotonic() - began:.0f} s")
    return {
        "lost_after_power_loss": lost,
        "lost_after_power_loss.cuts": notes["cuts"],
        "lost_after_power_loss.judgments": notes["judgments"],
        "lost_after_power_loss.with_synchronous_normal": notes["lost_with_synchronous_normal"],
    }, notes
