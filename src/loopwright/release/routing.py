"""Which policy version answers whom: a snapshot in a file, and the pure assignment from it.

The gateway has no database: it reads these files, keeps the last good one, and goes on when
everything else is down. The candidate's share is a lease: past `lease_until` it is zero.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import orjson

from loopwright.base.digests import digest_json
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json


class Arm(StrEnum):
    """The side of the experiment that a request was assigned to."""

    STABLE = "stable"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class Target:
    """One policy version and where it answers; the decoding settings are part of the version."""

    policy_version_id: str
    base_url: str
    model: str
    system_prompt: str | None = None
    decoding: Json = field(default_factory=dict)
    api_key_env: str | None = None
    """Name of the environment variable that holds the back end's key, never the key."""


@dataclass(frozen=True)
class Candidate:
    """The policy version under trial: its share in [0, 1] holds until `lease_until`."""

    target: Target
    release_id: str
    share: float
    lease_until: float
    max_error_rate: float = 0.05


@dataclass(frozen=True)
class RoutingSnapshot:
    """Everything that the gateway needs to know about one project."""

    project_id: str
    version: int
    salt: str
    stable: Target
    candidate: Candidate | None
    shadow: bool
    issued_at: float


@dataclass(frozen=True)
class Assigned:
    """Where one request goes; `analysed` is false for requests without a subject."""

    arm: Arm
    target: Target
    analysed: bool


def position_of(salt: str, subject: str) -> float:
    """Return the subject's fixed position in [0, 1): blake2b of the subject, keyed by the salt."""
    key = hashlib.blake2b(salt.encode(), digest_size=32).digest()
    drawn = hashlib.blake2b(subject.encode(), digest_size=8, key=key).digest()
    return (int.from_bytes(drawn, "big") >> 11) / (1 << 53)


def pseudonym_of(salt: str, subject: str) -> str:
    """Return the name under which a subject is captured; a new salt gives a new name."""
    key = hashlib.blake2b(b"pseudonym:" + salt.encode(), digest_size=32).digest()
    return hashlib.blake2b(subject.encode(), digest_size=12, key=key).hexdigest()


def share_in_force(snapshot: RoutingSnapshot, now: float) -> float:
    """Return the candidate's share at `now`: zero without a candidate or past its lease."""
    candidate = snapshot.candidate
    if candidate is None or now >= candidate.lease_until:
        return 0.0
    return candidate.share


def assign(snapshot: RoutingSnapshot, *, subject: str | None, now: float) -> Assigned:
    """Return the arm of a request.

    Sticky: with one salt, a growing share only moves subjects from stable to the candidate.
    Without a subject nothing can stick, so the stable version answers and it is not analysed.
    """
    candidate = snapshot.candidate
    if subject is None or candidate is None:
        return Assigned(Arm.STABLE, snapshot.stable, analysed=False)
    share = share_in_force(snapshot, now)
    if share > 0 and position_of(snapshot.salt, subject) < share:
        return Assigned(Arm.CANDIDATE, candidate.target, analysed=True)
    return Assigned(Arm.STABLE, snapshot.stable, analysed=share > 0)


def shadow_in_force(snapshot: RoutingSnapshot, now: float) -> bool:
    """Return whether the candidate answers in the shadow of the stable version at `now`."""
    candidate = snapshot.candidate
    return snapshot.shadow and candidate is not None and now < candidate.lease_until


def as_json(snapshot: RoutingSnapshot) -> Json:
    """Return the snapshot's wire form."""
    candidate = snapshot.candidate
    return {
        "project_id": snapshot.project_id,
        "version": snapshot.version,
        "salt": snapshot.salt,
        "stable": _target_json(snapshot.stable),
        "candidate": None
        if candidate is None
        else {
            **_target_json(candidate.target),
            "release_id": candidate.release_id,
            "share": candidate.share,
            "lease_until": candidate.lease_until,
            "max_error_rate": candidate.max_error_rate,
        },
        "shadow": snapshot.shadow,
        "issued_at": snapshot.issued_at,
    }


def from_json(document: Json) -> RoutingSnapshot:
    """Return the snapshot of its wire form; raises InvalidInput when it does not fit."""
    try:
        return _parse(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            f"A routing snapshot does not fit: {error!r}.",
            remedy="Let the server write it again: `loopwright release list`.",
            code="bad_routing",
        ) from error


def path_of(folder: Path, project_id: str) -> Path:
    """Return the snapshot file of a project in the routing folder."""
    return folder / f"{project_id}.json"


