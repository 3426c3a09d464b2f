"""The candidate's answers to requests that the stable version already answered.

Bounded and on its own workers: when it cannot keep up, shadow requests are dropped and counted.
It is never on the response path, and nobody but a blind annotator sees what it wrote.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from loopwright.base.clock import system_now
from loopwright.base.ids import new_id
from loopwright.release.routing import RoutingSnapshot, Target
from loopwright.serving.backend import Backend
from loopwright.serving.model import (
    Ask,
    BackendError,
    ClientFaultError,
    Exchange,
    FailureKind,
    Outcome,
)
from loopwright.serving.protocol import body_for
from loopwright.serving.settings import GatewaySettings

Sink = Callable[[Exchange], None]


@dataclass(frozen=True)
class _Waiting:
    ask: Ask
    of: Exchange
    target: Target
    release_id: str


class Shadow:
    """The bounded queue and its workers."""

    def __init__(self, *, settings: GatewaySettings, backend: Backend, sink: Sink) -> None:
        self._settings = settings
        self._backend = backend
        self._sink = sink
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(settings.shadow_waiting)
        self._workers: list[asyncio.Task[None]] = []
        self.dropped = 0
        self.answered = 0

    def start(self) -> None:
        """Start the workers on the running loop."""
        self._workers = [
            asyncio.create_task(self._work()) for _ in range(self._settings.shadow_workers)
        ]

    async def close(self) -> None:
        """Stop; what waits is given up."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def offer(self, ask: Ask, of: Exchange, snapshot: RoutingSnapshot) -> None:
        """Queue the candidate's turn at a request; never waits."""
        if snapshot.candidate is None:
            return
        waiting = _Waiting(ask, of, snapshot.candidate.target, snapshot.candidate.release_id)
        try:
            self._queue.put_nowait(waiting)
        except asyncio.QueueFull:
            self.dropped += 1

    async def _work(self) -> None:
        while True:
            waiting = await self._queue.get()
            self._sink(await self._answer(waiting))
            self.answered += 1

    async def _answer(self, waiting: _Waiting) -> Exchange:
        of = waiting.of
        exchange = Exchange(
            request_id=new_id("req"),
            project_id=of.project_id,
            subject=of.subject,
            assigned=waiting.target.policy_version_id,
            arm="shadow",
            analysed=False,
            release_id=waiting.release_id,
            snapshot_version=of.snapshot_version,
            at=system_now(),
            messages=of.messages,
            shadow_of=of.request_id,
        )
        body = {**body_for(waiting.ask, waiting.target), "stream": False}
        body.pop("stream_options", None)
        started = time.perf_counter()
        try:
            reply = await self._backend.answer(
                waiting.target, body, seconds=self._settings.total_seconds / 2
            )
        except BackendError as error:
            exchange.failure, exchange.error = error.kind, error.detail
        except ClientFaultError as error:
            exchange.outcome, exchange.error = Outcome.CLIENT_FAULT, str(error)
        else:
            exchange.served = waiting.target.policy_version_id
            exchange.text = reply.text
            exchange.outcome = Outcome.EMPTY if reply.empty else Outcome.ANSWERED
            exchange.failure = FailureKind.EMPTY if reply.empty else None
        exchange.latency_ms = (time.perf_counter() - started) * 1000
        return exchange
