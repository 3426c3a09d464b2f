"""Every query of coaching."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select

from loopwright.coaching.integrity import Written
from loopwright.coaching.model import Plan, Practice
from loopwright.coaching.tables import coaching_plan, practice_answer
from loopwright.gold.tables import gold_item
from loopwright.infra.upsert import insert_into
from loopwright.labeling.model import Origin
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import assignment, judgment, rater_day

_LATEST = 300
"""Answers of each person that are looked at."""
_SCANNED = 50_000
_DAYS = 60


def add_plan(tx: Connection, plan: Plan) -> None:
    """Store a plan."""
    tx.execute(coaching_plan.insert().values(**asdict(plan)))


def newest_plan(tx: Connection, *, project_id: str, person_id: str) -> Plan | None:
    """Return a person's newest plan, None before the first."""
    query = (
        select(coaching_plan)
        .where(coaching_plan.c.project_id == project_id, coaching_plan.c.person_id == person_id)
        .order_by(coaching_plan.c.made_at.desc(), coaching_plan.c.id.desc())
        .limit(1)
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else Plan(**row)


def add_practice(tx: Connection, made: Practice) -> bool:
    """Store an answer; return whether it was the first to this item of the plan."""
    statement = insert_into(tx, practice_answer).values(asdict(made)).on_conflict_do_nothing()
    return tx.scalar(statement.returning(practice_answer.c.id)) is not None


def practised(tx: Connection, plan_id: str) -> list[Practice]:
    """Return a plan's practice answers, oldest first."""
    query = select(practice_answer).where(practice_answer.c.plan_id == plan_id)
    rows = tx.execute(query.order_by(practice_answer.c.at)).mappings()
    return [Practice(**row) for row in rows]


def met(tx: Connection, *, judge_id: str, item_ids: Sequence[str]) -> set[str]:
    """Return which of these items a person was offered, or is barred from."""
    found: set[str] = set()
    for part in chunks(list(item_ids)):
        query = select(assignment.c.item_id).where(
            assignment.c.judge_id == judge_id, assignment.c.item_id.in_(part)
        )
        found.update(tx.scalars(query))
    return found


def hidden_gold(tx: Connection, project_id: str) -> set[str]:
    """Return the items that are gold now: practising them would give them away."""
    query = select(gold_item.c.item_id).where(
        gold_item.c.project_id == project_id, gold_item.c.retired_at.is_(None)
    )
    return set(tx.scalars(query))


def written(tx: Connection, project_id: str) -> list[Written]:
    """Return what people's latest judgments hold beside their answers, newest first."""
    query = (
        select(judgment.c.rater_id, judgment.c.item_id, judgment.c.answer, judgment.c.signals)
        .where(
            judgment.c.project_id == project_id,
            judgment.c.superseded_by.is_(None),
            judgment.c.origin != Origin.IMPORT.value,
        )
        .order_by(judgment.c.seq.desc())
        .limit(_SCANNED)
    )
    taken: defaultdict[str, int] = defaultdict(int)
    found = []
    for row in tx.execute(query):
        taken[row.rater_id] += 1
        if taken[row.rater_id] > _LATEST:
            continue
        pasted = int((row.signals or {}).get("pasted_characters") or 0)
        found.append(Written(row.rater_id, row.item_id, row.answer.get("reason"), pasted))
    return found


def days(tx: Connection, project_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return (day, judged) of each rater's latest days on which they judged."""
    query = (
        select(rater_day.c.rater_id, rater_day.c.day, rater_day.c.judged)
        .where(rater_day.c.project_id == project_id, rater_day.c.judged > 0)
        .order_by(rater_day.c.rater_id, rater_day.c.day.desc())
    )
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in tx.execute(query):
        if len(found[row.rater_id]) < _DAYS:
            found[row.rater_id].append((row.day, row.judged))
    return found
