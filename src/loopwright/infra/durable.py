"""Durable workflows: DBOS inside the server process, with the guards that it leaves to us.

A workflow goes on after a crash from its last finished step. Recovery in DBOS happens only at
start and only for the same executor id and application version (docs/decisions/0002), so the
version is fixed by hand, the id is held by a lock, and a sweep resumes what has no live owner.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    PortableWorkflowError,
    SetWorkflowID,
)
from dbos._error import DBOSException, DBOSNonExistentWorkflowError
from sqlalchemy import make_url

from loopwright.base.clock import system_now
from loopwright.base.errors import Conflict, NotFound, Unavailable
from loopwright.infra.durable_lease import (
    HEARTBEAT_SECONDS,
    ExecutorLease,
    beat,
    is_dead,
    take_lease,
)
from loopwright.infra.durable_threads import Interrupted, end_threads
from loopwright.infra.home import Home

__all__ = [
    "DurableRunner",
    "Interrupted",
    "OwnershipLost",
    "RecordedError",
    "WorkflowState",
    "runner",
]

T = TypeVar("T")
Workflow = Callable[..., Any]

VERSION = "loop-1"
"""Raise it only when a workflow under way could not go on with the new code."""
QUEUE = "cycles"
SWEEP_SECONDS = 30.0
_POLL_SECONDS = 1.0
_STOP_SECONDS = 5.0

_registered: dict[str, Workflow] = {}
_running: "DurableRunner | None" = None
_lock = threading.Lock()


RecordedError = PortableWorkflowError
"""A step's stored error, raised again when its workflow goes on."""

OwnershipLost = DBOSException
"""What DBOS raises inside a workflow that was cancelled or taken over: let it pass."""


@dataclass(frozen=True)
class WorkflowState:
    """Where a workflow stands: "enqueued", "pending", "success", "error" or "cancelled"."""

    id: str
    state: str
    owner: str | None
    attempts: int
    error: str | None

    @property
    def over(self) -> bool:
        """Return whether it has ended."""
        return self.state in {"success", "error", "cancelled"}


