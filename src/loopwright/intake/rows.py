"""What one row of an import means, by its mapping; pure, and a ValueError says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from loopwright.base.types import Json
from loopwright.intake.dialogue import parse_dialogue, split_shared
from loopwright.intake.mapping import ImportKind, ImportMapping, TextFormat
from loopwright.intake.model import (
    DEFAULT_SEGMENT,
    MAX_KEY,
    MAX_TEXT,
    ItemPurpose,
    Message,
    NewPrompt,
)
from loopwright.intake.row_answers import RowAnswers
from loopwright.intake.rules import joined_turns, messages_problem
from loopwright.projects.question_spec import QuestionSpec

PAIR_OUTCOMES = ("first", "second", "tie", "both_bad")
_TAG = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_YES_OR_NO = {"true": True, "1": True, "false": False, "0": False, "": False, "none": False}
_SHOWN = ("first_left", "second_left")
_LATEST = 1e10
"""Unix seconds in the year 2286; milliseconds are beyond it."""


@dataclass(frozen=True, slots=True)
class RowText:
    """One completion of a row: who wrote it and what; `messages` when it has several turns."""

    source: str
    text: str
    messages: Sequence[Message] | None = None

    @property
    def shown(self) -> str:
        """Return the completion as one text."""
        return self.text if self.messages is None else joined_turns(self.messages)


@dataclass(frozen=True, slots=True)
class RowImage:
    """The image of a row: its file's name or digest, and what it shows in words."""

    name: str
    alt: str | None = None
    """None: the file's name says it."""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class RowItem:
    """The prompt and completions of a row, in the row's order, not yet masked."""

    prompt: NewPrompt
    texts: tuple[RowText, ...]
    key: str | None
    purpose: ItemPurpose
    set_name: str | None = None
    requires: tuple[str, ...] = ()
    image: RowImage | None = None


@dataclass(frozen=True, slots=True)
class RowVote:
    """One judgment of a row; `outcome` follows the row's order of completions, or is a label.

    `answer` stands instead of the outcome where the kind of question has more to say.
    """

    annotator: str
    outcome: str
    shown: str | None
    judged_at: float | None
    answer: Json | None = None


