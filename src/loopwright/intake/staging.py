"""Where an import waits until it is whole: a temporary SQLite file of masked rows.

Reading, checking and masking happen here, outside any transaction of the state database and
with flat memory; only a file that was read to its end is then applied, in one transaction.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.intake.model import Reject

_CHUNK = 2000
_JOIN_CACHE = 2048
_SCHEMA = """
CREATE TABLE prompt (id TEXT PRIMARY KEY, digest TEXT, body BLOB) WITHOUT ROWID;
CREATE TABLE completion (ref TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;
CREATE TABLE item (n INTEGER PRIMARY KEY, id TEXT UNIQUE, body BLOB);
CREATE TABLE vote (n INTEGER PRIMARY KEY, item_id TEXT, item_key TEXT, annotator TEXT,
                   outcome TEXT, shown TEXT, judged_at REAL, answer BLOB,
                   differs INTEGER NOT NULL DEFAULT 0, UNIQUE(item_id, annotator));
CREATE TABLE source (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE reject (n INTEGER PRIMARY KEY, place TEXT, reason TEXT);
CREATE TABLE joined (key TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID;
"""
_VOTE = """
INSERT INTO vote VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (item_id, annotator) DO UPDATE SET
differs = differs + (outcome IS NOT excluded.outcome OR answer IS NOT excluded.answer)
"""


class Stage:
    """One import's staging file; removed when the `with` block ends."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{name}.sqlite"
        # Applied on the database's writer thread, after this thread has finished writing.
        self._db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._db.execute("BEGIN")
        self._votes: list[tuple[object, ...]] = []
        self._joined: OrderedDict[str, Json | None] = OrderedDict()
        self.vote_rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)

    def prompt_digest(self, prompt_id: str) -> str | None:
        """Return the digest of a kept prompt, None where it is not there."""
        found: str | None = self._one("SELECT digest FROM prompt WHERE id = ?", prompt_id)
        return found

    def prompt(self, prompt_id: str, digest: str, body: Json) -> bool:
        """Keep a masked prompt once; return False when it was there."""
        add = "INSERT OR IGNORE INTO prompt VALUES (?, ?, ?)"
        return self._db.execute(add, (prompt_id, digest, _b(body))).rowcount == 1

    def completion(self, ref: str, source: str, body: Json) -> bool:
        """Keep a masked completion once; return False when it was there."""
        add = "INSERT OR IGNORE INTO completion VALUES (?, ?)"
        added = self._db.execute(add, (ref, _b(body)))
        self._db.execute("INSERT OR IGNORE INTO source VALUES (?)", (source,))
        return added.rowcount == 1

    def item(self, item_id: str, body: Json) -> Json:
        """Keep an item once; return what is kept: `body`, or the body that it had before."""
        add = "INSERT OR IGNORE INTO item VALUES (NULL, ?, ?)"
        if self._db.execute(add, (item_id, _b(body))).rowcount == 1:
            return body
        return _j(self._one("SELECT body FROM item WHERE id = ?", item_id))

    def vote(self, *columns: object, answer: Json | None = None) -> None:
        """Keep one vote: item id, item key, annotator, outcome, shown, judged at; its answer."""
        self._votes.append((*columns, None if answer is None else _b(answer)))
        self.vote_rows += 1
        if len(self._votes) >= _CHUNK:
            self._flush()

    def reject(self, place: str, reason: str) -> None:
        """Keep a skipped row's place and reason."""
        self._db.execute("INSERT INTO reject VALUES (NULL, ?, ?)", (place, reason))

    def load_join(self, rows: Iterable[tuple[str, Json]], *, name: str) -> None:
        """Keep the rows of a joined file by key; raise InvalidInput when a key is there twice."""
        for key, values in rows:
            try:
                self._db.execute("INSERT INTO joined VALUES (?, ?)", (key, _joinable(values)))
            except sqlite3.IntegrityError:
                shown = key.replace("\x1f", ", ")
                raise InvalidInput(
                    f"{name} holds the join key {shown} more than once.",
                    remedy="Join on columns that name one row.",
                    code="ambiguous_join",
                ) from None

    def joined(self, key: str) -> Json | None:
        """Return the joined row of a key, or None."""
        if key in self._joined:
            self._joined.move_to_end(key)
            return self._joined[key]
        found = self._one("SELECT body FROM joined WHERE key = ?", key)
        row = None if found is None else _j(found)
        self._joined[key] = row
        if len(self._joined) > _JOIN_CACHE:
            self._joined.popitem(last=False)
        return row

    def count(self, table: str) -> int:
        """Return how many rows a table of the stage has."""
        self._flush()
        return int(self._one(f"SELECT count(*) FROM {table}") or 0)  # noqa: S608 - our own names

    def differing(self) -> int:
        """Return how many votes say other than an earlier one by the same person on the item."""
        self._flush()
        return int(self._one("SELECT sum(differs) FROM vote") or 0)

    def annotators(self) -> list[str]:
        """Return who voted."""
        self._flush()
        return [row[0] for row in self._db.execute("SELECT DISTINCT annotator FROM vote")]

    def sources(self) -> list[str]:
        """Return who wrote the completions."""
        return [row[0] for row in self._db.execute("SELECT name FROM source ORDER BY name")]

    def bodies(self, table: str) -> Iterator[list[Json]]:
        """Yield the kept prompts, completions or items in chunks."""
        for part in self._chunks(f"SELECT body FROM {table}"):  # noqa: S608 - our own names
            yield [_j(row[0]) for row in part]

    def votes(self) -> Iterator[list[tuple[Any, ...]]]:
        """Yield (item id, item key, annotator, outcome, shown, judged at, answer), in order.

        They come in chunks. The answer is what `vote` was given, or None.
        """
        self._flush()
        columns = "item_id, item_key, annotator, outcome, shown, judged_at, answer"
        for part in self._chunks(f"SELECT {columns} FROM vote ORDER BY n"):  # noqa: S608
            yield [(*row[:-1], None if row[-1] is None else _j(row[-1])) for row in part]

    def rejects(self) -> Iterator[Reject]:
        """Yield the skipped rows in file order."""
        for row in self._db.execute("SELECT place, reason FROM reject ORDER BY n"):
            yield Reject(*row)

    def _chunks(self, query: str) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self._db.execute(query)
        while part := cursor.fetchmany(_CHUNK):
            yield part

    def _flush(self) -> None:
        if self._votes:
            self._db.executemany(_VOTE, self._votes)
            self._votes = []

    def _one(self, query: str, *values: object) -> Any:
        row = self._db.execute(query, values).fetchone()
        return None if row is None else row[0]


def _b(value: Json) -> bytes:
    return orjson.dumps(value)


def _joinable(values: Json) -> bytes:
    # Columns that the mapping does not read may hold dates, decimals or bytes.
    return orjson.dumps(values, default=str)


def _j(content: bytes) -> Json:
    value: Json = orjson.loads(content)
    return value
