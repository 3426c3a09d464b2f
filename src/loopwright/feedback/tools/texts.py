"""Finds the prompt and the completions among a tool's fields, and other things all tools share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from loopwright.feedback.tools.model import Fields, Prompt, Shown
from loopwright.intake.rules import messages_problem

PROMPTS = (
    "prompt", "question", "instruction", "input", "query", "messages", "chat", "conversation",
    "context", "text", "dialog", "dialogs", "dialogue", "user", "task",
)  # fmt: skip
COMPLETIONS = (
    "completion", "response", "answer", "output", "generation", "model_output", "reply",
)  # fmt: skip
PAIRS = tuple(
    (f"{word}{left}", f"{word}{right}")
    for word in (*COMPLETIONS, "text", "summary", "model", "generated", "option", "candidate")
    for left, right in (
        ("1", "2"), ("_1", "_2"), ("-1", "-2"), ("_a", "_b"), ("A", "B"), ("_A", "_B"), ("a", "b"),
    )
)  # fmt: skip
EDITED = ("correct", "edit", "rewrit", "improv", "fix", "revis")


def shown(
    key: str, values: Mapping[str, Any], fields: Fields, *, pair: tuple[str, str] | None = None
) -> Shown:
    """Return what a row shows. Raises ValueError, saying what is missing."""
    left, right = pair or pair_of(values, fields)
    one = fields.get("completion") or _first(values, COMPLETIONS)
    prompt = fields.get("prompt") or _first(values, PROMPTS, but={left, right, one})
    if prompt is None or values.get(prompt) in (None, "", []):
        known = ", ".join(sorted(map(str, values))) or "none"
        raise ValueError(
            f"no field holds the prompt (fields: {known}); name it as a field: prompt=NAME "
            "(--field)"
        )
    if left and right:
        texts = (text_of(values, left), text_of(values, right))
        return Shown(key, text_of(values, prompt), texts, (left, right))
    if one is not None and values.get(one) is not None:
        return Shown(key, text_of(values, prompt), (text_of(values, one),), (one,))
    return Shown(key, text_of(values, prompt))


def prompt_beside(values: Mapping[str, Any], fields: Fields) -> Prompt:
    """Return what is asked about an image; empty where nothing is."""
    name = fields.get("prompt") or _first(values, PROMPTS)
    return "" if name is None or not values.get(name) else text_of(values, name)


def ranked(key: str, prompt: Prompt, options: Mapping[str, Any]) -> Shown:
    """Return the texts that were ranked, by their names. Raises ValueError."""
    return Shown(
        key, prompt, tuple(text_of(options, name) for name in options), tuple(map(str, options))
    )


def pair_of(values: Mapping[str, Any], fields: Fields) -> tuple[str, str] | tuple[None, None]:
    """Return the names of the two fields that are compared, where there are such."""
    if "first" in fields and "second" in fields:
        return fields["first"], fields["second"]
    lowered = {str(name).lower(): str(name) for name in values}
    for left, right in PAIRS:
        if left.lower() in lowered and right.lower() in lowered:
            return lowered[left.lower()], lowered[right.lower()]
    return None, None


def text_of(values: Mapping[str, Any], name: str) -> Prompt:
    """Return a field's text or conversation. Raises ValueError."""
    value = values.get(name)
    if isinstance(value, str):
        if not value.strip():
            raise ValueError(f"{name} is empty")
        return value
    if isinstance(value, list) and value:
        if messages_problem(value) is None:
            return [{"role": turn["role"], "content": turn["content"]} for turn in value]
        turns = [_spoken(turn) for turn in value]
        if all(turns):
            return "\n".join(turns)
    raise ValueError(f"{name} is neither text nor a conversation")


def plain(text: Prompt) -> str:
    """Return a completion as one text."""
    if isinstance(text, str):
        return text
    if len(text) == 1:
        return text[0]["content"]
    return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in text)


def turns(text: Prompt, role: str) -> list[dict[str, str]]:
    """Return a text as turns."""
    return [{"role": role, "content": text}] if isinstance(text, str) else list(text)


def person(value: Any) -> str:
    """Return a stable name of who answered; an address becomes a pseudonym, not a mask."""
    if isinstance(value, Mapping):
        value = value.get("id", value.get("email", value.get("username")))
    if value is None or value == "":
        return "unknown"
    name = str(value)
    if "@" in name:
        return "person-" + hashlib.sha256(name.lower().encode()).hexdigest()[:16]
    return name[:200]


def seconds(value: Any) -> float | None:
    """Return an ISO time as Unix seconds, None where there is none that can be read."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def is_edit(control: str) -> bool:
    """Return whether a free text's name says that it corrects the completion."""
    return any(word in control.lower() for word in EDITED)


def _first(
    values: Mapping[str, Any], names: Iterable[str], *, but: Iterable[str | None] = ()
) -> str | None:
    lowered = {str(name).lower(): str(name) for name in values}
    kept_out = set(but)
    found = (lowered[name] for name in names if name in lowered)
    return next((name for name in found if name not in kept_out), None)


def _spoken(turn: Any) -> str:
    """One line of a dialogue in the {author, text} form."""
    if not isinstance(turn, Mapping) or not isinstance(turn.get("text"), str):
        return ""
    author = turn.get("author") or turn.get("speaker")
    return f"{author}: {turn['text']}" if author else str(turn["text"])
