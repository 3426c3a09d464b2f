"""A project whose items are escalated, and the people around them."""

from dataclasses import dataclass
from typing import Any

import httpx

from loopwright.accounts import service as accounts
from loopwright.accounts.model import Role
from loopwright.adjudication.follower import EscalationFollower
from loopwright.adjudication.tables import escalation_case
from loopwright.quality.reconcile import reconcile
from support.server import RunningServer, add_project

Json = dict[str, Any]
P = "/api/projects/desk"
PROJECT = """\
id: desk
name: Desk
overlap: 2
questions:
  - {id: better, kind: pairwise, text: "Which is better?"}
  - {id: topic, kind: single_label, text: "About what?",
     options: [{id: bill, name: A bill}, {id: other, name: Else}]}
guideline:
  text: Be kind.
  criteria: [{id: tone, name: Tone}]
  flags: [{id: harm, name: Harm}]
escalation: {disagreement: true, flags_at: high, held_at_once: 2}
"""


@dataclass
class World:
    """The server with the project in it, its owner, and the thread that opens cases by rule."""

    server: RunningServer
    owner: httpx.Client
    follower: EscalationFollower

    def person(
        self, name: str, role: Role = Role.ANNOTATOR, *tags: str
    ) -> tuple[str, httpx.Client]:
        """Add a person; return their id and a client with their key."""
        person_id, client = self.server.add_person(name, role=role, project_id="desk")
        if tags:
            self.server.home.db.write(
                lambda tx: accounts.set_tags(
                    tx, project_id="desk", person_id=person_id, tags=tags, now=1.0
                )
            )
        return person_id, client

    def add_item(
        self, key: str, *, question: str = "better", overlap: int = 2, requires: Any = ()
    ) -> str:
        """Add one open item; return its id."""
        count = 2 if question == "better" else 1
        item = {
            "prompt": {"messages": [{"role": "user", "content": f"Hello {key}"}]},
            "completions": [
                {"text": f"Text {at} of {key}", "policy": f"secret-policy-{at}"}
                for at in range(count)
            ],
            "key": key,
            "requires": list(requires),
        }
        body = {"question": question, "items": [item], "overlap": overlap}
        answer = self.owner.post(f"{P}/items", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["ids"][0])

    def judge(self, client: httpx.Client, answer: Json) -> Json:
        """Take the next item and answer; "Text n" as a choice is turned into its side."""
        [offer] = client.post(f"{P}/assignments", json={"count": 1}).json()["assignments"]
        body = {
            "client_id": offer["id"],
            "assignment_id": offer["id"],
            "token": offer["token"],
            "answer": sided(answer, offer),
        }
        sent = client.post(f"{P}/judgments", json=body)
        assert sent.status_code == 200, sent.text
        return dict(offer)

    def follow(self, *, now: float) -> int:
        """Bring consensus up to date and look for what the rules are about."""
        reconcile(self.server.home, project_id="desk", now=now)
        return self.follower.step(now=now)

    def lapse(self, case_id: str) -> None:
        """Let the time of a claim run out."""
        self.server.home.db.write(
            lambda tx: tx.execute(
                escalation_case.update()
                .where(escalation_case.c.id == case_id)
                .values(claimed_until=0.0)
            )
        )

    def split(
        self, key: str, one: httpx.Client, other: httpx.Client, *, now: float, **more: Any
    ) -> str:
        """Add an item on which two people disagree, and let it be escalated."""
        item_id = self.add_item(key)
        self.judge(one, {"choice": "Text 0", "reason": f"{key} first", **more})
        self.judge(other, {"choice": "Text 1", "reason": f"{key} second"})
        assert self.follow(now=now) >= 1
        return item_id


def make_world(server: RunningServer) -> World:
    """Make the project."""
    add_project(server.home, PROJECT)
    return World(server, server.owner(), EscalationFollower(server.home))


def sided(answer: Json, shown: Json) -> Json:
    """Return an answer whose choice names a text with the side at which that text stands."""
    sides = {one["text"].partition(" of ")[0]: one["side"] for one in shown["completions"]}
    choice = answer.get("choice")
    return answer if choice not in sides else {**answer, "choice": sides[choice]}


def claim(client: httpx.Client, case_id: str | None = None) -> Json:
    """Take a case."""
    answer = client.post(f"{P}/cases/claim", json={"case_id": case_id})
    assert answer.status_code == 200, answer.text
    case: Json = answer.json()["case"]
    return case


def act(client: httpx.Client, case_id: str, what: str, body: Json | None = None) -> httpx.Response:
    """Do something with a case."""
    return client.post(f"{P}/cases/{case_id}/{what}", json=body or {})


def blind(client: httpx.Client, case: Json, choice: str) -> Json:
    """Decide a case blind for the completion that has this text."""
    answer = sided({"choice": choice, "reason": None}, case["shown"])
    sent = act(client, case["case"]["id"], "blind", {"answer": answer})
    assert sent.status_code == 200, sent.text
    found: Json = sent.json()
    return found


def decision(case: Json, choice: str, **more: Any) -> Json:
    """Return the body of a final decision."""
    answer = sided({"choice": choice, "reason": None}, case["shown"])
    return {"answer": answer, "rationale": "It answers the question.", **more}
