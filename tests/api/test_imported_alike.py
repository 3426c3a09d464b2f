"""Answers made elsewhere count as those made here: in datasets, and in consensus."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from kinds_world import World, make_world, submit

from loopwright.client import answers
from loopwright.quality.reconcile import reconcile
from support.server import RunningServer

Json = dict[str, Any]
P = "/api/projects/kinds"
SHARED = "kind: votes\nsource: other\nfields: {item: id, prompt: q, annotator: who"
RANKING = f"{SHARED}, texts: texts, sources: by, ranks: ranks}}\nquestion: best\n"
AGREE = f"{SHARED}, completion: a, choice: level}}\nquestion: agree\n"
FIX = f"{SHARED}, completion: a, choice: better}}\nquestion: fix\n"
TEXTS = [f"Text {at} of 1" for at in range(4)]
RANKS = [3, 1, 3, 2]


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with server.owner() as owner:
        yield make_world(server, owner)


def sent(world: World, mapping: str, rows: list[Json]) -> Json:
    content = "".join(json.dumps(row) + "\n" for row in rows)
    answer = world.owner.post(
        f"{P}/imports", data={"mapping": mapping}, files={"file": ("votes.jsonl", content)}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["counts"])


def frozen(world: World) -> list[Json]:
    version = world.owner.post(f"{P}/datasets", json={})
    assert version.status_code == 200, version.text
    path = f"{P}/datasets/{version.json()['digest']}/export"
    lines = world.owner.get(path, params={"format": "jsonl"}).text.splitlines()
    return [json.loads(line) for line in lines]


def judge_here(world: World, client: httpx.Client) -> None:
    offer = world.offer(client)
    texts = {one["side"]: one["text"] for one in offer["completions"]}
    ranks = {side: RANKS[TEXTS.index(text)] for side, text in texts.items()}
    assert submit(client, offer, answers.ranking(ranks)).status_code == 200


def test_a_ranking_from_elsewhere_makes_the_same_pairs(world: World) -> None:
    here = world.add_item("ranking")
    judge_here(world, world.owner)
    by = ["p0", "p1", "p2", "p3"]
    row = {"id": 1, "q": "Elsewhere?", "texts": TEXTS, "by": by, "ranks": RANKS, "who": "u1"}
    assert sent(world, RANKING, [row])["judgments_added"] == 1
    found: dict[bool, dict[tuple[str, str], Json]] = {True: {}, False: {}}
    for pair in frozen(world):
        found[pair["item_id"] == here][pair["chosen"], pair["rejected"]] = pair
    assert len(found[True]) == 6
    assert found[True].keys() == found[False].keys()
    for key, mine in found[True].items():
        other = found[False][key]
        assert (other["probability"], other["weight"]) == (mine["probability"], mine["weight"])


def test_a_correction_from_elsewhere_is_preferred_to_its_original(world: World) -> None:
    row = {"id": 1, "q": "Open?", "a": "Mail a@example.com", "better": "Ask a@example.com."}
    people = [{**row, "who": "u1"}, {**row, "who": "u2", "better": row["a"]}]
    assert sent(world, FIX, people)["judgments_added"] == 2
    [pair] = frozen(world)
    assert (pair["chosen"], pair["rejected"]) == ("Ask [EMAIL_1].", "Mail [EMAIL_1]")
    assert (pair["kind"], len(pair["judgments"])) == ("correction", 2)


def test_ratings_from_elsewhere_have_a_consensus_and_close_their_item(world: World) -> None:
    row = {"id": 1, "q": "Open?", "a": "Until six."}
    levels = ["yes", 3, "no", "yes"]
    people = [{**row, "who": f"u{at}", "level": level} for at, level in enumerate(levels)]
    assert sent(world, AGREE, people)["judgments_added"] == 4
    reconcile(world.server.home, project_id="kinds", now=1.0)
    [one] = world.owner.get(f"{P}/consensus").json()
    assert (one["answer"], one["n"]) == ("3", 4)
    assert world.owner.post(f"{P}/assignments", json={"count": 1}).json()["assignments"] == []
