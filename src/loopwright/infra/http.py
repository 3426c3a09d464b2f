"""What every route shares: the home it works with, the wire form of errors, the safety headers."""

from collections.abc import Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopwright.base.errors import InvalidInput, LoopwrightError, TooLarge
from loopwright.infra.home import Home

_log = structlog.get_logger("http")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


async def get_home(request: Request) -> Home:
    """Return the home that this server works with."""
    home: Home = request.app.state.home
    return home


def place_of(location: Sequence[str | int]) -> str:
    """Return where in what was sent a problem is, as people write it: items[0].prompt."""
    parts = location[1:] if len(location) > 1 and location[0] == "body" else location
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return said.lstrip(".")


def _error(error: LoopwrightError) -> JSONResponse:
    wait = error.detail.get("retry_after")
    headers = None if wait is None else {"Retry-After": str(wait)}
    return JSONResponse({"error": error.as_dict()}, status_code=error.status, headers=headers)


def add_error_answers(app: FastAPI) -> None:
    """Answer every typed error in one form; an unforeseen one tells nothing of the inside."""

    @app.exception_handler(LoopwrightError)
    def typed(request: Request, error: LoopwrightError) -> JSONResponse:
        return _error(error)

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> JSONResponse:
        answer = LoopwrightError(
            f"{request.method} {request.url.path}: {error.detail}.",
            remedy="See /docs for the routes.",
            code="_".join(str(error.detail).lower().split()),
        )
        body = {"error": answer.as_dict()}
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [f"{place_of(problem['loc'])}: {problem['msg']}" for problem in error.errors()]
        return _error(
            InvalidInput(
                f"{request.method} {request.url.path}: " + "; ".join(problems),
                remedy="Correct these fields; /docs lists what is expected.",
                detail={"problems": problems},
            )
        )

    @app.exception_handler(DataError)
    def unstorable(request: Request, error: DataError) -> JSONResponse:
        _log.warning("unstorable", path=request.url.path, error=str(error.orig))
        return _error(
            InvalidInput(
                f"{request.method} {request.url.path}: the database cannot hold what was sent.",
                remedy="Leave out NUL characters, and numbers beyond 64 bits.",
            )
        )

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> JSONResponse:
        _log.error("unforeseen", path=request.url.path, exc_info=error)
        return _error(
            LoopwrightError(
                f"{request.method} {request.url.path} failed inside the server.",
                remedy="Try again; if it stays, send the server's log to whoever runs it.",
            )
        )


_SAFE = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_NOT_KEPT = (b"cache-control", b"no-store")


class SafetyHeaders:
    """Sends the strict headers with every answer; plain ASGI, since it is on the hot path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, adding the headers that are not there yet."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                there = {name.lower() for name, _ in headers}
                headers.extend(one for one in _SAFE if one[0] not in there)
                # What is answered may be a key; no browser and no proxy keeps it.
                if scope["path"].startswith("/api/") and _NOT_KEPT[0] not in there:
                    headers.append(_NOT_KEPT)
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """Refuses bodies over a limit before they fill the memory.

    Uploads to a path with one of the ends in `streamed` go to the disk and may be larger.
    Bodies are read before anybody is asked who they are, so this holds for strangers too.
    """

    def __init__(
        self, app: ASGIApp, *, most_bytes: int, streamed: tuple[str, ...], most_streamed: int
    ) -> None:
        self._app = app
        self._limit = most_bytes
        self._streamed = streamed
        self._most_streamed = most_streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it with 413."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        is_upload = headers.get("content-type", "").startswith("multipart/")
        streamed = is_upload and scope["path"].endswith(self._streamed)
        limit = self._most_streamed if streamed else self._limit
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced[:18]) > limit:
            await _error(_too_large(limit, streamed=streamed))(scope, receive, send)
            return
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _too_large(limit, streamed=streamed)
            return message

        async def unless_over(message: Message) -> None:
            nonlocal started
            # Whoever read the body may make another answer of our refusal: ours is the one sent.
            if seen <= limit or started:
                started = True
                await send(message)

        try:
            await self._app(scope, counted, unless_over)
        except TooLarge:
            if started or seen <= limit:
                raise
        if seen > limit and not started:
            await _error(_too_large(limit, streamed=streamed))(scope, receive, send)


def _too_large(limit: int, *, streamed: bool) -> TooLarge:
    whole = "Import it in parts, or raise LOOPWRIGHT_MAX_UPLOAD_BYTES."
    return TooLarge(
        f"The request is larger than {limit // 1024**2} MiB.",
        remedy=whole if streamed else "Send fewer at once, or import a file.",
    )
