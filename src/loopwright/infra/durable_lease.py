"""Who runs durable work: an id that one process holds by a file lock, and its heartbeat."""

import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Column, Connection, Double, Integer, Table, Text, select

from loopwright.infra.database import metadata

HEARTBEAT_SECONDS = 10.0
LAPSED_SECONDS = 90.0
"""An executor that is silent for longer than this is taken for dead."""

durable_executor = Table(
    "durable_executor",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("beat_at", Double, nullable=False),
)


@dataclass
class ExecutorLease:
    """An executor id held by this process; the kernel frees it when the process dies."""

    id: str
    _lock: IO[str]

    def release(self) -> None:
        """Let another process take the id."""
        self._lock.close()


def take_lease(folder: Path) -> ExecutorLease:
    """Take the first free executor id of this host: the same one again after a restart."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    while True:
        lock = _lock_path(folder, _executor_id(number)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            number += 1
            continue
        return ExecutorLease(_executor_id(number), lock)


def beat(tx: Connection, executor_id: str, *, now: float) -> None:
    """Record that the executor lives."""
    row = {"host": socket.gethostname(), "pid": os.getpid(), "beat_at": now}
    changed = tx.execute(
        durable_executor.update().where(durable_executor.c.id == executor_id).values(**row)
    )
    if changed.rowcount == 0:
        tx.execute(durable_executor.insert().values(id=executor_id, **row))


def is_dead(tx: Connection, executor_id: str, *, folder: Path, now: float) -> bool:
    """Return whether nobody stands behind the id: its lock on this host is free, or it is silent.

    An id that was never heard of is dead too.
    """
    query = select(durable_executor).where(durable_executor.c.id == executor_id)
    row = tx.execute(query).mappings().first()
    if row is None or now - row["beat_at"] > LAPSED_SECONDS:
        return True
    return row["host"] == socket.gethostname() and _is_free(_lock_path(folder, executor_id))


def _is_free(path: Path) -> bool:
    try:
        with path.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


def _executor_id(number: int) -> str:
    return f"{socket.gethostname()}-{number}"


def _lock_path(folder: Path, executor_id: str) -> Path:
    return folder / f"executor-{executor_id}.lock"
