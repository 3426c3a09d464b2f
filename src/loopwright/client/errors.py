"""What the server says when it cannot do something: a code, a message, a remedy."""

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError


class ApiError(Exception):
    """A call failed. `message` says what happened, `remedy` what to do, `code` is for programs."""

    def __init__(
        self,
        status: int,
        *,
        code: str,
        message: str,
        remedy: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.detail = dict(detail or {})


class Unauthenticated(ApiError):
    """401: no API key, or one that is not valid."""


class Forbidden(ApiError):
    """403: the key's role does not allow this."""


class NotFound(ApiError):
    """404: no such object."""


class Conflict(ApiError):
    """409: the object's state does not allow it; an answer was not counted, keep it."""


class TooLarge(ApiError):
    """413: more than the stated limit."""


class InvalidInput(ApiError):
    """422: what was sent does not fit."""


class TooManyRequests(ApiError):
    """429: asked too often; `detail["retry_after"]` says in how many seconds to come back."""


class Unavailable(ApiError):
    """503, or the server could not be reached."""


_BY_STATUS: dict[int, type[ApiError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    422: InvalidInput,
    429: TooManyRequests,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


class _Problem(BaseModel):
    code: str = "error"
    message: str
    remedy: str = ""
    detail: dict[str, Any] = {}


class _Envelope(BaseModel):
    error: _Problem


def error_of(response: httpx.Response) -> ApiError:
    """Return the typed error of an answer; an answer in another form still gives a sentence."""
    kind = _BY_STATUS.get(response.status_code, ApiError)
    try:
        problem = _Envelope.model_validate_json(response.content).error
    except ValidationError:
        problem = _Problem(
            code=f"http_{response.status_code}",
            message=f"{response.url} answered with status {response.status_code}.",
            remedy="Check the address; if it is right, look at the server's log.",
        )
    return kind(
        response.status_code,
        code=problem.code,
        message=problem.message,
        remedy=problem.remedy,
        detail=problem.detail,
    )


def json_of(response: httpx.Response) -> Any:
    """Return what a good answer says. Raises ApiError when it is no JSON, so not ours."""
    try:
        return response.json()
    except ValueError as failure:
        raise ApiError(
            response.status_code,
            code="foreign_answer",
            message=f"{response.url} answered in a form that is not ours.",
            remedy="Check that the address is a Loopwright server.",
        ) from failure


def unreachable(base_url: str, cause: Exception) -> Unavailable:
    """Return the error for a server that could not be reached."""
    return Unavailable(
        0,
        code="unreachable",
        message=f"The server at {base_url} could not be reached ({cause}).",
        remedy="Check that it runs (`loopwright up`) and that the address is right.",
    )
