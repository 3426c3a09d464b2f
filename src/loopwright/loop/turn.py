"""What a step of a cycle works with: the home, the cycle's own project file, training runs."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson

from loopwright.base.clock import system_now
from loopwright.base.digests import canonical_json
from loopwright.base.errors import Conflict, InvalidInput, LoopwrightError
from loopwright.base.types import Json
from loopwright.infra.durable import DurableRunner, Interrupted, RecordedError
from loopwright.infra.home import Home
from loopwright.loop import service, store
from loopwright.loop.model import Cycle, CycleState
from loopwright.projects.recipe import Recipe
from loopwright.projects.spec import ProjectSpec
from loopwright.training import service as training
from loopwright.training.model import Manifest

T = TypeVar("T")
Step = Callable[..., Json]


class Turn:
    """One workflow's hold on a cycle."""

    def __init__(self, runner: DurableRunner, cycle_id: str) -> None:
        self._runner = runner
        self.home: Home = runner.home
        self.cycle = self._read(cycle_id)
        self.spec = ProjectSpec.model_validate(self.cycle.spec)

    @property
    def project_id(self) -> str:
        """Return the project."""
        return self.cycle.project_id

    @property
    def round(self) -> int:
        """Return the number of this turn in its project, from 1."""
        return self.cycle.round

    @property
    def recipe(self) -> Recipe:
        """Return the recipe in force when the cycle began."""
        return self.spec.recipe

    @property
    def seed(self) -> int:
        """Return the seed of this turn's draws."""
        return self.recipe.seed * 1000 + self.round

    @property
    def question_id(self) -> str:
        """Return the pairwise question. Raises InvalidInput when the project has none."""
        for question in self.spec.questions:
            if question.kind == "pairwise":
                return question.id
        raise InvalidInput(
            f"Project {self.project_id} has no pairwise question, so nothing can be compared.",
            remedy="Add a question of kind `pairwise` to project.yaml.",
            code="no_pairwise_question",
        )

    def now(self) -> float:
        """Return the time."""
        return system_now()

    def step(self, work: Step, **inputs: Any) -> Json:
        """Do one step, named after its function; done with the same inputs, never again.

        Inputs and outputs are ids, digests and numbers.
        """
        name = getattr(work, "__name__", "step")
        return self._runner.step(name, lambda: self._once(name, work, inputs))

    def check(self) -> None:
        """Raise Interrupted when the server stops or somebody cancelled the cycle."""
        self._runner.interrupt_if_stopping()
        if not self._wanted():
            raise Interrupted

    def wait_until(self, ready: Callable[[], bool], *, seconds: float | None = None) -> None:
        """Poll until `ready`; nothing is lost when the server stops meanwhile."""
        while not ready():
            self.check()
            self._runner.pause(seconds or self.home.settings.cycle_poll_seconds)

    def pause(self, seconds: float) -> None:
        """Wait; raises Interrupted when the server stops or the cycle is cancelled."""
        self._runner.pause(seconds)
        self.check()

    def train(self, kind: str, spec: Json) -> Manifest:
        """Run a training step to its manifest; it outlives a crash of this process."""
        given = {name: value for name, value in spec.items() if value is not None}
        return training.execute(
            self.home,
            project_id=self.project_id,
            kind=kind,
            spec=given,
            now_fn=self.now,
            cancelled=self._cancelled,
        )

    def read(self, query: Callable[..., T], /, *args: Any, **named: Any) -> T:
        """Return `query(tx, ...)` in a read transaction."""
        return self.home.db.read(lambda tx: query(tx, *args, **named))

    def write(self, work: Callable[..., T], /, *args: Any, **named: Any) -> T:
        """Return `work(tx, ...)` in a transaction of its own."""
        return self.home.db.write(lambda tx: work(tx, *args, **named))

    def put_rows(self, rows: Sequence[Json]) -> str:
        """Store JSON lines; return their digest."""
        return self.home.artifacts.put_bytes(b"".join(canonical_json(row) + b"\n" for row in rows))

    def get_rows(self, digest: str) -> list[Json]:
        """Return stored JSON lines."""
        lines = self.home.artifacts.path(digest).read_bytes().splitlines()
        return [orjson.loads(line) for line in lines if line.strip()]

    def finish(self, *, state: CycleState, error: str | None = None) -> None:
        """Write down how the cycle ended."""
        self.home.db.write(
            lambda tx: service.end(tx, self.cycle, state=state, error=error, now=self.now())
        )

    def _once(self, name: str, work: Step, inputs: Json) -> Json:
        self.check()
        try:
            done = self.write(
                service.begin_step, self.cycle, name=name, inputs=inputs, now=self.now()
            )
        except Conflict:
            self.check()  # stopped since the look: that is no failure of the step
            raise
        if done is not None:
            return done
        try:
            outputs = work(self, **inputs)
        except Exception as failure:
            self.check()  # what a cancelled run raises is no failure of the step
            self._end_step(name, outputs=None, error=said(failure))
            raise
        self._end_step(name, outputs=outputs, error=None)
        return outputs

    def _end_step(self, name: str, *, outputs: Json | None, error: str | None) -> None:
        self.home.db.write(
            lambda tx: service.end_step(
                tx, self.cycle, name=name, outputs=outputs, error=error, now=self.now()
            )
        )

    def _cancelled(self) -> bool:
        self._runner.interrupt_if_stopping()  # the program goes on; it is found again at start
        return not self._wanted()

    def _wanted(self) -> bool:
        return self._read(self.cycle.id).is_held_by(self.cycle)

    def _read(self, cycle_id: str) -> Cycle:
        found = self.home.db.read(lambda tx: store.get_cycle(tx, cycle_id))
        if found is None:
            raise Conflict(f"Cycle {cycle_id} is no longer there.", remedy="Start a new one.")
        return found


def said(failure: Exception) -> str:
    """Return an error as a person should read it."""
    if isinstance(failure, LoopwrightError):
        return str(failure)
    if isinstance(failure, RecordedError):
        return str(failure)
    return f"{type(failure).__name__}: {failure}"
