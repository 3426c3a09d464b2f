"""Use cases of labeling: reserve, submit, skip, undo, expire, record imported judgments."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.labeling import store
from loopwright.labeling.model import ImportedJudgment, Origin

__all__ = ["ImportedJudgment", "record_imported"]


def record_imported(
    tx: Connection, *, project_id: str, rows: Sequence[ImportedJudgment], now: float
) -> int:
    """Store judgments made elsewhere; return how many were new. The same rows again add none."""
    values: list[Json] = [
        {
            "id": new_id("jdg"),
            "client_id": row.client_id,
            "project_id": project_id,
            "item_id": row.item_id,
            "question_id": row.question_id,
            "rater_id": row.rater_id,
            "assignment_id": None,
            "answer": {"outcome": row.outcome},
            "shown_order": row.shown_order,
            "outcome": row.outcome,
            "guideline_version_id": None,
            "origin": Origin.IMPORT.value,
            "active_ms": None,
            "revisions": None,
            "superseded_by": None,
            "superseded_at": None,
            "created_at": row.created_at,
        }
        for row in rows
    ]
    return store.insert_missing_judgments(tx, values)
