"""Every query of intake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Table, func, select

from loopwright.base.types import Json
from loopwright.infra.lookup import ById
from loopwright.infra.prepared import Answer
from loopwright.infra.refs import Ids
from loopwright.infra.upsert import insert_into
from loopwright.intake.model import (
    Completion,
    Image,
    ImportReport,
    Item,
    ItemImage,
    ItemPurpose,
    Prompt,
    Reject,
)
from loopwright.intake.tables import completion, image, import_reject, import_run, item, prompt

_CHUNK = 500
_PROMPT = list(prompt.c)
_IMAGE = [
    column for column in image.c if column.name not in ("project_id", "sent_digest", "created_at")
]
_COMPLETION = [column for column in completion.c if column.name != "mask_counts"]
_PROMPTS = ById(_PROMPT, prompt.c.id)
_COMPLETIONS = ById(_COMPLETION, completion.c.id)
_ITEMS = ById(list(item.c), item.c.id)
_WITH_PROMPTS = ById(
    [*item.c, *(column.label(f"prompt.{column.name}") for column in _PROMPT)],
    item.c.id,
    source=item.join(prompt, prompt.c.id == item.c.prompt_id),
)


ITEMS = Ids(
    noun="item",
    id=item.c.id,
    project=item.c.project_id,
    remedy="Take the id from the project's items or its consensus list.",
)


PROMPTS = Ids(
    noun="prompt",
    id=prompt.c.id,
    project=prompt.c.project_id,
    remedy="List the project's prompts and use one of their ids.",
)
IMPORTS = Ids(
    noun="import",
    id=import_run.c.id,
    project=import_run.c.project_id,
    remedy="List the project's imports and use one of their ids.",
)


def insert_missing(tx: Connection, table: Table, rows: Sequence[Json]) -> frozenset[str]:
    """Insert the rows whose id is not there yet; return the ids that are new."""
    by_id = {row["id"]: row for row in rows}
    there = {
        found
        for part in chunks(list(by_id))
        for found in tx.scalars(select(table.c.id).where(table.c.id.in_(part)))
    }
    missing = [row for row_id, row in by_id.items() if row_id not in there]
    if missing:
        tx.execute(insert_into(tx, table).on_conflict_do_nothing(), missing)
    return frozenset(row["id"] for row in missing)


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a list of ids into parts that fit one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def prompts_of(tx: Connection, ids: Iterable[str]) -> dict[str, Prompt]:
    """Return the prompts with these ids."""
    return {row["id"]: Prompt(**row) for row in _PROMPTS(tx, ids)}


def prompt_digests(tx: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return id -> digest of the stored prompts with these ids."""
    query = select(prompt.c.id, prompt.c.digest)
    return {
        row.id: row.digest
        for part in chunks(list(dict.fromkeys(ids)))
        for row in tx.execute(query.where(prompt.c.id.in_(part)))
    }


def prompts(
    tx: Connection,
    project_id: str,
    *,
    split: str | None = None,
    source: str | None = None,
    segment: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Prompt]:
    """Return a project's prompts, oldest first, ties by id."""
    query = select(*_PROMPT).where(*_matching(project_id, split, source, segment))
    query = query.order_by(prompt.c.created_at, prompt.c.id).limit(limit).offset(offset)
    return [Prompt(**row) for row in tx.execute(query).mappings()]


def count_prompts(
    tx: Connection,
    project_id: str,
    *,
    split: str | None = None,
    source: str | None = None,
    segment: str | None = None,
) -> int:
    """Return how many prompts `prompts` would return without a limit."""
    query = select(func.count()).where(*_matching(project_id, split, source, segment))
    return int(tx.scalar(query.select_from(prompt)) or 0)


def _matching(
    project_id: str, split: str | None, source: str | None, segment: str | None
) -> list[ColumnElement[bool]]:
    wanted = ((prompt.c.split, split), (prompt.c.source, source), (prompt.c.segment, segment))
    return [
        prompt.c.project_id == project_id,
        *(column == value for column, value in wanted if value is not None),
    ]


def completions_of(tx: Connection, ids: Iterable[str]) -> dict[str, Completion]:
    """Return the completions with these ids."""
    return _completions(_COMPLETIONS(tx, ids))


def get_item(tx: Connection, item_id: str) -> Item | None:
    """Return one item, or None."""
    row = tx.execute(select(item).where(item.c.id == item_id)).mappings().first()
    return None if row is None else _item(dict(row))


def items_of(tx: Connection, ids: Iterable[str]) -> dict[str, Item]:
    """Return the items with these ids."""
    return {row["id"]: _item(dict(row)) for row in _ITEMS(tx, ids)}


def items_with_prompts(tx: Connection, ids: Iterable[str]) -> dict[str, tuple[Item, Prompt]]:
    """Return the items with these ids, each with its prompt."""
    return _with_prompts(_WITH_PROMPTS(tx, ids))


