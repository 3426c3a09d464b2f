"""How fast votes are imported: 100,000 votes on 10,000 made-up texts, in one file."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.infra.home import Home
from loopwright.intake.collect import ImportFile
from loopwright.intake.mapping import parse_mapping
from loopwright.labeling.imports import run_import
from loopwright.projects import service as projects
from loopwright.projects.spec import parse_project

ITEMS = 5_000
VOTES_PER_ITEM = 20
ANNOTATORS = 500
WORDS_PER_TEXT = 60
_SEED = 11
_PROJECT = """\
id: speed
name: speed
simulated: true
questions: [{id: preference, kind: pairwise, text: Which answer is better}]
guideline: {text: Made-up votes.}
"""
_MAPPING = """\
kind: votes
source: speed
fields: {item: id, prompt: text, first: a, second: b, annotator: who, choice: winner}
choices: {left: first, right: second, tie: tie}
open: false
simulated: true
"""
_WORDS = [
    "answer",
    "tone",
    "order",
    "parcel",
    "invoice",
    "refund",
    "why",
    "when",
    "your",
    "our",
    "help",
    "sure",
    "may",
    "will",
]


def rows_per_second(home: Home) -> tuple[float, Json]:
    """Return rows of one import per second of wall clock, and what was imported."""
    spec = parse_project(_PROJECT)
    home.db.write(lambda tx: projects.save(tx, spec=spec, yaml=_PROJECT, now=system_now()))
    path = home.folder("spool") / "speed.csv"
    _write_votes(path)
    report = run_import(
        home,
        project_id="speed",
        file=ImportFile(path, path.name),
        mapping=parse_mapping(_MAPPING),
        skip_bad=False,
        now=system_now(),
    )
    counts = report.counts
    notes = {
        "rows": counts["rows"],
        "texts": counts["completions"],
        "seconds": round(report.seconds, 3),
        "database": home.db.dialect,
    }
    return round(counts["rows"] / report.seconds, 1), notes


def _write_votes(path: Path) -> None:
    chance = random.Random(_SEED)  # noqa: S311 - made-up votes
    texts = [
        [" ".join(chance.choices(_WORDS, k=WORDS_PER_TEXT)) for _ in range(3)] for _ in range(ITEMS)
    ]
    votes = [(item, vote) for item in range(ITEMS) for vote in range(VOTES_PER_ITEM)]
    chance.shuffle(votes)
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "text", "a", "b", "who", "winner"])
        for item, vote in votes:
            who = f"w{(item + vote * 7) % ANNOTATORS}"
            rows.writerow([item, *texts[item], who, chance.choice(["left", "right", "tie"])])
