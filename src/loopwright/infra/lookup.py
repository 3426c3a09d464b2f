"""Rows by their ids, without building a statement for each question asked."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, select

from loopwright.base.types import Json
from loopwright.infra.prepared import Answer, Prepared

_CHUNK = 500


class ById:
    """Reads rows by an id column; a statement is built once for each number of ids."""

    def __init__(
        self,
        columns: Sequence[ColumnElement[Any]],
        key: ColumnElement[Any],
        *,
        source: FromClause | None = None,
    ) -> None:
        self._columns, self._key, self._source = columns, key, source
        self._queries: dict[int, Prepared] = {}

    def __call__(self, tx: Connection, ids: Iterable[str]) -> Iterator[Json]:
        """Yield the rows that are there, each id once, in no promised order."""
        for answer in self.ask(tx, ids):
            yield from answer.rows(tx)

    def ask(self, tx: Connection, ids: Iterable[str]) -> list[Answer]:
        """Have the rows read; they are waited for when the answers are."""
        wanted = list(dict.fromkeys(ids))
        answers = []
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            given = {f"id_{number}": one for number, one in enumerate(part)}
            answers.append(self._query(len(part)).ask(tx, given))
        return answers

    def _query(self, count: int) -> Prepared:
        if count not in self._queries:
            marks: list[Any] = [bindparam(f"id_{number}") for number in range(count)]
            query = select(*self._columns)
            if self._source is not None:
                query = query.select_from(self._source)
            self._queries[count] = Prepared(
                query.where(self._key == marks[0] if count == 1 else self._key.in_(marks))
            )
        return self._queries[count]
