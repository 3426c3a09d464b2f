"""A project with people who judged an item and talk about it, for the tests of discussion."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from kinds_world import GOOD, P, World, make_world, submit

from loopwright.accounts.model import Role
from support.server import RunningServer

Json = dict[str, Any]


@dataclass
class Talk:
    """The project, its people by name, and the shortest way to do each thing in it."""

    world: World
    people: dict[str, httpx.Client] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, role: Role = Role.ANNOTATOR) -> httpx.Client:
        """Add a person to the project."""
        found = self.world.server.add_person(name, role=role, project_id="kinds")
        self.ids[name], self.people[name] = found
        return found[1]

    def judge(self, name: str, answer: Json | None = None) -> Json:
        """Have somebody judge the next item; return the offer that they answered."""
        offer = self.world.offer(self.people[name])
        given = GOOD[offer["question"]["kind"]] if answer is None else answer
        answered = submit(self.people[name], offer, given)
        assert answered.status_code == 200, answered.text
        return {**offer, "judgment_id": answered.json()["judgment_id"]}

    def open(self, name: str, item_id: str, text: str = "Why?") -> Json:
        """Open a thread on an item; return it as its opener sees it."""
        subject = {"kind": "item", "id": item_id}
        body = {"client_id": f"open {text}", "subject": subject, "text": text}
        return sent(self.people[name].post(f"{P}/threads", json=body))

    def say(self, name: str, thread_id: str, text: str, *, client_id: str | None = None) -> Json:
        """Post a message; return the thread as its writer sees it."""
        body = {"client_id": client_id or text[:200], "text": text}
        return sent(self.people[name].post(f"{P}/threads/{thread_id}/messages", json=body))

    def read(self, name: str, thread_id: str) -> Json:
        """Return the thread as somebody sees it."""
        return sent(self.people[name].get(f"{P}/threads/{thread_id}"))

    def inbox(self, name: str) -> Json:
        """Return what waits for somebody."""
        return sent(self.people[name].get(f"{P}/my/threads"))

    def close(self) -> None:
        """Close every connection."""
        for client in (*self.people.values(), self.world.owner):
            client.close()


@contextmanager
def talking(server: RunningServer) -> Iterator[Talk]:
    """A project on a server, with two annotators, a lead and a specialist in it."""
    talk = Talk(make_world(server, server.owner()))
    for name in ("ann", "bob"):
        talk.add(name)
    talk.add("lea", Role.LEAD)
    talk.add("spe", Role.SPECIALIST)
    try:
        yield talk
    finally:
        talk.close()


def sent(answer: httpx.Response) -> Json:
    """Return the body of an answer that is well."""
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(answer: httpx.Response, status: int) -> str:
    """Return the code of a refusal."""
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["remedy"]
    return str(answer.json()["error"]["code"])


@dataclass(frozen=True)
class Heard:
    """An event of the stream; presence has no number."""

    seq: int | None
    kind: str
    data: Json


def listen(
    client: httpx.Client, *, count: int, after: int | None = None, thread: str | None = None
) -> list[Heard]:
    """Return the next events of the stream and hang up."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    params = {} if thread is None else {"thread": thread}
    heard: list[Heard] = []
    with client.stream("GET", f"{P}/threads/stream", headers=headers, params=params) as lines:
        assert lines.status_code == 200, lines.read()
        seq: int | None = None
        kind = "message"
        for line in lines.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                seq = int(value)
            elif name == "event":
                kind = value
            elif name == "data":
                heard.append(Heard(seq, kind, orjson.loads(value)))
                seq, kind = None, "message"
                if len(heard) == count:
                    break
    return heard
