"""What the answers of every kind have in common: an optional one-line reason."""

from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json

REASON_LIMIT = 2000


def checked_reason(answer: Json) -> str | None:
    """Return the trimmed reason, None when there is none. Raises InvalidInput for a bad one."""
    reason = answer.get("reason")
    if reason is None:
        return None
    if not isinstance(reason, str) or len(reason) > REASON_LIMIT:
        raise InvalidInput(
            "The reason must be text of at most 2,000 characters.",
            remedy="Shorten it, or leave it out.",
            code="invalid_answer",
        )
    if "\0" in reason:
        raise InvalidInput(
            "The reason holds a NUL character, which PostgreSQL cannot store.",
            remedy="Type it again without the damaged character.",
            code="invalid_answer",
        )
    try:
        reason.encode()
    except UnicodeEncodeError as failure:
        raise InvalidInput(
            "The reason holds broken Unicode (a lone surrogate).",
            remedy="Type it again without the damaged character.",
            code="invalid_answer",
        ) from failure
    return reason.strip() or None


def only_keys(answer: Json, known: set[str], *, kind: str) -> None:
    """Raise InvalidInput when the answer holds a key that its kind does not know."""
    unknown = sorted(set(answer) - known)
    if unknown:
        raise InvalidInput(
            f"A {kind} answer has no {', '.join(map(repr, unknown))}.",
            remedy=f"Send only: {', '.join(sorted(known))}.",
            code="invalid_answer",
        )
