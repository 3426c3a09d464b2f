"""Personal data is masked at capture: nothing unmasked is stored, logged or shown.

Two steps keep it fast and quiet: substring and pattern prefilters find candidates, and libraries
(phonenumbers, python-stdnum, ipaddress) validate them. Placeholders are typed and numbered,
`[EMAIL_1]`, and the same value has the same placeholder within one `MaskScope`.

A text is masked until a whole pass finds nothing, so masking a masked text changes nothing.
Person names have no pattern: only names given to the scope (`known_names`) are masked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from loopwright.intake.detectors import (
    Found,
    find_addresses,
    find_cards,
    find_emails,
    find_ibans,
    find_phones,
    find_secrets,
    find_ssns,
)


class MaskType(StrEnum):
    """What a placeholder stands for."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    CARD = "CARD"
    IBAN = "IBAN"
    SSN = "SSN"
    IP = "IP"
    SECRET = "SECRET"  # noqa: S105 - a type name
    NAME = "NAME"


_PLACEHOLDER = re.compile(r"\[(" + "|".join(kind.value for kind in MaskType) + r")_(\d{1,6})\]")
# Anything that can be found at all holds one of these; most texts end here.
_ANY_CANDIDATE = re.compile(r"@|[0-9][\s().\-/–‑]{0,3}[0-9]|:[0-9a-fA-F]{0,4}:|[A-Za-z]{2}[0-9]{2}")


@dataclass(frozen=True)
class Masked:
    """A masked text and how many values of each type were replaced in it."""

    text: str
    counts: Mapping[str, int]


class MaskScope:
    """Placeholder numbers shared by the texts of one item (a prompt and its completions)."""

    def __init__(self, *, known_names: Sequence[str] = (), reserved_in: Iterable[str] = ()) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}
        self._last: Counter[str] = Counter()
        self._names = _names_pattern(known_names)
        for text in reserved_in:
            self._reserve(text)

    def mask(self, text: str) -> Masked:
        """Return `text` with every found value replaced, and the counts by type."""
        if not text:
            return Masked(text, {})
        counts: Counter[str] = Counter()
        if "_" in text and "[" in text:
            self._reserve(text)
        masked, changed = self._one_pass(text, counts)
        while changed:
            masked, changed = self._one_pass(masked, counts)
        return Masked(masked, dict(counts))

    @property
    def used(self) -> bool:
        """True once the scope has given out a placeholder."""
        return bool(self._placeholders)

    def _reserve(self, text: str) -> None:
        """Never reuse a number that the text already holds."""
        for match in _PLACEHOLDER.finditer(text):
            kind, number = match[1], int(match[2])
            self._last[kind] = max(self._last[kind], number)

    def _one_pass(self, text: str, counts: Counter[str]) -> tuple[str, bool]:
        # Placeholders are hard borders: nothing is ever found across or inside one.
        pieces: list[str] = []
        at = 0
        for match in _PLACEHOLDER.finditer(text):
            pieces += [self._segment(text[at : match.start()], counts), match[0]]
            at = match.end()
        pieces.append(self._segment(text[at:], counts))
        masked = "".join(pieces)
        return masked, masked != text

    def _segment(self, text: str, counts: Counter[str]) -> str:
        spans = find_spans(text)
        if self._names is not None:
            spans += [
                Found(m.start(), m.end(), MaskType.NAME.value, m[0].casefold())
                for m in self._names.finditer(text)
            ]
        if not spans:
            return text
        pieces: list[str] = []
        at = 0
        for span in _without_overlap(spans):
            pieces += [text[at : span.start], self._placeholder(span)]
            counts[span.kind] += 1
            at = span.end
        return "".join([*pieces, text[at:]])

    def _placeholder(self, span: Found) -> str:
        key = (span.kind, span.value)
        known = self._placeholders.get(key)
        if known is None:
            self._last[span.kind] += 1
            known = f"[{span.kind}_{self._last[span.kind]}]"
            self._placeholders[key] = known
        return known


def mask_text(text: str) -> Masked:
    """Mask one text in a scope of its own."""
    return MaskScope().mask(text)


def find_spans(text: str) -> list[Found]:
    """Every validated finding in `text`, in order of precedence; findings may overlap."""
    spans = find_secrets(text)
    if _ANY_CANDIDATE.search(text) is None:
        return spans
    if "@" in text:
        spans += find_emails(text)
    spans += find_ibans(text)
    spans += find_cards(text)
    spans += find_ssns(text)
    spans += find_addresses(text)
    spans += find_phones(text)
    return spans


def add_counts(total: Counter[str], counts: Mapping[str, int]) -> None:
    """Add one text's counts by type to a running total."""
    for kind, number in counts.items():
        total[kind] += number


def _without_overlap(spans: list[Found]) -> list[Found]:
    # Earlier detectors win; the list order is the precedence.
    kept: list[Found] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _names_pattern(names: Sequence[str]) -> re.Pattern[str] | None:
    usable = sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len)
    if not usable:
        return None
    alternatives = "|".join(re.escape(name) for name in reversed(usable))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
