"""Inserts that meet rows already there: both databases say it alike, in dialects of their own."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(tx: Connection, table: Table) -> Any:
    """Return an insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
