"""Plain layouts of Hugging Face datasets: TRL's types, ratings as HelpSteer has them, and lists.

https://huggingface.co/docs/trl/dataset_formats: preference (chosen, rejected), unpaired
preference (completion, label), prompt-completion, language modeling (messages), prompt-only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from loopwright.base.digests import digest_json
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.feedback.tools import ranked_lists, texts
from loopwright.feedback.tools.model import Bad, Fields, LeftOut, Plain, Read, Said, Shown
from loopwright.intake.dialogue import parse_dialogue
from loopwright.intake.model import Message
from loopwright.intake.readers import BadRow, Row

RATINGS = (
    "helpfulness", "correctness", "coherence", "complexity", "verbosity", "honesty",
    "truthfulness", "safety", "quality", "overall", "overall_score", "score", "rating",
)  # fmt: skip


class Layout(StrEnum):
    """What the columns say that the rows are."""

    PREFERENCE = "preference"
    UNPAIRED = "unpaired"
    RATED = "rated"
    RANKED = "ranked"
    DEMONSTRATION = "demonstration"
    PROMPT = "prompt"


JUDGED = (Layout.RATED, Layout.RANKED)
"""Layouts whose answers are votes where a question fits."""


def layout_of(rows: Sequence[Row], fields: Fields) -> Layout:
    """Return the layout that rows have. Raises InvalidInput, naming the columns that are read."""
    known = {name for row in rows for name in row.values}
    prompt = bool(fields.get("prompt")) or bool(known & set(texts.PROMPTS))
    completion = bool(fields.get("completion")) or bool(known & set(texts.COMPLETIONS))
    if {"chosen", "rejected"} <= known:
        return Layout.PREFERENCE
    if prompt and ranked_lists.list_in(rows, fields) is not None:
        return Layout.RANKED
    if prompt and completion and "label" in known:
        return Layout.UNPAIRED
    if prompt and completion and known & set(RATINGS):
        return Layout.RATED
    if (prompt and completion) or "messages" in known:
        return Layout.DEMONSTRATION
    if prompt:
        return Layout.PROMPT
    raise InvalidInput(
        f"The columns {', '.join(sorted(known))} fit no known layout.",
        remedy="Read are chosen/rejected, prompt with completion (and label or ratings), prompt "
        "with a list of ranked or rated completions, messages, and prompt; else write a mapping.",
        code="unknown_layout",
    )


def read(rows: Iterable[Row | BadRow], *, layout: Layout, fields: Fields) -> Iterator[Read]:
    """Yield each row as its layout has it."""
    for row in rows:
        if isinstance(row, BadRow):
            yield Bad(row.place, row.reason)
            continue
        try:
            yield from list(_READ[layout](row, fields))
        except ValueError as failure:
            yield Bad(row.place, str(failure))


def _preference(row: Row, fields: Fields) -> Iterator[Read]:
    values = row.values
    found = {name: _side(values, name) for name in ("chosen", "rejected")}
    name = fields.get("prompt") or next((n for n in texts.PROMPTS if values.get(n)), None)
    full = [len(turns) > 1 for turns in found.values()]
    if all(full):
        # The conversation is whole on both sides; its prompt column only repeats the beginning.
        prompt: Any = None
    elif name is None:
        raise ValueError("there is no prompt, and chosen is not a whole conversation")
    else:
        prompt = texts.turns(texts.text_of(values, name), "user")
    out = {**found} if prompt is None else {"prompt": prompt, **found}
    yield Plain(row.place, out)


def _side(values: Json, name: str) -> list[Message]:
    text = texts.text_of(values, name)
    if isinstance(text, str) and text.lstrip().startswith("Human:"):
        return parse_dialogue(text)
    return texts.turns(text, "assistant")


def _unpaired(row: Row, fields: Fields) -> Iterator[Read]:
    label = row.values.get("label")
    if label not in (True, False, 0, 1):
        raise ValueError(f"label is {label!r}, neither true nor false")
    shown = _shown(row, fields)
    yield Said(row.place, shown, "label", "thumb", "up" if label else "down", "unknown")


def _rated(row: Row, fields: Fields) -> Iterator[Read]:
    shown = _shown(row, fields)
    for name in RATINGS:
        value = row.values.get(name)
        if name not in row.values:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield LeftOut(f"ratings of {name} that are no numbers")
            continue
        if value < 0:
            raise ValueError(f"{name} is {value}, below zero")
        yield Said(row.place, shown, name, "rating", "", "unknown", score=float(value))


def _demonstration(row: Row, fields: Fields) -> Iterator[Read]:
    values = row.values
    name = fields.get("completion") or next((n for n in texts.COMPLETIONS if n in values), None)
    if name is None:
        whole = texts.text_of(values, "messages")
        if isinstance(whole, str) or len(whole) < 2 or whole[-1]["role"] != "assistant":
            raise ValueError("messages does not end with an answer of the assistant")
        prompt, answer = list(whole[:-1]), whole[-1]["content"]
    else:
        shown = _shown(row, fields)
        prompt, answer = texts.turns(shown.prompt, "user"), texts.plain(shown.texts[0])
    yield Plain(row.place, {"prompt": prompt, "completion": answer})


def _ranked(row: Row, fields: Fields) -> Iterator[Read]:
    name = ranked_lists.list_in([row], fields)
    if name is None:
        raise ValueError("it has no list of completions with ranks, scores or ratings")
    yield from ranked_lists.read_list(row, name, fields)


def _prompt(row: Row, fields: Fields) -> Iterator[Read]:
    shown = texts.shown("", row.values, {**fields})
    yield Plain(row.place, {"prompt": texts.turns(shown.prompt, "user")})


def _shown(row: Row, fields: Fields) -> Shown:
    found = texts.shown("", row.values, fields)
    if len(found.texts) != 1:
        raise ValueError("it has no completion")
    key = digest_json([texts.turns(found.prompt, "user"), texts.plain(found.texts[0])])
    return Shown(key.removeprefix("sha256:")[:32], found.prompt, found.texts, found.sources)


_READ: Mapping[Layout, Any] = {
    Layout.PREFERENCE: _preference,
    Layout.UNPAIRED: _unpaired,
    Layout.RATED: _rated,
    Layout.RANKED: _ranked,
    Layout.DEMONSTRATION: _demonstration,
    Layout.PROMPT: _prompt,
}