class RowReader:
    """Reads rows by one mapping."""

    def __init__(
        self,
        mapping: ImportMapping,
        *,
        labels: frozenset[str] = frozenset(),
        answers: RowAnswers | None = None,
    ) -> None:
        self.mapping = mapping
        self._mapping = mapping
        self._labels = labels
        self._answers = answers
        self._fields = dict(mapping.fields)
        self.paired = mapping.kind is ImportKind.PREFERENCES or "first" in mapping.fields

    @classmethod
    def each(
        cls, mapping: ImportMapping, *, labels: frozenset[str], question: QuestionSpec | None
    ) -> list[RowReader]:
        """Return a reader for each person whose answer a row holds; one, where it holds one.

        With a `question`, answers are read whole; else by their outcome.
        """
        people = [
            mapping.model_copy(
                update={"annotator": column, "fields": {**mapping.fields, "choice": column}}
            )
            for column in mapping.people
        ]
        return [
            cls(
                one,
                labels=labels,
                answers=None if question is None else RowAnswers(one, question),
            )
            for one in people or [mapping]
        ]

    def key(self, values: Json) -> str | None:
        """Return the item's key in the row, or None when the mapping has no column for it."""
        column = self._fields.get("item")
        return None if column is None else _key(values, column)

    def vote(self, values: Json) -> RowVote | None:
        """Return the row's judgment; None for kinds that hold none."""
        mapping = self._mapping
        if mapping.kind not in (ImportKind.VOTES, ImportKind.PREFERENCES):
            return None
        if mapping.people and values.get(self._fields["choice"]) in (None, ""):
            return None  # this one of them has not judged
        judged_at = self._time(values)
        column = self._fields.get("annotator")
        annotator = mapping.annotator or mapping.source if column is None else _key(values, column)
        if mapping.kind is ImportKind.PREFERENCES:
            return RowVote(annotator, "first", None, judged_at)
        if self._answers is not None:
            outcome, shown = self._compared(values) if self.paired else ("", None)
            answer = self._answers.read(values, outcome=outcome, shown=shown)
            return RowVote(annotator, outcome, shown, judged_at, answer)
        if self.paired:
            return RowVote(annotator, *self._compared(values), judged_at)
        choice = _key(values, self._fields["choice"])
        outcome = mapping.choices.get(choice, choice)
        if self._labels and outcome not in self._labels:
            known = ", ".join(sorted(self._labels))
            raise ValueError(f"{self._fields['choice']} is {choice!r}, not a label ({known})")
        return RowVote(annotator, outcome, self._shown(values), judged_at)

    def _compared(self, values: Json) -> tuple[str, str | None]:
        """Return which completion won, and how they were shown where that is known."""
        choice, choices = _key(values, self._fields["choice"]), self._mapping.choices
        outcome = choices.get(choice, choice)
        if outcome not in PAIR_OUTCOMES:
            known = ", ".join(map(repr, choices)) or ", ".join(PAIR_OUTCOMES)
            raise ValueError(
                f"{self._fields['choice']} is {choice!r}, which choices does not name ({known})"
            )
        return outcome, self._shown(values)

    def item(self, values: Json) -> RowItem:
        """Return the row's prompt and completions."""
        mapping = self._mapping
        key = self.key(values)
        texts: tuple[RowText, ...]
        match mapping.kind:
            case ImportKind.PREFERENCES:
                prompt, texts = self._preference(values)
                requires = self._requires(values)
                return RowItem(prompt, texts, key, ItemPurpose.CORE, requires=requires)
            case ImportKind.DEMONSTRATIONS:
                texts = (self._text(values, "completion"),)
                return RowItem(self._prompt(values), texts, key, ItemPurpose.DEMONSTRATION)
            case ImportKind.CONTRAST:
                texts = (self._text(values, "right"), self._text(values, "wrong"))
                name = self._optional_key(values, "set") or mapping.set_name or mapping.source
                return RowItem(self._prompt(values), texts, key, ItemPurpose.CONTRAST, name)
            case ImportKind.PROMPTS:
                return RowItem(self._prompt(values), (), key, ItemPurpose.CORE)
            case _:
                texts = self._judged_texts(values)
                requires = self._requires(values)
                return RowItem(
                    self._prompt(values),
                    texts,
                    key,
                    ItemPurpose.CORE,
                    requires=requires,
                    image=self._image(values),
                )

    def _image(self, values: Json) -> RowImage | None:
        name = self._optional_key(values, "image")
        if name is None:
            return None
        alt = values.get(self._fields.get("alt", ""))
        sensitive = str(values.get(self._fields.get("sensitive", ""), "")).strip().lower()
        if sensitive not in _YES_OR_NO:
            raise ValueError(f"{self._fields['sensitive']} is {sensitive!r}, not true or false")
        return RowImage(name, None if alt is None else str(alt), _YES_OR_NO[sensitive])

    def fingerprint(self, values: Json) -> int:
        """Return a number that changes when the texts of the row change."""
        names = ("prompt", "context", "first", "second", "completion", "texts", "sources", "image")
        columns = (*(self._fields.get(name) for name in names), *self._mapping.ranked)
        return hash(tuple(str(values.get(column)) for column in columns if column))

    def _judged_texts(self, values: Json) -> tuple[RowText, ...]:
        if self._answers is None or self._mapping.answers != ("ranking",):
            names: tuple[str, ...] = ("first", "second") if self.paired else ("completion",)
            completion = values.get(self._fields.get("completion", ""))
            nothing = (None,) if self._mapping.empty_completions else (None, "")
            if self._mapping.bare and completion in nothing:
                names = ()
            return tuple(self._text(values, name) for name in names if name in self._fields)
        found = [
            self._written(source or self._mapping.source, text, column)
            for column, text, source in self._answers.texts(values)
        ]
        if len({(text.source, text.shown) for text in found}) < len(found):
            raise ValueError(
                "two of the ranked texts are the same text of the same source; name who wrote "
                "each in sources"
            )
        return tuple(found)

    def _preference(self, values: Json) -> tuple[NewPrompt, tuple[RowText, RowText]]:
        if self._mapping.format is TextFormat.TEXT:
            chosen, rejected = self._text(values, "chosen"), self._text(values, "rejected")
            if (chosen.source, chosen.text) == (rejected.source, rejected.text):
                raise ValueError("chosen and rejected are the same text")
            return self._prompt(values), (chosen, rejected)
        sides = [self._conversation(values, self._fields[name]) for name in ("chosen", "rejected")]
        prompt: list[Message] = []
        if "prompt" in self._fields:
            prompt = self._conversation(values, self._fields["prompt"])
        shared, left, right = split_shared(prompt + sides[0], prompt + sides[1])
        return self._new_prompt(values, shared), (
            self._rest(values, "chosen", left),
            self._rest(values, "rejected", right),
        )

    def _rest(self, values: Json, side: str, turns: list[Message]) -> RowText:
        source = self._optional_key(values, f"{side}_source") or self._mapping.source
        return self._turns(source, turns, self._fields[side])

    def _written(self, source: str, text: Any, column: str) -> RowText:
        if isinstance(text, list):
            return self._turns(source, self._conversation({column: text}, column), column)
        found = _string({column: text}, column)
        self._check_answer(found, column)
        return RowText(source, found)

    def _turns(self, source: str, turns: Sequence[Message], column: str) -> RowText:
        self._check_answer("".join(turn["content"] for turn in turns), column)
        if len(turns) == 1 and turns[0]["role"] == "assistant":
            return RowText(source, turns[0]["content"])
        return RowText(source, "", tuple(turns))

    def _check_answer(self, text: str, column: str) -> None:
        if text.strip():
            _check_said(text, column)
        elif not self._mapping.empty_completions:
            raise ValueError(
                f"{column} is empty; where people judged that a model said nothing, a mapping "
                "says so with empty_completions: true"
            )

    def _prompt(self, values: Json) -> NewPrompt:
        column = self._fields["prompt"]
        if self._mapping.format is TextFormat.TEXT:
            text = _string(values, column)
            if "image" not in self._fields:
                _check_said(text, column)
            more = values.get(self._fields.get("context", ""))
            text = f"{text}\n\n{more}" if isinstance(more, str) and more.strip() else text
            return self._new_prompt(values, [{"role": "user", "content": text}])
        return self._new_prompt(values, self._conversation(values, column))

    def _new_prompt(self, values: Json, messages: list[Message]) -> NewPrompt:
        mapping = self._mapping
        said = "".join(turn["content"] for turn in messages)
        if said.strip() or "image" not in self._fields:
            _check_said(said, self._fields.get("prompt", "the prompt"))
        names = self._words(values, "names")
        return NewPrompt(
            messages=messages,
            source=mapping.source,
            key=self._optional_key(values, "prompt_key"),
            segment=self._optional_key(values, "segment") or mapping.segment or DEFAULT_SEGMENT,
            residency=self._optional_key(values, "residency") or mapping.residency,
            names=[names] if isinstance(names, str) else names,
            simulated=mapping.simulated,
        )

    def _text(self, values: Json, side: str) -> RowText:
        source = self._optional_key(values, f"{side}_source") or self._mapping.source
        column = self._fields[side]
        return self._written(source, values.get(column), column)

    def _conversation(self, values: Json, column: str) -> list[Message]:
        value = _present(values, column)
        if isinstance(value, str):
            if self._mapping.format is TextFormat.DIALOGUE:
                return parse_dialogue(value)
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError:
                raise ValueError(f"{column} is not a list of messages") from None
        problem = messages_problem(value)
        if problem is not None:
            raise ValueError(f"{column}: {problem}")
        return [{"role": turn["role"], "content": turn["content"]} for turn in value]

    def _optional_key(self, values: Json, field: str) -> str | None:
        column = self._fields.get(field)
        if column is None or values.get(column) in (None, ""):
            return None
        return _key(values, column)

    def _requires(self, values: Json) -> tuple[str, ...]:
        found = self._words(values, "requires")
        tags = [word.strip() for word in (found.split(",") if isinstance(found, str) else found)]
        for tag in filter(None, tags):
            if not _TAG.match(tag):
                column = self._fields["requires"]
                raise ValueError(f"{column} names {tag!r}, not a tag (lower-case, - and _)")
        return tuple(sorted({*self._mapping.requires, *filter(None, tags)}))

    def _words(self, values: Json, field: str) -> str | list[str]:
        """Return the text of a cell, or its list of words; an empty list where there is none."""
        column = self._fields.get(field, "")
        found = values.get(column)
        if found is None or isinstance(found, str):
            return found or []
        if not isinstance(found, list):
            raise ValueError(f"{column} is a {type(found).__name__}, not text or a list of words")
        return [str(word) for word in found]

    def _shown(self, values: Json) -> str | None:
        shown = self._optional_key(values, "shown") or self._mapping.shown
        if shown is not None and shown not in _SHOWN:
            raise ValueError(f"{self._fields['shown']} is {shown!r}, not {' or '.join(_SHOWN)}")
        return shown

    def _time(self, values: Json) -> float | None:
        text = self._optional_key(values, "judged_at")
        if text is None:
            return None
        try:
            found = float(text)
        except ValueError:
            found = -1.0
        if not 0 <= found < _LATEST:
            column = self._fields["judged_at"]
            raise ValueError(f"{column} is {text!r}, not a Unix time in seconds")
        return found


def _check_said(text: str, column: str) -> None:
    """Raise ValueError for a prompt or a completion that says nothing, or more than is kept."""
    if not text.strip():
        raise ValueError(f"{column} is empty")
    if len(text) > MAX_TEXT:
        raise ValueError(f"{column} is longer than {MAX_TEXT:,} characters")


def _present(values: Json, column: str) -> Any:
    value = values.get(column)
    if value is None:
        raise ValueError(f"{column} is missing")
    return value


def _string(values: Json, column: str) -> str:
    value = _present(values, column)
    if not isinstance(value, str):
        raise ValueError(f"{column} is a {type(value).__name__}, not text")
    return value


def _key(values: Json, column: str) -> str:
    value = _present(values, column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool | list | dict):
        raise ValueError(f"{column} is a {type(value).__name__}, not a name or number")
    text = str(value).strip()
    if not text:
        raise ValueError(f"{column} is empty")
    if len(text) > MAX_KEY:
        raise ValueError(f"{column} is longer than {MAX_KEY} characters: {text[:40]!r}...")
    return text
