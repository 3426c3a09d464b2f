"""Use cases of intake: prompts, completions and items come in, in bulk, masked, only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection

from loopwright.base.digests import digest_json
from loopwright.base.errors import Conflict, InvalidInput, NotFound
from loopwright.base.types import Json
from loopwright.intake import capture, rules, store
from loopwright.intake.masking import MaskScope
from loopwright.intake.model import (
    Completion,
    Image,
    Item,
    MaskedPrompt,
    MaskedText,
    NewCompletion,
    NewItem,
    NewPrompt,
    Placed,
    Prompt,
)
from loopwright.intake.tables import completion as completion_table
from loopwright.intake.tables import item as item_table
from loopwright.intake.tables import prompt as prompt_table

ITEM_REMEDY = "Give what changed a key of its own; the item that is there stays as it was judged."


def add_prompts(
    tx: Connection, *, project_id: str, rows: Sequence[NewPrompt], now: float
) -> list[Prompt]:
    """Mask and store prompts; return them in the order given, those already there included.

    Raises Conflict when a key is already the key of another text.
    """
    masked = []
    for row in rows:
        problem = rules.messages_problem(list(row.messages))
        if problem is not None:
            raise InvalidInput(
                f"Prompt {row.key!r} of source {row.source!r}: {problem}.",
                remedy="Send messages as a list of {role, content}.",
            )
        masked.append(capture.capture_prompt(project_id, row)[0])
    placed = place_prompts(tx, masked, now=now)
    found = store.prompts_of(tx, placed.ids)
    return [found[prompt_id] for prompt_id in placed.ids]


def place_prompts(tx: Connection, rows: Sequence[MaskedPrompt], *, now: float) -> Placed:
    """Store masked prompts that are not there yet; raise Conflict on another text for a key."""
    changed = changed_prompts(tx, rows)
    for row in rows:
        if row.id in changed:
            raise Conflict(
                f"P{prompt_changed(row)[1:]}.",
                remedy="Give the new text its own key, or import it under another source.",
                code="prompt_changed",
            )
    added = store.insert_missing(tx, prompt_table, [_prompt_row(row, now) for row in rows])
    return Placed([row.id for row in rows], added)


def changed_prompts(tx: Connection, rows: Sequence[MaskedPrompt]) -> set[str]:
    """Return the ids of rows whose key is already the key of another text, here or among them."""
    digests = {row.id: row.digest for row in rows}
    known = {**digests, **store.prompt_digests(tx, digests)}
    return {row.id for row in rows if known[row.id] != row.digest}


def prompt_changed(row: MaskedPrompt) -> str:
    """Say that the prompt of this key is there with another text."""
    return f"prompt {row.key!r} of source {row.source!r} is already there with another text"


def add_completions(tx: Connection, *, rows: Sequence[NewCompletion], now: float) -> list[str]:
    """Mask and store completions; return their ids in the order given.

    Raises NotFound when a prompt is not there.
    """
    prompts = store.prompts_of(tx, (row.prompt_id for row in rows))
    scopes: dict[str, MaskScope] = {}
    masked: list[tuple[str, str, MaskedText]] = []
    for row in rows:
        prompt = prompts.get(row.prompt_id)
        if prompt is None:
            raise _no("prompt", row.prompt_id)
        scope = scopes.setdefault(row.prompt_id, capture.scope_of(prompt.messages))
        text = capture.capture_text(row.text, scope, messages=row.messages)
        masked.append((row.prompt_id, row.policy_version_id, text))
    return place_completions(tx, masked, now=now).ids


def place_completions(
    tx: Connection, rows: Sequence[tuple[str, str, MaskedText]], *, now: float
) -> Placed:
    """Store masked completions (prompt id, policy version id, text) that are not there yet."""
    ids = [rules.completion_id(prompt, policy, text.digest) for prompt, policy, text in rows]
    values: list[Json] = [
        {
            "id": completion_id,
            "prompt_id": prompt_id,
            "policy_version_id": policy_id,
            "text": text.text,
            "messages": None if text.messages is None else list(text.messages),
            "digest": text.digest,
            "mask_counts": dict(text.mask_counts),
            "created_at": now,
        }
        for completion_id, (prompt_id, policy_id, text) in zip(ids, rows, strict=True)
    ]
    return Placed(ids, store.insert_missing(tx, completion_table, values))


def add_items(tx: Connection, *, project_id: str, rows: Sequence[NewItem], now: float) -> list[str]:
    """Store items; return their ids in the order given, those already there included."""
    return place_items(tx, project_id=project_id, rows=rows, now=now).ids


def place_items(
    tx: Connection,
    *,
    project_id: str,
    rows: Sequence[NewItem],
    now: float,
    called: Callable[[int], str] | None = None,
) -> Placed:
    """Store items that are not there yet, and say which those were.

    Raises Conflict when a key is already the key of another content; `called` says what the n-th
    row (from 0) is called in it.
    """
    values: list[Json] = [
        {
            "id": rules.item_id(project_id, row.origin_key),
            "project_id": project_id,
            "question_id": row.question_id,
            "prompt_id": row.prompt_id,
            "completion_ids": list(row.completion_ids),
            "requires": sorted(set(row.requires)),
            "purpose": row.purpose.value,
            "set_name": row.set_name,
            "image": None if row.image is None else asdict(row.image),
            "digest": _item_digest(row),
            "origin": row.origin,
            "origin_key": row.origin_key,
            "created_at": now,
        }
        for row in rows
    ]
    placed = Placed([row["id"] for row in values], store.insert_missing(tx, item_table, values))
    # Looked at afterwards: somebody else may have stored the same key meanwhile.
    for at, fields in changed_items(tx, project_id=project_id, rows=rows).items():
        key = rows[at].origin_key
        where = "" if called is None else f"{called(at)}: "
        raise Conflict(
            f"{where}{item_changed(key, fields)}.",
            remedy=ITEM_REMEDY,
            code="item_changed",
            detail={"item_id": placed.ids[at], "differs": fields},
        )
    return placed


def item_changed(origin_key: str, fields: Sequence[str]) -> str:
    """Say that the item of this key is there with other content in these fields."""
    key = origin_key.partition(":")[2]  # as its sender knows it
    return f"item {key!r} is already there with other content ({', '.join(fields)})"


def changed_items(
    tx: Connection, *, project_id: str, rows: Sequence[NewItem]
) -> dict[int, list[str]]:
    """Return {place in rows: what differs} of rows whose key has another content.

    That is the item stored under the key, or an earlier row.
    """
    ids = [rules.item_id(project_id, row.origin_key) for row in rows]
    known = {key: rules.shown_of(item) for key, item in store.items_of(tx, ids).items()}
    found = {}
    for at, (item_id, row) in enumerate(zip(ids, rows, strict=True)):
        mine = rules.shown_of(row)
        fields = rules.differing(mine, known.setdefault(item_id, mine))
        if fields:
            found[at] = fields
    return found


def _item_digest(row: NewItem) -> str:
    shown = [row.question_id, row.prompt_id, list(row.completion_ids)]
    return digest_json(shown if row.image is None else [*shown, asdict(row.image)])


def item_texts(tx: Connection, item_id: str) -> tuple[Item, Prompt, list[Completion]]:
    """Return an item with its prompt and its completions in item order; raise NotFound."""
    item = get_item(tx, item_id)
    prompts = store.prompts_of(tx, [item.prompt_id])
    completions = store.completions_of(tx, item.completion_ids)
    return item, prompts[item.prompt_id], [completions[key] for key in item.completion_ids]


def mask_edit(tx: Connection, *, item_id: str, text: str) -> str:
    """Return an edited completion of an item, masked in the scope of what the item shows."""
    return _masked_edit(tx, item_id, text)[1].text


def add_edit(tx: Connection, *, item_id: str, policy_version_id: str, text: str, now: float) -> str:
    """Mask and store an edited completion of an item; return its id."""
    prompt_id, masked = _masked_edit(tx, item_id, text)
    return place_completions(tx, [(prompt_id, policy_version_id, masked)], now=now).ids[0]


def _masked_edit(tx: Connection, item_id: str, text: str) -> tuple[str, MaskedText]:
    item, prompt, completions = item_texts(tx, item_id)
    shown = [*prompt.messages, *(turn for one in completions for turn in one.as_messages())]
    return item.prompt_id, capture.capture_text(text, capture.scope_of(shown))


def images_of(tx: Connection, *, project_id: str, digests: Iterable[str]) -> dict[str, Image]:
    """Return those of a project's images that have these digests."""
    return store.images_of(tx, project_id, digests)


