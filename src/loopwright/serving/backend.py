"""Asking a policy version's back end, with limits at every point where it could hang."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
import orjson

from loopwright.base.types import Json
from loopwright.release.routing import Target
from loopwright.serving.model import BackendError, ClientFaultError, FailureKind, Reply
from loopwright.serving.protocol import answer_of, starts_with_error
from loopwright.serving.settings import GatewaySettings

REQUEST_FAULTS = frozenset({400, 413, 422})
KEEPALIVE_SECONDS = 4.0
"""Below the five seconds after which common servers close an idle connection."""


@dataclass
class Stream:
    """An open event stream whose first bytes are there."""

    response: aiohttp.ClientResponse
    first: bytes
    chunk_seconds: float

    async def rest(self) -> AsyncIterator[bytes]:
        """Yield what follows the first bytes; raises BackendError when the stream breaks."""
        try:
            while chunk := await asyncio.wait_for(
                self.response.content.readany(), self.chunk_seconds
            ):
                yield chunk
        except TimeoutError as error:
            raise BackendError(FailureKind.TIMEOUT, "The stream fell silent.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise BackendError(FailureKind.BROKEN, f"The stream broke off: {error!r}.") from error

    def close(self) -> None:
        """Give the connection back, or close it when the answer is not read to its end."""
        self.response.release()


class Backend:
    """The client to all back ends: one pool per host, a bulkhead per policy version."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._in_flight: Counter[str] = Counter()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, limit_per_host=0, keepalive_timeout=KEEPALIVE_SECONDS
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_seconds),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def answer(self, target: Target, body: Json, *, seconds: float) -> Reply:
        """Return a whole answer within `seconds`; raises BackendError or ClientFaultError."""
        with self._slot(target):
            try:
                async with asyncio.timeout(seconds):
                    async with await self._post(target, body) as response:
                        content = await response.read()
            except TimeoutError as error:
                raise BackendError(
                    FailureKind.TIMEOUT, f"No answer within {seconds:g} s.", status=504
                ) from error
            except (aiohttp.ClientError, OSError) as error:
                raise BackendError(FailureKind.CONNECT, f"No answer: {error!r}.") from error
        _check_status(response.status, content)
        return _reply(content, response.content_type)

    async def open(self, target: Target, body: Json) -> Stream:
        """Return a stream with its first bytes; raises BackendError or ClientFaultError."""
        limit = self._settings.first_token_seconds
        with self._slot(target):
            try:
                async with asyncio.timeout(limit):
                    response = await self._post(target, body)
                    first = await _first_bytes(response)
            except TimeoutError as error:
                raise BackendError(
                    FailureKind.TIMEOUT, f"No first token within {limit:g} s.", status=504
                ) from error
            except (aiohttp.ClientError, OSError) as error:
                raise BackendError(FailureKind.CONNECT, f"No answer: {error!r}.") from error
        return Stream(response, first, self._settings.chunk_seconds)

    async def _post(self, target: Target, body: Json) -> aiohttp.ClientResponse:
        headers = {"Content-Type": "application/json"}
        key = os.environ.get(target.api_key_env) if target.api_key_env else None
        if key:
            headers["Authorization"] = f"Bearer {key}"
        url, data = f"{target.base_url}/chat/completions", orjson.dumps(body)
        try:
            return await self._session.post(url, data=data, headers=headers)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if isinstance(error, aiohttp.ClientConnectorError):
                raise
            # The server closed an idle connection under us: once more on a new one.
            return await self._session.post(url, data=data, headers=headers)

    @contextmanager
    def _slot(self, target: Target) -> Iterator[None]:
        version = target.policy_version_id
        if self._in_flight[version] >= self._settings.in_flight_per_version:
            raise BackendError(
                FailureKind.BUSY, "Too many requests wait for this version.", status=503
            )
        self._in_flight[version] += 1
        try:
            yield
        finally:
            self._in_flight[version] -= 1


async def _first_bytes(response: aiohttp.ClientResponse) -> bytes:
    try:
        if response.status != 200:
            _check_status(response.status, await response.read())
        first = await response.content.readany()
        if not first:
            raise BackendError(FailureKind.EMPTY, "The stream ended before its first token.")
        if starts_with_error(first):
            raise BackendError(FailureKind.STATUS, "The stream began with an error.")
    except BaseException:
        response.close()
        raise
    return first


def _check_status(status: int, content: bytes) -> None:
    if status == 200:
        return
    if status in REQUEST_FAULTS:
        raise ClientFaultError(status, content)
    raise BackendError(FailureKind.STATUS, f"The back end answered with status {status}.")


def _reply(content: bytes, content_type: str) -> Reply:
    try:
        text, empty = answer_of(orjson.loads(content))
    except ValueError as error:
        raise BackendError(
            FailureKind.BROKEN, f"The back end's answer is not a chat completion: {error}."
        ) from error
    return Reply(content=content, content_type=content_type, text=text, empty=empty)
