"""Calls that look at what came out, and those that run and release."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loopwright.client.transport import Json


class ResultCalls(ABC):
    """Quality, datasets, lineage, runs, evaluations, releases, cycles and the loop."""

    @abstractmethod
    def get(self, path: str, **params: Any) -> Json:
        """GET any path of the API."""

    @abstractmethod
    def post(self, path: str, body: Any = None, *, repeatable: bool = False) -> Json:
        """POST to any path of the API."""

    @abstractmethod
    def text(self, path: str, **params: Any) -> str:
        """GET any path of the API that answers with plain text."""

    @abstractmethod
    def download(self, path: str, target: Path, **params: Any) -> None:
        """Write what GET returns to a file."""

    def quality(self, project: str) -> Json:
        """Return agreement, consensus, ratings of sources and reliability of annotators."""
        return self._get(project, "quality")

    def agreement(self, project: str, *, by: str | None = None) -> Json:
        """Return several coefficients of agreement for each aspect, split by criterion, segment,
        guideline, team or week."""
        return self._get(project, "agreement", by=by)

    def agreement_pairs(
        self, project: str, *, question: str | None = None, aspect: str | None = None
    ) -> Json:
        """Return who disagrees with whom on one aspect, by default the one judged most."""
        return self._get(project, "agreement", "pairs", question=question, aspect=aspect)

    def disagreement(self, project: str) -> list[Json]:
        """Return where people disagree, why, and what would help; what to repair first first."""
        return list(self._get(project, "disagreement")["findings"])

    def consensus(
        self, project: str, *, limit: int = 100, offset: int = 0, order: str | None = None
    ) -> Json:
        """Return a page of consensus answers with their probabilities."""
        return self._get(project, "consensus", limit=limit, offset=offset, order=order)

    def early_exit(self, project: str) -> Json:
        """Return votes saved, the bound on the error, gates, calibration and audits."""
        return self._get(project, "early-exit")

    def datasets(self, project: str) -> list[Json]:
        """Return the dataset versions, newest first."""
        return list(self._get(project, "datasets")["datasets"])

    def dataset(self, project: str, digest: str) -> Json:
        """Return one dataset version with its first rows."""
        return self._get(project, "datasets", digest)

    def freeze_dataset(self, project: str, **spec: Any) -> Json:
        """Freeze the project's pairs, or demonstrations with kind="demonstrations", as they are."""
        return self.post(at(project, "datasets"), spec, repeatable=True)

    def export_dataset(
        self, project: str, digest: str, target: Path, *, form: str = "jsonl"
    ) -> None:
        """Write a dataset version to a file, piece by piece."""
        self.download(at(project, "datasets", digest, "export"), target, format=form)

    def export_judgments(
        self, project: str, question: str, target: Path, *, residency: str | None = None
    ) -> str:
        """Write a question's judgments to a file; return the mapping that imports them again."""
        place = at(project, "judgments", "export")
        self.download(place, target, question=question, residency=residency)
        return self.text(f"{place}/mapping", question=question)

    def image(self, project: str, digest: str, target: Path) -> None:
        """Write the bytes of an image that an item shows to a file."""
        self.download(at(project, "images", digest), target)

    def lineage(self, project: str, ref: str, *, direction: str = "back") -> Json:
        """Return what a thing was made of (back) or what was made of it (forward)."""
        return self._get(project, "lineage", ref, direction=direction)

    def runs(self, project: str) -> list[Json]:
        """Return the training runs, newest first."""
        return list(self._get(project, "runs")["runs"])

    def run(self, project: str, run_id: str) -> Json:
        """Return one training run with its curves and the end of its log."""
        return self._get(project, "runs", run_id)

    def policies(self, project: str) -> list[Json]:
        """Return the policy versions."""
        return list(self._get(project, "policies")["policies"])

    def reward_models(self, project: str) -> list[Json]:
        """Return the reward-model versions."""
        return list(self._get(project, "reward-models")["reward_models"])

    def evaluations(self, project: str) -> list[Json]:
        """Return the evaluations, newest first."""
        return list(self._get(project, "evaluations")["evaluations"])

    def evaluation(self, project: str, evaluation_id: str) -> Json:
        """Return one evaluation with its pairs."""
        return self._get(project, "evaluations", evaluation_id)

    def releases(self, project: str) -> Json:
        """Return `releases`, newest first, and the `routing` in force."""
        return self._get(project, "releases")

    def release(self, project: str, release_id: str) -> Json:
        """Return one release with its evidence and events."""
        return self._get(project, "releases", release_id)

    def roll_back(self, project: str, release_id: str, *, reason: str = "") -> Json:
        """Send all traffic back to the version before this release."""
        return self.post(at(project, "releases", release_id, "rollback"), {"reason": reason})

    def start_cycle(self, project: str) -> str:
        """Start a round of the loop; return the cycle's id."""
        return str(self.post(at(project, "cycles"))["cycle_id"])

    def cycles(self, project: str) -> list[Json]:
        """Return the cycles, newest first."""
        return list(self._get(project, "cycles")["cycles"])

    def cycle(self, project: str, cycle_id: str) -> Json:
        """Return one cycle with its steps."""
        return self._get(project, "cycles", cycle_id)

    def resume_cycle(self, project: str, cycle_id: str) -> Json:
        """Go on with a cycle that failed or was cut off, from its last whole step."""
        return self.post(at(project, "cycles", cycle_id, "resume"))

    def cancel_cycle(self, project: str, cycle_id: str) -> Json:
        """Stop a cycle."""
        return self.post(at(project, "cycles", cycle_id, "cancel"))

    def loop(self, project: str) -> Json:
        """Return the loop: stages, latency, win rates, decisions."""
        return self._get(project, "loop")

    def _get(self, project: str, *parts: str, **params: Any) -> Json:
        return self.get(at(project, *parts), **params)


def at(project: str, *parts: str) -> str:
    """Return the path of something in a project."""
    path: Sequence[str] = (project, *parts)
    return "/".join(("/api/projects", *(quote(part, safe="") for part in path)))
