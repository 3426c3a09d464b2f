"""Queries of the queue that leads ask, across items, their prompts and what became of offers."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, literal, select, tuple_

from loopwright.intake.tables import item, prompt
from loopwright.labeling.model import StuckItem
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import assignment, judgment
from loopwright.sampling.tables import item_state

_START = 200


def uncounted(tx: Connection, item_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return (item, rater) of the judgments in force on items that never were in the queue."""
    query = (
        select(judgment.c.item_id, judgment.c.rater_id)
        .outerjoin(item_state, item_state.c.item_id == judgment.c.item_id)
        .where(judgment.c.superseded_by.is_(None), item_state.c.item_id.is_(None))
    )
    return [
        (row.item_id, row.rater_id)
        for part in chunks(item_ids)
        for row in tx.execute(query.where(judgment.c.item_id.in_(part)))
    ]


def stuck(tx: Connection, project_id: str, *, limit: int) -> list[StuckItem]:
    """Return the items that were set aside, oldest first."""
    query = (
        select(item_state, prompt.c.messages)
        .join(item, item.c.id == item_state.c.item_id)
        .join(prompt, prompt.c.id == item.c.prompt_id)
        .where(item_state.c.project_id == project_id, item_state.c.state == "stuck")
        .order_by(item_state.c.opened_at, item_state.c.item_id)
        .limit(limit)
    )
    rows = tx.execute(query).all()
    reasons = _reasons(tx, [row.item_id for row in rows])
    return [
        StuckItem(
            item_id=row.item_id,
            lane=row.lane,
            band=row.band,
            wanted=row.wanted,
            done=row.done,
            skips=row.skips,
            reasons=reasons.get(row.item_id, {}),
            prompt_start=row.messages[-1]["content"][:_START],
        )
        for row in rows
    ]


def _reasons(tx: Connection, item_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    query = (
        select(assignment.c.item_id, assignment.c.reason, func.count())
        .where(assignment.c.item_id.in_(item_ids), assignment.c.state == "skipped")
        .group_by(assignment.c.item_id, assignment.c.reason)
    )
    found: dict[str, dict[str, int]] = {}
    for item_id, reason, number in tx.execute(query):
        found.setdefault(item_id, {})[reason] = number
    return found


def selected(
    tx: Connection,
    project_id: str,
    *,
    segment: str | None,
    purpose: str | None,
    closed: bool,
    after: tuple[float, str],
    limit: int,
) -> list[tuple[float, str]]:
    """Return (opened at, item) of queued items after the last one of the page before."""
    states = ("open", "stuck", "closed") if closed else ("open", "stuck")
    opened, key = item_state.c.opened_at, item_state.c.item_id
    query = (
        select(opened, key)
        .where(
            item_state.c.project_id == project_id,
            item_state.c.state.in_(states),
            tuple_(opened, key) > tuple_(*map(literal, after)),
        )
        .order_by(opened, key)
        .limit(limit)
    )
    if purpose is not None or segment is not None:
        query = query.join(item, item.c.id == key)
    if purpose is not None:
        query = query.where(item.c.purpose == purpose)
    if segment is not None:
        query = query.join(prompt, prompt.c.id == item.c.prompt_id).where(
            prompt.c.segment == segment
        )
    return [(row[0], row[1]) for row in tx.execute(query)]
