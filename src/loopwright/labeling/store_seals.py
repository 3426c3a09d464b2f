"""Queries of sealed items: their judgments can no longer be undone."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from loopwright.infra.upsert import insert_into
from loopwright.labeling.store import chunks
from loopwright.labeling.tables import item_seal


def seal(tx: Connection, *, project_id: str, item_id: str, now: float) -> None:
    """Keep the judgments on an item from being undone; the same again changes nothing."""
    row = {"item_id": item_id, "project_id": project_id, "sealed_at": now}
    tx.execute(insert_into(tx, item_seal).values(row).on_conflict_do_nothing())


def sealed(tx: Connection, item_ids: Iterable[str]) -> set[str]:
    """Return which of these items are sealed."""
    return {
        item_id
        for part in chunks(sorted(set(item_ids)))
        for item_id in tx.scalars(select(item_seal.c.item_id).where(item_seal.c.item_id.in_(part)))
    }
