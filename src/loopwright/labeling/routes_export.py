"""HTTP: a question's judgments as a file, and the mapping under which it is imported again."""

import tempfile
from pathlib import Path

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, PlainTextResponse
from sqlalchemy import Connection
from starlette.background import BackgroundTask

from loopwright.accounts.access import Permission, require
from loopwright.base.clock import system_now
from loopwright.base.digests import canonical_json
from loopwright.infra.events import emit
from loopwright.labeling import export
from loopwright.labeling.routes_imports import ActorOf, HomeOf

router = APIRouter(prefix="/api/projects/{project_id}/judgments/export", tags=["judgments"])


@router.get("", response_class=FileResponse)
def export_judgments(
    project_id: str,
    home: HomeOf,
    actor: ActorOf,
    *,
    question: str = Query(max_length=200),
    residency: str | None = None,
) -> FileResponse:
    """Return a question's judgments in force, one JSON object a line.

    A row with a residency tag leaves only when `residency` names that place; the others are held
    back and counted.
    """
    require(actor, Permission.RECORDS_READ, project_id)
    folder = tempfile.TemporaryDirectory(dir=home.folder("spool"))
    path = Path(folder.name) / "rows.jsonl"

    def write(tx: Connection) -> dict[str, int]:
        counts = {"rows": 0, "refused": 0}
        with path.open("wb") as target:
            for row in export.rows_of(tx, project_id, question):
                stays = row["residency"] not in (None, residency)
                counts["refused" if stays else "rows"] += 1
                if not stays:
                    target.write(canonical_json(row) + b"\n")
        return counts

    def log(tx: Connection) -> None:
        emit(
            tx,
            kind="judgment.exported",
            project_id=project_id,
            subject_id=question,
            payload={**counts, "residency": residency, "by": actor.person_id},
            now=system_now(),
        )

    counts = home.db.read(write)
    home.db.write(log)
    return FileResponse(
        path,
        filename=f"{project_id}-{question}-judgments.jsonl",
        media_type="application/x-ndjson",
        headers={f"X-Loopwright-{name.title()}": str(count) for name, count in counts.items()},
        background=BackgroundTask(folder.cleanup),
    )


@router.get("/mapping", response_class=PlainTextResponse)
def export_mapping(
    project_id: str, home: HomeOf, actor: ActorOf, *, question: str = Query(max_length=200)
) -> PlainTextResponse:
    """Return the mapping file under which a question's exported judgments are imported."""
    require(actor, Permission.RECORDS_READ, project_id)
    text = home.db.read(lambda tx: export.mapping_of(tx, project_id, question))
    return PlainTextResponse(text, media_type="application/yaml")
