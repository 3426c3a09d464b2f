"""What is exported of a question's judgments can be imported elsewhere, and says the same there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kinds_world import GOOD, KINDS, PROJECT, QUESTIONS, World, make_world, png, submit
from test_cli_tools import served as served
from test_cli_tools import told

from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.labeling import store as labeling
from loopwright.labeling.model import Judgment
from loopwright.questions.stored import read_votes
from support.server import RunningServer, add_project

Json = dict[str, Any]
P = "/api/projects/kinds"
FLAG = {"flag": "privacy", "severity": "low", "side": "prompt", "start": 0, "end": 5}
FLAGGED = {"pairwise": "left", "scorecard": "right", "ranking": "b", "boxes": "image"}


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with server.owner() as owner:
        yield make_world(server, owner)


def judge(world: World, kind: str) -> None:
    """Two people answer an item; one gives a reason and flags."""
    world.add_item(kind, overlap=2)
    side = FLAGGED.get(kind, "only")
    span = {} if side == "image" else {"start": 1, "end": 3}
    flags = [FLAG, {"flag": "privacy", "severity": "high", "side": side, **span}]
    for name, more in (("ann", {}), ("bob", {"reason": "It tells of a@b.de", "flags": flags})):
        added = world.owner.post(f"{P}/people", json={"name": name, "role": "annotator"})
        with world.server.client(added.json()["api_key"]) as client:
            answer = submit(client, world.offer(client), {**GOOD[kind], **more})
            assert answer.status_code == 200, answer.text


def exported(world: World, kind: str, *, base: str = P) -> tuple[list[Json], str]:
    """Return a kind's rows and the mapping beside them."""
    question = {"question": QUESTIONS[kind]}
    rows = world.owner.get(f"{base}/judgments/export", params=question)
    assert rows.status_code == 200, rows.text
    mapping = world.owner.get(f"{base}/judgments/export/mapping", params=question).text
    return [json.loads(line) for line in rows.text.splitlines()], mapping


def second_project(world: World) -> str:
    add_project(world.server.home, PROJECT.replace("id: kinds", "id: again", 1))
    return "/api/projects/again"


def take(world: World, base: str, rows: list[Json], mapping: str) -> Json:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    files = [("file", ("rows.jsonl", content))]
    for digest in {row["image"] for row in rows} - {None}:
        image = world.owner.get(f"{P}/images/{digest}").content
        files.append(("images", ("any-name.png", image)))
    return dict(world.owner.post(f"{base}/imports", data={"mapping": mapping}, files=files).json())


def said(home: Home, project_id: str) -> list[Json]:
    """Return what was judged in a project and what people said, whatever ids it has there."""

    def read(tx: Any) -> list[Json]:
        found = []
        for one in labeling.judgments(tx, project_id):
            item = intake.items_of(tx, [one.item_id])[one.item_id]
            texts = intake.completions_of(tx, item.completion_ids)
            found.append(
                {
                    "prompt": intake.prompts_of(tx, [item.prompt_id])[item.prompt_id].messages,
                    "texts": [texts[key].text for key in item.completion_ids],
                    "image": None if item.image is None else (item.image.alt, item.image.width),
                    "outcome": one.outcome,
                    "votes": read_votes(one.votes, one.outcome, one.answer),
                    "reason": one.answer["reason"],
                    "at": one.created_at,
                }
            )
        return found

    return home.db.read(read)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_round_without_loss(world: World, kind: str) -> None:
    judge(world, kind)
    rows, mapping = exported(world, kind)
    assert {row["reason"] for row in rows} == {GOOD[kind].get("reason"), "It tells of [EMAIL_1]"}
    base = second_project(world)
    done = take(world, base, rows, mapping)
    assert done["counts"]["judgments_added"] == 2, done
    home = world.server.home
    assert said(home, "again") == said(home, "kinds")
    assert take(world, base, rows, mapping)["counts"]["judgments_added"] == 0

    again, _ = exported(world, kind, base=base)
    other = {"item", "annotator", "image"}  # known by other names there
    assert [_without(row, other) for row in again] == [_without(row, other) for row in rows]
    assert len({row["annotator"] for row in again}) == 2


def _without(row: Json, names: set[str]) -> Json:
    return {name: value for name, value in row.items() if name not in names}


