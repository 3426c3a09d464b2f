"""What an import staged is stored: prompts, completions, items and judgments, in one transaction.

What is there already under the same key with other content stays as it is; the row that brought the
other content is refused, with the votes on it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.base.errors import Conflict
from loopwright.base.types import Json
from loopwright.intake import rules, service
from loopwright.intake.mapping import ImportKind, ImportMapping
from loopwright.intake.model import (
    QUEUED,
    ItemImage,
    ItemPurpose,
    MaskedPrompt,
    MaskedText,
    NewItem,
    Reject,
)
from loopwright.intake.staging import Stage
from loopwright.labeling import queue, store
from loopwright.labeling import service as labeling
from loopwright.labeling.model import ImportedJudgment
from loopwright.models import service as models
from loopwright.projects.spec import GuidelineSpec, QuestionSpec
from loopwright.sampling.model import Band

JUDGED = (ImportKind.VOTES, ImportKind.PREFERENCES)
"""Kinds of import whose rows hold judgments."""


@dataclass(frozen=True)
class Target:
    """What an import is applied to."""

    project_id: str
    question: QuestionSpec
    guideline: GuidelineSpec
    overlap: int
    mapping: ImportMapping
    skip_bad: bool
    now: float


@dataclass(frozen=True)
class Done:
    """What was new, by what it is called in the report, and the rows that were refused."""

    added: Json
    refused: Sequence[Reject]
    differing: int
    """Votes that say other than those that the project has of the same people; those stand."""


@dataclass(frozen=True)
class _Part:
    """How many of one kind were new; the rows refused; and the ids that stay away with them."""

    added: int
    refused: Sequence[Reject]
    away: frozenset[str]


def place(tx: Connection, target: Target, stage: Stage, *, import_id: str) -> Done:
    """Store what was staged; what is there already adds nothing.

    Raises Conflict, naming the row, at the first key with another content, unless such rows are
    to be skipped.
    """
    prompts = _prompts(tx, target, stage)
    policies = models.ensure_external(
        tx, project_id=target.project_id, names=stage.sources(), now=target.now
    )
    completions = _completions(tx, target, stage, policies, without=prompts.away)
    items = _items(tx, target, stage, policies, import_id=import_id, without=prompts.away)
    judgments, differing = _votes(tx, target, stage, without=items.away)
    return Done(
        {
            "prompts_added": prompts.added,
            "completions_added": completions,
            "items_added": items.added,
            "judgments_added": judgments,
        },
        [*prompts.refused, *items.refused],
        differing,
    )


def _prompts(tx: Connection, target: Target, stage: Stage) -> _Part:
    added, refused = 0, dict[str, Reject]()
    for bodies in stage.bodies("prompt"):
        places = {body["id"]: body.pop("place") for body in bodies}
        rows = [MaskedPrompt(**body) for body in bodies]
        changed = service.changed_prompts(tx, rows)
        for row in rows:
            if row.id in changed:
                reason = service.prompt_changed(row)
                told = _refused(target, places[row.id], reason, "prompt_changed", {})
                refused[row.id] = told
        rows = [row for row in rows if row.id not in changed]
        added += len(service.place_prompts(tx, rows, now=target.now).added)
    return _Part(added, list(refused.values()), frozenset(refused))


def _completions(
    tx: Connection,
    target: Target,
    stage: Stage,
    policies: Mapping[str, str],
    *,
    without: Container[str],
) -> int:
    added = 0
    for bodies in stage.bodies("completion"):
        rows = [
            (
                body["prompt_id"],
                policies[body["source"]],
                MaskedText(body["text"], body["messages"], body["digest"], body["mask_counts"]),
            )
            for body in bodies
            if body["prompt_id"] not in without
        ]
        added += len(service.place_completions(tx, rows, now=target.now).added)
    return added


def _items(
    tx: Connection,
    target: Target,
    stage: Stage,
    policies: Mapping[str, str],
    *,
    import_id: str,
    without: Container[str],
) -> _Part:
    added, refused, away = 0, list[Reject](), set[str]()
    for bodies in stage.bodies("item"):
        rows = [_new_item(body, target, policies, import_id) for body in bodies]
        away |= {_id(target, row) for row in rows if row.prompt_id in without}
        for at, fields in service.changed_items(
            tx, project_id=target.project_id, rows=rows
        ).items():
            if rows[at].prompt_id in without:
                continue  # told as its prompt
            away.add(_id(target, rows[at]))
            reason = service.item_changed(rows[at].origin_key, fields)
            detail = {"item_id": _id(target, rows[at]), "differs": fields}
            refused.append(_refused(target, bodies[at]["place"], reason, "item_changed", detail))
        added += _placed(tx, target, [row for row in rows if _id(target, row) not in away])
    return _Part(added, refused, frozenset(away))


def _placed(tx: Connection, target: Target, rows: Sequence[NewItem]) -> int:
    """Store items, and offer the new ones where they are to be judged; return how many are new."""
    if not rows:
        return 0
    placed = service.place_items(tx, project_id=target.project_id, rows=rows, now=target.now)
    new = [item_id for item_id in placed.ids if item_id in placed.added]
    if target.mapping.open and rows[0].purpose in QUEUED and new:
        queue.open_items(
            tx,
            project_id=target.project_id,
            item_ids=new,
            overlap=target.overlap,
            band=Band.CORE,
            propensity=1.0,
            now=target.now,
        )
    return len(placed.added)


def _refused(target: Target, place: str, reason: str, code: str, detail: Json) -> Reject:
    """Return what is told of a skipped row. Raises Conflict unless such rows are to be skipped."""
    if not target.skip_bad:
        raise Conflict(
            f"{place}: {reason}. Nothing was imported.",
            remedy=f"{service.ITEM_REMEDY} Or {rules.LEAVE_OUT}.",
            code=code,
            detail={"place": place, **detail},
        )
    return Reject(place, reason)


def _id(target: Target, row: NewItem) -> str:
    return rules.item_id(target.project_id, row.origin_key)


def _new_item(body: Json, target: Target, policies: Mapping[str, str], import_id: str) -> NewItem:
    return NewItem(
        question_id=target.question.id,
        prompt_id=body["prompt_id"],
        completion_ids=[
            rules.completion_id(body["prompt_id"], policies[source], digest)
            for source, digest in body["texts"]
        ],
        purpose=ItemPurpose(body["purpose"]),
        origin_key=body["origin_key"],
        set_name=body["set_name"],
        requires=body["requires"],
        image=None if body["image"] is None else ItemImage(**body["image"]),
        origin=_origin(target.mapping, import_id),
    )


def _origin(mapping: ImportMapping, import_id: str) -> Json:
    found: Json = {"kind": "import", "import_id": import_id, "source": mapping.source}
    return found if mapping.tool is None else {**found, "tool": mapping.tool}


def _votes(
    tx: Connection, target: Target, stage: Stage, *, without: Container[str]
) -> tuple[int, int]:
    """Store votes; return how many are new, and how many say other than one that is there."""
    if target.mapping.kind not in JUDGED:
        return 0, 0
    raters = accounts.ensure_raters(
        tx,
        project_id=target.project_id,
        external_keys=[_rater_key(target, name) for name in stage.annotators()],
        kind="imported",
        now=target.now,
    )
    added = differing = 0
    for votes in stage.votes():
        rows = [_judgment(vote, target, raters) for vote in votes if vote[0] not in without]
        new = labeling.record_imported(tx, project_id=target.project_id, rows=rows, now=target.now)
        added += new
        differing += _differing(tx, rows) if new < len(rows) else 0
    return added, differing


def _differing(tx: Connection, rows: Sequence[ImportedJudgment]) -> int:
    items = list({row.item_id for row in rows})
    kept = {one.client_id: one for one in store.judgments_of_items(tx, items)}
    known = [(row, kept[row.client_id]) for row in rows if row.client_id in kept]
    return sum(
        one.outcome != row.outcome or (row.answer is not None and one.answer != row.answer)
        for row, one in known
    )


def _rater_key(target: Target, annotator: str) -> str:
    # Annotator 7 of one source is not annotator 7 of another.
    return f"{target.mapping.source}:{annotator}"


def _judgment(vote: tuple[Any, ...], target: Target, raters: Mapping[str, str]) -> ImportedJudgment:
    item_id, item_key, annotator, outcome, shown, judged_at, body = vote
    return ImportedJudgment(
        client_id=f"import:{target.mapping.source}:{item_key}:{annotator}",
        item_id=item_id,
        question_id=target.question.id,
        rater_id=raters[_rater_key(target, annotator)],
        outcome=outcome,
        shown_order=shown,
        created_at=judged_at if judged_at is not None else target.now,
        kind=target.question.kind,
        answer=None if body is None else body["answer"],
        votes=None if body is None else body["votes"],
    )
