"""What the browser tests put into a project."""

import json
from pathlib import Path

from e2e_server import Server

PROJECT = """\
id: helpdesk
name: Help desk
description: Answers of a shop's help desk.
questions:
  - id: preference
    kind: pairwise
    text: Which answer helps more?
guideline:
  text: |
    A good answer **solves the problem**. Tone comes second.
  criteria:
    - {id: helpful, name: Helpful, description: The customer knows what to do next.}
  checklist:
    - Read both answers to the end
    - Length alone is no merit
overlap: 1
"""

MAPPING = """\
kind: votes
source: crowd
question: preference
fields: {item: id, prompt: prompt, first: a, second: b, first_source: model_a, \
second_source: model_b, annotator: worker, choice: winner}
choices: {a: first, b: second, tie: tie}
open: false
"""

PAGES = (
    "loop",
    "label",
    "guidelines",
    "quality",
    "data",
    "training",
    "evaluation",
    "releases",
    "settings",
)


def write_votes(path: Path) -> Path:
    """Write thirty items with three votes each, from two models of unequal skill."""
    rows = []
    for item in range(30):
        for worker in range(3):
            winner = "a" if (item + worker) % 4 else "b"
            rows.append(
                {
                    "id": f"item-{item}",
                    "prompt": f"How do I return order {item}?",
                    "a": f"Open **Orders**, choose order {item}, press Return.",
                    "b": "We value your business.",
                    "model_a": "plain",
                    "model_b": "flattering",
                    "worker": f"worker-{worker}",
                    "winner": winner,
                }
            )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def add_pairs(server: Server, count: int, *, start: int = 0, project: str = "helpdesk") -> None:
    """Offer `count` pairs to annotators."""
    items = [
        {
            "prompt": {
                "messages": [{"role": "user", "content": f"Question {number}: is it open?"}]
            },
            "completions": [
                {"text": f"Yes, until **six** ({number}).", "policy": "plain"},
                {"text": f"What a great question ({number})!", "policy": "flattering"},
            ],
            "key": f"pair-{number}",
        }
        for number in range(start, start + count)
    ]
    server.post(f"/api/projects/{project}/items", {"items": items})


def add_project(server: Server, project: str, *, pairs: int) -> str:
    """Make a project of its own for one test; returns its id."""
    server.post("/api/projects", {"yaml": PROJECT.replace("id: helpdesk", f"id: {project}")})
    add_pairs(server, pairs, project=project)
    return project


def fill(server: Server) -> None:
    """Make the project and give it pairs to judge."""
    server.post("/api/projects", {"yaml": PROJECT})
    add_pairs(server, 12)
