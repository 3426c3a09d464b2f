"""Every query of agreement: judgments with what agreement is split by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from loopwright.guidelines.tables import guideline_version
from loopwright.intake.tables import item, prompt
from loopwright.labeling.tables import judgment
from loopwright.quality.said import Judged


def judged(
    tx: Connection, project_id: str, *, after: int = 0, also: Sequence[int] = ()
) -> list[Judged]:
    """Return a project's judgments in force after a number, and those among `also`."""
    wanted = judgment.c.seq > after
    if also:
        wanted = or_(wanted, judgment.c.seq.in_(also))
    query: Select[Any] = (
        select(
            judgment.c.seq,
            judgment.c.question_id,
            judgment.c.kind,
            judgment.c.item_id,
            judgment.c.rater_id,
            judgment.c.outcome,
            judgment.c.votes,
            prompt.c.segment,
            guideline_version.c.number,
            judgment.c.created_at,
        )
        .join(item, item.c.id == judgment.c.item_id)
        .join(prompt, prompt.c.id == item.c.prompt_id)
        .outerjoin(guideline_version, guideline_version.c.id == judgment.c.guideline_version_id)
        .where(judgment.c.project_id == project_id, judgment.c.superseded_by.is_(None), wanted)
        .order_by(judgment.c.seq)
    )
    return [Judged(*row) for row in tx.execute(query)]
