"""`loopwright bench label-page`: the browser and a server of its own, on made-up or real texts."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from loopwright import __version__
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.cli.bench.label_page import drive, label_page_figures, percentile
from loopwright.cli.demo import free_settings
from loopwright.cli.session import server_process
from loopwright.client import Client

JUDGMENTS = 60
SPARE = 5
"""The page holds items beyond the one in view."""
REAL_PAIRS = 50
REAL_RANKINGS = 20
RANKED = 4
_QUESTIONS = """\
questions:
  - {id: better, kind: pairwise, text: 'Which answer is better?'}
  - {id: best, kind: ranking, text: 'Rank the answers.', completions: 4}
"""
_WORDS = "We sent your order on Monday; it takes three days, and you can follow it online. "


def measure(data: Path | None) -> Json:
    """Return the figures; `data` holds llmfao/ and adds a drive over real texts."""
    with (
        tempfile.TemporaryDirectory(prefix="loopwright-bench-") as folder,
        server_process(free_settings(Path(folder))) as client,
    ):
        figures = _made_up(client)
        if data is not None:
            figures |= _real(client, data / "llmfao" / "pairs-crowd.jsonl")
    return {"bench": "label-page", "figures": figures, "context": _context()}


def _made_up(client: Client) -> Json:
    _add_project(client, "made-up")
    items = [_pair(f"Where is order {n}?", _WORDS * 3, f"{_WORDS * 2}({n})") for n in range(70)]
    _add(client, "made-up", "better", items[: JUDGMENTS + SPARE])
    return label_page_figures(_url(client), _link(client), project="made-up", judgments=JUDGMENTS)


def _real(client: Client, path: Path) -> Json:
    if not path.is_file():
        raise InvalidInput(
            f"There is no {path}.", remedy="Pass --data FOLDER, holding llmfao/pairs-crowd.jsonl."
        )
    read = [json.loads(line) for line in path.read_text().splitlines()]
    rows = [row for row in read if row["result_x"].strip() and row["result_y"].strip()]
    pairs = [_pair(row["text"], row["result_x"], row["result_y"]) for row in rows[:REAL_PAIRS]]
    kinds = (("real-pairs", "better", pairs), ("real-rankings", "best", _rankings(rows)))
    figures: Json = {}
    for project, question, items in kinds:
        _add_project(client, project)
        _add(client, project, question, items)
        run = drive(_url(client), _link(client), project=project, judgments=len(items), delay_ms=0)
        name = project.replace("-", ".")
        figures |= {
            f"{name}.judged": len(run.key_to_next),
            f"{name}.key_to_next_median_ms": percentile(run.key_to_next, 50),
            f"{name}.key_to_next_p95_ms": percentile(run.key_to_next, 95),
            f"{name}.key_to_sent_and_next_median_ms": percentile(run.key_to_sent, 50),
            f"{name}.key_to_sent_and_next_p95_ms": percentile(run.key_to_sent, 95),
        }
    return figures


def _rankings(rows: list[Json]) -> list[Json]:
    """Return items of four answers each, of different models to one prompt."""
    answers: dict[str, dict[int, str]] = {}
    for row in rows:
        known = answers.setdefault(row["text"], {})
        known |= {row["model_x"]: row["result_x"], row["model_y"]: row["result_y"]}
    fours = [
        (text, four)
        for text, known in answers.items()
        for four in zip(*[iter(known.values())] * RANKED, strict=False)
    ]
    step = max(1, len(fours) // REAL_RANKINGS)
    return [_item(text, four) for text, four in fours[::step][:REAL_RANKINGS]]


def _pair(prompt: str, left: str, right: str) -> Json:
    return _item(prompt, (left, right))


def _item(prompt: str, texts: tuple[str, ...]) -> Json:
    return {
        "prompt": {"messages": [{"role": "user", "content": prompt}]},
        "completions": [{"text": text} for text in texts],
    }


def _add_project(client: Client, project: str) -> None:
    client.apply(
        f"id: {project}\nname: {project}\n{_QUESTIONS}"
        "guideline: {text: Read both sides, checklist: [Length alone is no merit]}\noverlap: 1\n"
    )


def _add(client: Client, project: str, question: str, items: list[Json]) -> None:
    keyed = [{**item, "key": f"{question}-{number}"} for number, item in enumerate(items)]
    client.post(f"/api/projects/{project}/items", {"question": question, "items": keyed})


def _url(client: Client) -> str:
    return _link(client).split("/signin")[0]


def _link(client: Client) -> str:
    return str(client.post("/api/signin-links")["link"])


def _context() -> Json:
    return {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": list(os.getloadavg()),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "loopwright " + " ".join(sys.argv[1:]),
        "versions": {"loopwright": __version__, "python": platform.python_version()},
    }
