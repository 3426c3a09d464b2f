"""Every error that a user may meet. Each names the object, the place and the remedy.

LoopwrightError
├── InvalidInput      422  what was sent does not fit
├── Unauthenticated   401  nobody is signed in
├── Forbidden         403  somebody is, but may not
├── NotFound          404  no such object
├── Conflict          409  the object's state does not allow it
├── TooLarge          413  more than the stated limit
├── TooManyRequests   429  too often; says when to come back
└── Unavailable       503  a part of the product cannot answer now
"""

from math import ceil
from typing import ClassVar

from loopwright.base.types import Json


class LoopwrightError(Exception):
    """What happened to which object and where; `remedy` says what to do about it."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal"

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        code: str | None = None,
        detail: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.default_code
        self.detail = detail or {}

    def as_dict(self) -> Json:
        """Return the wire form: code, message, remedy, detail."""
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "detail": self.detail,
        }

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(LoopwrightError):
    """What was sent does not fit what was asked."""

    status = 422
    default_code = "invalid_input"


class Unauthenticated(LoopwrightError):
    """Nobody is signed in."""

    status = 401
    default_code = "unauthenticated"


class Forbidden(LoopwrightError):
    """The actor's role does not allow this."""

    status = 403
    default_code = "forbidden"


class NotFound(LoopwrightError):
    """No such object."""

    status = 404
    default_code = "not_found"


class Conflict(LoopwrightError):
    """The object's state does not allow this."""

    status = 409
    default_code = "conflict"


class TooLarge(LoopwrightError):
    """More than the stated limit."""

    status = 413
    default_code = "too_large"


class TooManyRequests(LoopwrightError):
    """One caller asked too often; `detail["retry_after"]` is in whole seconds."""

    status = 429
    default_code = "too_many_requests"

    @classmethod
    def after(cls, seconds: float) -> "TooManyRequests":
        """Return the error that says when to come back."""
        wait = max(1, ceil(seconds))
        return cls(
            "That was too often.",
            remedy=f"Try again in {wait} s.",
            detail={"retry_after": wait},
        )


class Unavailable(LoopwrightError):
    """A part of the product cannot answer now."""

    status = 503
    default_code = "unavailable"
