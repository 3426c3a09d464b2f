"""The gateway's own verdicts, as files that the release stage reads.

The gateway drops a failing candidate by itself, without database or pipeline, and leaves the
evidence here; the release stage turns it into a rollback when it next looks.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from loopwright.base.types import Json


@dataclass(frozen=True)
class GuardVerdict:
    """Why the gateway took a candidate's traffic away; counts are those of the candidate's arm."""

    release_id: str
    project_id: str
    policy_version_id: str
    at: float
    requests: int
    failures: dict[str, int]
    """Failed requests by kind: connect, timeout, status, broken, empty, busy."""
    allowed_rate: float
    evidence: float
    """The e-detector's value; at most 1/value false alarms per request in the long run."""

    @property
    def sentence(self) -> str:
        """Return the verdict as one sentence with its figures."""
        failed = sum(self.failures.values())
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.failures.items()))
        return (
            f"The gateway took the traffic away: {failed} of {self.requests} requests failed "
            f"({kinds}), where {self.allowed_rate:.1%} is allowed."
        )

    def as_dict(self) -> Json:
        """Return the wire form."""
        return asdict(self)


def write_verdict(folder: Path, verdict: GuardVerdict) -> None:
    """Store a verdict durably; the first one of a release stays."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{verdict.release_id}.json"
    if path.exists():
        return
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as stream:
        stream.write(orjson.dumps(verdict.as_dict()))
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def read_verdict(folder: Path, release_id: str) -> GuardVerdict | None:
    """Return the gateway's verdict on a release, None when there is none (or it is torn)."""
    try:
        return GuardVerdict(**orjson.loads((folder / f"{release_id}.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
