"""Every query of gold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, and_, func, select

from loopwright.accounts.tables import rater
from loopwright.gold.model import GoldItem, GoldOrigin, Met, Pace
from loopwright.gold.tables import gold_item, gold_pace
from loopwright.infra.upsert import insert_into
from loopwright.labeling.model import Origin
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import assignment, judgment, rater_day, rater_progress
from loopwright.quality.tables import consensus, settlement
from loopwright.sampling.model import ItemProgress
from loopwright.sampling.tables import item_state

_MET = (
    gold_item.c.id.label("gold_id"),
    judgment.c.item_id,
    judgment.c.rater_id,
    judgment.c.seq,
    judgment.c.outcome,
    judgment.c.votes,
    judgment.c.answer,
    judgment.c.active_ms,
    judgment.c.created_at,
)


def insert(tx: Connection, made: GoldItem) -> bool:
    """Store a gold item; return whether the item was not gold yet."""
    row = {**asdict(made), "origin": made.origin.value}
    statement = insert_into(tx, gold_item).values(row).on_conflict_do_nothing()
    return tx.scalar(statement.returning(gold_item.c.id)) is not None


def retire(tx: Connection, gold_id: str, *, why: str, now: float) -> bool:
    """Retire a gold item; return whether it was active."""
    statement = (
        gold_item.update()
        .where(gold_item.c.id == gold_id, gold_item.c.retired_at.is_(None))
        .values(retired_at=now, retired_why=why)
    )
    return tx.execute(statement).rowcount == 1


def golds(tx: Connection, project_id: str, *, active: bool = False) -> list[GoldItem]:
    """Return a project's gold items, the newest first."""
    query = select(gold_item).where(gold_item.c.project_id == project_id)
    if active:
        query = query.where(gold_item.c.retired_at.is_(None))
    query = query.order_by(gold_item.c.added_at.desc(), gold_item.c.id)
    return [_gold(row) for row in tx.execute(query).mappings()]


def gold_of(tx: Connection, item_id: str) -> GoldItem | None:
    """Return the gold item that an item is, if it is one."""
    query = select(gold_item).where(gold_item.c.item_id == item_id)
    row = tx.execute(query).mappings().first()
    return None if row is None else _gold(row)


def projects_with_gold(tx: Connection) -> list[str]:
    """Return the projects that hide gold now."""
    query = select(gold_item.c.project_id).where(gold_item.c.retired_at.is_(None)).distinct()
    return [row[0] for row in tx.execute(query)]


def met(tx: Connection, project_id: str, *, rater_id: str | None = None) -> list[Met]:
    """Return each person's first judgment on a gold item since it was gold, in order.

    Undone ones too: who undoes and answers anew may have read the right answer meanwhile.
    """
    query = (
        select(*_MET)
        .join(gold_item, gold_item.c.item_id == judgment.c.item_id)
        .where(
            gold_item.c.project_id == project_id,
            judgment.c.origin != Origin.IMPORT.value,
            judgment.c.created_at >= gold_item.c.added_at,
        )
        .order_by(judgment.c.seq)
    )
    if rater_id is not None:
        query = query.where(judgment.c.rater_id == rater_id)
    first: dict[tuple[str, str], Met] = {}
    for row in tx.execute(query).mappings():
        found = Met(**row)
        first.setdefault((found.gold_id, found.rater_id), found)
    return list(first.values())


def judged_since(tx: Connection, project_id: str, since: float) -> dict[str, str]:
    """Return who judged since then and was not drawn for: rater -> person.

    Raters without a person are left out.
    """
    mine = and_(
        rater_progress.c.project_id == rater.c.project_id, rater_progress.c.rater_id == rater.c.id
    )
    drawn = and_(gold_pace.c.project_id == rater.c.project_id, gold_pace.c.rater_id == rater.c.id)
    query = (
        select(rater.c.id, rater.c.person_id)
        .join(rater_progress, mine)
        .outerjoin(gold_pace, drawn)
        .where(
            rater.c.project_id == project_id,
            rater.c.person_id.is_not(None),
            rater_progress.c.session_last_at >= since,
            rater_progress.c.judged > func.coalesce(gold_pace.c.judged, -1),
        )
        .order_by(rater.c.id)
    )
    return {row.id: row.person_id for row in tx.execute(query)}


