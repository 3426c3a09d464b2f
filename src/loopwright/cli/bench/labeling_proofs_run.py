"""The proofs of one database, in a process of its own.

Started as `python -m loopwright.cli.bench.labeling_proofs_run` with a share as JSON on standard
input; each part's notes are a line of JSON on standard output as soon as the part ends.
"""

import sys
import traceback

import orjson

from loopwright.base.types import Json
from loopwright.cli.bench import labeling_power_postgres
from loopwright.cli.bench.labeling_kill import kills
from loopwright.cli.bench.labeling_overlap import race
from loopwright.cli.bench.labeling_places import Say, place
from loopwright.cli.bench.labeling_proofs import Share


def overlap(share: Share, say: Say) -> Json:
    """Race for every item."""
    with place(share.kind) as where:
        found = race(
            where, judgments=share.judgments, seconds=share.seconds, seed=share.seed, say=say
        )
    broken = len(found.violations)
    return {**found.notes, "broken": broken, "gone": broken}


def kill(share: Share, say: Say) -> Json:
    """Kill the server, and the database where it is another process."""
    with place(share.kind) as where:
        gone, notes = kills(where, times=share.kills, seed=share.seed, say=say)
    return {**notes, "gone": gone}


def power(share: Share, say: Say) -> Json:
    """Cut the power at syncs; `control` is what the same cuts lose where commits do not sync."""
    if share.kind == "postgres":
        why = labeling_power_postgres.left_out()
        if why is not None:
            return {"gone": why}
        lost, notes = labeling_power_postgres.power_loss(
            judgments=share.power_judgments, seconds=share.power_seconds, seed=share.seed, say=say
        )
        return {**notes, "gone": lost, "control": notes["lost_with_synchronous_commit_off"]}
    try:
        from loopwright.cli.bench.labeling_power import power_loss
    except ModuleNotFoundError as missing:
        if missing.name != "apsw":
            raise
        return {"gone": "not run: apsw is not installed"}
    lost, notes = power_loss(
        judgments=share.power_judgments, seconds=share.power_seconds, seed=share.seed, say=say
    )
    return {**notes, "gone": lost, "control": notes["lost_with_synchronous_normal"]}


_PARTS = {"overlap": overlap, "kill": kill, "power": power}


def main() -> None:
    """Do every part; one that fails is told and does not keep the others from being tried."""
    given = orjson.loads(sys.stdin.buffer.read())
    share = Share(**{**given, "parts": tuple(given["parts"])})

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    for part in share.parts:
        told: Json = {"part": part}
        try:
            told["notes"] = _PARTS[part](share, say)
        except Exception as failure:
            traceback.print_exc()
            told["failed"] = f"{type(failure).__name__}: {failure}"
        print(orjson.dumps(told).decode(), flush=True)


if __name__ == "__main__":
    main()
