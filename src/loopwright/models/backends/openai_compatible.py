"""Any endpoint that speaks the OpenAI chat protocol, called with httpx."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from loopwright.base.errors import InvalidInput, Unavailable
from loopwright.base.types import Json
from loopwright.models.backends.protocol import Decoding


@dataclass(frozen=True)
class Endpoint:
    """Where to call. `key_env` names an environment variable; the key itself is stored nowhere."""

    url: str
    model: str
    key_env: str | None = None
    connect_seconds: float = 5.0
    answer_seconds: float = 120.0

    @classmethod
    def from_json(cls, config: Json) -> "Endpoint":
        """Read a policy version's backend configuration; raises InvalidInput."""
        known = {"kind", "url", "model", "key_env", "connect_seconds", "answer_seconds"}
        if unknown := sorted(set(config) - known):
            raise InvalidInput(
                f"The backend configuration has unknown fields: {', '.join(unknown)}.",
                remedy=f"Use {', '.join(sorted(known))}; put a key into an environment variable.",
            )
        if not config.get("url") or not config.get("model"):
            raise InvalidInput(
                "The backend configuration lacks `url` or `model`.",
                remedy="Give the endpoint's base URL (ending in /v1) and the model's name.",
            )
        return cls(**{k: v for k, v in config.items() if k != "kind"})


class OpenAiCompatible:
    """A client for one endpoint; close it, or use it in a `with` block."""

    def __init__(self, endpoint: Endpoint, *, transport: httpx.BaseTransport | None = None) -> None:
        self._endpoint = endpoint
        self._client = httpx.Client(
            base_url=endpoint.url.rstrip("/"),
            headers=_authorization(endpoint),
            timeout=httpx.Timeout(endpoint.answer_seconds, connect=endpoint.connect_seconds),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def complete(self, messages: Sequence[Json], decoding: Decoding) -> str:
        """Return the first choice's text; raises Unavailable with the endpoint and the cause."""
        body: Json = {
            "model": self._endpoint.model,
            "messages": list(messages),
            "temperature": decoding.temperature,
            "top_p": decoding.top_p,
            "max_tokens": decoding.max_tokens,
        }
        if decoding.seed is not None:
            body["seed"] = decoding.seed
        try:
            answer = self._client.post("/chat/completions", json=body)
        except httpx.TimeoutException as error:
            raise self._down(f"gave no answer in time ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise self._down(f"could not be reached ({type(error).__name__})") from None
        if answer.status_code != 200:
            raise self._down(f"answered {answer.status_code}: {answer.text[:300]}")
        try:
            text = answer.json()["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError):
            raise self._down("answered something that is not a chat completion") from None
        return str(text or "")

    def _down(self, what: str) -> Unavailable:
        return Unavailable(
            f"The endpoint {self._endpoint.url} (model {self._endpoint.model}) {what}.",
            remedy="Check that it runs, that the model's name and the key are right; then retry.",
            code="backend_unavailable",
        )


def _authorization(endpoint: Endpoint) -> dict[str, str]:
    if endpoint.key_env is None:
        return {}
    key = os.environ.get(endpoint.key_env)
    if not key:
        raise Unavailable(
            f"The environment variable {endpoint.key_env} for {endpoint.url} is not set.",
            remedy=f"Set {endpoint.key_env} where the server runs and start it again.",
            code="backend_key_missing",
        )
    return {"Authorization": f"Bearer {key}"}
