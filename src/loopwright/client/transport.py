"""One HTTP connection pool with typed errors and safe repeats."""

import time
from pathlib import Path
from typing import Any, Self

import httpx

from loopwright.client.errors import ApiError

_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.2


class Transport:
    """Sends requests; repeats those that are safe to repeat when the connection is cut."""

    def __init__(self, base_url: str, api_key: str, *, timeout_seconds: float = 60.0) -> None:
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=httpx.Timeout(timeout_seconds, connect=5.0),
        )

    def close(self) -> None:
        """Release the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return the parsed answer of a GET, repeated when the connection is cut."""
        given = {name: value for name, value in query.items() if value is not None}
        # httpx drops a path's own query when params are given, even empty ones.
        return self._send("GET", path, repeat=True, params=given or None)

    def post(self, path: str, body: Any = None, *, repeat: bool = False) -> Any:
        """Return the parsed answer of a POST; `repeat` only where the server drops repeats."""
        return self._send("POST", path, repeat=repeat, json={} if body is None else body)

    def upload(self, path: str, *, fields: dict[str, str], files: list[tuple[str, Path]]) -> Any:
        """Send files from disk as a form, streamed; an import may take minutes."""
        opened = [(name, (file.name, file.open("rb"))) for name, file in files]
        try:
            return self._send("POST", path, repeat=False, data=fields, files=opened, timeout=3600.0)
        finally:
            for _, (_, stream) in opened:
                stream.close()

    def download(self, path: str, target: Path) -> None:
        """Stream an answer's body into a file."""
        with self._http.stream("GET", path) as response:
            if response.is_error:
                response.read()
                raise _api_error(response)
            with target.open("wb") as stream:
                for block in response.iter_bytes():
                    stream.write(block)

    def is_up(self) -> bool:
        """Return whether the server answers."""
        try:
            return self._http.get("/api/health", timeout=2.0).is_success
        except httpx.HTTPError:
            return False

    def _send(self, method: str, path: str, *, repeat: bool, **options: Any) -> Any:
        attempts = _ATTEMPTS if repeat else 1
        for attempt in range(attempts):
            try:
                response = self._http.request(method, path, **options)
            except httpx.TransportError as failure:
                if attempt < attempts - 1:
                    time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
                    continue
                raise ApiError(
                    f"The server at {self._http.base_url} did not answer: {failure}.",
                    status=0,
                    code="unreachable",
                    remedy="Is `loopwright up` running?",
                ) from failure
            if response.is_error:
                raise _api_error(response)
            return response.json() if response.content else None
        raise AssertionError("unreachable")


def _api_error(response: httpx.Response) -> ApiError:
    try:
        error = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        return ApiError(
            f"The server answered {response.status_code} in a form that is not ours.",
            status=response.status_code,
            remedy="Check that the address is a Loopwright server.",
        )
    return ApiError(
        error["message"],
        status=response.status_code,
        code=error.get("code", "unknown"),
        remedy=error.get("remedy", ""),
        detail=error.get("detail"),
    )
