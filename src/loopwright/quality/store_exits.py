"""Every query of early exit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, select

from loopwright.infra.upsert import insert_into
from loopwright.intake.model import ItemPurpose
from loopwright.intake.tables import item
from loopwright.labeling.store import chunks
from loopwright.quality.exit_model import ExitFact, ExitGate, ExitKind, GateState
from loopwright.quality.model import TRUTH
from loopwright.quality.tables import exit_fact, exit_gate, settlement
from loopwright.sampling.model import ItemProgress
from loopwright.sampling.tables import item_state
from loopwright.stats.estimate import Estimate

_TRAINED_ON = (ItemPurpose.CORE.value, ItemPurpose.CONFUSED.value, ItemPurpose.TARGETED.value)
"""Items that compare policies are left alone: who wins is counted in votes."""

_AUDITS = 2000


class Totals(NamedTuple):
    """Items whose last fact is of one kind: how many, the votes planned, and those wanted now."""

    items: int
    planned: int
    wanted: int


def gates(tx: Connection, project_id: str) -> dict[str, ExitGate]:
    """Return the gate of each question."""
    query = select(exit_gate).where(exit_gate.c.project_id == project_id)
    return {row["question_id"]: _gate(row) for row in tx.execute(query).mappings()}


def put_gate(tx: Connection, made: ExitGate) -> None:
    """Store a gate over the one before; the key of its lots stays."""
    row = {
        **asdict(made), "state": made.state.value,
        "error": made.error.as_dict(), "saved": made.saved.as_dict(),
    }  # fmt: skip
    insert = insert_into(tx, exit_gate).values(row)
    keys = ("project_id", "question_id")
    changed = {name: insert.excluded[name] for name in row if name not in (*keys, "audit_key")}
    tx.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=changed))


def candidates(tx: Connection, project_id: str, item_ids: Iterable[str]) -> dict[str, str]:
    """Return {item: its question} of those that early exit may look at."""
    found: dict[str, str] = {}
    for part in chunks(sorted(set(item_ids))):
        query = select(item.c.id, item.c.question_id).where(
            item.c.id.in_(part),
            item.c.project_id == project_id,
            item.c.purpose.in_(_TRAINED_ON),
            ~select(settlement.c.id).where(settlement.c.item_id == item.c.id).exists(),
        )
        found.update((row.id, row.question_id) for row in tx.execute(query))
    return found


def open_items(tx: Connection, project_id: str, *, least: int) -> list[str]:
    """Return the open items with so many votes: what a gate that begins to run looks at."""
    query = select(item_state.c.item_id).where(
        item_state.c.project_id == project_id,
        item_state.c.state == ItemProgress.OPEN.value,
        item_state.c.done >= least,
    )
    return list(tx.scalars(query))


def opened_since(tx: Connection, project_id: str) -> list[str]:
    """Return the open items that early exit closed: somebody gave a slot of theirs back."""
    query = (
        select(exit_fact.c.item_id)
        .join(item_state, item_state.c.item_id == exit_fact.c.item_id)
        .where(
            exit_fact.c.project_id == project_id,
            exit_fact.c.kind == ExitKind.CLOSED.value,
            item_state.c.state == ItemProgress.OPEN.value,
        )
        .distinct()
    )
    return list(tx.scalars(query))


def facts_of(tx: Connection, item_ids: Iterable[str]) -> dict[str, list[ExitFact]]:
    """Return what early exit did to items, oldest first."""
    found: dict[str, list[ExitFact]] = {}
    for part in chunks(sorted(set(item_ids))):
        query = select(exit_fact).where(exit_fact.c.item_id.in_(part)).order_by(exit_fact.c.number)
        for row in tx.execute(query).mappings():
            found.setdefault(row["item_id"], []).append(_fact(row))
    return found


def insert_facts(tx: Connection, facts: Sequence[ExitFact]) -> None:
    """Write down what was done."""
    rows = [{**asdict(fact), "kind": fact.kind.value} for fact in facts]
    for part in chunks(rows):
        tx.execute(exit_fact.insert(), list(part))


def audit_facts(tx: Connection, project_id: str) -> list[ExitFact]:
    """Return the newest audits of a project, the newest first: enough to know its error by."""
    query = select(exit_fact).where(
        exit_fact.c.project_id == project_id, exit_fact.c.kind == ExitKind.AUDIT.value
    )
    query = query.order_by(exit_fact.c.at.desc(), exit_fact.c.item_id).limit(_AUDITS)
    rows = tx.execute(query).mappings()
    return [_fact(row) for row in rows]


def ledger(tx: Connection, project_id: str, *, limit: int) -> list[ExitFact]:
    """Return the newest facts of a project."""
    query = select(exit_fact).where(exit_fact.c.project_id == project_id)
    query = query.order_by(exit_fact.c.at.desc(), exit_fact.c.item_id, exit_fact.c.number.desc())
    return [_fact(row) for row in tx.execute(query.limit(limit)).mappings()]


def totals(tx: Connection, project_id: str) -> dict[ExitKind, Totals]:
    """Return what was planned and is wanted now, of items by the last thing done to them.

    Votes beyond the plan that somebody asked for are theirs; those of an audit are early exit's.
    """
    newest = (
        select(exit_fact.c.item_id, func.max(exit_fact.c.number).label("number"))
        .where(exit_fact.c.project_id == project_id)
        .group_by(exit_fact.c.item_id)
        .subquery()
    )
    last, first = exit_fact.alias("last"), exit_fact.alias("first")
    beyond = and_(last.c.kind != ExitKind.AUDIT.value, item_state.c.wanted > first.c.wanted_before)
    now = case((beyond, first.c.wanted_before), else_=item_state.c.wanted)
    query = (
        select(last.c.kind, func.count(), func.sum(first.c.wanted_before), func.sum(now))
        .select_from(newest)
        .join(last, and_(last.c.item_id == newest.c.item_id, last.c.number == newest.c.number))
        .join(first, and_(first.c.item_id == newest.c.item_id, first.c.number == 1))
        .join(item_state, item_state.c.item_id == newest.c.item_id)
        .group_by(last.c.kind)
    )
    return {
        ExitKind(kind): Totals(int(n), int(planned), int(wanted))
        for kind, n, planned, wanted in tx.execute(query)
    }


def gold_mark(tx: Connection, project_id: str) -> tuple[int, float]:
    """Return what changes whenever gold does: how many there are, and the newest."""
    query = select(func.count(), func.max(settlement.c.settled_at)).where(
        settlement.c.project_id == project_id,
        settlement.c.source.in_([source.value for source in TRUTH]),
    )
    n, newest = tx.execute(query).one()
    return int(n), float(newest or 0.0)


def _gate(row: Mapping[Any, Any]) -> ExitGate:
    given = {**row, "state": GateState(row["state"])}
    return ExitGate(
        **{**given, "error": Estimate(**row["error"]), "saved": Estimate(**row["saved"])}
    )


def _fact(row: Mapping[Any, Any]) -> ExitFact:
    return ExitFact(**{**row, "kind": ExitKind(row["kind"])})
