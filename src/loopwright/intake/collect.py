"""Reads a whole file into a stage: join, parse, mask, check; a wrong row is named or skipped."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.intake import capture, rules
from loopwright.intake.import_images import ImportImages
from loopwright.intake.mapping import ImportKind, Join, check_columns
from loopwright.intake.masking import MaskScope, add_counts, mask_text
from loopwright.intake.model import ItemImage, MaskedPrompt, MaskedText, Message
from loopwright.intake.readers import BadRow, Row, columns_of, read_rows
from loopwright.intake.rows import RowItem, RowReader, RowText, RowVote
from loopwright.intake.staging import Stage
from loopwright.questions.elsewhere import Elsewhere, ElsewhereReader

_SEEN_ITEMS = 200_000
_SEEN_PROMPTS = 20_000
_CALLED = {"prompt_id": "prompt", "texts": "completions"}
_LONGEST_REASON = 500


@dataclass(frozen=True)
class ImportFile:
    """A file to import: where it lies, what the user calls it, and files that it joins."""

    path: Path
    name: str
    joins: Mapping[str, Path] = field(default_factory=dict)
    place: str | None = None
    """The column that tells where a row stood, for a file converted to JSON Lines."""

    @property
    def read_as(self) -> str:
        """Return the name whose ending says how to read the file."""
        return self.name if self.place is None else f"{self.name}.jsonl"


@dataclass(frozen=True, slots=True)
class _Staged:
    """An item of this file: its id, a number that its texts give, whether it was turned round.

    `size` is its number of completions. The texts are at hand where the row at hand has them.
    """

    item_id: str
    fingerprint: int
    swapped: bool
    size: int = 0
    image: ItemImage | None = None
    texts: _Texts | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """A completion of a row: who wrote it, and what will be kept of it, under which id."""

    source: str
    ref: str
    masked: MaskedText


@dataclass(frozen=True, slots=True)
class _Texts:
    """An item's masked prompt and texts, and the scope in which they were masked."""

    prompt: MaskedPrompt
    masked: tuple[str, ...]
    scope: MaskScope


