"""Queries of cases, their reasons, events and decisions."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, or_, select

from loopwright.adjudication.model import (
    FREE_STATES,
    Adjudicator,
    Case,
    CaseEvent,
    CaseState,
    EventKind,
    Level,
    NewReason,
    Reason,
    ReasonKind,
    Severity,
)
from loopwright.adjudication.tables import (
    blind_decision,
    case_event,
    case_reason,
    escalation_case,
)
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra.database import Repeat
from loopwright.infra.refs import Ids
from loopwright.infra.upsert import insert_into
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import assignment

CASES = Ids(
    noun="case",
    id=escalation_case.c.id,
    project=escalation_case.c.project_id,
    remedy="Take the id from the desk or from `loopwright cases list`.",
)

_OPEN = escalation_case.c.closed_at.is_(None)


def inserted(tx: Connection, table: Table, row: Json) -> bool:
    """Store a row unless one is there that rules it out; return whether it was stored."""
    statement = insert_into(tx, table).values(row).on_conflict_do_nothing()
    return tx.execute(statement.returning(*table.primary_key)).first() is not None


def get(tx: Connection, case_id: str) -> Case | None:
    """Return one case, or None."""
    return _one(tx, select(escalation_case).where(escalation_case.c.id == case_id))


def get_to_change(tx: Connection, case_id: str) -> Case | None:
    """Return one case; others who want to change it wait until the transaction ends."""
    query = select(escalation_case).where(escalation_case.c.id == case_id)
    return _one(tx, query.with_for_update())


def open_case_of(tx: Connection, item_id: str) -> Case | None:
    """Return the open case of an item, held as `get_to_change` does."""
    query = select(escalation_case).where(escalation_case.c.item_id == item_id, _OPEN)
    return _one(tx, query.with_for_update())


def insert(tx: Connection, case: Case) -> bool:
    """Store a case; return whether its item had no open one."""
    return inserted(tx, escalation_case, _row(case))


def change(tx: Connection, before: Case, after: Case) -> Case:
    """Store what a case became; the whole transaction is run again when another was first."""
    changed = replace(after, version=before.version + 1)
    same = (escalation_case.c.id == before.id) & (escalation_case.c.version == before.version)
    if tx.execute(escalation_case.update().where(same).values(_row(changed))).rowcount != 1:
        raise Repeat
    return changed


def free(
    tx: Connection, project_id: str, *, by: Adjudicator, levels: Sequence[Level], now: float
) -> list[Case]:
    """Return the cases of these levels that this person may take now, the most urgent first.

    Not those whose item the person judged, holds, wrote a part of or asked about. A claim bars
    the person from judging the item later; that does not keep them from the case.
    """
    query = (
        select(escalation_case)
        .where(
            escalation_case.c.project_id == project_id,
            _OPEN,
            escalation_case.c.level.in_([level.value for level in levels]),
            _free_at(now),
            ~_is_involved(by),
        )
        .order_by(escalation_case.c.deadline, escalation_case.c.severity.desc())
        .limit(200)
    )
    return [_case(dict(row)) for row in tx.execute(query).mappings()]


def involved_in(tx: Connection, case_ids: Sequence[str], by: Adjudicator) -> set[str]:
    """Return those of these cases in whose item a person has a part."""
    return {
        found
        for part in chunks(list(case_ids))
        for found in tx.scalars(
            select(escalation_case.c.id).where(escalation_case.c.id.in_(part), _is_involved(by))
        )
    }


def held_by(tx: Connection, project_id: str, person_id: str, *, now: float) -> list[Case]:
    """Return the cases that a person holds now, the first claimed first."""
    query = select(escalation_case).where(
        escalation_case.c.project_id == project_id,
        escalation_case.c.holder == person_id,
        escalation_case.c.state == CaseState.CLAIMED.value,
        escalation_case.c.claimed_until > now,
    )
    return [
        _case(dict(row))
        for row in tx.execute(query.order_by(escalation_case.c.claimed_until)).mappings()
    ]


def not_yet_blind(tx: Connection, project_id: str, person_id: str) -> list[str]:
    """Return the cases that a person took and has not decided blind, lapsed claims included."""
    query = select(escalation_case.c.id).where(
        escalation_case.c.project_id == project_id,
        escalation_case.c.holder == person_id,
        escalation_case.c.state == CaseState.CLAIMED.value,
        ~exists().where(
            blind_decision.c.case_id == escalation_case.c.id,
            blind_decision.c.person_id == person_id,
        ),
    )
    return list(tx.scalars(query.order_by(escalation_case.c.id)))


def open_cases(
    tx: Connection, project_id: str | None = None, *, limit: int, offset: int = 0
) -> list[Case]:
    """Return open cases, of every project unless one is named, the most urgent first."""
    query = select(escalation_case).where(_OPEN)
    if project_id is not None:
        query = query.where(escalation_case.c.project_id == project_id)
    query = query.order_by(
        escalation_case.c.deadline, escalation_case.c.severity.desc(), escalation_case.c.id
    )
    return [_case(dict(row)) for row in tx.execute(query.limit(limit).offset(offset)).mappings()]


def closed_cases(tx: Connection, project_id: str, *, limit: int, offset: int) -> list[Case]:
    """Return decided and withdrawn cases, the latest first."""
    query = (
        select(escalation_case)
        .where(escalation_case.c.project_id == project_id, ~_OPEN)
        .order_by(escalation_case.c.closed_at.desc(), escalation_case.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_case(dict(row)) for row in tx.execute(query).mappings()]


def cases_of_item(tx: Connection, item_id: str) -> list[Case]:
    """Return every case of an item, the oldest first."""
    query = select(escalation_case).where(escalation_case.c.item_id == item_id)
    rows = tx.execute(query.order_by(escalation_case.c.opened_at)).mappings()
    return [_case(dict(row)) for row in rows]


def add_reason(
    tx: Connection, *, case_id: str, item_id: str, reason: NewReason, now: float
) -> bool:
    """Store a reason; return whether the item had none of this key."""
    row = {
        "id": new_id("rea"),
        "case_id": case_id,
        "item_id": item_id,
        **asdict(reason),
        "at": now,
    }
    row |= {"kind": reason.kind.value, "severity": int(reason.severity)}
    return inserted(tx, case_reason, row)


def known_keys(tx: Connection, item_id: str) -> set[str]:
    """Return the keys of the reasons for which an item was ever escalated."""
    return set(tx.scalars(select(case_reason.c.key).where(case_reason.c.item_id == item_id)))


def reasons_of(tx: Connection, case_ids: Sequence[str]) -> dict[str, list[Reason]]:
    """Return the reasons of these cases, the oldest first."""
    found: dict[str, list[Reason]] = {}
    for part in chunks(list(case_ids)):
        query = select(case_reason).where(case_reason.c.case_id.in_(part))
        for row in tx.execute(query.order_by(case_reason.c.at, case_reason.c.id)).mappings():
            reason = Reason(
                **{
                    **row,
                    "kind": ReasonKind(row["kind"]),
                    "severity": Severity(row["severity"]),
                }
            )
            found.setdefault(reason.case_id, []).append(reason)
    return found


def requests_of(tx: Connection, project_id: str, person_id: str, *, limit: int) -> list[Reason]:
    """Return what a person asked somebody senior, the newest first."""
    query = (
        select(case_reason)
        .join(escalation_case, escalation_case.c.id == case_reason.c.case_id)
        .where(case_reason.c.by == person_id, escalation_case.c.project_id == project_id)
        .order_by(case_reason.c.at.desc())
        .limit(limit)
    )
    return [
        Reason(**{**row, "kind": ReasonKind(row["kind"]), "severity": Severity(row["severity"])})
        for row in tx.execute(query).mappings()
    ]


def add_event(
    tx: Connection,
    *,
    case_id: str,
    kind: EventKind,
    by: str | None,
    now: float,
    detail: Json | None = None,
) -> None:
    """Append what happened to a case."""
    tx.execute(
        case_event.insert().values(
            case_id=case_id, kind=kind.value, by=by, detail=detail or {}, at=now
        )
    )


def events_of(tx: Connection, case_id: str) -> list[CaseEvent]:
    """Return what happened to a case, the oldest first."""
    query = select(case_event).where(case_event.c.case_id == case_id).order_by(case_event.c.seq)
    return [
        CaseEvent(**{**row, "kind": EventKind(row["kind"])}) for row in tx.execute(query).mappings()
    ]


def opened_of(tx: Connection, project_id: str, states: Collection[CaseState]) -> dict[str, float]:
    """Return when the cases in these states were opened."""
    query = select(escalation_case.c.id, escalation_case.c.opened_at).where(
        escalation_case.c.project_id == project_id,
        escalation_case.c.state.in_([state.value for state in states]),
    )
    return {row.id: row.opened_at for row in tx.execute(query)}


def holders(tx: Connection, project_id: str, *, now: float) -> dict[str, int]:
    """Return how many cases each person holds now."""
    query = (
        select(escalation_case.c.holder, func.count())
        .where(
            escalation_case.c.project_id == project_id,
            escalation_case.c.state == CaseState.CLAIMED.value,
            escalation_case.c.claimed_until > now,
        )
        .group_by(escalation_case.c.holder)
    )
    return {str(row[0]): int(row[1]) for row in tx.execute(query)}


def _is_involved(by: Adjudicator) -> ColumnElement[bool]:
    """Return the condition that a person has a part in the item of a case.

    Taking a case bars from judging its item, which is no part in it; who gave it back without a
    blind decision may have looked at the votes since. A specialist may decide what they asked
    about themselves: in a small team there is nobody else.
    """
    claimed = _did(by, EventKind.CLAIMED)
    gave_up = and_(_did(by, EventKind.RELEASED), ~_did(by, EventKind.DECIDED_BLIND))
    met = exists().where(
        assignment.c.item_id == escalation_case.c.item_id,
        assignment.c.judge_id == by.person_id,
        or_(
            assignment.c.state.in_(["judged", "open"]),
            and_(assignment.c.state == "barred", ~claimed),
        ),
    )
    if by.level is Level.SPECIALIST:
        return or_(met, gave_up)
    asked = exists().where(
        case_reason.c.case_id == escalation_case.c.id, case_reason.c.by == by.person_id
    )
    return or_(met, gave_up, asked)


def _did(by: Adjudicator, kind: EventKind) -> ColumnElement[bool]:
    return exists().where(
        case_event.c.case_id == escalation_case.c.id,
        case_event.c.kind == kind.value,
        case_event.c.by == by.person_id,
    )


def _free_at(now: float) -> ColumnElement[bool]:
    of = escalation_case.c
    return or_(
        of.state.in_([state.value for state in FREE_STATES]),
        and_(of.state == CaseState.CLAIMED.value, of.claimed_until <= now),
        and_(of.state == CaseState.ASKED.value, of.answers_until <= now),
    )


def _one(tx: Connection, query: Select[tuple[object, ...]]) -> Case | None:
    row = tx.execute(query).mappings().first()
    return None if row is None else _case(dict(row))


def _case(row: Json) -> Case:
    return Case(
        **{
            **row,
            "requires": tuple(row["requires"]),
            "state": CaseState(row["state"]),
            "level": Level(row["level"]),
            "severity": Severity(row["severity"]),
        }
    )


def _row(case: Case) -> Json:
    return {
        **asdict(case),
        "requires": list(case.requires),
        "state": case.state.value,
        "level": case.level.value,
        "severity": int(case.severity),
    }
