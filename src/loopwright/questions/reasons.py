"""What the answers of every kind have in common: an optional reason, and policy flags.

A flag is {"flag": id, "severity": text, "side": side | "prompt" | "image" | null, "start": int |
null, "end": int | null}: what is wrong, how badly, and where. Positions count Unicode code points
of the text as served, `end` exclusive. The text of "prompt" is the contents of its messages, one
newline between two.
"""

from typing import Any

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.questions.model import IMAGE, PROMPT, Shown

REASON_LIMIT = 2000
FLAGS_LIMIT = 100
TEXT_LIMIT = 400_000
COMMON = frozenset({"reason", "flags"})
_SPELLED = 80
_FLAG_KEYS = ("flag", "severity", "side", "start", "end")


def refused(message: str, remedy: str) -> InvalidInput:
    """Return the refusal of an answer."""
    return InvalidInput(message, remedy=remedy, code="invalid_answer")


def spelled(value: Any) -> str:
    """Return a refused value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SPELLED else f"{text[:_SPELLED]}…"


def common(answer: Json, shown: Shown) -> Json:
    """Return {"reason", "flags"} of an answer in normal form. Raises InvalidInput."""
    return {"reason": checked_reason(answer), "flags": checked_flags(answer, shown)}


def checked_reason(answer: Json) -> str | None:
    """Return the trimmed reason, None when there is none. Raises InvalidInput for a bad one."""
    reason = answer.get("reason")
    if reason is None:
        return None
    if not isinstance(reason, str) or len(reason) > REASON_LIMIT:
        raise refused(
            "The reason must be text of at most 2,000 characters.", "Shorten it, or leave it out."
        )
    check_characters(reason, "The reason")
    return reason.strip() or None


def check_characters(text: str, what: str) -> None:
    """Raise InvalidInput when a text holds what cannot be stored or sent."""
    if "\0" in text:
        raise refused(
            f"{what} holds a NUL character, which PostgreSQL cannot store.",
            "Type it again without the damaged character.",
        )
    try:
        text.encode()
    except UnicodeEncodeError as failure:
        raise refused(
            f"{what} holds broken Unicode (a lone surrogate).",
            "Type it again without the damaged character.",
        ) from failure


def only_keys(answer: Json, known: set[str], *, kind: str) -> None:
    """Raise InvalidInput when the answer holds a key that its kind does not know."""
    allowed = known | COMMON
    unknown = sorted(set(answer) - allowed)
    if unknown:
        raise refused(
            f"A {kind} answer has no {', '.join(map(spelled, unknown[:5]))}.",
            f"Send only: {', '.join(sorted(allowed))}.",
        )


def level_of(value: Any, levels: int, what: str) -> int:
    """Return a level from 1 to `levels`. Raises InvalidInput, also for true and 2.0."""
    if type(value) is not int or not 1 <= value <= levels:
        raise refused(
            f"{what} cannot be {spelled(value)}.", f"Send a whole number from 1 to {levels}."
        )
    return value


def checked_flags(answer: Json, shown: Shown) -> list[Json]:
    """Return the flags in normal form: no two alike, in order of place.

    Raises InvalidInput naming the flag by its number in the list.
    """
    given = answer.get("flags")
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > FLAGS_LIMIT:
        raise refused(
            f"`flags` must be a list of at most {FLAGS_LIMIT} flags.",
            "Send a list of {flag, severity, side, start, end}, or leave it out.",
        )
    found = [_checked_flag(one, f"flags[{at}]", shown) for at, one in enumerate(given)]
    unique = {tuple(one.values()): one for one in found}
    return sorted(unique.values(), key=lambda one: _place(one, shown))


def _checked_flag(one: Any, place: str, shown: Shown) -> Json:
    if not isinstance(one, dict):
        raise refused(f"{place} is not a flag.", "Send {flag, severity, side, start, end}.")
    unknown = sorted(set(one) - set(_FLAG_KEYS))
    if unknown:
        raise refused(
            f"{place} has no {', '.join(map(spelled, unknown[:5]))}.",
            f"Send only: {', '.join(_FLAG_KEYS)}.",
        )
    flag, severity = one.get("flag"), one.get("severity")
    if not isinstance(flag, str) or flag not in shown.flags:
        known = ", ".join(shown.flags) or "none: its guideline has no `flags`"
        raise refused(
            f"{place}: {spelled(flag)} is not a flag of this guideline.", f"Use one of: {known}."
        )
    if not isinstance(severity, str) or severity not in shown.flags[flag]:
        raise refused(
            f"{place}: {flag} has no severity {spelled(severity)}.",
            f"Use one of: {', '.join(shown.flags[flag])}.",
        )
    side, start, end = one.get("side"), one.get("start"), one.get("end")
    _check_side(side, place, shown)
    if start is not None or end is not None:
        _check_span(start, end, side, f"{place}: the span", shown)
    return dict(zip(_FLAG_KEYS, (flag, severity, side, start, end), strict=True))


def _check_side(side: Any, place: str, shown: Shown) -> None:
    known = [*_texts(shown), *([IMAGE] if shown.image else [])]
    if side is not None and (not isinstance(side, str) or side not in known):
        raise refused(
            f"{place}: this item has no side {spelled(side)}.",
            f"Use one of: {', '.join(known)}, or null for the item as a whole.",
        )


def _check_span(start: Any, end: Any, side: Any, what: str, shown: Shown) -> None:
    if side is None or side == IMAGE:
        raise refused(
            f"{what} needs a text to stand in.",
            f"Set `side` to one of: {', '.join(_texts(shown))}; or leave out `start` and `end`.",
        )
    if type(start) is not int or type(end) is not int:
        raise refused(
            f"{what} must have two whole numbers, not {spelled(start)} and {spelled(end)}.",
            "Send `start` and `end` in code points, or neither.",
        )
    length = len(shown.texts[side])
    if not 0 <= start < end <= length:
        raise refused(
            f"{what} from {start} to {end} lies outside the text of {side!r}, which has "
            f"{length} characters.",
            "Count Unicode code points from 0; `end` is exclusive and after `start`.",
        )


def _texts(shown: Shown) -> list[str]:
    return [side for side in (*shown.sides, PROMPT) if side in shown.texts]


def _place(flag: Json, shown: Shown) -> tuple[int, int, int, str, str]:
    order = [None, *shown.sides, PROMPT, IMAGE]
    start, end = flag["start"], flag["end"]
    return (
        order.index(flag["side"]),
        -1 if start is None else start,
        -1 if end is None else end,
        flag["flag"],
        flag["severity"],
    )
