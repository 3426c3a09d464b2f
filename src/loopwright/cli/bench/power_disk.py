"""A disk that keeps only what was synced: a layer under SQLite that tells what a cut leaves.

Every write goes to the real file, so SQLite works as ever. Beside it the layer keeps what the file
would hold after a cut: writes reach that copy when SQLite asks to sync, and not before. A new or
deleted file counts as durable at once, as SQLite syncs the folder itself.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

_SECTOR = 512


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Writes at an offset since the last sync; None instead of bytes cuts the file off there."""


class Disk:
    """The files of one SQLite database, opened by `loopwright.cli.bench.power_dialect`."""

    def __init__(self, *, forgets_full: bool = False) -> None:
        self.forgets_full = forgets_full
        """Whether connections get synchronous=NORMAL where they ask for FULL."""
        self.before_sync: Callable[[], None] = lambda: None
        """Called before each sync that has something to make durable: the worst moment of a cut."""
        self.syncs = 0
        self._files: dict[str, _File] = {}
        self._lock = threading.RLock()
        self.name = f"forgetful-{id(self)}"
        self._vfs = _Vfs(self.name, self)

    def close(self) -> None:
        """Take the layer away; connections through it are closed before."""
        self._vfs.unregister()

    def leave(self, folder: Path, *, dice: random.Random | None = None) -> None:
        """Write into `folder` what a cut now would leave.

        With `dice`, a random part of what was not synced arrived all the same, cut at sectors.
        """
        with self._lock:
            for path, file in self._files.items():
                content = bytearray(file.durable)
                for offset, data in file.pending if dice is not None else ():
                    if data is None or dice is None:
                        continue
                    for at in range(0, len(data), _SECTOR):
                        if dice.random() < 0.5:
                            _apply(content, offset + at, data[at : at + _SECTOR])
                (folder / Path(path).name).write_bytes(content)

    def opened(self, path: str) -> None:
        """Begin to follow a file; what it holds already is durable."""
        with self._lock:
            if path not in self._files:
                there = Path(path)
                held = there.read_bytes() if there.exists() else b""
                self._files[path] = _File(bytearray(held))

    def written(self, path: str, offset: int, data: bytes | None) -> None:
        """Note a write, or with None that the file was cut off at `offset`."""
        with self._lock:
            self._files[path].pending.append((offset, data))

    def synced(self, path: str) -> None:
        """Make what was written to a file durable."""
        if self._files[path].pending:
            self.before_sync()
        with self._lock:
            file = self._files[path]
            for offset, data in file.pending:
                _apply(file.durable, offset, data)
            file.pending.clear()
            self.syncs += 1

    def deleted(self, path: str) -> None:
        """Forget a file that SQLite deleted."""
        with self._lock:
            self._files.pop(path, None)


class _Vfs(apsw.VFS):
    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, "")
        self._disk = disk

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None or not flags[0] & (apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_WAL):
            return apsw.VFSFile("", name, flags)
        self._disk.opened(path)
        return _Watched(name, path, flags, self._disk)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        super().xDelete(filename, syncdir)
        self._disk.deleted(filename)


class _Watched(apsw.VFSFile):
    def __init__(self, name: Any, path: str, flags: list[int], disk: Disk) -> None:
        super().__init__("", name, flags)
        self._path, self._disk = path, disk

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._disk.written(self._path, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._disk.written(self._path, newsize, None)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        # No real sync: the cut is a made-up one, and the copy is what counts.
        self._disk.synced(self._path)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    if data is None:
        del content[offset:]
    else:
        content[offset : offset + len(data)] = data
