"""What a power cut would leave of a folder whose writes and syncs `power_layer.c` put in a journal.

Bytes count from the sync of their file on. New names, renames and removals count at once, as file
systems that keep a journal of their own order them before later syncs.
"""

import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEAD = struct.Struct("<B3xHHQQ")
_SECTOR = 512
_ROOM = 2**31
_SOURCE = Path(__file__).with_name("power_layer.c")


@dataclass(frozen=True)
class Record:
    """One entry of the journal; `start` is where it begins."""

    start: int
    kind: str
    path: str
    other: str
    offset: int
    data: bytes


def compiler() -> str | None:
    """Return the C compiler of this machine, None when there is none."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def compile_layer(folder: Path) -> Path:
    """Return the layer, built in `folder`. Raises CalledProcessError when the build fails."""
    program, built = compiler(), folder / "power_layer.so"
    command = [program or "cc", "-shared", "-fPIC", "-O1", "-o", str(built), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    built.chmod(0o755)
    return built


class Image:
    """A copy of the folder as it was when the journal began, brought forward step by step."""

    def __init__(self, folder: Path, journal: Path) -> None:
        self._folder = folder
        self._stream: BinaryIO = journal.open("rb")
        self._pending: dict[str, list[tuple[int, bytes | None]]] = {}
        """Writes by file since its last sync; None instead of bytes cuts the file off there."""

    def close(self) -> None:
        """Close the journal."""
        self._stream.close()

    def forward(self, end: int) -> None:
        """Let happen what the journal holds before `end`."""
        for record in records(self._stream, end):
            self._apply(record)

    def leave(self, folder: Path, *, dice: random.Random | None = None) -> None:
        """Write into `folder`, which is made, what a cut now would leave.

        With `dice`, a random part of what was not synced arrived all the same, cut at sectors.
        """
        copy(self._folder, folder)
        for path, writes in self._pending.items() if dice is not None else ():
            arrived = [
                (offset + at, data[at : at + _SECTOR])
                for offset, data in writes
                for at in range(0, len(data or b""), _SECTOR)
                if data and dice is not None and dice.random() < 0.5
            ]
            _write(folder / path, arrived)

    def _apply(self, one: Record) -> None:
        here = self._folder / one.path
        match one.kind:
            case "w":
                self._waiting(one.path).append((one.offset, one.data))
            case "a":
                self._waiting(one.path).append((one.offset, b""))
            case "t":
                self._waiting(one.path).append((one.offset, None))
            case "c" | "o":
                if not here.exists():
                    here.touch()
                if one.kind == "o":
                    self._waiting(one.path).append((0, None))
            case "s":
                _write(here, self._pending.pop(one.path, []))
            case "d":
                here.mkdir(exist_ok=True)
            case "x":
                shutil.rmtree(here, ignore_errors=True)
            case "u":
                here.unlink(missing_ok=True)
                self._pending.pop(one.path, None)
            case "r" | "l":
                self._move(one)

    def _move(self, one: Record) -> None:
        here, there = self._folder / one.path, self._folder / one.other
        waiting = self._pending.get(one.path, [])
        if one.kind == "r":
            self._pending.pop(one.path, None)
            if here.exists():
                here.replace(there)
        elif here.exists() and not there.exists():
            shutil.copyfile(here, there)
        self._pending.pop(one.other, None)
        if waiting:
            self._pending[one.other] = list(waiting)

    def _waiting(self, path: str) -> list[tuple[int, bytes | None]]:
        return self._pending.setdefault(path, [])


def records(stream: BinaryIO, end: int | None = None, *, data: bool = True) -> Iterator[Record]:
    """Yield the entries from where the stream stands; `data` False leaves their bytes out."""
    while end is None or stream.tell() < end:
        start = stream.tell()
        head = stream.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        kind, path_size, other_size, offset, size = _HEAD.unpack(head)
        path, other = stream.read(path_size).decode(), stream.read(other_size).decode()
        held = b""
        if kind == ord("w"):
            held = stream.read(size) if data else b""
            if not data:
                stream.seek(size, os.SEEK_CUR)
        yield Record(start, chr(kind), path, other, offset, held)


def sync_points(journal: Path) -> list[int]:
    """Return where in the journal syncs stand that made something durable."""
    found: list[int] = []
    dirty: set[str] = set()
    with journal.open("rb") as stream:
        for one in records(stream, data=False):
            if one.kind in "wta":
                dirty.add(one.path)
            elif one.kind == "r" and one.path in dirty:
                dirty.add(one.other)
            elif one.kind == "s" and one.path in dirty:
                dirty.discard(one.path)
                found.append(one.start)
    return found


def in_memory() -> Path | None:
    """Return a folder that is kept in memory and has room, None where there is none."""
    shared = Path("/dev/shm")  # noqa: S108 - only a place for folders of our own
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > _ROOM
    return shared if roomy and os.access(shared, os.W_OK) else None


def copy(folder: Path, to: Path) -> None:
    """Copy a folder with owners and modes; many small files take Python itself long."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(folder), str(to)], check=True)


def own(folder: Path, like: Path) -> None:
    """Give a folder and all in it to whoever owns `like`."""
    user, group = like.stat().st_uid, like.stat().st_gid
    for base, _folders, files in os.walk(folder):
        for path in (base, *(os.path.join(base, name) for name in files)):  # noqa: PTH118
            os.chown(path, user, group, follow_symlinks=False)


def _write(path: Path, writes: list[tuple[int, bytes | None]] | list[tuple[int, bytes]]) -> None:
    if not writes:
        return
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for offset, data in writes:
            if data is None:
                os.ftruncate(fd, offset)
            elif data:
                os.pwrite(fd, data, offset)
            elif os.fstat(fd).st_size < offset:
                os.ftruncate(fd, offset)
    finally:
        os.close(fd)
