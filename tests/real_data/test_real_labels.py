"""Public sets in forms of their own: several people in a row, and files without a header."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from loopwright.base.errors import InvalidInput
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.labeling import store as labeling
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project

PANDALM = """\
kind: votes
source: pandalm
question: better
fields: {item: idx, prompt: instruction, context: input, first: response1, second: response2}
people: [annotator1, annotator2, annotator3]
empty_completions: true
choices: {1: first, 2: second, 0: tie}
"""
GENRES = """\
kind: votes
source: music
question: genre
header: [worker, track, label, gold]
fields: {item: track, prompt: track, annotator: worker, choice: label}
"""
PROJECT = """\
id: real
name: Real
questions:
  - {id: better, kind: pairwise, text: "?"}
  - id: genre
    kind: single_label
    text: "?"
    options: [OPTIONS]
guideline: {text: These judgments were made elsewhere.}
overlap: 3
""".replace("OPTIONS", ", ".join(f'{{id: "{one}", name: Genre {one}}}' for one in range(1, 11)))


@pytest.fixture(name="home")
def real_home(home: Home) -> Home:
    """The home of the session's fixtures, with the project in it."""
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    return home


def part(shared_data: Path, name: str) -> Path:
    path = shared_data / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def take(home: Home, path: Path, mapping: str, *, skip_bad: bool = False) -> ImportReport:
    return run_import(
        home,
        project_id="real",
        file=ImportFile(path, path.name),
        mapping=parse_mapping(mapping),
        skip_bad=skip_bad,
        now=5.0,
    )


def test_pandalm_has_three_people_in_every_row(home: Home, shared_data: Path) -> None:
    path = part(shared_data, "pandalm/testset-v1.json")
    with pytest.raises(InvalidInput, match=r"testset-v1\.json:158: response1 is a bool, not text"):
        take(home, path, PANDALM)
    assert not home.db.read(lambda tx: labeling.judgments(tx, "real"))
    report = take(home, path, PANDALM, skip_bad=True)
    rejects = home.db.read(lambda tx: intake.rejects(tx, report.id))
    # The set holds true where a text should be, and one empty instruction.
    assert Counter(one.reason for one in rejects) == {
        "response1 is a bool, not text": 4,
        "response2 is a bool, not text": 2,
        "instruction is empty": 1,
    }

    given = json.loads(path.read_text())
    whole = [
        row
        for row in given
        if isinstance(row["response1"], str)
        and isinstance(row["response2"], str)
        and row["instruction"].strip()
    ]
    assert report.counts["items_added"] == len(whole) == 992
    assert report.counts["judgments_added"] == 3 * 992
    assert report.counts["annotators"] == 3
    said = {1: "first", 2: "second", 0: "tie"}
    votes = Counter(said[row[f"annotator{who}"]] for row in whole for who in (1, 2, 3))
    found = home.db.read(lambda tx: labeling.judgments(tx, "real"))
    assert Counter(one.outcome for one in found) == votes
    again = take(home, path, PANDALM, skip_bad=True).counts
    assert not any(count for name, count in again.items() if name.endswith("_added"))


def test_labels_of_a_file_without_a_header(home: Home, shared_data: Path) -> None:
    path = part(shared_data, "active_crowd/MS.csv")
    counts = take(home, path, GENRES).counts
    with path.open() as lines:
        rows = list(csv.reader(lines))
    assert counts["judgments_added"] == len(rows) == 2945
    assert (counts["items_added"], counts["annotators"]) == (700, 44)
    found = home.db.read(lambda tx: labeling.judgments(tx, "real"))
    assert Counter(one.outcome for one in found) == Counter(row[2] for row in rows)
