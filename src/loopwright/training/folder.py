"""What a run's folder says: its progress, its log, its result."""

import json
from pathlib import Path

from loopwright.base.types import Json
from loopwright.training.model import Progress


def read_progress(folder: Path) -> list[Progress]:
    """Progress lines by step; of a step repeated after a resume the last counts.

    A line cut off by a crash is skipped.
    """
    path = folder / "progress.jsonl"
    if not path.is_file():
        return []
    found: dict[int, dict[str, float]] = {}
    lines: dict[int, Progress] = {}
    for text in path.read_text(errors="replace").splitlines():
        try:
            line = json.loads(text)
            step, total, at = int(line["step"]), int(line["total"]), float(line["at"])
            metrics = {str(k): float(v) for k, v in line["metrics"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        found[step] = found.get(step, {}) | metrics
        lines[step] = Progress(step=step, total=total, at=at, metrics=found[step])
    return [lines[step] for step in sorted(lines)]


def curves(progress: list[Progress]) -> list[Json]:
    """[{step, name, value}] for charts, by name and then step."""
    points = [
        {"step": p.step, "name": name, "value": value}
        for p in progress
        for name, value in p.metrics.items()
    ]
    return sorted(points, key=lambda p: (str(p["name"]), p["step"]))


def log_tail(folder: Path, *, lines: int = 40) -> str:
    """The last lines of the program's output; "" when there is none."""
    path = folder / "log.txt"
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 16_384))
        text = stream.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])


def read_result(folder: Path) -> Json | None:
    """result.json when the program wrote it (it is written last), else None."""
    path = folder / "result.json"
    if not path.is_file():
        return None
    result: Json = json.loads(path.read_text())
    return result