def write_snapshot(folder: Path, snapshot: RoutingSnapshot) -> bool:
    """Replace the project's file atomically, keeping the one before it beside it.

    Returns False, and writes nothing, when the file already holds this or a newer version:
    two writers may finish in any order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, snapshot.project_id)
    document = as_json(snapshot)
    content = orjson.dumps({"checksum": digest_json(document), "snapshot": document})
    with _locked(folder / ".lock"):
        current = read_snapshot(path)
        if current is not None and current.version >= snapshot.version:
            return False
        if current is not None:
            _replace(_previous(path), path.read_bytes())
        _replace(path, content)
    return True


def read_snapshot(path: Path) -> RoutingSnapshot | None:
    """Return the snapshot in a file, None when the file is missing, torn or altered."""
    try:
        envelope = orjson.loads(path.read_bytes())
        document = envelope["snapshot"]
        if envelope["checksum"] != digest_json(document):
            return None
        return from_json(document)
    except (OSError, ValueError, KeyError, TypeError, InvalidInput):
        return None


def last_good(folder: Path, project_id: str) -> RoutingSnapshot | None:
    """Return the project's snapshot, or the one before it when the newest is not readable.

    The older one may still name a candidate, but with the lease that it had then.
    """
    path = path_of(folder, project_id)
    return read_snapshot(path) or read_snapshot(_previous(path))


class RoutingReader:
    """The gateway's view of the routing folder: only newer, whole snapshots replace what it has."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, RoutingSnapshot] = {}
        self._stamps: dict[str, tuple[int, int, int]] = {}
        self.unreadable = 0
        """How often a changed file could not be read; the last good snapshot stayed in force."""

    def get(self, project_id: str) -> RoutingSnapshot | None:
        """Return the snapshot in force, None for a project that was never routed."""
        return self._known.get(project_id)

    def projects(self) -> list[str]:
        """Return the projects that can be answered for."""
        return sorted(self._known)

    def refresh(self) -> list[RoutingSnapshot]:
        """Read what changed on disk; returns the snapshots that came into force."""
        changed = []
        for path in _snapshot_files(self._folder):
            found = self._reread(path)
            if found is not None:
                changed.append(found)
        return changed

    def _reread(self, path: Path) -> RoutingSnapshot | None:
        try:
            status = path.stat()
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        if self._stamps.get(path.name) == stamp:
            return None
        self._stamps[path.name] = stamp
        project_id = path.name.removesuffix(".json")
        found = read_snapshot(path)
        if found is None or found.project_id != project_id:
            self.unreadable += 1
            found = read_snapshot(_previous(path))
        known = self._known.get(project_id)
        if found is None or (known is not None and found.version <= known.version):
            return None
        self._known[project_id] = found
        return found


def without_candidate(snapshot: RoutingSnapshot) -> RoutingSnapshot:
    """Return the same routing with all traffic on the stable version."""
    return replace(snapshot, candidate=None, shadow=False)


def _snapshot_files(folder: Path) -> list[Path]:
    try:
        return sorted(
            path for path in folder.glob("*.json") if not path.name.endswith(".previous.json")
        )
    except OSError:
        return []


def _previous(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".json") + ".previous.json")


def _target_json(target: Target) -> Json:
    return {
        "policy_version_id": target.policy_version_id,
        "base_url": target.base_url,
        "model": target.model,
        "system_prompt": target.system_prompt,
        "decoding": target.decoding,
        "api_key_env": target.api_key_env,
    }


def _parse(document: Json) -> RoutingSnapshot:
    found = document["candidate"]
    candidate = None
    if found is not None:
        candidate = Candidate(
            target=_parse_target(found),
            release_id=str(found["release_id"]),
            share=min(1.0, max(0.0, float(found["share"]))),
            lease_until=float(found["lease_until"]),
            max_error_rate=float(found["max_error_rate"]),
        )
    return RoutingSnapshot(
        project_id=str(document["project_id"]),
        version=int(document["version"]),
        salt=str(document["salt"]),
        stable=_parse_target(document["stable"]),
        candidate=candidate,
        shadow=bool(document["shadow"]),
        issued_at=float(document["issued_at"]),
    )


def _parse_target(document: Json) -> Target:
    return Target(
        policy_version_id=str(document["policy_version_id"]),
        base_url=str(document["base_url"]).rstrip("/"),
        model=str(document["model"]),
        system_prompt=document.get("system_prompt"),
        decoding=dict(document.get("decoding") or {}),
        api_key_env=document.get("api_key_env"),
    )


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
