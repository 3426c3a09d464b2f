"""Every query of labeling; assignments and judgments."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from loopwright.base.types import Json
from loopwright.intake.model import ItemPurpose
from loopwright.intake.tables import item
from loopwright.labeling.model import Judgment
from loopwright.labeling.tables import judgment

_CHUNK = 1000


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list into parts that fit one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def judgments(
    tx: Connection,
    project_id: str,
    *,
    purpose: ItemPurpose | str | None = None,
    after_seq: int = 0,
    limit: int | None = None,
) -> list[Judgment]:
    """Return the judgments in force (not superseded) after `after_seq`, in order of `seq`."""
    query = (
        select(judgment)
        .where(
            judgment.c.project_id == project_id,
            judgment.c.seq > after_seq,
            judgment.c.superseded_by.is_(None),
        )
        .order_by(judgment.c.seq)
        .limit(limit)
    )
    if purpose is not None:
        query = query.join(item, item.c.id == judgment.c.item_id).where(
            item.c.purpose == str(purpose)
        )
    return [_judgment(row) for row in tx.execute(query).mappings()]


def judgments_of_items(tx: Connection, item_ids: Sequence[str]) -> list[Judgment]:
    """Return the judgments in force on these items, in order of `seq`."""
    found = [
        _judgment(row)
        for part in chunks(item_ids)
        for row in tx.execute(
            select(judgment).where(judgment.c.item_id.in_(part), judgment.c.superseded_by.is_(None))
        ).mappings()
    ]
    return sorted(found, key=lambda one: one.seq)


def get_judgment(tx: Connection, judgment_id: str) -> Judgment | None:
    """Return one judgment, superseded or not."""
    row = tx.execute(select(judgment).where(judgment.c.id == judgment_id)).mappings().first()
    return None if row is None else _judgment(row)


def insert_missing_judgments(tx: Connection, rows: Sequence[Json]) -> int:
    """Store judgments whose `client_id` the project does not have; return how many were new."""
    added = 0
    known = select(judgment.c.client_id).where(
        judgment.c.project_id == bindparam("project"),
        judgment.c.client_id.in_(bindparam("ids", expanding=True)),
    )
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(judgment).on_conflict_do_nothing()
    for part in chunks(rows):
        ids = [row["client_id"] for row in part]
        there = set(tx.scalars(known, {"project": part[0]["project_id"], "ids": ids}))
        missing = {row["client_id"]: row for row in part if row["client_id"] not in there}
        if missing:
            tx.execute(insert, list(missing.values()))
        added += len(missing)
    return added


def _judgment(row: RowMapping) -> Judgment:
    return Judgment(**row)
