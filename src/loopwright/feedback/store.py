"""Every query of feedback."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, select

from loopwright.base.types import Json
from loopwright.feedback.model import Effect, EffectState, Feedback
from loopwright.feedback.tables import feedback, feedback_effect, feedback_key
from loopwright.infra.upsert import insert_into
from loopwright.intake.store import chunks

_FACT = tuple(field.name for field in fields(Feedback))
_EFFECT = tuple(field.name for field in fields(Effect))
_Both = tuple[Feedback, Effect]


def project_key(tx: Connection, project_id: str) -> str:
    """Return the key (hex) under which a project's end users are named; made on first use."""
    query = select(feedback_key.c.key).where(feedback_key.c.project_id == project_id)
    known = tx.scalar(query)
    if known is None:
        made = {"project_id": project_id, "key": secrets.token_hex(32)}
        tx.execute(insert_into(tx, feedback_key).values(made).on_conflict_do_nothing())
        known = tx.scalar(query)
    return str(known)


def lock(tx: Connection, project_id: str) -> None:
    """Wait until no other transaction opens items for feedback of this project."""
    query = select(feedback_key.c.key).where(feedback_key.c.project_id == project_id)
    tx.execute(query.with_for_update())


def by_ids(tx: Connection, ids: Iterable[str]) -> dict[str, _Both]:
    """Return the feedback with these ids."""
    return {
        row["id"]: _both(row)
        for part in chunks(list(dict.fromkeys(ids)))
        for row in tx.execute(_joined().where(feedback.c.id.in_(part))).mappings()
    }


def insert(tx: Connection, rows: Sequence[Feedback]) -> frozenset[str]:
    """Store facts whose id is not there yet; return the ids that are new."""
    values = [{k: v for k, v in asdict(row).items() if k != "seq"} for row in rows]
    statement = insert_into(tx, feedback).on_conflict_do_nothing().returning(feedback.c.id)
    added: set[str] = set()
    for start in range(0, len(values), 200):
        added.update(tx.scalars(statement, values[start : start + 200]))
    return frozenset(added)


def insert_effects(tx: Connection, effects: Sequence[Effect]) -> None:
    """Store what became of facts."""
    if effects:
        tx.execute(feedback_effect.insert(), [_row(effect) for effect in effects])


def change_effect(tx: Connection, effect: Effect) -> None:
    """Store what became of a fact that waited; one settled by now keeps what it has."""
    tx.execute(
        feedback_effect.update()
        .where(
            feedback_effect.c.feedback_id == effect.feedback_id,
            feedback_effect.c.state == EffectState.WAITING.value,
        )
        .values(_row(effect))
    )


def due(tx: Connection, *, now: float, limit: int) -> list[_Both]:
    """Return waiting feedback whose request is to be looked for now, the longest due first."""
    query = (
        _joined()
        .where(feedback_effect.c.next_look_at <= now)
        .order_by(feedback_effect.c.next_look_at, feedback.c.seq)
        .limit(limit)
    )
    return [_both(row) for row in tx.execute(query).mappings()]


def opened_today(
    tx: Connection, project_id: str, *, since: float
) -> list[tuple[str, str | None, int]]:
    """Return (source, end user, items that their feedback opened since a time)."""
    query = (
        select(feedback.c.source, feedback.c.subject, func.count())
        .join(feedback_effect, feedback_effect.c.feedback_id == feedback.c.id)
        .where(
            feedback_effect.c.project_id == project_id,
            feedback_effect.c.state == EffectState.OPENED.value,
            feedback_effect.c.decided_at >= since,
        )
        .group_by(feedback.c.source, feedback.c.subject)
    )
    return [(row[0], row[1], int(row[2])) for row in tx.execute(query)]


def page(
    tx: Connection,
    project_id: str,
    *,
    kind: str | None = None,
    source: str | None = None,
    state: str | None = None,
    item_id: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[_Both]:
    """Return a project's feedback, newest first, with a smaller `seq` than `before`."""
    query = _joined().where(feedback.c.project_id == project_id)
    wanted = (
        (feedback.c.kind, kind),
        (feedback.c.source, source),
        (feedback_effect.c.state, state),
        (feedback_effect.c.item_id, item_id),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(feedback.c.seq < before)
    query = query.order_by(feedback.c.seq.desc()).limit(limit)
    return [_both(row) for row in tx.execute(query).mappings()]


def counts(
    tx: Connection, project_id: str, *, item_id: str | None = None
) -> list[tuple[str, str | None, str, str, int]]:
    """Return (kind, value, source, state, how many); values of thumbs and verdicts alone."""
    value = case((feedback.c.kind.in_(["thumb", "verdict"]), feedback.c.value), else_=None)
    each = (
        select(
            feedback.c.kind,
            value.label("shown"),
            feedback.c.source,
            feedback_effect.c.state,
        )
        .join(feedback_effect, feedback_effect.c.feedback_id == feedback.c.id)
        .where(feedback.c.project_id == project_id)
    )
    if item_id is not None:
        each = each.where(feedback_effect.c.item_id == item_id)
    rows = each.subquery()
    query = select(*rows.c, func.count()).group_by(*rows.c)
    return [(row[0], row[1], row[2], row[3], int(row[4])) for row in tx.execute(query)]


def _joined() -> Any:
    shared = [feedback.c[name] for name in _FACT]
    own = [feedback_effect.c[name].label(f"e_{name}") for name in _EFFECT]
    return select(*shared, *own).join(
        feedback_effect, feedback_effect.c.feedback_id == feedback.c.id
    )


def _both(row: RowMapping) -> _Both:
    effect: Json = {name: row[f"e_{name}"] for name in _EFFECT}
    fact = Feedback(**{name: row[name] for name in _FACT})
    return fact, Effect(**{**effect, "state": EffectState(effect["state"])})


def _row(effect: Effect) -> Json:
    return {**asdict(effect), "state": effect.state.value}
