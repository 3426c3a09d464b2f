"""What every route shares: the home it works with, the wire form of errors, the safety headers."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopwright.base.errors import InvalidInput, LoopwrightError
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


def get_home(request: Request) -> Home:
    """Return the home that this server works with."""
    home: Home = request.app.state.home
    return home


def _error(error: LoopwrightError) -> JSONResponse:
    return JSONResponse({"error": error.as_dict()}, status_code=error.status)


def add_error_answers(app: FastAPI) -> None:
    """Answer every typed error in one form; an unforeseen one tells nothing of the inside."""

    @app.exception_handler(LoopwrightError)
    def typed(request: Request, error: LoopwrightError) -> JSONResponse:
        return _error(error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        return _error(
            InvalidInput(
                f"{request.method} {request.url.path}: " + "; ".join(problems),
                remedy="Correct these fields; /docs lists what is expected.",
                detail={"problems": problems},
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


class SafetyHeaders:
    """Sends the strict headers with every answer; plain ASGI, since it is on the hot path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, adding the headers that are not there yet."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
            await send(message)

        await self._app(scope, receive, with_headers)
