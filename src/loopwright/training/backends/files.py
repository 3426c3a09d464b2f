"""What every backend program does with files: its spec, its rows, its progress, its result."""

import json
import os
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from loopwright.base.digests import digest_file
from loopwright.base.types import Json

MANIFEST = "WHOLE.json"
PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers", "numpy")


class Job:
    """One step as the program sees it: spec fields, resolved input paths, its own folder."""

    def __init__(self, spec: Json) -> None:
        self.spec = spec
        self.paths: dict[str, str] = spec["paths"]
        self.folder = Path(self.paths["folder"])
        self.outputs = self.folder / "outputs"
        self.outputs.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()

    @property
    def seed(self) -> int:
        """The seed of every random draw of this step."""
        return int(self.spec.get("seed", 0))

    @property
    def checkpoints(self) -> Path:
        """Where the trainer keeps what it resumes from."""
        return self.folder / "checkpoints"

    def input(self, name: str) -> Path:
        """Path of a named input; a KeyError here means the spec was checked wrongly."""
        return Path(self.paths[name])

    def number(self, name: str, default: float) -> float:
        """A numeric spec field."""
        return float(self.spec.get(name, default))

    def count(self, name: str, default: int) -> int:
        """A whole-number spec field."""
        return int(self.spec.get(name, default))


def read_job() -> Job:
    """Read the spec named on the command line; caps threads before torch is imported."""
    job = Job(json.loads(Path(sys.argv[1]).read_text()))
    os.environ.setdefault("OMP_NUM_THREADS", str(job.count("threads", 1)))
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    return job


def read_rows(path: Path) -> list[Json]:
    """Rows of a JSON-lines file, or of `rows.jsonl`/`*.jsonl` in a folder."""
    if path.is_dir():
        path = next(iter(sorted(path.glob("*.jsonl"))))
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON lines atomically, keys sorted: the same rows give the same bytes."""
    text = "".join(json.dumps(r, sort_keys=True, ensure_ascii=False) + "\n" for r in rows)
    write_atomic(path, text)


def write_atomic(path: Path, text: str) -> None:
    """Write text so that a reader sees the old file or the new one, never a torn one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".tmp")
    with draft.open("w") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    draft.replace(path)


def messages(prompt: str | Sequence[Json], *, system_prompt: str = "") -> list[Json]:
    """A prompt as chat messages, with the policy's system prompt in front when it has one."""
    turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
    if system_prompt and not any(t["role"] == "system" for t in turns):
        turns = [{"role": "system", "content": system_prompt}, *turns]
    return [{"role": t["role"], "content": t["content"]} for t in turns]


def answer_text(completion: str | Sequence[Json]) -> str:
    """Text of a completion given as text or as one assistant message in a list."""
    return completion if isinstance(completion, str) else str(completion[-1]["content"])


def report(job: Job, *, step: int, total: int, metrics: Mapping[str, float]) -> None:
    """Append one line to progress.jsonl; a resumed run may repeat steps, the last line counts."""
    line = {"step": step, "total": total, "at": time.time(), "metrics": dict(metrics)}
    with (job.folder / "progress.jsonl").open("a") as f:
        f.write(json.dumps(line) + "\n")


def finish(job: Job, *, outputs: Mapping[str, Path], metrics: Mapping[str, Any]) -> None:
    """Write result.json last of all: its presence means that every output is complete."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    result = {
        "outputs": {name: str(p.relative_to(job.folder)) for name, p in outputs.items()},
        "metrics": dict(metrics),
        "packages": package_versions(),
        "seed": job.seed,
        "seconds": round(time.monotonic() - job.started, 3),
        "cpu_seconds": round(own.ru_utime + own.ru_stime, 3),
        "peak_memory_bytes": own.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    write_atomic(job.folder / "result.json", json.dumps(result, indent=1, sort_keys=True))


def package_versions() -> dict[str, str]:
    """Installed versions of what shapes a result."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def seal_checkpoint(folder: Path) -> None:
    """Write the hashed list of a checkpoint's files; without it a checkpoint is not whole."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    for path in files:
        with path.open("rb") as f:
            os.fsync(f.fileno())
    listing = {str(p.relative_to(folder)): digest_file(p) for p in files}
    write_atomic(folder / MANIFEST, json.dumps(listing, sort_keys=True))


def is_whole(folder: Path) -> bool:
    """True when every file of the sealed list is there with the sealed content."""
    seal = folder / MANIFEST
    if not seal.is_file():
        return False
    try:
        listing: dict[str, str] = json.loads(seal.read_text())
    except ValueError:
        return False
    return all(
        (folder / name).is_file() and digest_file(folder / name) == digest
        for name, digest in listing.items()
    )


def checkpoint_step(folder: Path) -> int:
    """Step number of `checkpoint-<n>`, -1 for anything else."""
    head, _, tail = folder.name.rpartition("-")
    return int(tail) if head == "checkpoint" and tail.isdigit() else -1


def whole_checkpoints(folder: Path) -> list[Path]:
    """Whole checkpoints, oldest first."""
    found = [p for p in folder.glob("checkpoint-*") if checkpoint_step(p) >= 0 and is_whole(p)]
    return sorted(found, key=checkpoint_step)