def test_rows_follow_the_item_whatever_side_people_saw(world: World) -> None:
    judge(world, "scorecard")
    rows, mapping = exported(world, "scorecard")
    judged = world.server.home.db.read(lambda tx: labeling.judgments(tx, "kinds"))
    for row, one in zip(rows, judged, strict=True):
        won = one.shown_order == "first_left"  # everybody chose the right side
        assert (row["choice"], row["strength"]) == ("second" if won else "first", 1)
        assert (row["first:tone"], row["second:tone"]) == ((1, 2) if won else (2, 1))
        assert (row["first"], row["first_source"]) == ("Text 0 of 1", "p0")
        assert row["shown"] == one.shown_order
        sides = {flag["side"] for flag in row["flags"]}
        assert sides <= {"prompt", "second" if won else "first"}
    assert yaml.safe_load(mapping)["scores_first"] == {
        "tone": "first:tone", "truth": "first:truth",
    }  # fmt: skip


def test_items_with_and_without_a_completion_go_round_together(world: World) -> None:
    image = world.owner.post(f"{P}/images", files={"file": ("x.png", png())}).json()
    alone = {
        "prompt": {"messages": [{"role": "user", "content": ""}]},
        "image": {"digest": image["digest"], "alt": "Green"},
    }
    sent = world.owner.post(f"{P}/items", json={"question": "topic", "items": [alone]})
    assert sent.status_code == 200, sent.text
    world.add_item("single_label")
    for _ in range(2):
        offer = world.offer(world.owner)
        assert submit(world.owner, offer, GOOD["single_label"]).status_code == 200
    rows, mapping = exported(world, "single_label")
    assert sorted(row["completion"] is None for row in rows) == [False, True]
    assert take(world, second_project(world), rows, mapping)["counts"]["judgments_added"] == 2
    assert said(world.server.home, "again") == said(world.server.home, "kinds")


def test_what_measures_policies_and_what_is_bound_stays(world: World) -> None:
    def item(text: str, **more: Any) -> Json:
        prompt = {"messages": [{"role": "user", "content": text}], **more}
        return {"prompt": prompt, "completions": [{"text": "a"}, {"text": "b"}]}

    items = [item("Hi", residency="eu"), {**item("Ho"), "purpose": "evaluation"}]
    sent = world.owner.post(f"{P}/items", json={"question": "better", "items": items})
    assert sent.status_code == 200, sent.text
    for _ in range(2):
        offer = world.offer(world.owner)
        assert submit(world.owner, offer, GOOD["pairwise"]).status_code == 200
    rows, _ = exported(world, "pairwise")
    assert rows == []
    leaving = {"question": "better", "residency": "eu"}
    sent = world.owner.get(f"{P}/judgments/export", params=leaving)
    assert (sent.headers["x-loopwright-rows"], sent.headers["x-loopwright-refused"]) == ("1", "0")
    assert json.loads(sent.text)["prompt"][0]["content"] == "Hi"


@pytest.mark.parametrize("question", ["nothing", "../../x"])
def test_an_unknown_question_is_told(world: World, question: str) -> None:
    for path in ("", "/mapping"):
        sent = world.owner.get(f"{P}/judgments/export{path}", params={"question": question})
        assert sent.status_code == 422, sent.text


def test_the_command_writes_rows_mapping_and_images(
    world: World, served: list[str], tmp_path: Path
) -> None:
    judge(world, "boxes")
    out, home = tmp_path / "find.jsonl", served[2:]
    told("export-judgments", "-p", "kinds", "--question", "find", "--out", str(out), *home)
    second_project(world)
    options = ["--mapping", str(tmp_path / "find.yaml"), "--images", str(tmp_path / "find-images")]
    assert "Added 2 judgments" in told("import", str(out), "-p", "again", *options, *home)
    assert said(world.server.home, "again") == said(world.server.home, "kinds")
    unknown = told(
        "export-judgments", "-p", "kinds", "--question", "x", "-o", str(out), *home, code=1
    )
    assert "x" in unknown
    judged: list[Judgment] = world.server.home.db.read(lambda tx: labeling.judgments(tx, "again"))
    assert {one.origin for one in judged} == {"import"}
