"""The server: stages' routes, pages, and the threads that keep derived facts fresh."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool

from loopwright import __version__
from loopwright.adjudication.veil import VEILED, before_blind
from loopwright.infra.home import Home
from loopwright.infra.http import BodyLimit, SafetyHeaders, add_error_answers
from loopwright.infra.rate_limit import TokenBuckets
from loopwright.projects.routes import known_project
from loopwright.web import live
from loopwright.web.background import Background
from loopwright.web.docs import add_docs
from loopwright.web.site import add_site
from loopwright.web.stages import load_tables, routers


def create_api() -> FastAPI:
    """Return the API without a home: enough to describe it."""
    load_tables()
    # The framework's own /docs loads scripts from elsewhere, which the strict headers refuse.
    app = FastAPI(
        title="Loopwright", version=__version__, lifespan=_lifespan, docs_url=None, redoc_url=None
    )
    app.state.stopping = False
    app.state.background = None
    add_error_answers(app)
    app.add_middleware(SafetyHeaders)
    for router in routers():
        app.include_router(router, dependencies=_asked_first(router))
    app.include_router(live.router)

    @app.get("/api/health", tags=["health"])
    def health() -> dict[str, str]:
        """Say that the server answers."""
        return {"status": "ok", "version": __version__}

    return app


def _asked_first(router: APIRouter) -> list[Any]:
    """What lies in a project asks whether that is there; what tells of answers, whether the asker
    is to decide blind. Other routes have their own questions."""
    paths = [getattr(route, "path", "") for route in router.routes]
    asked = [Depends(known_project)] if all("{project_id}" in path for path in paths) else []
    return [*asked, Depends(before_blind)] if VEILED.intersection(paths) else asked


def create_app(home: Home, *, background: bool = True) -> FastAPI:
    """Return the whole server for a home whose schema is up to date.

    `background` starts consensus, captured traffic, leases and cycles; tests of single routes
    leave them out.
    """
    app = create_api()
    app.state.home = home
    app.state.signin_limit = TokenBuckets(
        burst=home.settings.signin_burst, per_minute=home.settings.signin_per_minute
    )
    app.state.thread_limit = TokenBuckets(
        burst=home.settings.thread_burst, per_minute=home.settings.thread_per_minute
    )
    if background:
        app.state.background = Background(home)
    app.add_middleware(
        BodyLimit,
        most_bytes=home.settings.max_request_bytes,
        streamed=("/imports", "/imports/tool"),
        most_streamed=home.settings.max_upload_bytes,
    )
    add_docs(app)
    add_site(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    work: Background | None = app.state.background
    if work is not None:
        await run_in_threadpool(work.start)  # workers may refuse to start inside an event loop
    try:
        yield
    finally:
        app.state.stopping = True
        if work is not None:
            await run_in_threadpool(work.stop)
