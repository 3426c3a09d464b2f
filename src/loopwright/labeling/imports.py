"""A whole file becomes prompts, completions, items and judgments: all of it, or nothing.

The file is read, checked and masked into a staging file first (no transaction is open), then
applied in one transaction: readers never see half a file, and a failure leaves no trace.

That transaction cannot be cut: half of a file's votes would move consensus and could be frozen
into a dataset. On SQLite other writes wait while it runs (docs/guide/import.md says how long);
what can be done before it, is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from loopwright.accounts import service as accounts
from loopwright.base.digests import digest_file, digest_json
from loopwright.base.errors import Conflict, InvalidInput
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra.events import emit
from loopwright.infra.home import Home
from loopwright.intake import rules, service, store
from loopwright.intake.collect import Collector, ImportFile
from loopwright.intake.import_images import ImportImages
from loopwright.intake.mapping import ImportKind, ImportMapping
from loopwright.intake.model import (
    QUEUED,
    ImportCounts,
    ImportReport,
    ItemImage,
    ItemPurpose,
    MaskedPrompt,
    MaskedText,
    NewItem,
    Reject,
)
from loopwright.intake.rows import RowReader
from loopwright.intake.staging import Stage
from loopwright.labeling import service as labeling
from loopwright.labeling.answers import EDITS
from loopwright.labeling.model import ImportedJudgment
from loopwright.models import service as models
from loopwright.projects import service as projects
from loopwright.projects.spec import GuidelineSpec, QuestionSpec
from loopwright.questions.elsewhere import IN_OUTCOME, ElsewhereReader
from loopwright.sampling import service as sampling
from loopwright.sampling.model import Band

_JUDGED = (ImportKind.VOTES, ImportKind.PREFERENCES)


@dataclass(frozen=True)
class _Target:
    """What an import is applied to."""

    project_id: str
    question: QuestionSpec
    guideline: GuidelineSpec
    overlap: int
    mapping: ImportMapping
    skip_bad: bool
    now: float


@dataclass(frozen=True)
class _Items:
    """How many items were new, and those whose key has another content: {item id: the row}."""

    added: int
    refused: Mapping[str, Reject]


@dataclass(frozen=True)
class Beside:
    """What else an import brings, stored in the same transaction: a later stage gives it."""

    rejects: Sequence[Reject]
    apply: Callable[[Connection], Json]
    """Stores it; returns counts for the report."""


def run_import(
    home: Home,
    *,
    project_id: str,
    file: ImportFile,
    mapping: ImportMapping,
    skip_bad: bool,
    now: float,
    beside: Beside | None = None,
    images: ImportImages | None = None,
) -> ImportReport:
    """Import `file`; return what it held and what of it was new.

    Raises InvalidInput, naming the row, at the first bad row unless `skip_bad`; then nothing
    is stored. The same file again adds nothing.
    """
    started = time.perf_counter()
    target = home.db.read(lambda tx: _target(tx, project_id, mapping, skip_bad, now))
    import_id = new_id("imp")
    with Stage(home.folder("spool/imports"), import_id) as stage:
        collector = _collector(stage, target, images)
        for reject in () if beside is None else beside.rejects:
            stage.reject(reject.place, reject.reason)
        collector.collect(file)
        counts = _counts(stage, collector)
        report = ImportReport(
            id=import_id,
            project_id=project_id,
            kind=mapping.kind.value,
            source=mapping.source,
            file=file.name,
            file_digest=digest_file(file.path),
            mapping_digest=digest_json(mapping.model_dump(mode="json")),
            counts=asdict(counts),
            seconds=0.0,
            created_at=now,
        )
        if images is not None:
            images.publish()

        def apply(tx: Connection) -> ImportReport:
            if images is not None:
                images.apply(tx, now=now)
            return _apply(tx, target, stage, report, started, beside)

        return home.db.write(apply)


def _target(
    tx: Connection, project_id: str, mapping: ImportMapping, skip_bad: bool, now: float
) -> _Target:
    spec = projects.get(tx, project_id).spec
    question = spec.question(mapping.question) if mapping.question else spec.questions[0]
    if mapping.kind in _JUDGED and question.kind not in mapping.answers:
        raise InvalidInput(
            f"The mapping holds votes of kind {' or '.join(mapping.answers)}, and the question "
            f"{question.id!r} of project {project_id} is {question.kind}.",
            remedy="Name a question of that kind as `question`, or correct the fields.",
            code="question_does_not_fit",
        )
    return _Target(project_id, question, spec.guideline, spec.overlap, mapping, skip_bad, now)


def _collector(stage: Stage, target: _Target, images: ImportImages | None) -> Collector:
    question, mapping = target.question, target.mapping
    labels = frozenset(option.id for option in question.options)
    whole = question.kind not in IN_OUTCOME or mapping.tells_more
    judged = mapping.kind in _JUDGED and whole
    return Collector(
        stage,
        RowReader.each(mapping, labels=labels, question=question if judged else None),
        project_id=target.project_id,
        skip_bad=target.skip_bad,
        answers=_reader(target) if judged else None,
        edits=EDITS,
        images=images,
    )


def _reader(target: _Target) -> ElsewhereReader:
    fields, flags = target.mapping.fields, target.guideline.flags
    return ElsewhereReader(
        target.question,
        target.guideline.criteria,
        flags={one.id: one.severities for one in flags} if "flags" in fields else {},
    )


def _counts(stage: Stage, collector: Collector) -> ImportCounts:
    votes = stage.count("vote")
    return ImportCounts(
        rows=collector.rows,
        rejected=stage.count("reject"),
        repeated=stage.vote_rows - votes,
        prompts=stage.count("prompt"),
        completions=stage.count("completion"),
        items=stage.count("item"),
        judgments=votes,
        annotators=len(stage.annotators()),
        sources=stage.count("source"),
        masked=dict(collector.masked),
    )


def _apply(
    tx: Connection,
    target: _Target,
    stage: Stage,
    report: ImportReport,
    started: float,
    beside: Beside | None,
) -> ImportReport:
    prompts = _apply_prompts(tx, target, stage)
    policies = models.ensure_external(
        tx, project_id=target.project_id, names=stage.sources(), now=target.now
    )
    completions = _apply_completions(tx, target, stage, policies)
    items = _apply_items(tx, target, stage, policies, report.id)
    judgments = _apply_votes(tx, target, stage, items.refused)
    counts: Json = {
        **report.counts,
        "rejected": report.counts["rejected"] + len(items.refused),
        "prompts_added": prompts,
        "completions_added": completions,
        "items_added": items.added,
        "judgments_added": judgments,
        **({} if beside is None else beside.apply(tx)),
    }
    seconds = time.perf_counter() - started
    done = ImportReport(**{**asdict(report), "counts": counts, "seconds": seconds})
    finish(tx, done, chain(stage.rejects(), items.refused.values()))
    return done


def finish(tx: Connection, done: ImportReport, rejects: Iterable[Reject]) -> None:
    """Write down a finished import with the rows that it skipped, and tell of it."""
    store.insert_import(tx, done, rejects)
    emit(
        tx,
        kind="import.finished",
        project_id=done.project_id,
        subject_id=done.id,
        payload={"source": done.source, "kind": done.kind, "counts": done.counts},
        now=done.created_at,
    )


def _apply_prompts(tx: Connection, target: _Target, stage: Stage) -> int:
    added = 0
    for bodies in stage.bodies("prompt"):
        rows = [MaskedPrompt(**body) for body in bodies]
        added += len(service.place_prompts(tx, rows, now=target.now).added)
    return added


def _apply_completions(
    tx: Connection, target: _Target, stage: Stage, policies: Mapping[str, str]
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
        ]
        added += len(service.place_completions(tx, rows, now=target.now).added)
    return added


def _apply_items(
    tx: Connection, target: _Target, stage: Stage, policies: Mapping[str, str], import_id: str
) -> _Items:
    added, refused = 0, dict[str, Reject]()
    for bodies in stage.bodies("item"):
        rows = [_new_item(body, target, policies, import_id) for body in bodies]
        changed = _changed(tx, target, rows, [body["place"] for body in bodies])
        refused |= changed
        rows = [row for row in rows if _id(target, row) not in changed]
        if not rows:
            continue
        placed = service.place_items(tx, project_id=target.project_id, rows=rows, now=target.now)
        added += len(placed.added)
        purpose = rows[0].purpose
        new = [item_id for item_id in placed.ids if item_id in placed.added]
        if target.mapping.open and purpose in QUEUED and new:
            sampling.open_items(
                tx,
                project_id=target.project_id,
                item_ids=new,
                overlap=target.overlap,
                band=Band.CORE,
                propensity=1.0,
                now=target.now,
            )
    return _Items(added, refused)


def _changed(
    tx: Connection, target: _Target, rows: Sequence[NewItem], places: Sequence[str]
) -> dict[str, Reject]:
    """Return {item id: its row} of items whose key has another content in the project.

    Raises Conflict for the first one unless such rows are to be skipped.
    """
    changed = service.changed_items(tx, project_id=target.project_id, rows=rows)
    found = {}
    for at, fields in changed.items():
        item_id, reason = _id(target, rows[at]), service.item_changed(rows[at].origin_key, fields)
        if not target.skip_bad:
            raise Conflict(
                f"{places[at]}: {reason}. Nothing was imported.",
                remedy=f"{service.ITEM_REMEDY} Or import with --skip-bad and read the rejects.",
                code="item_changed",
                detail={"place": places[at], "item_id": item_id, "differs": fields},
            )
        found[item_id] = Reject(places[at], reason)
    return found


def _id(target: _Target, row: NewItem) -> str:
    return rules.item_id(target.project_id, row.origin_key)


def _new_item(body: Json, target: _Target, policies: Mapping[str, str], import_id: str) -> NewItem:
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


def _apply_votes(tx: Connection, target: _Target, stage: Stage, refused: Container[str]) -> int:
    if target.mapping.kind not in _JUDGED:
        return 0
    raters = accounts.ensure_raters(
        tx,
        project_id=target.project_id,
        external_keys=[_rater_key(target, name) for name in stage.annotators()],
        kind="imported",
        now=target.now,
    )
    added = 0
    for votes in stage.votes():
        rows = [_judgment(vote, target, raters) for vote in votes if vote[0] not in refused]
        added += labeling.record_imported(
            tx, project_id=target.project_id, rows=rows, now=target.now
        )
    return added


def _rater_key(target: _Target, annotator: str) -> str:
    # Annotator 7 of one source is not annotator 7 of another.
    return f"{target.mapping.source}:{annotator}"


def _judgment(
    vote: tuple[Any, ...], target: _Target, raters: Mapping[str, str]
) -> ImportedJudgment:
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
