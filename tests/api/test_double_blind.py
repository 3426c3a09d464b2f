"""Double blind, held by the API: while an item is open to somebody, nothing that any route they may
call answers tells of another's answer, a name, or a policy.

The names, reasons, texts and policies in the data are canaries: words that occur nowhere else.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from access_matrix import MATRIX, OPEN, SIGNED_IN

from loopwright.accounts.model import Role
from loopwright.base.clock import system_now
from loopwright.base.types import Json
from loopwright.infra import events
from loopwright.infra.home import Home
from loopwright.quality import service as quality
from loopwright.quality.live import ConsensusKeeper
from support.server import RunningServer, add_project, running_server

P = "/api/projects/blind"
P_ = "/api/projects/{project_id}"
PROJECT = """\
id: blind
name: Blind
overlap: 3
questions:
  - {id: better, kind: pairwise, text: "Which is better?"}
  - {id: fix, kind: correction, text: "How should it read?"}
  - {id: topic, kind: single_label, text: "What about?",
     options: [{id: bills, name: Bills}, {id: rest, name: Rest}]}
guideline: {text: Be kind, flags: [{id: privacy, name: Privacy, description: Tells of a person}]}
"""
CANARIES = (
    "canary-policy",
    "canary-reason",
    "canary-note",
    "canary-correction",
    "canary-comment",
    "Quentin Canary",
    "Lena Canary",
)
_LEFT_OUT = {("GET", f"{P_}/events"), ("POST", "/api/signout"), ("POST", "/api/signout-everywhere")}
"""The live stream has a test of its own; signing out would end this one."""
TEXTS = {"better": 2, "fix": 1, "topic": 1}
ANSWERS: dict[str, Json] = {
    "better": {"choice": "left", "reason": "canary-reason one"},
    "fix": {"text": "A canary-correction of it."},
    "topic": {"label": "bills", "reason": "canary-reason two"},
}


@dataclass
class World:
    """A project in which somebody has judged every item that another may judge now."""

    server: RunningServer
    owner: httpx.Client
    ids: dict[str, str] = field(default_factory=dict)
    """Names in paths -> real ids: those of the open items, and of the other's judgments."""
    markers: list[str] = field(default_factory=list)
    """What an open item is known by: ids, its prompt, its texts."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: test_item_view looks through specialists' eyes on both."""
    return sqlite_url


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    add_project(home, PROJECT)
    with running_server(home) as server, server.owner() as owner:
        made = World(server, owner)
        for question in TEXTS:
            _add_item(made, question)
        _judge_all(made)
        keeper = ConsensusKeeper(home)
        keeper.step()
        keeper.stop()
        _more(made)
        yield made


def _add_item(world: World, question: str) -> None:
    texts = [
        {"text": f"Shown text {at} of {question}", "policy": f"canary-policy-{question}-{at}"}
        for at in range(TEXTS[question])
    ]
    item = {
        "prompt": {"messages": [{"role": "user", "content": f"Shown prompt of {question}"}]},
        "completions": texts,
        "key": question,
    }
    answer = world.owner.post(f"{P}/items", json={"question": question, "items": [item]})
    assert answer.status_code == 200, answer.text
    [item_id] = answer.json()["ids"]
    world.ids[question] = item_id
    world.markers += [item_id, f"Shown prompt of {question}", f"Shown text 0 of {question}"]


def _judge_all(world: World) -> None:
    _, other = world.server.add_person("Quentin Canary", role=Role.ANNOTATOR, project_id="blind")
    for offer in other.post(f"{P}/assignments", json={"count": 3}).json()["assignments"]:
        sent = {
            "client_id": offer["id"],
            "assignment_id": offer["id"],
            "token": offer["token"],
            "answer": ANSWERS[offer["question"]["id"]],
            "note": "a canary-note to the leads",
        }
        judged = other.post(f"{P}/judgments", json=sent)
        assert judged.status_code == 200, judged.text
        world.ids |= {"judgment_id": judged.json()["judgment_id"], "assignment_id": offer["id"]}
    other.close()


def _more(world: World) -> None:
    """Feedback on an open item, and a settled answer, by people with names."""
    about = {"prompt": "Shown prompt of fix", "completion": "Shown text 0 of fix"}
    row = {"client_id": "f", "kind": "thumb", "value": "down", "comment": "a canary-comment"}
    sent = world.owner.post(f"{P}/feedback", json={**row, **about, "source": "shop"})
    assert sent.status_code == 200, sent.text
    person_id, lead = world.server.add_person("Lena Canary", role=Role.LEAD, project_id="blind")
    lead.close()
    world.ids["person_id"] = person_id
    world.server.home.db.write(
        lambda tx: quality.settle(
            tx,
            project_id="blind",
            item_id=world.ids["topic"],
            question_id="topic",
            answer="rest",
            source="adjudication",
            ref_id="canary-note",
            by=person_id,
            now=system_now(),
        )
    )


