"""The gateway process: OpenAI-compatible, no database, answers from its last known routing.

`python -m loopwright.serving.gateway --home FOLDER` serves
POST /v1/chat/completions (streaming too), GET /v1/models, GET /health, GET /metrics.
"""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.release.guard_verdicts import GuardVerdict, write_verdict
from loopwright.release.routing import RoutingReader, RoutingSnapshot, share_in_force
from loopwright.serving.backend import Backend
from loopwright.serving.capture import Spool
from loopwright.serving.exchange import Exchanger
from loopwright.serving.gateway_metrics import GatewayMetrics
from loopwright.serving.guard import Guard
from loopwright.serving.keys import allowed, check_binding, load_hashes
from loopwright.serving.model import BadRequestError
from loopwright.serving.protocol import error_body, parse_ask
from loopwright.serving.settings import GatewaySettings
from loopwright.serving.shadow import Shadow

log = logging.getLogger("loopwright.gateway")


class Gateway:
    """One process's parts, started and stopped with the web application."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._hashes = load_hashes(settings.home)
        self._metrics = GatewayMetrics()
        self._reader = RoutingReader(settings.routing)
        self._guard = Guard(
            folder=settings.guard, threshold=settings.guard_threshold, store=self._tripped
        )
        self._spool = Spool(
            settings.spool,
            waiting=settings.capture_waiting,
            segment_bytes=settings.segment_bytes,
            segment_seconds=settings.segment_seconds,
            spool_bytes=settings.spool_bytes,
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=self._settings.body_bytes, middlewares=[_errors])
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_get("/v1/models", self.models)
        app.router.add_get("/health", self.health)
        app.router.add_get("/metrics", self.metrics)
        app.cleanup_ctx.append(self._lifetime)
        return app

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """Answer one chat request."""
        if not allowed(self._hashes, request.headers.get("Authorization")):
            raise self._refusal(BadRequestError(401, "A gateway key is needed.", "invalid_api_key"))
        try:
            ask = parse_ask(await request.read())
        except BadRequestError as error:
            raise self._refusal(error) from error
        snapshot = self._reader.get(ask.project_id)
        if snapshot is None:
            raise self._refusal(
                BadRequestError(
                    404,
                    f"No routing is known for project {ask.project_id!r}; `model` must name a "
                    "project that has a released policy version.",
                    "model_not_found",
                    "model",
                )
            )
        return await self._exchanger.run(request, ask, self._guard.in_force(snapshot))

    async def models(self, request: web.Request) -> web.Response:
        """List the projects that can be answered for."""
        if not allowed(self._hashes, request.headers.get("Authorization")):
            raise self._refusal(BadRequestError(401, "A gateway key is needed.", "invalid_api_key"))
        names = self._reader.projects()
        return web.json_response(
            {
                "object": "list",
                "data": [{"id": n, "object": "model", "owned_by": "loopwright"} for n in names],
            }
        )

    async def health(self, request: web.Request) -> web.Response:
        """Tell what is routed where, and what was dropped."""
        now = system_now()
        projects = {
            name: self._project_health(snapshot, now)
            for name in self._reader.projects()
            if (snapshot := self._reader.get(name)) is not None
        }
        return web.json_response(
            {
                "status": "ok",
                "projects": projects,
                "unreadable_snapshots": self._reader.unreadable,
                "capture": {"written": self._spool.written, "dropped": self._spool.dropped},
                "shadow": {"answered": self._shadow.answered, "dropped": self._shadow.dropped},
            }
        )

    async def metrics(self, request: web.Request) -> web.Response:
        """Return the figures in Prometheus's text form."""
        now = system_now()
        self._metrics.capture_dropped.set(self._spool.dropped)
        self._metrics.shadow_dropped.set(self._shadow.dropped)
        for name in self._reader.projects():
            snapshot = self._reader.get(name)
            if snapshot is not None:
                share = share_in_force(self._guard.in_force(snapshot), now)
                self._metrics.share.labels(name).set(share)
        return web.Response(
            body=generate_latest(self._metrics.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    def _project_health(self, snapshot: RoutingSnapshot, now: float) -> Json:
        candidate = snapshot.candidate
        verdict = candidate and self._guard.verdict_on(candidate.release_id)
        return {
            "version": snapshot.version,
            "stable": snapshot.stable.policy_version_id,
            "candidate": candidate and candidate.target.policy_version_id,
            "share": share_in_force(self._guard.in_force(snapshot), now),
            "lease_seconds": candidate and max(0.0, candidate.lease_until - now),
            "shadow": snapshot.shadow,
            "guard": verdict and verdict.sentence,
        }

    def _refusal(self, error: BadRequestError) -> BadRequestError:
        self._metrics.refused.labels(error.code).inc()
        return error

    def _tripped(self, verdict: GuardVerdict) -> None:
        log.warning("%s", verdict.sentence)
        # The share is zero already; the file may take its time.
        task = asyncio.create_task(asyncio.to_thread(write_verdict, self._settings.guard, verdict))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lifetime(self, app: web.Application) -> AsyncIterator[None]:
        self._backend = Backend(self._settings)
        self._shadow = Shadow(settings=self._settings, backend=self._backend, sink=self._spool.put)
        self._exchanger = Exchanger(
            settings=self._settings,
            backend=self._backend,
            shadow=self._shadow,
            spool=self._spool,
            guard=self._guard,
            metrics=self._metrics,
        )
        self._refresh()
        self._spool.start()
        self._shadow.start()
        refreshing = asyncio.create_task(self._keep_refreshing())
        yield
        refreshing.cancel()
        await asyncio.gather(refreshing, return_exceptions=True)
        await self._shadow.close()
        await self._backend.close()
        await asyncio.gather(*self._tasks)
        await asyncio.to_thread(self._spool.close)

    def _refresh(self) -> None:
        for snapshot in self._reader.refresh():
            self._guard.learn(snapshot)

    async def _keep_refreshing(self) -> None:
        while True:
            await asyncio.sleep(self._settings.refresh_seconds)
            try:
                self._refresh()
            except Exception:
                # Whatever is wrong with the files: the last known routing goes on.
                log.exception("the routing could not be read")


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BadRequestError as error:
        status, message, code, param = error.status, error.message, error.code, error.param
    except web.HTTPRequestEntityTooLarge as error:
        status, message, code, param = 413, error.text or "Too large.", "request_too_large", None
    except web.HTTPException as error:
        status, message, code, param = error.status, error.reason, "not_found", None
    except ConnectionError:
        raise
    except Exception:
        log.exception("a request could not be answered")
        status, message, code, param = 500, "The gateway failed; see its log.", "internal", None
    return web.Response(
        status=status,
        body=error_body(message, code=code, status=status, param=param),
        content_type="application/json",
    )


def build(settings: GatewaySettings) -> web.Application:
    """Return the gateway's web application; raises InvalidInput when it would be open."""
    check_binding(settings.host, load_hashes(settings.home))
    return Gateway(settings).application()


def main(arguments: list[str] | None = None) -> None:
    """Serve until a signal comes."""
    defaults = GatewaySettings()
    parser = argparse.ArgumentParser(prog="loopwright gateway", description=__doc__)
    parser.add_argument("--home", type=Path, default=defaults.home)
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=defaults.port)
    chosen = parser.parse_args(arguments)
    settings = GatewaySettings(home=chosen.home, host=chosen.host, port=chosen.port)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    with suppress(KeyboardInterrupt):
        web.run_app(
            build(settings),
            host=settings.host,
            port=settings.port,
            print=None,
            access_log=None,
        )


if __name__ == "__main__":
    main()
