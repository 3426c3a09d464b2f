"""Several changes that belong together, sent as one statement where the database can do that.

PostgreSQL does them in one round trip, as data-modifying parts of one query; SQLite, which is in
this process, runs one after the other. No part sees what another one changed, so none may touch
another's rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Executable, literal, select, true

from loopwright.base.types import Json
from loopwright.infra.prepared import Prepared

Change = Executable | Mapping[str, Executable]
"""An insert or update with RETURNING at most one row, or one for each dialect."""


Returned = Callable[[], dict[str, Json | None]]


class Together:
    """Named changes whose parameters all have names; equal names mean the same value."""

    def __init__(self, **changes: Change) -> None:
        self._changes = changes
        self._parts = {name: Prepared(change) for name, change in changes.items()}
        self._names: dict[str, tuple[str, ...]] = {}
        self._query: Prepared | None = None

    def run(self, tx: Connection, given: Json) -> dict[str, Json | None]:
        """Make the changes; return what each one returned, None for one that changed nothing."""
        return self.ask(tx, given)()

    def ask(self, tx: Connection, given: Json) -> "Returned":
        """Make the changes; call what comes back for what `run` returns, or for a failure.

        On PostgreSQL they may be made as late as that, with the statements asked for meanwhile.
        """
        if tx.dialect.name == "sqlite":
            made = {
                name: part.first(tx, part.taking(tx, given)) for name, part in self._parts.items()
            }
            return lambda: made
        if self._query is None:
            self._query = Prepared(self._joined(tx.dialect.name))
        answer = self._query.ask(tx, given)
        return lambda: self._parted(answer.first(tx))

    def _parted(self, row: Json | None) -> dict[str, Json | None]:
        found: dict[str, Json | None] = {}
        for name, columns in self._names.items():
            if row is None or not row[f"{name}.there"]:
                found[name] = None
            else:
                found[name] = {column: row[f"{name}.{column}"] for column in columns}
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