class Collector:
    """Collects one file's rows; bounded memory whatever the file's length."""

    def __init__(
        self,
        stage: Stage,
        readers: Sequence[RowReader],
        *,
        project_id: str,
        skip_bad: bool,
        answers: ElsewhereReader | None = None,
        edits: str = "",
        images: ImportImages | None = None,
    ) -> None:
        """Take rows into `stage`.

        A row has one vote for each of `readers`, which differ in nothing else. `answers` checks
        what the outcome alone does not say; corrected texts are completions of the source `edits`.
        """
        self._stage = stage
        self._readers = readers
        self._reader = readers[0]
        self._mapping = self._reader.mapping
        self._project_id = project_id
        self._skip_bad = skip_bad
        self._answers = answers
        self._edits = edits
        self._images = images
        self._seen: OrderedDict[str, _Staged] = OrderedDict()
        self._prompts: OrderedDict[str, MaskScope] = OrderedDict()
        self._annotators: dict[str, str] = {}
        self.masked: Counter[str] = Counter()
        self.rows = 0
        self.answers_rejected = 0
        """How many of the refused rows are one person's answer in a row of another tool."""

    def collect(self, file: ImportFile) -> None:
        """Stage every row of `file`; raise InvalidInput at the first wrong row or skip it."""
        self._prepare(file)
        for row in read_rows(file.path, name=file.read_as, header=self._mapping.header):
            self.rows += 1
            if isinstance(row, BadRow):
                self._refuse(row.place, row.reason)
                continue
            place = row.place if file.place is None else str(row.values.pop(file.place))
            try:
                self._row(row, place)
            except ValueError as failure:
                self._refuse(self._whose(place, row.values, file), str(failure))

    def _whose(self, place: str, values: Json, file: ImportFile) -> str:
        """Return the place of a converted row with who answered: its other answers stand alone."""
        who = values.get(self._mapping.fields.get("annotator", ""))
        if file.place is None or who in (None, "unknown"):
            return place
        self.answers_rejected += 1
        return f"{place}, annotator {who}"

    def _row(self, row: Row, place: str) -> None:
        values = row.values
        votes = [vote for vote in (one.vote(values) for one in self._readers) if vote is not None]
        key = self._reader.key(values)
        staged = self._seen_before(key, values)
        item = None if staged is not None else self._reader.item(self._joined(values))
        checked = [self._checked(vote, staged, item) for vote in votes]
        if item is not None:
            staged = self._stage_item(item, self._reader.fingerprint(values), place)
        for vote, answer in zip(votes, checked, strict=True):
            if staged is not None:
                self._stage_vote(staged, key, vote, answer)

    def _seen_before(self, key: str | None, values: Json) -> _Staged | None:
        """Return the item of an earlier vote row: most rows repeat an item's texts."""
        if key is None or self._mapping.kind is not ImportKind.VOTES:
            return None
        if self._answers is not None and self._answers.reads_texts:
            return None
        staged = self._seen.get(key)
        if staged is None or staged.fingerprint != self._reader.fingerprint(values):
            return None  # what differs is told when the item is staged
        return staged

    def _checked(
        self, vote: RowVote, staged: _Staged | None, item: RowItem | None
    ) -> Elsewhere | None:
        """Check an answer before anything of its row is staged."""
        if vote.answer is None or self._answers is None:
            return None
        image = self._image(item) if item is not None else None if staged is None else staged.image
        pixels = None if image is None else (image.width, image.height)
        if item is None:
            size = 0 if staged is None else staged.size
            return self._answers.check(vote.answer, size=size, order=vote.shown, image=pixels)
        texts = [text.shown for text in item.texts]
        return self._answers.check(
            vote.answer,
            size=len(texts),
            order=vote.shown,
            texts=texts,
            prompt=_spoken(item.prompt.messages),
            image=pixels,
        )

    def _image(self, item: RowItem) -> ItemImage | None:
        """Return the image that a row names; without words for it, its file's name stands there."""
        if item.image is None or self._images is None:
            return None
        found, alt = self._images.get(item.image.name), item.image.alt
        alt = mask_text(item.image.name if alt is None else alt).text
        return ItemImage(found.digest, found.width, found.height, alt, item.image.sensitive)

    def _stage_vote(
        self, staged: _Staged, key: str | None, vote: RowVote, checked: Elsewhere | None
    ) -> None:
        outcome, answer = vote.outcome, None
        if staged.swapped:
            outcome = {"first": "second", "second": "first"}.get(outcome, outcome)
        if checked is not None:
            checked = self._masked(staged, vote, checked)
            outcome = checked.outcome
            answer = {"answer": checked.answer, "votes": checked.votes}
        annotator, item_key = self._annotator(vote.annotator), key or staged.item_id
        self._stage.vote(
            staged.item_id,
            item_key,
            annotator,
            outcome,
            vote.shown,
            vote.judged_at,
            answer=answer,
        )

    def _masked(self, staged: _Staged, vote: RowVote, checked: Elsewhere) -> Elsewhere:
        """Return the answer with its texts masked; keep a corrected text, masked as its original.

        It is checked again, against the masked texts: a span may not reach beyond those.
        """
        raw, known = dict(vote.answer or {}), staged.texts
        reason, edit = checked.answer["reason"], None
        if reason:
            raw["reason"] = capture.capture_text(reason, MaskScope()).text
        if known is not None and "text" in raw:
            edit = capture.capture_text(checked.answer["text"], known.scope)
            raw["text"] = edit.text
        if self._answers is None or (known is None and not reason):
            return checked
        found = self._answers.check(
            raw,
            size=staged.size,
            order=vote.shown,
            texts=() if known is None else known.masked,
            prompt=None if known is None else _spoken(known.prompt.messages),
            image=None if staged.image is None else (staged.image.width, staged.image.height),
        )
        if known is not None and edit is not None and found.edit is not None:
            self._keep(known.prompt, _text(known.prompt, self._edits, edit))
        return found

    def _annotator(self, name: str) -> str:
        masked = self._annotators.get(name)
        if masked is None:
            masked = self._annotators[name] = mask_text(name).text
        return masked

    def _stage_item(self, item: RowItem, fingerprint: int, place: str) -> _Staged:
        """Stage a row's item with its prompt and texts: all of them, or a ValueError and none."""
        prompt, scope = self._captured(item)
        if self._mapping.kind is ImportKind.PROMPTS:
            self._keep_prompt(prompt, scope, place)
            return _Staged(prompt.id, fingerprint, swapped=False)
        texts = [self._text_of(prompt, text, scope) for text in item.texts]
        if len(texts) == 2 and texts[0].ref == texts[1].ref and item.key is None:
            raise ValueError("both completions are the same text of the same source")
        key = item.key or rules.derived_id("row", prompt.id, *(text.ref for text in texts))
        # Which text was preferred must not show in the order: it follows from the texts.
        swapped = self._mapping.kind is ImportKind.PREFERENCES and texts[0].ref > texts[1].ref
        if swapped:
            texts.reverse()
        image = self._image(item)
        origin_key = f"{self._mapping.source}:{mask_text(key).text}"
        body: Json = {
            "origin_key": origin_key,
            "prompt_id": prompt.id,
            "texts": [[text.source, text.masked.digest] for text in texts],
            "purpose": item.purpose.value,
            "set_name": item.set_name,
            "requires": list(item.requires),
            "image": None if image is None else asdict(image),
        }
        item_id = rules.item_id(self._project_id, origin_key)
        kept = self._stage.item(item_id, {**body, "place": place})
        differs = [_CALLED.get(name, name) for name in body if body[name] != kept[name]]
        if differs:
            raise ValueError(
                f"item {key!r} has other content than on an earlier row ({', '.join(differs)}), "
                f"{kept['place']}"
            )
        self._keep_prompt(prompt, scope, place)
        for text in texts:
            self._keep(prompt, text)
        staged = _Staged(item_id, fingerprint, swapped, len(texts), image)
        self._remember(item.key, staged)
        if self._answers is None or not self._answers.reads_texts:
            return staged
        known = _Texts(prompt, tuple(text.masked.text for text in texts), scope)
        return replace(staged, texts=known)

    def _remember(self, key: str | None, staged: _Staged) -> None:
        if key is None:
            return
        self._seen[key] = staged
        if len(self._seen) > _SEEN_ITEMS:
            self._seen.popitem(last=False)

    def _captured(self, item: RowItem) -> tuple[MaskedPrompt, MaskScope]:
        """Return a row's masked prompt, and the scope in which its completions are masked."""
        prompt, scope = capture.capture_prompt(self._project_id, item.prompt)
        if self._stage.prompt_digest(prompt.id) not in (None, prompt.digest):
            raise ValueError(f"prompt {prompt.key!r} has another text than on an earlier row")
        return prompt, self._prompts.get(prompt.id, scope)

    def _keep_prompt(self, prompt: MaskedPrompt, scope: MaskScope, place: str) -> None:
        if prompt.id in self._prompts:
            return
        # Not asdict: it would copy every turn once more, and the stage only writes them.
        body = {**vars(prompt), "place": place}
        if self._stage.prompt(prompt.id, prompt.digest, body):
            add_counts(self.masked, prompt.mask_counts)
        self._prompts[prompt.id] = scope
        if len(self._prompts) > _SEEN_PROMPTS:
            self._prompts.popitem(last=False)

    def _text_of(self, prompt: MaskedPrompt, text: RowText, scope: MaskScope) -> _Text:
        masked = capture.capture_text(text.text, scope, messages=text.messages)
        return _text(prompt, text.source, masked)

    def _keep(self, prompt: MaskedPrompt, text: _Text) -> None:
        body = {"prompt_id": prompt.id, "source": text.source, **vars(text.masked)}
        if self._stage.completion(text.ref, text.source, body):
            add_counts(self.masked, text.masked.mask_counts)

    def _joined(self, values: Json) -> Json:
        join = self._mapping.join
        if join is None:
            return values
        found = self._stage.joined(_join_key(values, tuple(join.on)))
        if found is None:
            shown = ", ".join(f"{right}={values.get(left)}" for left, right in join.on.items())
            raise ValueError(f"{join.file} has no row with {shown}")
        return {**found, **values}

    def _load_join(self, join: Join, path: Path) -> None:
        keys = tuple(join.on.values())

        def rows() -> Iterator[tuple[str, Json]]:
            for row in read_rows(path, name=join.file):
                if isinstance(row, BadRow):
                    self._refuse(row.place, row.reason)
                else:
                    yield _join_key(row.values, keys), row.values

        self._stage.load_join(rows(), name=join.file)

    def _prepare(self, file: ImportFile) -> None:
        columns = columns_of(file.path, name=file.read_as, header=self._mapping.header)
        join = self._mapping.join
        if join is None:
            check_columns(self._mapping, columns, place=file.name)
            return
        path = file.joins.get(join.file)
        if path is None:
            raise _missing_join(join.file)
        joined = columns_of(path, name=join.file)
        place = f"{file.name} with {join.file}"
        check_columns(self._mapping, (*columns, *joined), place=place)
        self._load_join(join, path)

    def _refuse(self, place: str, reason: str) -> None:
        told = mask_text(reason).text
        # A reason may quote what the row holds, and a row may be very long.
        told = told if len(told) <= _LONGEST_REASON else f"{told[:_LONGEST_REASON]}..."
        if not self._skip_bad:
            raise InvalidInput(
                f"{place}: {told}. Nothing was imported.",
                remedy=f"Correct the row, or {rules.LEAVE_OUT}.",
                code="bad_row",
                detail={"place": place},
            )
        self._stage.reject(place, told)


def _text(prompt: MaskedPrompt, source: str, masked: MaskedText) -> _Text:
    return _Text(source, rules.completion_id(prompt.id, source, masked.digest), masked)


def _spoken(messages: Sequence[Message]) -> str:
    """Return a prompt as the text that flags count in."""
    return "\n".join(message["content"] for message in messages)


def _join_key(values: Json, columns: tuple[str, ...]) -> str:
    return "\x1f".join(str(values.get(column)) for column in columns)


def _missing_join(name: str) -> InvalidInput:
    return InvalidInput(
        f"The mapping joins {name}, which was not sent.",
        remedy=f"Put {name} beside the file, or send it along as a joined file.",
        code="missing_join",
    )
