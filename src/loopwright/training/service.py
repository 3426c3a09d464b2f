"""Running a training step to its manifest, whatever dies on the way."""

import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from loopwright.base.errors import Conflict, NotFound, Unavailable
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra.events import emit
from loopwright.infra.home import Home
from loopwright.training import folder as run_folder
from loopwright.training import process, rules, store
from loopwright.training.model import Manifest, Progress, Run, RunKind, RunState

POLL_SECONDS = 0.25


def execute(
    home: Home,
    *,
    project_id: str,
    kind: str,
    spec: Json,
    now_fn: Callable[[], float],
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Manifest:
    """Run one step to its end and return its manifest; the same spec again returns the same one.

    A program of ours that still runs (the worker was restarted) is re-attached; one that was
    killed is started again and goes on from its last whole checkpoint. Raises InvalidInput for
    the spec, NotFound for a missing artifact, Conflict when cancelled, Unavailable when the
    program fails (with the end of its log).
    """
    run_kind = RunKind(kind)
    digest = rules.spec_digest(run_kind, spec)
    inputs = rules.inputs(run_kind, spec)
    run = home.db.write(
        lambda tx: _open(
            tx, project_id=project_id, kind=run_kind, spec=spec, digest=digest, now=now_fn()
        )
    )
    place = home.folder("runs") / run.id
    place.mkdir(exist_ok=True)
    done = run.finished()
    if done is not None:
        return done
    with _lock(place):
        run = home.db.read(lambda tx: get_run(tx, run_id=run.id))
        done = run.finished()
        if done is not None:
            return done
        return _Attempt(home, run=run, inputs=inputs, now_fn=now_fn).finish(
            progress=progress or _ignore, cancelled=cancelled or _never
        )


def get_run(tx: Connection, *, run_id: str) -> Run:
    """Return a run; raises NotFound."""
    found = store.get_run(tx, run_id)
    if found is None:
        raise NotFound(
            f"There is no run {run_id}.", remedy="List the project's runs and use one of their ids."
        )
    return found


def find_run(tx: Connection, typed: str, *, project_id: str) -> Run:
    """Return the project's run that `typed` names, whole or short; raises NotFound."""
    return store.RUNS.one(tx, typed, store.get_run, project_id=project_id)


def list_runs(tx: Connection, *, project_id: str, limit: int = 200) -> list[Run]:
    """Return a project's runs, newest first."""
    return store.runs(tx, project_id, limit=limit)


class _Attempt:
    """One caller seeing one run to its end."""

    def __init__(
        self, home: Home, *, run: Run, inputs: dict[str, str], now_fn: Callable[[], float]
    ) -> None:
        self._home = home
        self._run = run
        self._inputs = inputs
        self._now = now_fn
        self._place = home.folder("runs") / run.id

    def finish(
        self, *, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> Manifest:
        child = self._attach()
        seen = 0
        while True:
            if cancelled():
                raise self._cancel(child)
            running = child is not None and child.alive
            lines = run_folder.read_progress(self._place)
            for line in lines[seen:]:
                progress(line)
            seen = len(lines)
            if running:
                time.sleep(POLL_SECONDS)
                continue
            result = run_folder.read_result(self._place)
            if result is not None:
                return self._keep(result)
            if child is not None and not self._may_restart(child):
                raise self._fail(child)
            child = self._start()

    def _attach(self) -> process.Child | None:
        """The program if it still runs here; None when it has to be started."""
        recorded = self._run.process
        if self._run.state is not RunState.RUNNING or recorded is None:
            return None
        return process.Child(recorded) if process.is_alive(recorded) else None

    def _may_restart(self, child: process.Child) -> bool:
        return rules.may_restart(exit_code=child.exit_code, attempts=self._run.attempts)

    def _start(self) -> process.Child:
        settings = self._home.settings
        paths = {name: str(self._home.artifacts.path(d)) for name, d in self._inputs.items()}
        paths["folder"] = str(self._place)
        spec = {**self._run.spec, "threads": settings.training_threads, "paths": paths}
        file = self._place / "spec.json"
        file.write_text(json.dumps(spec, indent=1))
        offline = not self._run.spec.get("allow_download", False)
        child = process.start(
            self._run.kind,
            spec=file,
            log=self._place / "log.txt",
            environ=process.environment(threads=settings.training_threads, offline=offline),
        )
        again = self._run.state is not RunState.RUNNING
        self._save(
            replace(
                self._run,
                state=RunState.RUNNING,
                process=child.process,
                attempts=1 if again else self._run.attempts + 1,
                error=None,
                ended_at=None,
            ),
            event="run.started",
        )
        return child

    def _keep(self, result: Json) -> Manifest:
        """Store the outputs, then the manifest; only then is the run finished."""
        artifacts = self._home.artifacts
        outputs = {}
        for name, relative in sorted(result["outputs"].items()):
            path = self._place / relative
            outputs[name] = (
                artifacts.put_folder(path) if path.is_dir() else artifacts.put_file(path)
            )
        manifest = Manifest(
            run_id=self._run.id,
            kind=self._run.kind,
            spec_digest=self._run.spec_digest,
            inputs=self._inputs,
            outputs=outputs,
            metrics=result["metrics"],
            packages=result["packages"],
            seed=int(result["seed"]),
            seconds=float(result["seconds"]),
            cpu_seconds=float(result["cpu_seconds"]),
            peak_memory_bytes=int(result["peak_memory_bytes"]),
        )
        text = json.dumps(manifest.as_json(), sort_keys=True, indent=1)
        (self._place / "manifest.json").write_text(text)
        finished = replace(
            self._run,
            state=RunState.FINISHED,
            manifest=manifest.as_json(),
            artifact=artifacts.put_bytes(text.encode()),
            ended_at=self._now(),
            error=None,
        )
        self._save(finished, event="run.finished")
        for name in ("checkpoints", "outputs", "parts"):  # what counts is in the store now
            shutil.rmtree(self._place / name, ignore_errors=True)
        return manifest

    def _fail(self, child: process.Child) -> Unavailable:
        tail = run_folder.log_tail(self._place, lines=15)
        code = child.exit_code
        end = "was killed" if code is None or code < 0 else f"ended with exit code {code}"
        error = Unavailable(
            f"The {self._run.kind.value} run {self._run.id} {end}. Its log ends:\n{tail}",
            remedy=f"Read {self._place / 'log.txt'}, mend the cause, and run the step again: "
            "it goes on from its last whole checkpoint.",
            code="run_failed",
        )
        failed = replace(
            self._run, state=RunState.FAILED, ended_at=self._now(), error=error.message
        )
        self._save(failed, event="run.failed")
        return error

    def _cancel(self, child: process.Child | None) -> Conflict:
        if child is not None:
            child.stop()
        stopped = replace(self._run, state=RunState.CANCELLED, ended_at=self._now())
        self._save(stopped, event="run.cancelled")
        return Conflict(
            f"The {self._run.kind.value} run {self._run.id} was cancelled.",
            remedy="Run the step again to go on from its last whole checkpoint.",
            code="run_cancelled",
        )

    def _save(self, run: Run, *, event: str) -> None:
        self._run = run
        now = self._now()

        def work(tx: Connection) -> None:
            store.save_run(tx, run)
            emit(
                tx,
                kind=event,
                project_id=run.project_id,
                subject_id=run.id,
                payload={"kind": run.kind.value},
                now=now,
            )

        self._home.db.write(work)


def _open(
    tx: Connection, *, project_id: str, kind: RunKind, spec: Json, digest: str, now: float
) -> Run:
    known = store.run_of_spec(tx, project_id=project_id, spec_digest=digest)
    if known is not None:
        return known
    made = Run(
        id=new_id("run"),
        project_id=project_id,
        kind=kind,
        spec=spec,
        spec_digest=digest,
        state=RunState.RUNNING,
        started_at=now,
    )
    store.add_run(tx, made)
    return made


@contextmanager
def _lock(place: Path) -> Iterator[None]:
    """One caller at a time per run on this machine; a second waits and then finds the result.

    The lock goes with the process that holds it, so a killed worker leaves none behind.
    """
    with (place / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _ignore(_: Progress) -> None:
    return None


def _never() -> bool:
    return False
