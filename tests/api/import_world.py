"""A small project on each kind of database, and files to import into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from loopwright.infra.home import Home
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.intake.model import ImportReport
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project

PROJECT = """\
id: crowd
name: Crowd
questions:
  - {id: preference, kind: pairwise, text: Which answer helps more}
  - id: tone
    kind: single_label
    text: What tone
    options: [{id: kind, name: Kind}, {id: rude, name: Rude}]
guideline: {text: Prefer the answer that helps.}
overlap: 2
"""
VOTES = """\
kind: votes
source: crowd
question: preference
fields: {item: id, prompt: text, first: a, second: b, first_source: wrote_a,
         second_source: wrote_b, annotator: who, choice: winner}
choices: {left: first, right: second, same: tie}
"""
VOTE_ROWS = """\
id,text,a,b,wrote_a,wrote_b,who,winner
1,How do I reset it?,Write to ann@example.com,Press the button,old,new,u1,right
1,How do I reset it?,Write to ann@example.com,Press the button,old,new,u2,right
1,How do I reset it?,Write to ann@example.com,Press the button,old,new,u3,left
2,Is it safe?,Yes.,"Yes, mostly.",old,new,u1,same
2,Is it safe?,Yes.,"Yes, mostly.",old,new,u2,left
3,Is it fast?,Very.,No.,old,new,u3,left
"""


@pytest.fixture(name="home")
def crowd_home(home: Home) -> Home:
    """The home of the session's fixtures, with the project in it."""
    spec = parse_project(PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=PROJECT, now=1.0))
    return home


def import_text(
    home: Home,
    content: str,
    *,
    mapping: str = VOTES,
    name: str = "votes.csv",
    skip_bad: bool = False,
    joins: dict[str, Path] | None = None,
    now: float = 100.0,
) -> ImportReport:
    """Import a file that holds `content`."""
    path = home.folder("files") / name
    path.write_text(content)
    return run_import(
        home,
        project_id="crowd",
        file=ImportFile(path, name, joins or {}),
        mapping=parse_mapping(mapping),
        skip_bad=skip_bad,
        now=now,
    )


def table_counts(home: Home) -> dict[str, int]:
    tables = ("prompt", "completion", "item", "judgment", "rater", "item_state", "import_run")
    return home.db.read(
        lambda tx: {name: tx.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in tables}
    )
