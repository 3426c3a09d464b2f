"""Simulated users: they ask the gateway, as applications do."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import httpx
import numpy as np

from loopwright.simulate.world.grammar import WorldPrompt

_SUBJECTS = 400
_PAUSE_SECONDS = 1.0


class Traffic:
    """One thread of requests; `wanted` says how many a second, 0 for none."""

    def __init__(
        self,
        gateway_url: str,
        project: str,
        prompts: Sequence[WorldPrompt],
        *,
        seed: int,
        wanted: Callable[[], float],
    ) -> None:
        self._url = f"{gateway_url}/v1/chat/completions"
        self._project = project
        self._prompts = prompts
        self._rng = np.random.default_rng([seed, 4])
        self._wanted = wanted
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self.sent = 0
        self.failed = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        with httpx.Client(timeout=30.0) as http:
            while not self._stop.is_set():
                rate = self._wanted()
                if rate <= 0:
                    self._stop.wait(_PAUSE_SECONDS)
                    continue
                end = time.monotonic() + _PAUSE_SECONDS
                for _ in range(max(1, round(rate * _PAUSE_SECONDS))):
                    self._ask(http)
                self._stop.wait(max(0.0, end - time.monotonic()))

    def _ask(self, http: httpx.Client) -> None:
        prompt = self._prompts[int(self._rng.integers(len(self._prompts)))]
        subject = f"simulated-user-{int(self._rng.integers(_SUBJECTS)):04d}"
        body = {
            "model": self._project,
            "messages": [{"role": "user", "content": prompt.text}],
            "max_tokens": 64,
        }
        try:
            response = http.post(self._url, json=body, headers={"X-Loopwright-Subject": subject})
            self.failed += response.is_error
        except httpx.HTTPError:
            self.failed += 1
        self.sent += 1
