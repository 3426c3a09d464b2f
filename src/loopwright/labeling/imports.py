"""A whole file becomes prompts, completions, items and judgments: all of it, or nothing.

The file is read, checked and masked into a staging file first (no transaction is open), then
applied in one transaction: readers never see half a file, and a failure leaves no trace.

That transaction cannot be cut: half of a file's votes would move consensus and could be frozen
into a dataset. On SQLite other writes wait while it runs (docs/guide/import.md says how long);
what can be done before it, is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

from sqlalchemy import Connection

from loopwright.base.digests import digest_file, digest_json
from loopwright.base.errors import InvalidInput
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.infra.events import emit
from loopwright.infra.home import Home
from loopwright.intake import store
from loopwright.intake.collect import Collector, ImportFile
from loopwright.intake.import_images import ImportImages
from loopwright.intake.mapping import ImportMapping
from loopwright.intake.model import (
    ImportCounts,
    ImportReport,
    Reject,
)
from loopwright.intake.rows import RowReader
from loopwright.intake.staging import Stage
from loopwright.labeling.answers import EDITS
from loopwright.labeling.placing import JUDGED, Target, place
from loopwright.projects import service as projects
from loopwright.questions.elsewhere import IN_OUTCOME, ElsewhereReader


@dataclass(frozen=True)
class Beside:
    """What else an import brings, stored in the same transaction: a later stage gives it."""

    rejects: Sequence[Reject]
    apply: Callable[[Connection], Json]
    """Stores it; returns counts for the report."""
    answers_rejected: int = 0
    """How many of the rejects are single answers of a row."""


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
        counts = _counts(stage, collector, beside)
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
) -> Target:
    spec = projects.get(tx, project_id).spec
    question = spec.question(mapping.question) if mapping.question else spec.questions[0]
    if mapping.kind in JUDGED and question.kind not in mapping.answers:
        raise InvalidInput(
            f"The mapping holds votes of kind {' or '.join(mapping.answers)}, and the question "
            f"{question.id!r} of project {project_id} is {question.kind}.",
            remedy="Name a question of that kind as `question`, or correct the fields.",
            code="question_does_not_fit",
        )
    return Target(project_id, question, spec.guideline, spec.overlap, mapping, skip_bad, now)


def _collector(stage: Stage, target: Target, images: ImportImages | None) -> Collector:
    question, mapping = target.question, target.mapping
    labels = frozenset(option.id for option in question.options)
    whole = question.kind not in IN_OUTCOME or mapping.tells_more
    judged = mapping.kind in JUDGED and whole
    return Collector(
        stage,
        RowReader.each(mapping, labels=labels, question=question if judged else None),
        project_id=target.project_id,
        skip_bad=target.skip_bad,
        answers=_reader(target) if judged else None,
        edits=EDITS,
        images=images,
    )


def _reader(target: Target) -> ElsewhereReader:
    fields, flags = target.mapping.fields, target.guideline.flags
    return ElsewhereReader(
        target.question,
        target.guideline.criteria,
        flags={one.id: one.severities for one in flags} if "flags" in fields else {},
    )


def _counts(stage: Stage, collector: Collector, beside: Beside | None) -> ImportCounts:
    more = 0 if beside is None else beside.answers_rejected
    votes = stage.count("vote")
    return ImportCounts(
        rows=collector.rows,
        rejected=stage.count("reject"),
        rejected_answers=collector.answers_rejected + more,
        repeated=stage.vote_rows - votes,
        differing=stage.differing(),
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
    target: Target,
    stage: Stage,
    report: ImportReport,
    started: float,
    beside: Beside | None,
) -> ImportReport:
    placed = place(tx, target, stage, import_id=report.id)
    counts: Json = {
        **report.counts,
        "rejected": report.counts["rejected"] + len(placed.refused),
        "differing": report.counts["differing"] + placed.differing,
        **placed.added,
        **({} if beside is None else beside.apply(tx)),
    }
    seconds = time.perf_counter() - started
    done = ImportReport(**{**asdict(report), "counts": counts, "seconds": seconds})
    finish(tx, done, chain(stage.rejects(), placed.refused))
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
