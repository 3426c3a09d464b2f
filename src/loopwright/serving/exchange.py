"""One request from arrival to capture: assign, ask, fall back, answer, count."""

import asyncio
import time
from dataclasses import dataclass

from aiohttp import web

from loopwright.base.clock import system_now
from loopwright.base.ids import new_id
from loopwright.release.routing import (
    Arm,
    Assigned,
    RoutingSnapshot,
    Target,
    assign,
    pseudonym_of,
    shadow_in_force,
)
from loopwright.serving.backend import Backend, Stream
from loopwright.serving.capture import Spool
from loopwright.serving.gateway_metrics import GatewayMetrics
from loopwright.serving.guard import Guard
from loopwright.serving.model import (
    Ask,
    BackendError,
    ClientFaultError,
    Exchange,
    FailureKind,
    Outcome,
    Reply,
)
from loopwright.serving.protocol import body_for, error_body, stream_answer
from loopwright.serving.settings import GatewaySettings
from loopwright.serving.shadow import Shadow

SUBJECT = "X-Loopwright-Subject"
POLICY = "x-loopwright-policy"
REQUEST_ID = "x-loopwright-request-id"


EVENT_STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
NOBODY_TO_BLAME = frozenset({Outcome.CLIENT_FAULT, Outcome.CLIENT_GONE})


@dataclass(frozen=True)
class Turn:
    """A request under way with everything that was decided when it arrived."""

    ask: Ask
    snapshot: RoutingSnapshot
    assigned: Assigned
    exchange: Exchange
    started: float

    @property
    def may_fall_back(self) -> bool:
        """Return whether the stable version can answer in the assigned one's place."""
        return self.assigned.arm is Arm.CANDIDATE

    def elapsed_ms(self) -> float:
        """Return the time since arrival in milliseconds."""
        return (time.perf_counter() - self.started) * 1000

    def note_failure(self, error: BackendError) -> None:
        """Remember why the assigned version failed."""
        self.exchange.failure, self.exchange.error = error.kind, error.detail


