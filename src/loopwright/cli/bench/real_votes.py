"""Figures on votes of real people: exact imports, agreement, and what a reward model learns.

Uses a temporary home, so that nothing measured depends on what is installed or imported.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Hashable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypedDict

import numpy as np

from loopwright import __version__
from loopwright.base.clock import system_now
from loopwright.base.errors import InvalidInput
from loopwright.base.types import Json
from loopwright.cli.bench.reward_folds import SEED, held_out_accuracy
from loopwright.cli.bench.speed import rows_per_second
from loopwright.datasets import service as datasets
from loopwright.datasets.export import ExportFormat, export_dataset
from loopwright.datasets.model import DatasetSpec, Ties
from loopwright.infra.database import create_schema
from loopwright.infra.home import Home, open_home
from loopwright.infra.settings import Settings
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.labeling import store as labeling
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project
from loopwright.stats.agreement import alpha_estimate, count_table
from loopwright.stats.estimate import Estimate
from loopwright.web.stages import load_tables

_QUESTION = "questions: [{id: preference, kind: pairwise, text: Which answer is better}]\n"
_GUIDELINE = "guideline: {text: These judgments were made elsewhere.}\noverlap: 1\n"
LLMFAO = """\
kind: votes
source: llmfao
question: preference
join: {file: pairs-crowd.jsonl, on: {id: id}}
fields: {item: id, prompt: text, prompt_key: prompt, first: result_x, second: result_y,
         first_source: model_x, second_source: model_y, annotator: worker, choice: winner}
choices: {left: first, right: second, tie: tie}
shown: first_left
empty_completions: true
open: false
"""
HH = """\
kind: preferences
source: hh_rlhf
question: preference
format: dialogue
fields: {chosen: chosen, rejected: rejected}
empty_completions: true
open: false
"""


class Report(TypedDict):
    """What the bench prints."""

    bench: str
    figures: Json
    context: Json


def measure(data: Path) -> Report:
    """Return the figures; `data` holds llmfao/ and hh_rlhf/. Raises InvalidInput without them."""
    for name in ("llmfao/crowd-comparisons.csv", "llmfao/pairs-crowd.jsonl"):
        if not (data / name).is_file():
            raise InvalidInput(f"{data} lacks {name}.", remedy="Fetch the llmfao data set there.")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="loopwright-bench-") as folder:
        home = open_home(Settings(home=Path(folder), database_url=None))
        try:
            load_tables()
            create_schema(home.db)
            figures, notes = _llmfao(home, data / "llmfao")
            figures |= _hh(home, data / "hh_rlhf")
            figures["import.rows_per_s"], notes["import"] = rows_per_second(home)
        finally:
            home.close()
    notes["seconds"] = round(time.perf_counter() - started, 1)
    return {"bench": "real-votes", "figures": figures, "context": {**_context(), **notes}}


def import_named(home: Home, *, project: str, mapping: str, path: Path) -> ImportReport:
    """Import one file with the files that lie beside it as possible joins."""
    parsed = parse_mapping(mapping)
    joins = {} if parsed.join is None else {parsed.join.file: path.parent / parsed.join.file}
    return run_import(
        home,
        project_id=project,
        file=ImportFile(path, path.name, joins),
        mapping=parsed,
        skip_bad=False,
        now=system_now(),
    )


def add_project(home: Home, project: str) -> None:
    """Create a project with one pairwise question."""
    text = f"id: {project}\nname: {project}\n{_QUESTION}{_GUIDELINE}"
    spec = parse_project(text)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=text, now=system_now()))


def _llmfao(home: Home, folder: Path) -> tuple[Json, Json]:
    add_project(home, "llmfao")
    file = folder / "crowd-comparisons.csv"
    first = import_named(home, project="llmfao", mapping=LLMFAO, path=file).counts
    again = import_named(home, project="llmfao", mapping=LLMFAO, path=file).counts
    agreement = _alpha(home, "llmfao")
    spec = DatasetSpec(ties=Ties.SOFT)
    frozen = datasets.freeze_preferences(home, project_id="llmfao", spec=spec, now=system_now())
    rows = list(datasets.read_rows(home, frozen))
    accuracy, training = held_out_accuracy(home, project_id="llmfao", rows=rows)
    figures = {
        "llmfao.judgments": first["judgments_added"],
        "llmfao.annotators": first["annotators"],
        "llmfao.pairs": first["items_added"],
        "llmfao.sources": first["sources"],
        "llmfao.reimport_added": sum(
            again[f"{name}_added"] for name in ("prompts", "completions", "items", "judgments")
        ),
        "llmfao.alpha": agreement.value,
        "llmfao.reward_accuracy": accuracy.value,
        "llmfao.reward_accuracy_low": accuracy.low,
        "llmfao.reward_accuracy_high": accuracy.high,
    }
    notes = {
        "alpha": agreement.as_dict(),
        "reward_accuracy": {**accuracy.as_dict(), **training},
        "dataset": {"digest": frozen.digest, "counts": frozen.counts},
    }
    return figures, notes


def _alpha(home: Home, project: str) -> Estimate:
    counts: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for judgment in home.db.read(lambda tx: labeling.judgments(tx, project)):
        counts[judgment.item_id][judgment.outcome] += 1
    return alpha_estimate(count_table(dict(counts)), generator=np.random.default_rng(SEED))


def _hh(home: Home, folder: Path) -> Json:
    file = folder / "harmless-base-test.jsonl.gz"
    if not file.is_file():
        return {"hh.pairs": None, "hh.exported_rows": None}
    add_project(home, "hh")
    counts = import_named(home, project="hh", mapping=HH, path=file).counts
    frozen = datasets.freeze_preferences(
        home, project_id="hh", spec=DatasetSpec(ties=Ties.SOFT), now=system_now()
    )
    out = home.folder("spool") / "hh.jsonl"
    done = export_dataset(
        home,
        version=frozen,
        format_=ExportFormat.TRL_CONVERSATIONAL,
        path=out,
        residency=None,
        actor="bench",
        now=system_now(),
    )
    return {"hh.pairs": counts["items_added"], "hh.exported_rows": done.rows}


def _context() -> Json:
    return {
        "machine": platform.machine(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": list(os.getloadavg()),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "loopwright " + " ".join(sys.argv[1:]),
        "seeds": [SEED],
        "versions": {"loopwright": __version__, "python": platform.python_version()}
        | {name: _version(name) for name in ("torch", "transformers", "trl", "sqlalchemy")},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
