"""Inserts that meet rows already there: both databases say it alike, in dialects of their own."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
"""By the name that a connection tells; for statements that are built once for both."""


def insert_into(tx: Connection, table: Table) -> Any:
    """Return an insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return DIALECTS[tx.dialect.name].insert(table)


def adding(insert: Any, *, to: Collection[str], key: Collection[str]) -> Any:
    """Return an insert that adds to the columns `to` of the row that has the same `key`, if any."""
    table, new = insert.table.c, insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(key), set_={name: table[name] + new[name] for name in to}
    )
