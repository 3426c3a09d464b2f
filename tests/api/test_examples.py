"""The example files are whole: each project applies, each mapping imports its file."""

from pathlib import Path

import pytest
from import_world import crowd_home

from loopwright.infra.home import Home
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project

__all__ = ["crowd_home"]

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/project.yaml")), ids=str)
def test_a_project_is_valid(path: Path) -> None:
    assert parse_project(path.read_text(), source=path.name).id


@pytest.mark.parametrize(
    "name", ["support/votes.yaml", "real-votes/llmfao.yaml", "real-votes/hh_rlhf.yaml"]
)
def test_a_mapping_is_valid(name: str) -> None:
    assert parse_mapping((EXAMPLES / name).read_text(), name=name).source


@pytest.mark.parametrize(
    ("file", "judgments", "items"), [("votes.csv", 90, 31), ("preferences.jsonl", 9, 9)]
)
def test_an_example_file_imports(home: Home, file: str, judgments: int, items: int) -> None:
    text = (EXAMPLES / "support/project.yaml").read_text()
    spec = parse_project(text)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=text, now=1.0))
    path = EXAMPLES / "support" / file
    report = run_import(
        home,
        project_id="support",
        file=ImportFile(path, path.name),
        mapping=parse_mapping(path.with_suffix(".yaml").read_text()),
        skip_bad=False,
        now=2.0,
    )
    assert report.counts["judgments_added"] == judgments
    assert report.counts["items_added"] == items
    assert report.counts["masked"] == ({"EMAIL": 1} if file == "votes.csv" else {})
