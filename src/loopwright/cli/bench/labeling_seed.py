"""A million queued items in seconds: rows that the services made, copied under other names.

One item is stored and opened by the services; its rows in each table are then written again and
again with other ids, so that a new column needs no change here. Places in the queue are in random
order of the ids, as they are where ids come from digests.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, select

from loopwright.accounts import service as accounts
from loopwright.accounts.model import PersonKind, Role
from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.guidelines.apply import apply_project
from loopwright.infra.home import Home
from loopwright.intake.schemas import ItemsIn
from loopwright.intake.tables import completion, item, prompt
from loopwright.labeling.items import add_items
from loopwright.projects.spec import parse_project
from loopwright.sampling.sequence import next_places
from loopwright.sampling.tables import item_state, queue_entry, queue_tally

TEXTS = 10_000
"""Prompts, each with two answers; items share them in turn."""
_WORDS = ["the", "parcel", "left", "our", "depot", "and", "should", "reach", "you", "tomorrow"]
_PROJECT = """\
id: {id}
name: Labeling bench
simulated: true
overlap: {overlap}
lease_seconds: {lease}
questions: [{{id: better, kind: pairwise, text: Which answer is better}}]
guideline:
  text: {guideline}
  criteria: [{{id: helpful, name: Helpful, description: It solves the problem.}}]
"""
_CHUNK = 5000


@dataclass(frozen=True)
class Rows:
    """Rows of one table: each a dictionary with the columns of the row that was copied."""

    table: Table
    rows: Iterator[Json]


def add_project(home: Home, project_id: str, *, overlap: int, lease: float = 900.0) -> None:
    """Make a project with one pairwise question and a guideline of about a page."""
    guideline = " ".join(random.Random(5).choices(_WORDS, k=300))  # noqa: S311 - made-up text
    yaml = _PROJECT.format(id=project_id, overlap=overlap, lease=lease, guideline=guideline)
    spec = parse_project(yaml)
    home.db.write(lambda tx: apply_project(tx, spec=spec, yaml=yaml, now=system_now()))


def add_annotators(home: Home, project_id: str, count: int) -> list[str]:
    """Add annotators; return their API keys."""

    def add(tx: Connection) -> list[str]:
        return [
            accounts.add_person(
                tx,
                project_id=project_id,
                name=f"Annotator {number}",
                role=Role.ANNOTATOR,
                kind=PersonKind.SIMULATED,
                now=system_now(),
            ).api_key
            for number in range(count)
        ]

    return home.db.write(add)


def add_queued_items(home: Home, project_id: str, count: int, *, seed: int = 1) -> None:
    """Bring a project to `count` queued items; the first of them is made by the services."""
    home.db.write(lambda tx: _first(tx, project_id))
    home.db.write(lambda tx: _copy(tx, project_id, count, seed=seed))


def _first(tx: Connection, project_id: str) -> None:
    body = ItemsIn.model_validate(
        {
            "items": [
                {
                    "prompt": {"messages": [{"role": "user", "content": _text(0, 40)}]},
                    "completions": [{"text": _text(1, 60)}, {"text": _text(2, 60)}],
                    "key": "first",
                }
            ]
        }
    )
    add_items(tx, project_id=project_id, body=body, now=system_now())


def _copy(tx: Connection, project_id: str, count: int, *, seed: int) -> None:
    model = _one(tx, item, item.c.project_id == project_id)
    state = _one(tx, item_state, item_state.c.item_id == model["id"])
    entry = _one(tx, queue_entry, queue_entry.c.item_id == model["id"])
    texts = min(TEXTS, count)
    for part in _texts(tx, model, project_id, texts):
        _insert(tx, part)
    ids = [f"itm_{project_id}_{number:07x}" for number in range(1, count)]
    places = list(next_places(len(ids)))
    random.Random(seed).shuffle(places)  # noqa: S311 - made-up order

    def items() -> Iterator[Json]:
        for number, one in enumerate(ids):
            text = number % texts
            pair = [_id("cmp", project_id, text, side) for side in "ab"]
            prompt_id = _id("prm", project_id, text)
            yield {
                **model, "id": one, "origin_key": one, "prompt_id": prompt_id,
                "completion_ids": pair,
            }  # fmt: skip

    _insert(tx, Rows(item, items()))
    _insert(tx, Rows(item_state, ({**state, "item_id": one} for one in ids)))
    queued = ({**entry, "item_id": one, "seq": at} for one, at in zip(ids, places, strict=True))
    _insert(tx, Rows(queue_entry, queued))
    more = {name: queue_tally.c[name] * count for name in ("wanted", "open")}
    tx.execute(queue_tally.update().where(queue_tally.c.project_id == project_id).values(**more))


def _texts(tx: Connection, model: Json, project_id: str, count: int) -> Iterator[Rows]:
    asked = _one(tx, prompt, prompt.c.id == model["prompt_id"])
    told = [_one(tx, completion, completion.c.id == one) for one in model["completion_ids"]]

    def prompts() -> Iterator[Json]:
        for number in range(count):
            one = _id("prm", project_id, number)
            messages = [{"role": "user", "content": _text(3 * number, 40)}]
            yield {**asked, "id": one, "key": one, "messages": messages}

    def completions() -> Iterator[Json]:
        for number in range(count):
            for at, (side, row) in enumerate(zip("ab", told, strict=True)):
                own = _text(3 * number + at + 1, 60)
                yield {
                    **row, "id": _id("cmp", project_id, number, side),
                    "prompt_id": _id("prm", project_id, number), "text": own,
                }  # fmt: skip

    yield Rows(prompt, prompts())
    yield Rows(completion, completions())


def _id(kind: str, project_id: str, number: int, side: str = "") -> str:
    return f"{kind}_{project_id}_{number:05x}{side}"


def _text(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(_WORDS, k=words))  # noqa: S311 - made-up text


def _one(tx: Connection, table: Table, condition: Any) -> Json:
    return dict(tx.execute(select(table).where(condition).limit(1)).mappings().one())


def _insert(tx: Connection, part: Rows) -> None:
    """Insert past SQLAlchemy's handling of single rows: COPY, or one prepared statement."""
    rows = iter(part.rows)
    first = next(rows, None)
    if first is None:
        return
    names = list(first)
    bind: list[Callable[[Any], Any] | None] = [
        part.table.c[name].type.dialect_impl(tx.dialect).bind_processor(tx.dialect)
        for name in names
    ]

    def values(row: Json) -> tuple[Any, ...]:
        return tuple(
            row[name] if turn is None else turn(row[name])
            for name, turn in zip(names, bind, strict=True)
        )

    columns = ", ".join(f'"{name}"' for name in names)
    cursor: Any = tx.connection.cursor()
    if tx.dialect.name == "postgresql":
        with cursor.copy(f"COPY {part.table.name} ({columns}) FROM STDIN") as copy:
            copy.write_row(values(first))
            for row in rows:
                copy.write_row(values(row))
        return
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {part.table.name} ({columns}) VALUES ({marks})"  # noqa: S608
    cursor.execute(statement, values(first))
    while chunk := [values(row) for row in islice(rows, _CHUNK)]:
        cursor.executemany(statement, chunk)
