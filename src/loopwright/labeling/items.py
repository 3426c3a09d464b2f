"""Items that arrive as JSON: masked, stored once, and offered to annotators where that fits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.digests import digest_json
from loopwright.base.errors import InvalidInput
from loopwright.intake import service as intake
from loopwright.intake.model import (
    QUEUED,
    ItemPurpose,
    NewCompletion,
    NewItem,
    Placed,
)
from loopwright.intake.routes import new_prompt
from loopwright.intake.schemas import ItemIn, ItemsIn
from loopwright.models import service as models
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band

BAND_OF = {
    ItemPurpose.TARGETED: Band.TARGETED,
    ItemPurpose.EVALUATION: Band.EVALUATION,
    ItemPurpose.SHADOW: Band.EVALUATION,
    ItemPurpose.CONFUSED: Band.CONFUSED,
    ItemPurpose.CORE: Band.CORE,
}


def add_items(tx: Connection, *, project_id: str, body: ItemsIn, now: float) -> Placed:
    """Store a batch of items with their prompts and completions, and open those to judge.

    Raises InvalidInput for an item that its question or purpose cannot take.
    """
    spec = projects.get(tx, project_id).spec
    question = spec.question(body.question) if body.question else spec.questions[0]
    for number, item in enumerate(body.items, start=1):
        _check(item, number, pairwise=question.kind == "pairwise")
    prompt_ids = _prompts(tx, spec, body.items, now)
    names = [completion.policy for item in body.items for completion in item.completions]
    policies = models.ensure_external(tx, project_id=project_id, names=names, now=now)
    completions = intake.add_completions(
        tx,
        rows=[
            NewCompletion(prompt_id, policies[completion.policy], completion.text)
            for prompt_id, item in zip(prompt_ids, body.items, strict=True)
            for completion in item.completions
        ],
        now=now,
    )
    rows, at = [], 0
    for prompt_id, item in zip(prompt_ids, body.items, strict=True):
        own = completions[at : at + len(item.completions)]
        at += len(item.completions)
        rows.append(_new_item(item, question.id, prompt_id, own))
    placed = intake.place_items(tx, project_id=project_id, rows=rows, now=now)
    if body.open:
        _open(tx, spec, placed, rows, body.overlap or spec.overlap, now)
    return placed


def _check(item: ItemIn, number: int, *, pairwise: bool) -> None:
    if (item.prompt is None) == (item.prompt_id is None):
        raise _refused(number, "needs either prompt or prompt_id")
    wanted = 2 if pairwise else 1
    if item.purpose is ItemPurpose.DEMONSTRATION:
        wanted = 1
    elif item.purpose is ItemPurpose.CONTRAST:
        wanted = 2
        if item.set_name is None:
            raise _refused(number, "is a contrast, which needs a set_name")
    if len(item.completions) != wanted:
        have = len(item.completions)
        raise _refused(number, f"has {have} completions; this purpose and question take {wanted}")


def _prompts(tx: Connection, spec: ProjectSpec, items: Sequence[ItemIn], now: float) -> list[str]:
    new = [
        new_prompt(item.prompt, simulated=spec.simulated)
        for item in items
        if item.prompt is not None
    ]
    stored = iter(intake.add_prompts(tx, project_id=spec.id, rows=new, now=now))
    return [next(stored).id if item.prompt_id is None else item.prompt_id for item in items]


def _new_item(item: ItemIn, question_id: str, prompt_id: str, completion_ids: list[str]) -> NewItem:
    named = [question_id, item.purpose.value, item.set_name, prompt_id, completion_ids]
    return NewItem(
        question_id=question_id,
        prompt_id=prompt_id,
        completion_ids=completion_ids,
        purpose=item.purpose,
        origin_key=f"api:{item.key or digest_json(named)}",
        set_name=item.set_name,
        requires=item.requires,
        origin={"kind": "api"},
    )


def _open(
    tx: Connection,
    spec: ProjectSpec,
    placed: Placed,
    rows: Sequence[NewItem],
    overlap: int,
    now: float,
) -> None:
    by_band: dict[Band, list[str]] = {}
    for item_id, row in zip(placed.ids, rows, strict=True):
        if item_id in placed.added and row.purpose in QUEUED:
            by_band.setdefault(BAND_OF[row.purpose], []).append(item_id)
    for band, item_ids in by_band.items():
        sampling.open_items(
            tx,
            project_id=spec.id,
            item_ids=list(dict.fromkeys(item_ids)),
            overlap=overlap,
            band=band,
            propensity=1.0,
            now=now,
        )


def _refused(number: int, what: str) -> InvalidInput:
    return InvalidInput(
        f"Item {number} of the batch {what}.",
        remedy="Correct it and send the batch again; nothing was stored.",
        code="invalid_item",
    )