class Exchanger:
    """Answers requests; every ended exchange is counted, guarded and captured exactly once."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        backend: Backend,
        shadow: Shadow,
        spool: Spool,
        guard: Guard,
        metrics: GatewayMetrics,
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._shadow = shadow
        self._spool = spool
        self._guard = guard
        self._metrics = metrics

    async def run(
        self, request: web.Request, ask: Ask, snapshot: RoutingSnapshot
    ) -> web.StreamResponse:
        """Answer `ask` under `snapshot`, which stays in force for the whole exchange."""
        subject = request.headers.get(SUBJECT) or _user_of(ask)
        turn = _begin(ask, snapshot, subject=subject)
        exchange = turn.exchange
        try:
            if ask.stream:
                return await self._stream(turn, request)
            return await self._whole(turn)
        except BackendError as error:
            return _failed(exchange, error)
        except ClientFaultError as error:
            exchange.outcome, exchange.failure = Outcome.CLIENT_FAULT, None
            exchange.error = str(error)
            return _json_response(exchange, status=error.status, content=error.content)
        except (ConnectionError, asyncio.CancelledError) as error:
            exchange.outcome, exchange.error = Outcome.CLIENT_GONE, repr(error)
            raise
        finally:
            exchange.latency_ms = turn.elapsed_ms()
            self._end(turn)

    async def _whole(self, turn: Turn) -> web.Response:
        exchange = turn.exchange
        try:
            reply = await self._ask(turn, turn.assigned.target)
            if reply.empty and turn.may_fall_back:
                raise BackendError(FailureKind.EMPTY, "The answer is empty.")
            exchange.outcome = Outcome.ANSWERED
            exchange.served = turn.assigned.target.policy_version_id
        except BackendError as error:
            turn.note_failure(error)
            if not turn.may_fall_back:
                raise
            reply = await self._ask(turn, turn.snapshot.stable)
            exchange.outcome = Outcome.FALLBACK
            exchange.served = turn.snapshot.stable.policy_version_id
        exchange.text = reply.text
        if reply.empty:
            exchange.outcome = Outcome.EMPTY
            exchange.failure = exchange.failure or FailureKind.EMPTY
        return _json_response(exchange, status=200, content=reply.content)

    async def _ask(self, turn: Turn, target: Target) -> Reply:
        # The candidate may use half of the time, so that a fallback still has the other half.
        used = turn.elapsed_ms() / 1000
        total = self._settings.total_seconds
        candidate = target is turn.assigned.target and turn.may_fall_back
        seconds = total / 2 if candidate else max(0.1, total - used)
        return await self._backend.answer(target, body_for(turn.ask, target), seconds=seconds)

    async def _stream(self, turn: Turn, request: web.Request) -> web.StreamResponse:
        exchange = turn.exchange
        stream = await self._open(turn)
        pieces = [stream.first]
        try:
            exchange.first_ms = turn.elapsed_ms()
            response = web.StreamResponse(headers={**_headers(exchange), **EVENT_STREAM})
            await response.prepare(request)
            try:
                async with asyncio.timeout(self._settings.total_seconds):
                    await response.write(stream.first)
                    async for chunk in stream.rest():
                        pieces.append(chunk)
                        await response.write(chunk)
            except (BackendError, TimeoutError) as error:
                await _break_off(response, exchange, error)
            await response.write_eof()
        finally:
            stream.close()
            exchange.text, empty, complete = stream_answer(b"".join(pieces))
        _judge_stream(exchange, empty=empty, complete=complete)
        return response

    async def _open(self, turn: Turn) -> Stream:
        exchange, target = turn.exchange, turn.assigned.target
        try:
            stream = await self._backend.open(target, body_for(turn.ask, target))
            exchange.outcome = Outcome.ANSWERED
        except BackendError as error:
            turn.note_failure(error)
            if not turn.may_fall_back:
                raise
            target = turn.snapshot.stable
            stream = await self._backend.open(target, body_for(turn.ask, target))
            exchange.outcome = Outcome.FALLBACK
        exchange.served = target.policy_version_id
        return stream

    def _end(self, turn: Turn) -> None:
        exchange, snapshot = turn.exchange, turn.snapshot
        self._metrics.ended(exchange)
        if exchange.outcome not in NOBODY_TO_BLAME:
            self._guard.record(snapshot, exchange, now=system_now())
        if (
            exchange.outcome is Outcome.ANSWERED
            and exchange.arm == Arm.STABLE.value
            and not turn.ask.body.get("tools")
            and shadow_in_force(snapshot, exchange.at)
        ):
            self._shadow.offer(turn.ask, exchange, snapshot)
        self._spool.put(exchange)


def _begin(ask: Ask, snapshot: RoutingSnapshot, *, subject: str | None) -> Turn:
    now = system_now()
    assigned = assign(snapshot, subject=subject, now=now)
    exchange = Exchange(
        request_id=new_id("req"),
        project_id=snapshot.project_id,
        subject=None if subject is None else pseudonym_of(snapshot.salt, subject),
        assigned=assigned.target.policy_version_id,
        arm=assigned.arm.value,
        analysed=assigned.analysed,
        release_id=None if snapshot.candidate is None else snapshot.candidate.release_id,
        snapshot_version=snapshot.version,
        at=now,
        messages=ask.messages,
        stream=ask.stream,
    )
    return Turn(ask, snapshot, assigned, exchange, time.perf_counter())


def _user_of(ask: Ask) -> str | None:
    user = ask.body.get("user")
    return user if isinstance(user, str) and user else None


def _headers(exchange: Exchange) -> dict[str, str]:
    return {REQUEST_ID: exchange.request_id, POLICY: exchange.served or exchange.assigned}


def _json_response(exchange: Exchange, *, status: int, content: bytes) -> web.Response:
    return web.Response(
        status=status, body=content, content_type="application/json", headers=_headers(exchange)
    )


def _failed(exchange: Exchange, error: BackendError) -> web.Response:
    exchange.outcome = Outcome.FAILED
    exchange.failure = exchange.failure or error.kind
    exchange.error = error.detail
    content = error_body(
        f"{error.detail} Try again; request {exchange.request_id}.",
        code=f"backend_{error.kind.value}",
        status=error.status,
    )
    response = _json_response(exchange, status=error.status, content=content)
    if error.status == 503:
        response.headers["Retry-After"] = "1"
    return response


async def _break_off(
    response: web.StreamResponse, exchange: Exchange, error: BackendError | TimeoutError
) -> None:
    failed = (
        error
        if isinstance(error, BackendError)
        else BackendError(FailureKind.TIMEOUT, "The stream took too long.")
    )
    exchange.outcome = Outcome.BROKEN
    exchange.failure = exchange.failure or failed.kind
    exchange.error = failed.detail
    body = error_body(failed.detail, code=f"backend_{failed.kind.value}", status=502)
    await response.write(b"data: " + body + b"\n\n")


def _judge_stream(exchange: Exchange, *, empty: bool, complete: bool) -> None:
    if exchange.outcome is Outcome.BROKEN:
        return
    if not complete:
        exchange.outcome = Outcome.BROKEN
        exchange.failure = exchange.failure or FailureKind.BROKEN
    elif empty:
        exchange.outcome = Outcome.EMPTY
        exchange.failure = exchange.failure or FailureKind.EMPTY