def judged_by(tx: Connection, *, project_id: str, rater_id: str, from_day: str) -> tuple[int, int]:
    """Return how many judgments a rater gave, and how many of them from a day on."""
    mine = (rater_progress.c.project_id == project_id, rater_progress.c.rater_id == rater_id)
    total = tx.scalar(select(rater_progress.c.judged).where(*mine)) or 0
    days = select(func.coalesce(func.sum(rater_day.c.judged), 0)).where(
        rater_day.c.project_id == project_id,
        rater_day.c.rater_id == rater_id,
        rater_day.c.day >= from_day,
    )
    return int(total), int(tx.scalar(days) or 0)


def pace_of(tx: Connection, *, project_id: str, rater_id: str) -> Pace | None:
    """Return how far the draws for a rater got; None before the first."""
    query = select(gold_pace.c.salt, gold_pace.c.judged, gold_pace.c.due).where(
        gold_pace.c.project_id == project_id, gold_pace.c.rater_id == rater_id
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else Pace(**row)


def put_pace(tx: Connection, pace: Pace, *, project_id: str, rater_id: str) -> None:
    """Store how far the draws for a rater got."""
    row = {"project_id": project_id, "rater_id": rater_id, **asdict(pace)}
    statement = insert_into(tx, gold_pace).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["project_id", "rater_id"], set_={"judged": pace.judged, "due": pace.due}
    )
    tx.execute(statement)


def unmet(
    tx: Connection, *, project_id: str, judge_id: str, lanes: Iterable[str]
) -> list[tuple[str, str]]:
    """Return the active gold (id, item) that a person has not met and may judge.

    `lanes` are those that are open to the person.
    """
    seen = select(assignment.c.item_id).where(
        assignment.c.judge_id == judge_id, assignment.c.item_id == gold_item.c.item_id
    )
    query = (
        select(gold_item.c.id, gold_item.c.item_id)
        .join(item_state, item_state.c.item_id == gold_item.c.item_id)
        .where(
            gold_item.c.project_id == project_id,
            gold_item.c.retired_at.is_(None),
            item_state.c.state != ItemProgress.STUCK.value,
            item_state.c.lane.in_(list(lanes)),
            ~seen.exists(),
        )
        .order_by(gold_item.c.id)
    )
    return [(row.id, row.item_id) for row in tx.execute(query)]


def exposures(tx: Connection, gold_ids: Sequence[str]) -> Mapping[str, int]:
    """Return how often each gold item was offered since it is gold; none is left out."""
    found = dict.fromkeys(gold_ids, 0)
    for part in chunks(gold_ids):
        query = (
            select(gold_item.c.id, func.count())
            .join(assignment, assignment.c.item_id == gold_item.c.item_id)
            .where(gold_item.c.id.in_(part), assignment.c.created_at >= gold_item.c.added_at)
            .group_by(gold_item.c.id)
        )
        found.update((row[0], row[1]) for row in tx.execute(query))
    return found


def unanimous(
    tx: Connection, project_id: str, *, votes: int, limit: int
) -> list[tuple[str, str, int]]:
    """Return closed items (item, answer, votes) on which at least `votes` people all agreed.

    Those that were settled or are gold are left out; the most votes first.
    """
    query = (
        select(consensus.c.item_id, consensus.c.answer, consensus.c.n, consensus.c.votes)
        .join(item_state, item_state.c.item_id == consensus.c.item_id)
        .where(
            consensus.c.project_id == project_id,
            consensus.c.n >= votes,
            item_state.c.state == ItemProgress.CLOSED.value,
            ~select(settlement.c.id).where(settlement.c.item_id == consensus.c.item_id).exists(),
            ~select(gold_item.c.id).where(gold_item.c.item_id == consensus.c.item_id).exists(),
        )
        .order_by(consensus.c.n.desc(), consensus.c.item_id)
        .limit(4 * limit)
    )
    rows = [(row.item_id, row.answer, row.n) for row in tx.execute(query) if len(row.votes) == 1]
    return rows[:limit]


def _gold(row: Any) -> GoldItem:
    return GoldItem(**{**row, "origin": GoldOrigin(row["origin"])})
