"""Another tool's whole export becomes votes and feedback: all of it, or nothing.

The export is read twice: first to see what is in it and which question fits, then to convert it
into a file that the plain import reads, and into masked feedback. Both are stored in one
transaction.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy import Connection

from loopwright.base.digests import digest_bytes, digest_file, digest_json
from loopwright.base.errors import Conflict, InvalidInput
from loopwright.base.ids import new_id
from loopwright.base.types import Json
from loopwright.feedback import service, store
from loopwright.feedback.arrival import captured
from loopwright.feedback.model import Feedback, NewFeedback
from loopwright.feedback.opening import Opener
from loopwright.feedback.tools import argilla, huggingface, label_studio, sorting, voting
from loopwright.feedback.tools.huggingface import Layout
from loopwright.feedback.tools.model import Bad, Fields, LeftOut, Plain, Read, Said, Tool
from loopwright.feedback.tools.reading import Part, head_of, rows_of
from loopwright.infra.home import Home
from loopwright.intake.collect import ImportFile
from loopwright.intake.import_images import ENDINGS, ImportImages
from loopwright.intake.mapping import ImportKind, ImportMapping, TextFormat
from loopwright.intake.masking import mask_text
from loopwright.intake.model import ImportCounts, ImportReport, Reject
from loopwright.intake.rules import LEAVE_OUT
from loopwright.labeling.imports import Beside, finish, run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import ProjectSpec

SETTINGS = "settings.json"
"""Argilla's own file about its questions."""
_NOT_ROWS = {SETTINGS, "dataset.json", "dataset_info.json", "state.json", "dataset_dict.json"}
_CHUNK = 500
_PLAIN = {
    Layout.PREFERENCE: (ImportKind.PREFERENCES, ("chosen", "rejected")),
    Layout.DEMONSTRATION: (ImportKind.DEMONSTRATIONS, ("prompt", "completion")),
    Layout.PROMPT: (ImportKind.PROMPTS, ("prompt",)),
}


@dataclass(frozen=True)
class ToolExport:
    """An export as it was sent: its files, and what the sender says about them."""

    tool: Tool
    files: Sequence[Part]
    source: str
    question: str | None = None
    fields: Fields = field(default_factory=dict)
    """Ours -> theirs, where it cannot be guessed."""
    skip_bad: bool = False

    @property
    def parts(self) -> list[Part]:
        """Return the files that hold rows."""
        return [part for part in self.files if _holds_rows(part)]

    @property
    def name(self) -> str:
        """Return what the export is called in sentences."""
        parts = self.parts
        more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
        return f"{min(part.name for part in parts)}{more}" if parts else self.tool.value


@dataclass(frozen=True)
class _Sender:
    """Who sends an export, and the key under which the project names people."""

    project_id: str
    person_id: str | None
    key: str
    now: float

    def fact(self, row: NewFeedback) -> Feedback:
        """Return a feedback of the export, masked."""
        return captured(
            row,
            project_id=self.project_id,
            person_id=self.person_id,
            key=self.key,
            prompt=None,
            now=self.now,
        )


