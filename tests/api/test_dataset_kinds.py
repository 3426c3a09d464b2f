"""What people say in each kind of question becomes preference pairs, and only what they said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from kinds_world import World, make_world, png, submit

from loopwright.client import answers
from loopwright.quality import service as quality
from support.server import RunningServer

Json = dict[str, Any]
P = "/api/projects/kinds"


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with server.owner() as owner:
        yield make_world(server, owner)


@pytest.fixture
def raters(world: World) -> Iterator[list[httpx.Client]]:
    people = [
        world.owner.post(f"{P}/people", json={"name": name, "role": "annotator"}).json()
        for name in ("ann", "bob", "cat")
    ]
    clients = [world.server.client(one["api_key"]) for one in people]
    yield clients
    for client in clients:
        client.close()


def texts(offer: Json) -> dict[str, str]:
    return {one["side"]: one["text"] for one in offer["completions"]}


def freeze(world: World, **spec: Any) -> Json:
    answer = world.owner.post(f"{P}/datasets", json=spec)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def rows(world: World, digest: str) -> list[Json]:
    exported = world.owner.get(f"{P}/datasets/{digest}/export", params={"format": "jsonl"})
    return [json.loads(line) for line in exported.text.splitlines()]


def test_a_ranking_becomes_all_its_pairs(world: World, raters: list[httpx.Client]) -> None:
    world.add_item("ranking", overlap=3)
    for client in raters:
        offer = world.offer(client)
        # "Text 1 of 1" is best, then 3, then 0 and 2 alike.
        rank = {"1": 1, "3": 2, "0": 3, "2": 3}
        ranks = {side: rank[text.split()[1]] for side, text in texts(offer).items()}
        assert submit(client, offer, answers.ranking(ranks)).status_code == 200
    version = freeze(world)
    assert (version["counts"]["rows"], version["counts"]["items"]) == (6, 1)
    assert version["counts"]["judgments"] == 3
    assert version["counts"]["by_kind"] == {"ranking": 6}
    found = rows(world, version["digest"])
    ordered = {(row["chosen"][5], row["rejected"][5]): row for row in found}
    clear = {pair for pair, row in ordered.items() if row["probability"] > 0.5}
    assert clear == {("1", "3"), ("1", "0"), ("1", "2"), ("3", "0"), ("3", "2")}
    assert ordered["0", "2"]["probability"] == 0.5
    weights = [row["weight"] for row in found]
    assert sum(weights) <= 3.0  # like the three comparisons that order four things
    assert {len(row["judgments"]) for row in found} == {3}
    assert freeze(world, ties="drop")["counts"]["rows"] == 5
    again = freeze(world)
    assert again["digest"] == version["digest"]

    path = f"{P}/datasets/{version['digest']}/export"
    lines = world.owner.get(path, params={"format": "trl-preference"}).text.splitlines()
    assert len(lines) == 6
    assert set(json.loads(lines[0])) == {"prompt", "chosen", "rejected"}


def test_only_a_changed_text_becomes_a_pair(world: World, raters: list[httpx.Client]) -> None:
    world.add_item("correction", overlap=3)
    for client, edit in zip(raters, ("Better, call +49 30 901820.", None, None), strict=True):
        offer = world.offer(client)
        original = texts(offer)["only"]
        done = submit(client, offer, answers.correction(edit or original))
        assert done.status_code == 200
    [row] = rows(world, freeze(world)["digest"])
    assert (row["chosen"], row["rejected"]) == ("Better, call [PHONE_1].", "Text 0 of 1")
    # Two of three would have left it as it is: the edit is hardly sure, and has no majority.
    assert (row["kind"], len(row["judgments"])) == ("correction", 3)
    assert row["probability"] == pytest.approx(2.5 / 4)
    dropped = world.owner.post(f"{P}/datasets", json={"ties": "drop"})
    assert dropped.json()["error"]["code"] == "empty_dataset"
    assert freeze(world, min_judgments=3)["counts"]["rows"] == 1
    lineage = world.owner.get(f"{P}/lineage/{row['judgments'][0]}?direction=forward").json()
    assert "dataset" in {node["kind"] for node in lineage["nodes"]}


def preferring_text_1(offer: Json, *, strength: int) -> Json:
    side: answers.Choice = "left" if "Text 1" in texts(offer).get("left", "") else "right"
    low, high = {"tone": 1, "truth": 1}, {"tone": 2, "truth": 2}
    match offer["question"]["kind"]:
        case "pairwise":
            return answers.pairwise(side, strength=strength)
        case "scorecard":
            return answers.scorecard(side, strength=1, left=low, right=high)
        case "rubric":
            return answers.rubric({"tone": 1})
        case _:
            return answers.likert(1)


def test_comparisons_with_strength_and_scorecards_become_pairs(
    world: World, raters: list[httpx.Client]
) -> None:
    world.add_item("pairwise", overlap=2)
    world.add_item("scorecard", overlap=2)
    world.add_item("rubric", overlap=2)
    world.add_item("likert", overlap=2)
    for number, client in enumerate(raters[:2], start=1):
        for _ in range(4):
            offer = world.offer(client)
            answer = preferring_text_1(offer, strength=number + 1)
            assert submit(client, offer, answer).status_code == 200
    version = freeze(world)
    assert version["counts"]["by_kind"] == {"pairwise": 1, "scorecard": 1}
    found = {row["kind"]: row for row in rows(world, version["digest"])}
    assert found["pairwise"]["chosen"] == found["scorecard"]["chosen"] == "Text 1 of 1"
    assert (found["pairwise"]["strength"], found["scorecard"]["strength"]) == (2.5, 1.0)
    assert all(len(row["judgments"]) == 2 for row in found.values())


def test_a_row_with_an_image_leaves_only_where_the_image_is_named(
    world: World, tmp_path: Path
) -> None:
    sent = world.owner.post(f"{P}/images", files={"file": ("x.png", png())}).json()
    item = {
        "prompt": {"messages": [{"role": "user", "content": "What is it?"}]},
        "completions": [{"text": "A cat"}, {"text": "A dog"}],
        "image": {"digest": sent["digest"]},
    }
    world.owner.post(f"{P}/items", json={"question": "better", "items": [item]})
    offer = world.offer(world.owner)
    submit(world.owner, offer, answers.pairwise("left", strength=1))
    world.add_item("pairwise")
    submit(world.owner, world.offer(world.owner), answers.pairwise("right", strength=1))
    digest = freeze(world)["digest"]
    assert {row["image"] for row in rows(world, digest)} == {None, sent["digest"]}
    path = f"{P}/datasets/{digest}/export"
    for form, count, refused in (
        ("jsonl", 2, 0),
        ("parquet", 2, 0),
        ("trl-preference", 1, 1),
        ("trl-preference-conversational", 1, 1),
    ):
        answer = world.owner.get(path, params={"format": form})
        headers = (answer.headers["x-loopwright-rows"], answer.headers["x-loopwright-refused"])
        assert headers == (str(count), str(refused))
        if form == "parquet":
            (tmp_path / "rows.parquet").write_bytes(answer.content)
            table = pq.read_table(tmp_path / "rows.parquet")
            assert set(table["image"].to_pylist()) == {None, sent["digest"]}
            assert table["strength"].to_pylist() == [1.0, 1.0]


def test_what_people_settled_stands_in_place_of_the_votes(
    world: World, raters: list[httpx.Client]
) -> None:
    corrected = world.add_item("correction", overlap=1)
    done = submit(raters[0], world.offer(raters[0]), answers.correction("Worse."))
    assert done.status_code == 200
    ranked = world.add_item("ranking", overlap=1)
    ranks = {side: at for at, side in enumerate("abcd", 1)}
    assert submit(raters[0], world.offer(raters[0]), answers.ranking(ranks)).status_code == 200

    def settle(item: str, answer: Json, replaces: str | None = None) -> str:
        kind = "fix" if item == corrected else "best"
        made = world.server.home.db.write(
            lambda tx: quality.settle(
                tx, project_id="kinds", item_id=item, question_id=kind, answer=answer,
                source="adjudication", ref_id="adj_1", by="per_sue", now=1.0, replaces=replaces,
            )
        )  # fmt: skip
        return made.id

    before = settle(corrected, answers.correction("Better, call +49 30 901820."))
    settle(ranked, answers.ranking({"a": 1, "b": 2, "c": 2, "d": 3}))
    found = rows(world, freeze(world)["digest"])
    [edit] = [row for row in found if row["kind"] == "correction"]
    assert (edit["chosen"], edit["probability"]) == ("Better, call [PHONE_1].", 1.0)
    assert (edit["settled"], edit["judgments"]) == ("adjudication", [])
    order = {(row["chosen"][5], row["rejected"][5]): row for row in found if row is not edit}
    assert {pair for pair, row in order.items() if row["probability"] == 1.0} == {
        ("0", "1"), ("0", "2"), ("0", "3"), ("1", "3"), ("2", "3"),
    }  # fmt: skip
    assert order["1", "2"]["probability"] == 0.5
    [shown] = rows(world, freeze(world, kind="demonstrations")["digest"])
    assert (shown["completion"], shown["settled"]) == (edit["chosen"], "adjudication")
    settle(corrected, answers.correction("Text 0 of 1"), replaces=before)
    after = rows(world, freeze(world)["digest"])
    assert [row["kind"] for row in after] == ["ranking"] * 6
