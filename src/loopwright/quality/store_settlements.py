"""Every query of settled answers."""

from collections.abc import Collection, Iterable
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, select

from loopwright.infra.upsert import insert_into
from loopwright.labeling.store import chunks
from loopwright.quality.calibrating import GoldItem
from loopwright.quality.model import TRUTH, SettledBy, Settlement
from loopwright.quality.tables import consensus, settlement

_MOST = 2000


def settled(tx: Connection, item_ids: Iterable[str]) -> dict[str, Settlement]:
    """Return the settlement that counts of each of these items that has one."""
    found = {}
    for part in chunks(sorted(set(item_ids))):
        query = select(settlement).where(settlement.c.item_id.in_(part))
        for row in tx.execute(query.order_by(settlement.c.number)).mappings():
            found[row["item_id"]] = _settlement(dict(row))
    return found


def settled_in(
    tx: Connection, project_id: str, *, sources: Collection[SettledBy]
) -> list[Settlement]:
    """Return the settlements of a project that count and came from these sources, by item."""
    query = select(settlement).where(settlement.c.project_id == project_id)
    newest = {
        row["item_id"]: _settlement(dict(row))
        for row in tx.execute(query.order_by(settlement.c.number)).mappings()
    }
    return [newest[item] for item in sorted(newest) if newest[item].source in sources]


def gold_items(tx: Connection, project_id: str) -> list[GoldItem]:
    """Return what consensus says of items whose answer is known, of the newest `_MOST` of them."""
    known = settled_in(tx, project_id, sources=TRUTH)
    known = sorted(known, key=lambda one: (-one.settled_at, one.item_id))[:_MOST]
    by_item = {one.item_id: one for one in known}
    found = []
    for part in chunks(sorted(by_item)):
        query = select(consensus.c.item_id, consensus.c.posterior).where(
            consensus.c.item_id.in_(part)
        )
        for item_id, posterior in tx.execute(query):
            one = by_item[item_id]
            found.append(GoldItem(item_id, one.question_id, one.outcome, posterior))
    return found


def history(tx: Connection, item_id: str) -> list[Settlement]:
    """Return all settlements of an item, oldest first."""
    query = select(settlement).where(settlement.c.item_id == item_id)
    rows = tx.execute(query.order_by(settlement.c.number)).mappings()
    return [_settlement(dict(row)) for row in rows]


def insert(tx: Connection, made: Settlement) -> bool:
    """Store a settlement; return whether its number was still free."""
    row = {**asdict(made), "source": made.source.value}
    statement = insert_into(tx, settlement).values(row).on_conflict_do_nothing()
    return tx.scalar(statement.returning(settlement.c.id)) is not None


def is_settled() -> ColumnElement[bool]:
    """Return the condition that people settled the item of a consensus."""
    return select(settlement.c.id).where(settlement.c.item_id == consensus.c.item_id).exists()


def _settlement(row: dict[str, object]) -> Settlement:
    return Settlement(**{**row, "source": SettledBy(str(row["source"]))})  # type: ignore[arg-type]
