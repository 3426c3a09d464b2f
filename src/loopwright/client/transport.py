"""Calls over HTTP, repeated where repeating is harmless."""

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from loopwright.client.errors import ApiError, error_of, unreachable

Json = dict[str, Any]

_FIRST_WAIT_SECONDS = 0.1
_BLOCK = 1024 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_BUSY = frozenset({502, 503, 504})


class Transport:
    """One connection pool to one server."""

    def __init__(
        self, base_url: str, api_key: str | None, *, timeout: float, attempts: int
    ) -> None:
        headers = {"Authorization": f"Bearer {api_key.strip()}"} if api_key else {}
        self.base_url = base_url.rstrip("/")
        self._attempts = attempts
        self._http = httpx.Client(
            base_url=self.base_url,
            headers=headers,
            timeout=timeout,
            # A proxy from the environment has no business on the way to this same machine.
            trust_env=httpx.URL(self.base_url).host not in _LOOPBACK,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        repeatable: bool,
        **content: Any,
    ) -> httpx.Response:
        """Send a request; return the answer. Raises ApiError.

        `repeatable` requests are sent again after a cut connection or a busy server; others
        only when the connection was never made, so nothing happened yet.
        """
        given = _given(params)
        for attempt in range(1, self._attempts + 1):
            last = attempt == self._attempts
            try:
                response = self._http.request(method, path, json=json, params=given, **content)
            except (httpx.ConnectError, httpx.ConnectTimeout) as failure:
                if last:
                    raise unreachable(self.base_url, failure) from failure
            except httpx.TransportError as failure:
                if last or not repeatable:
                    raise unreachable(self.base_url, failure) from failure
            else:
                if response.is_success:
                    return response
                if last or not repeatable or response.status_code not in _BUSY:
                    raise error_of(response)
            time.sleep(_FIRST_WAIT_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311
        raise AssertionError("unreachable")

    @contextmanager
    def stream(
        self, path: str, *, params: Mapping[str, Any] | None = None, **options: Any
    ) -> Iterator[httpx.Response]:
        """Open an answer that is read piece by piece. Raises ApiError."""
        given = _given(params)
        try:
            with self._http.stream("GET", path, params=given, **options) as response:
                if not response.is_success:
                    response.read()
                    raise error_of(response)
                yield response
        except httpx.TransportError as failure:
            raise unreachable(self.base_url, failure) from failure

    def download(self, path: str, target: Path, *, params: Mapping[str, Any] | None = None) -> None:
        """Write an answer's body to a file, piece by piece; a cut one leaves no file."""
        try:
            with self.stream(path, params=params) as response, target.open("wb") as file:
                for block in response.iter_bytes(_BLOCK):
                    file.write(block)
        except ApiError:
            target.unlink(missing_ok=True)
            raise


def _given(params: Mapping[str, Any] | None) -> Json | None:
    # httpx drops a path's own query when params are given, even empty ones.
    return {name: value for name, value in (params or {}).items() if value is not None} or None