def get_item(tx: Connection, item_id: str) -> Item:
    """Return one item; raise NotFound."""
    found = store.get_item(tx, item_id)
    if found is None:
        raise _no("item", item_id)
    return found


def prompts(
    tx: Connection, project_id: str, *, split: str | None = None, limit: int | None = None
) -> list[Prompt]:
    """Return a project's prompts, oldest first."""
    return store.prompts(tx, project_id, split=split, limit=limit)


def prompts_of(tx: Connection, ids: Iterable[str]) -> dict[str, Prompt]:
    """Return prompts by id; those that are not there are left out."""
    return store.prompts_of(tx, ids)


def completions_of(tx: Connection, ids: Iterable[str]) -> dict[str, Completion]:
    """Return completions by id."""
    return store.completions_of(tx, ids)


def _prompt_row(row: MaskedPrompt, now: float) -> Json:
    return {
        "id": row.id,
        "project_id": row.project_id,
        "source": row.source,
        "key": row.key,
        "messages": list(row.messages),
        "digest": row.digest,
        "segment": row.segment,
        "split": rules.split_of(row.digest),
        "residency": row.residency,
        "mask_counts": dict(row.mask_counts),
        "origin": row.origin,
        "simulated": row.simulated,
        "created_at": now,
    }


def _no(kind: str, object_id: str) -> NotFound:
    return NotFound(f"There is no {kind} {object_id}.", remedy=f"Check the {kind} id.")
