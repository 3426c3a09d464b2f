"""Every query of the training stage."""

from sqlalchemy import Connection, RowMapping, select, update

from loopwright.infra.refs import Ids
from loopwright.training.model import Process, Run, RunKind, RunState
from loopwright.training.tables import run

RUNS = Ids(
    noun="run",
    id=run.c.id,
    project=run.c.project_id,
    remedy="List the project's runs and use one of their ids.",
)


def add_run(tx: Connection, found: Run) -> None:
    """Store a new run."""
    tx.execute(run.insert().values(id=found.id, folder=f"runs/{found.id}", **_columns(found)))


def save_run(tx: Connection, found: Run) -> None:
    """Replace what may change of a run."""
    tx.execute(update(run).where(run.c.id == found.id).values(**_columns(found)))


def run_of_spec(tx: Connection, *, project_id: str, spec_digest: str) -> Run | None:
    """Return the run that does this work."""
    query = select(run).where(run.c.project_id == project_id, run.c.spec_digest == spec_digest)
    row = tx.execute(query).mappings().first()
    return None if row is None else _run(row)


def get_run(tx: Connection, run_id: str) -> Run | None:
    """Return one run."""
    row = tx.execute(select(run).where(run.c.id == run_id)).mappings().first()
    return None if row is None else _run(row)


def runs(tx: Connection, project_id: str, *, limit: int = 200) -> list[Run]:
    """Return a project's runs, newest first."""
    query = (
        select(run)
        .where(run.c.project_id == project_id)
        .order_by(run.c.started_at.desc(), run.c.id.desc())
        .limit(limit)
    )
    return [_run(row) for row in tx.execute(query).mappings()]


def _columns(found: Run) -> dict[str, object]:
    process = found.process
    return {
        "project_id": found.project_id,
        "kind": found.kind.value,
        "spec": found.spec,
        "spec_digest": found.spec_digest,
        "state": found.state.value,
        "attempts": found.attempts,
        "pid": None if process is None else process.pid,
        "pid_started": None if process is None else process.started,
        "host": None if process is None else process.host,
        "manifest": found.manifest,
        "artifact": found.artifact,
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "error": found.error,
    }


def _run(row: RowMapping) -> Run:
    process = None
    if row["pid"] is not None:
        process = Process(pid=row["pid"], started=row["pid_started"], host=row["host"])
    return Run(
        id=row["id"],
        project_id=row["project_id"],
        kind=RunKind(row["kind"]),
        spec=row["spec"],
        spec_digest=row["spec_digest"],
        state=RunState(row["state"]),
        attempts=row["attempts"],
        process=process,
        manifest=row["manifest"],
        artifact=row["artifact"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        error=row["error"],
    )
