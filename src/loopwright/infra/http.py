"""What every route shares: the home it works with, the wire form of errors, the safety headers."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

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


def add_safety_headers(app: FastAPI) -> None:
    """Send the strict headers with every answer."""

    @app.middleware("http")
    async def headers(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await answer(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response
