"""Queries of blind and final decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, select

from loopwright.adjudication.model import BlindDecision, Decision
from loopwright.adjudication.store import inserted
from loopwright.adjudication.tables import blind_decision, case_decision
from loopwright.labeling.store import chunks


def add_blind(tx: Connection, made: BlindDecision) -> bool:
    """Store a blind decision; return whether the person had none."""
    return inserted(tx, blind_decision, asdict(made))


def blind_of(tx: Connection, case_id: str, person_id: str) -> BlindDecision | None:
    """Return what a person decided blind, or None."""
    query = select(blind_decision).where(
        blind_decision.c.case_id == case_id, blind_decision.c.person_id == person_id
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else BlindDecision(**row)


def blind_cases(tx: Connection, case_ids: Sequence[str], person_id: str) -> set[str]:
    """Return those of these cases that a person decided blind."""
    return {
        found
        for part in chunks(list(case_ids))
        for found in tx.scalars(
            select(blind_decision.c.case_id).where(
                blind_decision.c.case_id.in_(part), blind_decision.c.person_id == person_id
            )
        )
    }


def add_decision(tx: Connection, made: Decision) -> None:
    """Store a decision."""
    tx.execute(case_decision.insert().values(asdict(made)))


def decision_of(tx: Connection, case_id: str) -> Decision | None:
    """Return the decision of a case that counts, or None."""
    return decisions_of(tx, [case_id]).get(case_id)


def decisions_of(tx: Connection, case_ids: Iterable[str]) -> dict[str, Decision]:
    """Return the decision that counts of each of these cases that has one."""
    found = {}
    for part in chunks(sorted(set(case_ids))):
        query = select(case_decision).where(case_decision.c.case_id.in_(part))
        for row in tx.execute(query.order_by(case_decision.c.number)).mappings():
            found[row["case_id"]] = Decision(**row)
    return found


def decisions(tx: Connection, project_id: str) -> list[Decision]:
    """Return the decisions of a project that count, the oldest first."""
    query = select(case_decision).where(case_decision.c.project_id == project_id)
    newest: dict[str, Decision] = {}
    for row in tx.execute(query.order_by(case_decision.c.number, case_decision.c.at)).mappings():
        newest[row["case_id"]] = Decision(**row)
    return sorted(newest.values(), key=lambda one: (one.at, one.id))