class DurableRunner:
    """Runs the workflows of one home in this process; one at a time per process."""

    def __init__(self, home: Home, *, workflows: Mapping[str, Workflow]) -> None:
        self.home = home
        self._workflows = dict(workflows)
        self._stopping = threading.Event()
        self._guard = threading.Thread(target=self._watch, name="durable-guard", daemon=True)
        self._lease: ExecutorLease | None = None
        self._inside = 0
        self._idle = threading.Condition()

    def start(self) -> None:
        """Take an executor id, launch, and pick up what a dead process left behind.

        Raises Conflict when this process already runs another home's workflows.
        """
        global _running
        with _lock:
            if _running is not None:
                raise Conflict(
                    f"This process already runs the workflows of {_running.home.path}.",
                    remedy="Stop that server first, or start another process.",
                )
            self._lease = take_lease(self.home.folder("executors"))
            _running = self
        try:
            self._launch(self._lease.id)
        except BaseException:
            self._let_go()
            raise
        self._look_after()
        self._guard.start()

    def stop(self) -> None:
        """Interrupt steps under way (they go on at the next start) and release everything."""
        self._stopping.set()
        with self._idle:
            self._idle.wait_for(lambda: self._inside == 0, timeout=_STOP_SECONDS)
        if self._guard.ident is not None:
            self._guard.join()
        end_threads(seconds=_STOP_SECONDS)
        self._let_go()

    def enqueue(self, name: str, workflow_id: str, *args: str) -> None:
        """Start a workflow under an id of ours; the same id again changes nothing.

        Arguments are ids and digests only; what they name is in the database.
        """
        with SetWorkflowID(workflow_id):
            DBOS.enqueue_workflow(QUEUE, _registered[name], *args)

    def resume(self, workflow_id: str) -> None:
        """Queue a workflow that is cancelled, or pending without an owner, to go on."""
        try:
            DBOS.resume_workflow(workflow_id, queue_name=QUEUE)
        except DBOSNonExistentWorkflowError as failure:
            raise _unknown(workflow_id) from failure

    def cancel(self, workflow_id: str) -> None:
        """Stop a workflow at its next step; a step under way asks `interrupt_if_stopping`."""
        DBOS.cancel_workflow(workflow_id)

    def status(self, workflow_id: str) -> WorkflowState:
        """Return where a workflow stands. Raises NotFound."""
        found = DBOS.get_workflow_status(workflow_id)
        if found is None:
            raise _unknown(workflow_id)
        return WorkflowState(
            id=workflow_id,
            state=found.status.lower(),
            owner=found.executor_id,
            attempts=found.recovery_attempts or 0,
            error=None if found.error is None else str(found.error),
        )

    def has_owner(self, workflow_id: str) -> bool:
        """Return whether a living process works on it, or will when its turn comes."""
        found = self.status(workflow_id)
        if found.state in {"enqueued", "delayed"}:
            return True
        return found.state == "pending" and not self._owner_dead(found.owner)

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Run a step of the workflow under way; its JSON result is kept and never computed again.

        The work may run more than once when the process dies: its effects must be idempotent.
        """
        self.interrupt_if_stopping()
        with self._idle:
            self._inside += 1
        try:
            return DBOS.run_step({"name": name}, work)
        finally:
            with self._idle:
                self._inside -= 1
                self._idle.notify_all()

    def interrupt_if_stopping(self) -> None:
        """Raise Interrupted when the server stops; long steps call this while they wait."""
        if self._stopping.is_set():
            raise Interrupted

    def pause(self, seconds: float) -> None:
        """Wait inside a step; raises Interrupted as soon as the server stops."""
        self._stopping.wait(seconds)
        self.interrupt_if_stopping()

    def sweep(self) -> int:
        """Resume pending workflows whose process is dead; return how many."""
        found = DBOS.list_workflows(
            status="PENDING", app_version=VERSION, load_input=False, load_output=False
        )
        lost = [one.workflow_id for one in found if self._owner_dead(one.executor_id)]
        for workflow_id in lost:
            self.resume(workflow_id)
        return len(lost)

    def _owner_dead(self, owner: str | None) -> bool:
        if self._lease is not None and owner == self._lease.id:
            return False
        folder = self.home.folder("executors")
        return owner is None or self.home.db.read(
            lambda tx: is_dead(tx, owner, folder=folder, now=system_now())
        )

    def _launch(self, executor_id: str) -> None:
        config: DBOSConfig = {
            "name": "loopwright",
            "system_database_url": self._url(),
            "application_version": VERSION,
            "executor_id": executor_id,
            # The default serializer is pickle: whoever can write the database could run code.
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "max_executor_threads": 16,
        }
        DBOS(config=config)
        for name, workflow in self._workflows.items():
            if name not in _registered:
                _registered[name] = DBOS.workflow(name=name)(workflow)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=8, polling_interval_sec=_POLL_SECONDS)

    def _url(self) -> str:
        url = make_url(self.home.settings.url)
        if url.get_backend_name() == "postgresql":
            plain = url.set(drivername="postgresql")
            return plain.render_as_string(hide_password=False)
        path = self.home.path / "dbos.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        return f"sqlite:///{path}"

    def _watch(self) -> None:
        elapsed = 0.0
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            elapsed += HEARTBEAT_SECONDS
            self._look_after(sweep=elapsed >= SWEEP_SECONDS)
            elapsed = 0.0 if elapsed >= SWEEP_SECONDS else elapsed

    def _look_after(self, *, sweep: bool = True) -> None:
        if self._lease is None:
            return
        executor_id = self._lease.id
        try:
            self.home.db.write(lambda tx: beat(tx, executor_id, now=system_now()))
            if sweep:
                self.sweep()
        except Unavailable:
            return  # the database closes while the server stops

    def _let_go(self) -> None:
        global _running
        DBOS.destroy()
        if self._lease is not None:
            self._lease.release()
            self._lease = None
        with _lock:
            _running = None


def runner() -> DurableRunner:
    """Return the runner of this process. Raises Unavailable when none is started."""
    if _running is None:
        raise Unavailable(
            "Durable work does not run in this process.",
            remedy="Start the server with `loopwright up`; it runs cycles.",
            code="durable_not_running",
        )
    return _running


def _unknown(workflow_id: str) -> NotFound:
    return NotFound(
        f"There is no workflow {workflow_id}.", remedy="List the cycles and use one of their ids."
    )