class ItemTexts:
    """What people are shown of items; whoever knows early asks early, which saves a wait."""

    def __init__(self) -> None:
        self._asked: list[tuple[list[Answer], list[Answer]]] = []

    def ask(
        self, tx: Connection, *, item_ids: Sequence[str], completion_ids: Sequence[str]
    ) -> None:
        """Have these items read, and the completions that they are about."""
        asked = _WITH_PROMPTS.ask(tx, item_ids), _COMPLETIONS.ask(tx, completion_ids)
        self._asked.append(asked)

    def read(
        self, tx: Connection, item_ids: Iterable[str]
    ) -> tuple[dict[str, tuple[Item, Prompt]], dict[str, Completion]]:
        """Return the items with their prompts, and their completions; read now if not asked for."""
        items: dict[str, tuple[Item, Prompt]] = {}
        texts: dict[str, Completion] = {}
        for answers, written in self._asked:
            items |= _with_prompts(row for one in answers for row in one.rows(tx))
            texts |= _completions(row for one in written for row in one.rows(tx))
        items |= items_with_prompts(tx, [key for key in item_ids if key not in items])
        wanted = [key for one, _ in items.values() for key in one.completion_ids]
        texts |= completions_of(tx, [key for key in wanted if key not in texts])
        return items, texts


def _with_prompts(rows: Iterable[Json]) -> dict[str, tuple[Item, Prompt]]:
    width = len(item.c)
    found = {}
    for row in rows:
        pairs = list(row.items())
        asked = {name.removeprefix("prompt."): value for name, value in pairs[width:]}
        found[row["id"]] = _item(dict(pairs[:width])), Prompt(**asked)
    return found


def _completions(rows: Iterable[Json]) -> dict[str, Completion]:
    return {row["id"]: Completion(**row) for row in rows}


def items(
    tx: Connection,
    project_id: str,
    *,
    purposes: Sequence[ItemPurpose] | None = None,
    set_name: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Item]:
    """Return a project's items, oldest first, ties by id."""
    query = select(item).where(item.c.project_id == project_id)
    if purposes is not None:
        query = query.where(item.c.purpose.in_([purpose.value for purpose in purposes]))
    if set_name is not None:
        query = query.where(item.c.set_name == set_name)
    query = query.order_by(item.c.created_at, item.c.id).limit(limit).offset(offset)
    return [_item(dict(row)) for row in tx.execute(query).mappings()]


def items_of_prompt(tx: Connection, prompt_id: str) -> list[str]:
    """Return the ids of the items that ask this prompt."""
    query = select(item.c.id).where(item.c.prompt_id == prompt_id).order_by(item.c.id)
    return list(tx.scalars(query))


def count_items(tx: Connection, project_id: str) -> dict[str, int]:
    """Return how many items the project has, by purpose."""
    query = (
        select(item.c.purpose, func.count())
        .where(item.c.project_id == project_id)
        .group_by(item.c.purpose)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def images_of(tx: Connection, project_id: str, digests: Iterable[str]) -> dict[str, Image]:
    """Return those of a project's images that have these digests."""
    return {
        row["digest"]: Image(**row)
        for part in chunks(list(digests))
        for row in tx.execute(
            select(*_IMAGE).where(image.c.project_id == project_id, image.c.digest.in_(part))
        ).mappings()
    }


def image_sent_as(tx: Connection, project_id: str, sent_digest: str) -> Image | None:
    """Return the image that these bytes became before, None when they were never sent."""
    query = select(*_IMAGE).where(
        image.c.project_id == project_id, image.c.sent_digest == sent_digest
    )
    row = tx.execute(query).mappings().first()
    return None if row is None else Image(**row)


def insert_image(
    tx: Connection, found: Image, *, project_id: str, sent_digest: str, now: float
) -> None:
    """Store what an image is, once."""
    row = {**asdict(found), "project_id": project_id, "sent_digest": sent_digest}
    tx.execute(insert_into(tx, image).on_conflict_do_nothing(), {**row, "created_at": now})


def insert_import(tx: Connection, report: ImportReport, rejects: Iterable[Reject]) -> None:
    """Write down one finished import and the rows that it skipped."""
    tx.execute(import_run.insert().values(**asdict(report)))
    part: list[Json] = []
    for number, reject in enumerate(rejects, start=1):
        part.append({"import_id": report.id, "number": number, **asdict(reject)})
        if len(part) == _CHUNK:
            tx.execute(import_reject.insert(), part)
            part = []
    if part:
        tx.execute(import_reject.insert(), part)


def imports(tx: Connection, project_id: str, *, limit: int = 100) -> list[ImportReport]:
    """Return a project's imports, newest first."""
    query = (
        select(import_run)
        .where(import_run.c.project_id == project_id)
        .order_by(import_run.c.created_at.desc(), import_run.c.id.desc())
        .limit(limit)
    )
    return [ImportReport(**row) for row in tx.execute(query).mappings()]


def rejects(tx: Connection, import_id: str) -> list[Reject]:
    """Return the rows that an import skipped, in file order."""
    query = (
        select(import_reject.c.place, import_reject.c.reason)
        .where(import_reject.c.import_id == import_id)
        .order_by(import_reject.c.number)
    )
    return [Reject(**row) for row in tx.execute(query).mappings()]


def _item(row: Json) -> Item:
    shown = None if row["image"] is None else ItemImage(**row["image"])
    return Item(**{**row, "purpose": ItemPurpose(row["purpose"]), "image": shown})
