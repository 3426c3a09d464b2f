"""Votes of real people: exact counts, exports without loss. Skipped where the data is not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from loopwright.base.types import Json
from loopwright.cli.bench.real_votes import HH, LLMFAO, add_project, import_named
from loopwright.datasets import service
from loopwright.datasets.export import ExportFormat, export_dataset
from loopwright.datasets.model import DatasetSpec
from loopwright.infra.home import Home
from loopwright.intake.dialogue import parse_dialogue, render_dialogue
from loopwright.intake.masking import MaskScope
from loopwright.quality import service as quality


def part(shared_data: Path, name: str) -> Path:
    path = shared_data / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def test_llmfao_counts_are_exact_and_nothing_is_added_twice(home: Home, shared_data: Path) -> None:
    file = part(shared_data, "llmfao/crowd-comparisons.csv")
    add_project(home, "llmfao")
    counts = import_named(home, project="llmfao", mapping=LLMFAO, path=file).counts
    assert (counts["judgments_added"], counts["annotators"]) == (8931, 124)
    assert (counts["items_added"], counts["sources"]) == (2139, 59)
    again = import_named(home, project="llmfao", mapping=LLMFAO, path=file).counts
    assert not any(value for name, value in again.items() if name.endswith("_added"))


def test_llmfao_gives_consensus_agreement_and_ratings(home: Home, shared_data: Path) -> None:
    file = part(shared_data, "llmfao/crowd-comparisons.csv")
    add_project(home, "llmfao")
    import_named(home, project="llmfao", mapping=LLMFAO, path=file)
    frozen = service.freeze_preferences(home, project_id="llmfao", spec=DatasetSpec(), now=10.0)
    assert frozen.counts["rows"] == 2139
    assert frozen.counts["judgments"] == 8931
    report = home.db.read(lambda tx: quality.report(tx, project_id="llmfao"))
    assert report.facts.alpha.value is not None
    assert len(report.facts.ratings) == 59


def test_hh_is_exported_as_conversations_without_loss(home: Home, shared_data: Path) -> None:
    file = part(shared_data, "hh_rlhf/harmless-base-test.jsonl.gz")
    add_project(home, "hh")
    counts = import_named(home, project="hh", mapping=HH, path=file).counts
    assert counts["items_added"] == counts["judgments_added"] == 2312
    frozen = service.freeze_preferences(home, project_id="hh", spec=DatasetSpec(), now=10.0)
    out = home.folder("out") / "hh.jsonl"
    done = export_dataset(
        home,
        version=frozen,
        format_=ExportFormat.TRL_CONVERSATIONAL,
        path=out,
        residency=None,
        actor="test",
        now=11.0,
    )
    assert (done.rows, done.refused) == (2312, 0)
    exported = sorted(_dialogues(json.loads(line)) for line in out.read_text().splitlines())
    with gzip.open(file, "rt") as lines:
        given = sorted(_masked(json.loads(line)) for line in lines)
    assert exported == given


def _dialogues(row: Json) -> tuple[str, str]:
    return (
        render_dialogue(row["prompt"] + row["chosen"]),
        render_dialogue(row["prompt"] + row["rejected"]),
    )


def _masked(row: Json) -> tuple[str, str]:
    """The pair as it arrived, with only the personal data masked."""
    scope = MaskScope()
    sides = []
    for side in ("chosen", "rejected"):
        turns = parse_dialogue(row[side])
        masked = [{**turn, "content": scope.mask(turn["content"]).text} for turn in turns]
        sides.append(render_dialogue(masked))
    return sides[0], sides[1]
