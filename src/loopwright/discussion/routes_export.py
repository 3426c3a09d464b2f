"""HTTP: the threads that have ended, as a file to learn from."""

import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from sqlalchemy import Connection
from starlette.background import BackgroundTask

from loopwright.accounts.access import Permission, require
from loopwright.base.clock import system_now
from loopwright.base.digests import canonical_json
from loopwright.discussion import export
from loopwright.discussion.routes import ActorOf, HomeOf
from loopwright.infra.events import emit

router = APIRouter(prefix="/api/projects/{project_id}/threads", tags=["discussion"])


@router.get("/export", response_class=FileResponse)
def export_threads(
    project_id: str, home: HomeOf, actor: ActorOf, residency: str | None = None
) -> FileResponse:
    """Return what threads ended with, one JSON object a line: label, rationale, lesson, votes.

    A row with a residency tag leaves only when `residency` names that place; the others are held
    back and counted.
    """
    require(actor, Permission.RESULTS_READ, project_id)
    folder = tempfile.TemporaryDirectory(dir=home.folder("spool"))
    path = Path(folder.name) / "rows.jsonl"

    def write(tx: Connection) -> dict[str, int]:
        counts = {"rows": 0, "refused": 0}
        with path.open("wb") as target:
            for row in export.rows_of(tx, project_id):
                stays = row["residency"] not in (None, residency)
                counts["refused" if stays else "rows"] += 1
                if not stays:
                    target.write(canonical_json(row) + b"\n")
        return counts

    def tell(tx: Connection) -> None:
        emit(
            tx,
            kind="thread.exported",
            project_id=project_id,
            subject_id=None,
            payload={**counts, "residency": residency, "by": actor.person_id},
            now=system_now(),
        )

    counts = home.db.read(write)
    home.db.write(tell)
    return FileResponse(
        path,
        filename=f"{project_id}-threads.jsonl",
        media_type="application/x-ndjson",
        headers={f"X-Loopwright-{name.title()}": str(count) for name, count in counts.items()},
        background=BackgroundTask(folder.cleanup),
    )
