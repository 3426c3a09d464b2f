"""Simulated annotators at work: each has an account and judges over HTTP, as people do."""

import threading
from types import TracebackType
from typing import Self

import numpy as np

from loopwright.base.types import Json
from loopwright.client import ApiError, Client
from loopwright.simulate.any_kind import answer_to
from loopwright.simulate.world.annotators import Annotator, sample_annotators

_IDLE_SECONDS = 0.5
_PREFETCH = 2


class Crowd:
    """A team of simulated annotators, one thread and one account each."""

    def __init__(self, owner: Client, base_url: str, project: str, *, seed: int, count: int = 12):
        self._stop = threading.Event()
        self._project = project
        self.judged = 0
        self.failures: list[str] = []
        self._count_lock = threading.Lock()
        team = sample_annotators(np.random.default_rng([seed, 2]), count=count)
        self._threads = []
        for number, annotator in enumerate(team):
            person = owner.add_person(project, annotator.name, role="annotator", kind="simulated")
            client = Client(base_url, person["api_key"])
            rng = np.random.default_rng([seed, 3, number])
            self._threads.append(
                threading.Thread(
                    target=self._work,
                    args=(client, annotator, rng),
                    name=annotator.name,
                    daemon=True,
                )
            )

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _work(self, client: Client, annotator: Annotator, rng: np.random.Generator) -> None:
        held: list[Json] = []
        with client:
            while not self._stop.is_set():
                try:
                    if not held:
                        held = client.reserve(self._project, count=_PREFETCH)["assignments"]
                    if not held:
                        self._stop.wait(_IDLE_SECONDS)
                        continue
                    held = self._judge(client, annotator, rng, held)
                except ApiError as failure:
                    # A lost lease or a restarting server: give up what is held and go on.
                    held = []
                    self.failures.append(str(failure))
                    self._stop.wait(_IDLE_SECONDS)

    def _judge(
        self, client: Client, annotator: Annotator, rng: np.random.Generator, held: list[Json]
    ) -> list[Json]:
        assignment, rest = held[0], held[1:]
        answer = client.submit(
            self._project,
            assignment,
            answer_to(annotator, rng, assignment),
            active_ms=int(rng.lognormal(9.0, 0.5)),
            count=_PREFETCH,
            held=[one["id"] for one in rest],
        )
        with self._count_lock:
            self.judged += 1
        return rest + list(answer["next"])
