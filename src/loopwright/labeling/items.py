"""Items that arrive as JSON: masked, stored once, and offered to annotators where that fits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from loopwright.base.digests import digest_json
from loopwright.base.errors import InvalidInput, NotFound
from loopwright.intake import service as intake
from loopwright.intake.capture import capture_text
from loopwright.intake.masking import MaskScope
from loopwright.intake.model import (
    QUEUED,
    ItemImage,
    ItemPurpose,
    NewCompletion,
    NewItem,
    Placed,
)
from loopwright.intake.routes import new_prompt
from loopwright.intake.schemas import ItemIn, ItemsIn
from loopwright.labeling import queue
from loopwright.models import service as models
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec, QuestionSpec
from loopwright.questions.registry import kind_of
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

    Raises InvalidInput for an item that its question or purpose cannot take, NotFound for a prompt
    that the project does not have, Conflict for a key whose item has another content.
    """
    spec = projects.get(tx, project_id).spec
    question = spec.question(body.question) if body.question else spec.questions[0]
    for number, item in enumerate(body.items, start=1):
        _check(item, number, question)
    images = _images(tx, project_id, body.items)
    _check_prompts(tx, project_id, body.items)
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
    for prompt_id, item, image in zip(prompt_ids, body.items, images, strict=True):
        own = completions[at : at + len(item.completions)]
        at += len(item.completions)
        rows.append(_new_item(item, question.id, prompt_id, own, image))
    placed = intake.place_items(
        tx,
        project_id=project_id,
        rows=rows,
        now=now,
        called=lambda at: f"Item {at + 1} of the batch",
    )
    for item_id, item in zip(placed.ids, body.items, strict=True):
        if item.not_for:
            queue.bar(tx, project_id=project_id, item_ids=[item_id], people=item.not_for, now=now)
    if body.open:
        _open(tx, spec, placed, rows, body.overlap or spec.overlap, now)
    return placed


def _check(item: ItemIn, number: int, question: QuestionSpec) -> None:
    problem = misfit(item, question)
    if problem is not None:
        raise _refused(number, problem)


def misfit(item: ItemIn, question: QuestionSpec) -> str | None:
    """Return why an item cannot be taken for a question, None where it can; pure.

    It reads as what follows the item's name: "has a blank completions[1]".
    """
    if (item.prompt is None) == (item.prompt_id is None):
        return "needs either prompt or prompt_id"
    fewest, most = _wanted(item, question)
    if item.purpose is ItemPurpose.CONTRAST and item.set_name is None:
        return "is a contrast, which needs a set_name"
    if not fewest <= len(item.completions) <= most:
        take = str(most) if fewest == most else f"{fewest} to {most}"
        return f"has {len(item.completions)} completions; this purpose and question take {take}"
    if kind_of(question.kind).wants_image and item.image is None and item.purpose in QUEUED:
        return f"has no image, which a {question.kind} question asks about"
    return _blank(item)


def _blank(item: ItemIn) -> str | None:
    """Return which text of an item has nothing to read; beside an image the prompt may have none.

    A turn before the last one may be blank where a program spoke: it may only have called a tool.
    """
    messages = [] if item.prompt is None or item.image is not None else item.prompt.messages
    for at, message in enumerate(messages):
        spoke = at < len(messages) - 1 and message.role in ("assistant", "tool")
        if not spoke and not message.content.strip():
            return "has a blank prompt" if len(messages) == 1 else f"has a blank messages[{at}]"
    for at, completion in enumerate(item.completions):
        if not completion.text.strip():
            return f"has a blank completions[{at}]: there is nothing to judge"
    return None


def _wanted(item: ItemIn, question: QuestionSpec) -> tuple[int, int]:
    """Return the fewest and most completions that an item may have."""
    if item.purpose is ItemPurpose.DEMONSTRATION:
        return 1, 1
    if item.purpose is ItemPurpose.CONTRAST:
        return 2, 2
    kind = kind_of(question.kind)
    if question.completions is not None:
        return question.completions, question.completions
    if item.image is not None and kind.most == 1 and not kind.reads_texts:
        return 0, 1  # the image alone can be what is judged
    return kind.fewest, kind.most


def _images(tx: Connection, project_id: str, items: Sequence[ItemIn]) -> list[ItemImage | None]:
    """Return the images that the items name. Raises InvalidInput for one that was never sent."""
    wanted = {item.image.digest for item in items if item.image is not None}
    known = intake.images_of(tx, project_id=project_id, digests=wanted)
    found: list[ItemImage | None] = []
    for number, item in enumerate(items, start=1):
        if item.image is None:
            found.append(None)
            continue
        image = known.get(item.image.digest)
        if image is None:
            raise _refused(number, f"names the image {item.image.digest}, which was not sent")
        alt = capture_text(item.image.alt, MaskScope()).text
        found.append(ItemImage(image.digest, image.width, image.height, alt, item.image.sensitive))
    return found


def _check_prompts(tx: Connection, project_id: str, items: Sequence[ItemIn]) -> None:
    """Another project's prompt is as good as none: its text is not for this project's people."""
    named = [item.prompt_id for item in items if item.prompt_id is not None]
    known = intake.prompts_of(tx, named)
    for prompt_id in named:
        if prompt_id not in known or known[prompt_id].project_id != project_id:
            raise NotFound(
                f"There is no prompt {prompt_id} in project {project_id}.",
                remedy="Send the prompt itself, or the id of one of the project's prompts.",
                code="unknown_prompt",
            )


def _prompts(tx: Connection, spec: ProjectSpec, items: Sequence[ItemIn], now: float) -> list[str]:
    new = [
        new_prompt(item.prompt, simulated=spec.simulated)
        for item in items
        if item.prompt is not None
    ]
    stored = iter(intake.add_prompts(tx, project_id=spec.id, rows=new, now=now))
    return [next(stored).id if item.prompt_id is None else item.prompt_id for item in items]


def _new_item(
    item: ItemIn,
    question_id: str,
    prompt_id: str,
    completion_ids: list[str],
    image: ItemImage | None,
) -> NewItem:
    named = [question_id, item.purpose.value, item.set_name, prompt_id, completion_ids]
    if image is not None:
        named.append(image.digest)
    return NewItem(
        question_id=question_id,
        prompt_id=prompt_id,
        completion_ids=completion_ids,
        purpose=item.purpose,
        origin_key=f"api:{item.key or digest_json(named)}",
        set_name=item.set_name,
        requires=item.requires,
        origin={"kind": "api"},
        image=image,
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
        queue.open_items(
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