def _routes(role: Role) -> list[tuple[str, str]]:
    """Return the routes of a role, those that only look first."""
    mine = [route for route, rule in MATRIX.items() if role in rule.roles]
    return sorted({*mine, *SIGNED_IN, *OPEN} - _LEFT_OUT)


def _calls(
    world: World, client: httpx.Client, routes: list[tuple[str, str]]
) -> Iterator[tuple[str, httpx.Response]]:
    """Call routes with real ids, each item route once for each item."""
    for method, path in routes:
        request = MATRIX[method, path].request if (method, path) in MATRIX else {}
        for item_id in (world.ids[q] for q in TEXTS) if "{item_id}" in path else [""]:
            names = _Names(world.ids | {"item_id": item_id, "ref": world.ids["better"]})
            yield f"{method} {path}", client.request(method, path.format_map(names), **request)


class _Names(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return {"project_id": "blind", "number": "1"}.get(name, f"{name}_none")


def _told(answer: httpx.Response) -> str:
    return f"{answer.headers}\n{answer.text}"


def test_an_annotator_learns_nothing_of_others_from_any_route(world: World) -> None:
    _, client = world.server.add_person("Ann", role=Role.ANNOTATOR, project_id="blind")
    held = client.post(f"{P}/assignments", json={"count": 2})
    assert len(held.json()["assignments"]) == 2
    raters = _raters(world)
    seen = {"POST hold": held} | dict(_calls(world, client, _routes(Role.ANNOTATOR)))
    assert len(seen) > 20
    [offer, other] = held.json()["assignments"]
    skip = {"token": other["token"], "reason": "broken"}
    seen["skip"] = client.post(f"{P}/assignments/{other['id']}/skip", json=skip)
    seen["judge"] = client.post(
        f"{P}/judgments",
        json={
            "client_id": "mine",
            "assignment_id": offer["id"],
            "token": offer["token"],
            "answer": {**ANSWERS[offer["question"]["id"]], "reason": "mine", **_text(offer)},
        },
    )
    assert seen["judge"].status_code == 200, seen["judge"].text
    seen["undo"] = client.post(f"{P}/judgments/{seen['judge'].json()['judgment_id']}/undo")
    for name, answer in seen.items():
        for word in (*CANARIES, *raters):
            assert word not in _told(answer), f"{name} tells {word}"
    assert {a.status_code for a in seen.values()} <= {200, 201, 204, 404, 409, 422}


def _leaks(world: World, client: httpx.Client, routes: list[tuple[str, str]]) -> set[str]:
    """Return the routes that tell, of an item that is open, an answer, a name or a policy."""
    words = (*CANARIES, *_raters(world))
    return {
        name
        for name, answer in _calls(world, client, routes)
        for record in ([_told(answer)] if _of_one(name) else _records(answer))
        if (_of_one(name) or any(marker in record for marker in world.markers))
        and any(word in record for word in words)
    }


def _of_one(name: str) -> bool:
    """Return whether the address itself says which item the answer is about."""
    return "{item_id}" in name or "{ref}" in name


def _text(offer: Json) -> Json:
    return {"text": "My own text"} if offer["question"]["id"] == "fix" else {}


def test_the_live_stream_names_nobody_and_no_answer(world: World) -> None:
    _, client = world.server.add_person("Ann", role=Role.ANNOTATOR, project_id="blind")
    newest = world.server.home.db.read(events.last_seq)
    raters = _raters(world)
    lines: list[str] = []
    with client.stream("GET", f"{P}/events", headers={"Last-Event-ID": "0"}) as answer:
        lines.append(str(answer.headers))
        for line in answer.iter_lines():
            lines.append(line)
            if not line and f"id: {newest}" in lines:
                break
    told = "\n".join(lines)
    assert '"kind":"changed","subject":null' in told, "which item was settled may be gold"
    assert "quality.settled" not in told
    for word in (*CANARIES, *raters, "bills", '"rest"'):
        assert word not in told


def test_a_specialist_sees_figures_but_no_record_of_an_item_that_is_open(world: World) -> None:
    _, client = world.server.add_person("Sven", role=Role.SPECIALIST, project_id="blind")
    assert _leaks(world, client, _routes(Role.SPECIALIST)) == set()
    looks = [route for route in _routes(Role.OWNER) if route[0] == "GET"]
    caught = _leaks(world, world.owner, looks)  # the net holds: who may see everything is told it
    records = ("feedback", "items/{item_id}", "items/{item_id}/policies", "lineage/{ref}")
    assert {f"GET {P_}/{path}" for path in records} <= caught
    for question in TEXTS:
        for rest in ("", "/votes"):
            refused = client.get(f"{P}/items/{world.ids[question]}{rest}")
            assert refused.status_code == 409
            assert refused.json()["error"]["code"] == "still_blind"
            assert "Label page" in refused.json()["error"]["remedy"]
    assert client.get(f"{P}/consensus").json() == []


def test_after_judging_or_skipping_a_specialist_sees_that_item_alone(world: World) -> None:
    _, client = world.server.add_person("Sven", role=Role.SPECIALIST, project_id="blind")
    offers = client.post(f"{P}/assignments", json={"count": 9}).json()["assignments"]
    offer = next(one for one in offers if one["question"]["id"] == "topic")
    sent = {"client_id": "s", "assignment_id": offer["id"], "token": offer["token"]}
    assert client.post(f"{P}/judgments", json=sent | {"answer": {"label": "rest"}}).is_success
    assert client.get(f"{P}/items/{offer['item_id']}/votes").status_code == 200
    seen = client.get(f"{P}/items/{offer['item_id']}")
    assert "canary-reason two" in seen.text
    for word in ("canary-policy", "Quentin", "Lena", *_raters(world)):
        assert word not in _told(seen)
    assert [one["item_id"] for one in client.get(f"{P}/consensus").json()] == [offer["item_id"]]
    assert client.get(f"{P}/items/{offer['item_id']}/policies").status_code == 403


def test_a_closed_item_stays_out_of_sight_of_who_may_get_it_as_gold(world: World) -> None:
    sven, client = world.server.add_person("Sven", role=Role.SPECIALIST, project_id="blind")
    item = world.ids["better"]
    closed = world.owner.post(f"{P}/queue/overlap", json={"overlap": 1, "items": [item]})
    assert closed.is_success
    assert world.owner.get(f"{P}/items/{item}").json()["state"] == "closed"
    assert client.get(f"{P}/items/{item}").status_code == 409
    assert client.get(f"{P}/consensus").json() == []
    world.server.home.db.write(
        lambda tx: quality.settle(
            tx,
            project_id="blind",
            item_id=item,
            question_id="better",
            answer="tie",
            source="adjudication",
            ref_id="dec_of_sven",
            by=sven,
            now=system_now(),
        )
    )
    assert client.get(f"{P}/items/{item}").json()["settled"]["text"] == "Equally good"
    assert [one["item_id"] for one in client.get(f"{P}/consensus").json()] == [item]


def test_who_may_see_everything_is_blind_to_what_they_hold(world: World) -> None:
    _, lead = world.server.add_person("Liv", role=Role.LEAD, project_id="blind")
    item = world.ids["better"]
    assert lead.get(f"{P}/items/{item}/policies").json() == {
        "policies": ["canary-policy-better-0", "canary-policy-better-1"]
    }
    offers = lead.post(f"{P}/assignments", json={"count": 9}).json()["assignments"]
    assert item in {one["item_id"] for one in offers}
    for rest in ("", "/votes", "/policies"):
        assert lead.get(f"{P}/items/{item}{rest}").status_code == 409
    assert lead.get(f"{P}/consensus").json() == []
    lead.post(f"{P}/assignments/release", json={"assignments": [one["id"] for one in offers]})
    assert lead.get(f"{P}/items/{item}").status_code == 200


def _raters(world: World) -> list[str]:
    """Return the pseudonyms of all who judged before: they are names too."""
    found = world.owner.get(f"{P}/agreement/pairs").json()["raters"]
    rows = world.owner.get(f"{P}/quality").json()["reliability"]
    return sorted({*found, *(row["rater"] for row in rows)})


def _records(answer: httpx.Response) -> list[str]:
    """Return what is told of one thing at a time: the rows of lists, else the whole; and lines."""
    if "json" not in answer.headers.get("content-type", "") or "ndjson" in str(answer.headers):
        return [str(answer.headers), *answer.text.splitlines()]
    try:
        return [str(answer.headers), *_rows(answer.json())]
    except json.JSONDecodeError:
        return [answer.text]


def _rows(value: Any) -> list[str]:
    if isinstance(value, list):
        return [json.dumps(one, ensure_ascii=False) for one in value]
    if not isinstance(value, dict):
        return [str(value)]
    lists = {name: one for name, one in value.items() if isinstance(one, list)}
    rest = {name: one for name, one in value.items() if name not in lists}
    if any(marker in value for marker in ("item_id", "votes", "history")):
        return [json.dumps(value, ensure_ascii=False)]
    return [
        json.dumps(rest, ensure_ascii=False),
        *(r for one in lists.values() for r in _rows(one)),
    ]
