"""A project that asks a question of every kind, with an item and a good answer for each."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from loopwright.client import answers
from support.server import RunningServer, add_project

Json = dict[str, Any]
P = "/api/projects/kinds"
PROJECT = """\
id: kinds
name: Kinds
questions:
  - {id: better, kind: pairwise, text: "?", strength: 3}
  - {id: topic, kind: single_label, text: "?", options: [{id: a, name: A}, {id: b, name: B}]}
  - {id: tags, kind: multi_label, text: "?", options: [{id: a, name: A}, {id: b, name: B}]}
  - {id: best, kind: ranking, text: "?", completions: 4}
  - {id: score, kind: rubric, text: "?", criteria: [tone]}
  - {id: agree, kind: likert, text: "?", scale: ["no", "perhaps", "yes"]}
  - {id: fix, kind: correction, text: "?"}
  - {id: find, kind: boxes, text: "?", options: [{id: cat, name: Cat}, {id: dog, name: Dog}]}
  - {id: full, kind: scorecard, text: "?", strength: 2}
guideline:
  text: Be kind.
  criteria:
    - {id: tone, name: Tone, description: How it sounds, scale: [rude, kind]}
    - {id: truth, name: Truth, scale: [wrong, partly, right]}
  flags:
    - {id: privacy, name: Privacy, description: Tells of a person}
"""
SIZES = {"pairwise": 2, "scorecard": 2, "ranking": 4, "boxes": 0}
QUESTIONS = {
    "pairwise": "better",
    "single_label": "topic",
    "multi_label": "tags",
    "ranking": "best",
    "rubric": "score",
    "likert": "agree",
    "correction": "fix",
    "boxes": "find",
    "scorecard": "full",
}
KINDS = sorted(QUESTIONS)
GOOD: dict[str, Json] = {
    "pairwise": answers.pairwise("left", strength=2, reason="shorter"),
    "single_label": answers.single_label("b"),
    "multi_label": answers.multi_label(["b", "a"]),
    "ranking": answers.ranking({"a": 3, "b": 1, "c": 2, "d": 3}),
    "rubric": answers.rubric({"tone": 2}),
    "likert": answers.likert(3),
    "correction": answers.correction("A better text, said kindly."),
    "boxes": answers.boxes([{"label": "cat", "x": 1, "y": 2, "width": 3, "height": 4}]),
    "scorecard": answers.scorecard(
        "right", strength=1, left={"tone": 1, "truth": 2}, right={"tone": 2, "truth": 3}
    ),
}


def png(size: tuple[int, int] = (12, 8)) -> bytes:
    """Return a small image."""
    target = BytesIO()
    Image.new("RGB", size, "green").save(target, "PNG")
    return target.getvalue()


@dataclass
class World:
    """The server with the project in it, and its owner."""

    server: RunningServer
    owner: httpx.Client

    def add_item(self, kind: str, key: str = "1", *, overlap: int = 1, open_: bool = True) -> str:
        """Add one item of a kind; return its id."""
        texts = [{"text": f"Text {at} of {key}", "policy": f"p{at}"} for at in range(_size(kind))]
        item: Json = {
            "prompt": {"messages": [{"role": "user", "content": f"Hello 👋 {kind} {key}"}]},
            "completions": texts,
            "key": f"{kind} {key}",
        }
        if kind == "boxes":
            sent = self.owner.post(f"{P}/images", files={"file": ("x.png", png())})
            item["image"] = {"digest": sent.json()["digest"], "alt": "Green"}
        body = {"question": QUESTIONS[kind], "items": [item], "overlap": overlap, "open": open_}
        answer = self.owner.post(f"{P}/items", json=body)
        assert answer.status_code == 200, answer.text
        [added] = answer.json()["ids"]
        return str(added)

    def offer(self, client: httpx.Client) -> Json:
        """Lease one item."""
        [found] = client.post(f"{P}/assignments", json={"count": 1}).json()["assignments"]
        return dict(found)


def submit(
    client: httpx.Client, offer: Json, answer: Json, *, client_id: str | None = None
) -> httpx.Response:
    """Send an answer to an offer."""
    body = {
        "client_id": client_id or offer["id"],
        "assignment_id": offer["id"],
        "token": offer["token"],
        "answer": answer,
    }
    return client.post(f"{P}/judgments", json=body)


def make_world(server: RunningServer, owner: httpx.Client) -> World:
    """Make the project."""
    add_project(server.home, PROJECT)
    return World(server, owner)


def _size(kind: str) -> int:
    return SIZES.get(kind, 1)
