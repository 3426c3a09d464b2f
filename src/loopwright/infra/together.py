"""Several changes that belong together, sent as one statement where the database can do that.

PostgreSQL does them in one round trip, as data-modifying parts of one query; SQLite, which is in
this process, runs one after the other. No part sees what another one changed, so none may touch
another's rows.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Executable, literal, select, true

from loopwright.base.types import Json
from loopwright.infra.prepared import Prepared

Change = Executable | Mapping[str, Executable]
"""An insert or update with RETURNING at most one row, or one for each dialect."""


class Together:
    """Named changes whose parameters all have names; equal names mean the same value."""

    def __init__(self, **changes: Change) -> None:
        self._changes = changes
        self._parts = {name: Prepared(change) for name, change in changes.items()}
        self._names: dict[str, tuple[str, ...]] = {}
        self._query: Prepared | None = None

    def run(self, tx: Connection, given: Json) -> dict[str, Json | None]:
        """Make the changes; return what each one returned, None for one that changed nothing."""
        if tx.dialect.name == "sqlite":
            return {
                name: part.first(tx, part.taking(tx, given)) for name, part in self._parts.items()
            }
        if self._query is None:
            self._query = Prepared(self._joined(tx.dialect.name))
        [row] = self._query.rows(tx, given)
        found: dict[str, Json | None] = {}
        for name, columns in self._names.items():
            one = {column: row[f"{name}.{column}"] for column in columns}
            found[name] = one if row[f"{name}.there"] else None
        return found

    def _joined(self, dialect: str) -> Any:
        """Return one row: what every change returned, beside each other."""
        one: Any = select(literal(1).label("one")).subquery("one")
        columns: list[Any] = []
        for name, change in self._changes.items():
            statement: Any = change[dialect] if isinstance(change, Mapping) else change
            changed = statement.cte(f"changed_{name}")
            there = select(literal(True).label("there"), *changed.c).subquery(f"of_{name}")
            self._names[name] = tuple(column.key for column in changed.c)
            one = one.outerjoin(there, true())
            columns.append(there.c.there.label(f"{name}.there"))
            columns += [there.c[key].label(f"{name}.{key}") for key in self._names[name]]
        return select(*columns).select_from(one)
