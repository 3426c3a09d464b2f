"""Which of two compared texts a control is about, by its name: tone_1, answer2_tone, left tone."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_MARKS = {
    "1": "first", "a": "first", "first": "first", "left": "first",
    "2": "second", "b": "second", "second": "second", "right": "second",
}  # fmt: skip
_NOUNS = {
    "answer", "response", "completion", "output", "text", "reply", "generation", "model", "summary",
    "candidate", "option", "side",
}  # fmt: skip

Words = tuple[str, ...]


def words_of(name: str) -> Words:
    """Return the words of a name, in lower case: "answer1_Tone" is answer, 1, tone."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def about(control: str, sources: Sequence[str]) -> tuple[str, Words]:
    """Return which of the two texts ("first", "second" or "") a control names, and what of it.

    `sources` are the fields in which the two stand.
    """
    words = words_of(control)
    for side, source in zip(("first", "second"), sources, strict=False):
        rest = _without(words, words_of(source))
        if rest is not None:
            return side, rest
    for at in (len(words) - 1, 0):
        if len(words) > 1 and words[at] in _MARKS:
            rest = words[:at] + words[at + 1 :]
            beside = len(rest) - 1 if at else 0
            if len(rest) > 1 and rest[beside] in _NOUNS:
                rest = rest[:beside] + rest[beside + 1 :]
            return _MARKS[words[at]], rest
    return "", words


def _without(words: Words, part: Words) -> Words | None:
    """Return words without a part of them; None where it is not there, or is all there is."""
    for at in range(len(words) - len(part) + 1):
        if part and words[at : at + len(part)] == part and len(words) > len(part):
            return words[:at] + words[at + len(part) :]
    return None
