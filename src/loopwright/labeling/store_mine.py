"""Queries of one rater's own judgments, newest first."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from loopwright.guidelines.tables import guideline_version
from loopwright.intake.tables import item, prompt
from loopwright.labeling.model import Judgment
from loopwright.labeling.tables import judgment
from loopwright.sampling.model import ItemProgress
from loopwright.sampling.tables import item_state

_START = 200


class MyJudgment(NamedTuple):
    """A judgment of mine with what its item began with."""

    judgment: Judgment
    prompt_start: str
    guideline_number: int | None
    item_open: bool


def judgments_of(
    tx: Connection, *, project_id: str, rater_id: str, before: int | None, limit: int
) -> list[MyJudgment]:
    """Return a rater's judgments before a place, undone ones included."""
    query = (
        select(judgment, prompt.c.messages, guideline_version.c.number, item_state.c.state)
        .join(item, item.c.id == judgment.c.item_id)
        .join(prompt, prompt.c.id == item.c.prompt_id)
        .outerjoin(guideline_version, guideline_version.c.id == judgment.c.guideline_version_id)
        .outerjoin(item_state, item_state.c.item_id == judgment.c.item_id)
        .where(judgment.c.project_id == project_id, judgment.c.rater_id == rater_id)
        .order_by(judgment.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(judgment.c.seq < before)
    names = judgment.c.keys()
    return [
        MyJudgment(
            Judgment(**{name: row[name] for name in names}),
            row["messages"][-1]["content"][:_START],
            row["number"],
            row["state"] in (ItemProgress.OPEN.value, ItemProgress.STUCK.value),
        )
        for row in tx.execute(query).mappings()
    ]