@dataclass
class _Converted:
    """What the second reading made of an export."""

    sender: _Sender
    mapping: ImportMapping | None = None
    rows: int = 0
    feedback: list[tuple[str, Feedback]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    answers_rejected: int = 0
    """How many of the rejects are single answers, of rows whose others came in."""
    left_out: Counter[str] = field(default_factory=Counter)


def import_export(
    home: Home, export: ToolExport, *, project_id: str, person_id: str | None, now: float
) -> ImportReport:
    """Import an export; return what it held, what of it was new, and what was left out.

    Raises InvalidInput, naming the row, at the first bad row unless `export.skip_bad`; then
    nothing is stored. The same export again adds nothing.
    """
    started = time.perf_counter()
    spec = home.db.read(lambda tx: projects.get(tx, project_id)).spec
    key = home.db.write(lambda tx: store.project_key(tx, project_id))
    sender = _Sender(project_id, person_id, key, now)
    with TemporaryDirectory(dir=home.folder("spool")) as folder:
        path = Path(folder) / "rows.jsonl"
        sent = [one for one in export.files if one.name.lower().endswith(ENDINGS)]
        images = ImportImages(
            home,
            [(one.name, one.path) for one in sent],
            project_id=project_id,
            folder=Path(folder),
        )
        made = _convert(export, spec, path, sender=sender, images=images)
        beside = Beside(
            made.rejects,
            lambda tx: _keep(tx, spec, made, skip_bad=export.skip_bad, now=now),
            answers_rejected=made.answers_rejected,
        )
        if made.mapping is not None and made.rows:
            return run_import(
                home,
                project_id=project_id,
                file=ImportFile(path, export.name, place="place"),
                mapping=made.mapping,
                skip_bad=export.skip_bad,
                now=now,
                beside=beside,
                images=images,
            )
    return home.db.write(
        lambda tx: _feedback_alone(tx, export, made, more=beside.apply(tx), started=started)
    )


def source_of(tool: Tool, parts: Sequence[Part]) -> str:
    """Return a name for where an export comes from that its next export has too."""
    files = [part for part in parts if _holds_rows(part)]
    stem = min(part.name for part in files or parts).split(".")[0][:100] or "export"
    if tool is Tool.LABEL_STUDIO:
        # The file's name holds the day of the export; the project's number stays.
        number = head_of(files, 1)
        project = number[0].values.get("project")
        if isinstance(project, int | str) and str(project).strip():
            stem = f"project-{project}"
    return f"{tool.value}:{stem}"


def _holds_rows(part: Part) -> bool:
    name = Path(part.name).name
    return name not in _NOT_ROWS and not name.lower().endswith(ENDINGS)


def _convert(
    export: ToolExport, spec: ProjectSpec, path: Path, *, sender: _Sender, images: ImportImages
) -> _Converted:
    survey = sorting.Survey.of(_reads(export))
    if survey.bad is not None and not export.skip_bad:
        raise _bad_row(survey.bad)
    votes = sorting.choose(survey, spec, question=export.question) if _judged(export) else None
    made = _Converted(sender, _mapping(export, votes, simulated=spec.simulated))
    with path.open("wb") as target:
        for found in voting.sheets(_reads(export)):
            rows: list[Json] = []
            if isinstance(found, Bad):
                _refuse(made, export, found)
            elif isinstance(found, LeftOut):
                sorting.left_out(made.left_out, found)
            elif isinstance(found, Plain):
                rows = [{"place": found.place, **found.values}]
            else:
                rows = _votes_in(made, found, votes, export=export, survey=survey, images=images)
            target.writelines(orjson.dumps(row) + b"\n" for row in rows)
            made.rows += len(rows)
    return made


def _votes_in(
    made: _Converted,
    sheet: voting.Sheet,
    votes: sorting.Votes | None,
    *,
    export: ToolExport,
    survey: sorting.Survey,
    images: ImportImages,
) -> list[Json]:
    """Return the votes among one person's answers to a row; the others become feedback."""
    rows: list[Json] = []
    rest = sheet
    if votes is not None:
        groups, rest = voting.groups_of(sheet, votes)
        for group in groups:
            try:
                rows.append(voting.vote_row(group, votes, images))
            except ValueError as failure:
                _refuse(made, export, sorting.unread(replace(group[0], unread=str(failure))))
    for said in rest:
        if said.unread:
            _refuse(made, export, sorting.unread(said))
        else:
            _to_feedback(made, said, export=export, survey=survey)
    return rows


def _judged(export: ToolExport) -> bool:
    if export.tool is not Tool.HUGGINGFACE:
        return True
    return huggingface.layout_of(head_of(export.parts), export.fields) in huggingface.JUDGED


def _reads(export: ToolExport) -> Iterator[Read]:
    parts = export.parts
    first = head_of(parts)
    if export.tool is Tool.HUGGINGFACE:
        layout = huggingface.layout_of(first, export.fields)
        return huggingface.read(rows_of(parts), layout=layout, fields=export.fields)
    studio = export.tool is Tool.LABEL_STUDIO
    is_export = label_studio.is_export if studio else argilla.is_export
    if not any(is_export(row.values) for row in first):
        raise InvalidInput(
            f"{export.name} is not an export of {export.tool.value}.",
            remedy="Export from Label Studio as JSON; from Argilla (version 2) with to_disk, "
            "records.to_json or to_hub; for other layouts say that it is a Hugging Face "
            "dataset (--from huggingface), or write a mapping.",
            code="unknown_layout",
        )
    if studio:
        return label_studio.read(rows_of(parts), fields=export.fields)
    return argilla.read(rows_of(parts), fields=export.fields, kinds=_kinds(export))


def _kinds(export: ToolExport) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for part in export.files:
        if Path(part.name).name == SETTINGS:
            try:
                kinds = argilla.kinds_of(orjson.loads(part.path.read_bytes()))
            except orjson.JSONDecodeError as failure:
                raise InvalidInput(
                    f"{part.name} is not JSON: {failure.msg}.", remedy="Export it again."
                ) from failure
    return kinds


def _mapping(
    export: ToolExport, votes: sorting.Votes | None, *, simulated: bool
) -> ImportMapping | None:
    shared: Json = {
        "source": export.source, "format": TextFormat.MESSAGES, "open": False,
        "simulated": simulated, "tool": export.tool.value,
    }  # fmt: skip
    if votes is not None:
        return ImportMapping(
            kind=ImportKind.VOTES,
            question=votes.question.id,
            fields=voting.fields_of(votes),
            **voting.scores_of(votes),
            **shared,
        )
    if export.tool is not Tool.HUGGINGFACE:
        return None
    kind = _PLAIN.get(huggingface.layout_of(head_of(export.parts), export.fields))
    if kind is None:
        return None
    names = dict.fromkeys(kind[1], "")
    if kind[0] is ImportKind.PREFERENCES and _has_prompt(export):
        names["prompt"] = ""
    return ImportMapping(
        kind=kind[0],
        question=export.question,
        fields={name: name for name in names},
        # Public sets hold pairs in which one model said nothing.
        empty_completions=kind[0] is ImportKind.PREFERENCES,
        **shared,
    )


def _has_prompt(export: ToolExport) -> bool:
    """Return whether the converted preferences carry their prompt beside the two sides."""
    return any(isinstance(one, Plain) and "prompt" in one.values for one in _reads(export))


def _to_feedback(
    made: _Converted,
    said: Said,
    *,
    export: ToolExport,
    survey: sorting.Survey,
) -> None:
    found = sorting.as_feedback(said, survey, tool=export.tool.value, source=export.source)
    if isinstance(found, LeftOut):
        sorting.left_out(made.left_out, found)
    else:
        made.feedback.append((said.place, made.sender.fact(found)))


def _refuse(made: _Converted, export: ToolExport, bad: Bad) -> None:
    if not export.skip_bad:
        raise _bad_row(bad)
    made.rejects.append(Reject(bad.where, mask_text(bad.reason).text))
    made.answers_rejected += bool(bad.who)


def _bad_row(bad: Bad) -> InvalidInput:
    return InvalidInput(
        f"{bad.where}: {mask_text(bad.reason).text}. Nothing was imported.",
        remedy=f"Correct the row, or {LEAVE_OUT}.",
        code="bad_row",
        detail={"place": bad.place},
    )


def _keep(
    tx: Connection, spec: ProjectSpec, made: _Converted, *, skip_bad: bool, now: float
) -> Json:
    opener, added, changed = Opener(tx, spec, now), 0, 0
    for start in range(0, len(made.feedback), _CHUNK):
        part = made.feedback[start : start + _CHUNK]
        kept = service.keep(tx, opener=opener, arrived=[fact for _, fact in part])
        for (place, _), answer in zip(part, kept, strict=True):
            added += answer.code is None and not answer.repeated
            changed += answer.code is not None
            if answer.code is not None and not skip_bad:
                raise Conflict(
                    f"{place} was imported before with another content. Nothing was imported.",
                    remedy=f"Import it under another source (--source), or {LEAVE_OUT}.",
                    code="row_changed",
                )
    if changed:
        made.left_out["rows that were imported before with another content"] += changed
    return {
        "feedback": len(made.feedback),
        "feedback_added": added,
        "left_out": dict(made.left_out),
    }


def _feedback_alone(
    tx: Connection, export: ToolExport, made: _Converted, *, more: Json, started: float
) -> ImportReport:
    """Write down an import that brought no votes."""
    counts = ImportCounts(
        rows=len(made.feedback),
        rejected=len(made.rejects),
        rejected_answers=made.answers_rejected,
    )
    report = ImportReport(
        id=new_id("imp"),
        project_id=made.sender.project_id,
        kind="feedback",
        source=export.source,
        file=export.name,
        file_digest=_digest(export),
        mapping_digest=digest_json({"tool": export.tool.value, "fields": dict(export.fields)}),
        counts={**asdict(counts), **more},
        seconds=time.perf_counter() - started,
        created_at=made.sender.now,
    )
    finish(tx, report, made.rejects)
    return report


def _digest(export: ToolExport) -> str:
    parts = sorted(export.parts, key=lambda one: one.name)
    if len(parts) == 1:
        return digest_file(parts[0].path)
    return digest_bytes("".join(digest_file(part.path) for part in parts).encode())
