"""What the browser tests put into a project."""

import json
from pathlib import Path

from e2e_server import Server

from loopwright.base.types import Json

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
    "my-work",
    "guidelines",
    "quality/overview",
    "quality/agreement",
    "quality/items",
    "quality/saved",
    "quality/desk",
    "quality/gold",
    "quality/sessions",
    "quality/people",
    "quality/threads",
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
    if pairs:
        add_pairs(server, pairs, project=project)
    return project


def add_feedback(server: Server) -> None:
    """Send feedback of every kind: some of it opens items, some only marks."""
    about = {"prompt": "How do I return a parcel?", "completion": "We value your business."}
    said: list[Json] = [
        {"kind": "thumb", "value": "up", "user": "customer-1"},
        {"kind": "thumb", "value": "down", "comment": "It does not say how."},
        {"kind": "rating", "value": 2, "max": 5},
        {"kind": "edit", "value": "Open Orders, choose the order, press Return."},
        {"kind": "verdict", "value": "reject"},
        {"kind": "label", "value": "off topic", "tool": "other desk", "rater": "r7"},
        {"kind": "thumb", "value": "down", "request_id": "req_of_tomorrow"},
    ]
    rows = [
        {"client_id": f"f{number}", "source": "shop", **({} if "request_id" in one else about)}
        | one
        for number, one in enumerate(said)
    ]
    server.post("/api/projects/helpdesk/feedback/batch", {"feedback": rows})


def fill(server: Server) -> None:
    """Make the project; give it pairs to judge, feedback, and a webhook that leads nowhere."""
    server.post("/api/projects", {"yaml": PROJECT})
    add_pairs(server, 12)
    add_feedback(server)
    hook = {"url": "https://hooks.example.invalid/desk", "kinds": ["release.*", "cycle.*"]}
    server.post("/api/projects/helpdesk/webhooks", hook)
