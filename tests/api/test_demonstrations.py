"""What people corrected can be imitated: as demonstrations, with where each row comes from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from kinds_world import World, make_world, submit

from loopwright.client import answers
from support.server import RunningServer, add_project

Json = dict[str, Any]
P = "/api/projects/kinds"
EDIT = "Better, call +49 30 901820."
MASKED = "Better, call [PHONE_1]."
OTHER = """\
id: other
name: Other
questions: [{id: better, kind: pairwise, text: "?"}]
guideline: {text: Be kind.}
"""


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with server.owner() as owner:
        yield make_world(server, owner)


def correct(world: World, *edits: str | None) -> str:
    """Add an item that as many people correct; None leaves it as it is. Return the item's id."""
    item_id = world.add_item("correction", overlap=len(edits))
    for at, edit in enumerate(edits):
        added = world.owner.post(f"{P}/people", json={"name": f"p{at}", "role": "annotator"})
        with world.server.client(added.json()["api_key"]) as client:
            offer = world.offer(client)
            text = edit or offer["completions"][0]["text"]
            assert submit(client, offer, answers.correction(text)).status_code == 200
    return item_id


def demonstrate(owner: httpx.Client, text: str, *, base: str = P) -> None:
    item = {
        "prompt": {"messages": [{"role": "user", "content": "Say hello."}]},
        "completions": [{"text": text}],
        "purpose": "demonstration",
    }
    assert owner.post(f"{base}/items", json={"items": [item]}).status_code == 200


def freeze(owner: httpx.Client, *, base: str = P, **spec: Any) -> Json:
    answer = owner.post(f"{base}/datasets", json={"kind": "demonstrations", **spec})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def exported(owner: httpx.Client, digest: str, form: str, *, base: str = P) -> bytes:
    answer = owner.get(f"{base}/datasets/{digest}/export", params={"format": form})
    assert answer.status_code == 200, answer.text
    return answer.content


def rows(owner: httpx.Client, digest: str, form: str = "jsonl", *, base: str = P) -> list[Json]:
    return [json.loads(line) for line in exported(owner, digest, form, base=base).splitlines()]


def traced(owner: httpx.Client, ref: str, direction: str) -> Json:
    return dict(owner.get(f"{P}/lineage/{ref}?direction={direction}").json())


def test_a_corrected_text_is_a_demonstration_that_says_whose_it_is(
    world: World, tmp_path: Path
) -> None:
    item_id = correct(world, EDIT, EDIT, None)
    demonstrate(world.owner, "Hello!")
    version = freeze(world.owner)
    assert version["counts"]["by_kind"] == {"correction": 1, "demonstration": 1}
    assert (version["counts"]["items"], version["counts"]["judgments"]) == (2, 2)
    found = {row["kind"]: row for row in rows(world.owner, version["digest"])}
    edit, given = found["correction"], found["demonstration"]
    assert (edit["completion"], edit["original"]) == (MASKED, "Text 0 of 1")
    assert edit["item_id"] == item_id
    assert edit["prompt"][0]["content"].startswith("Hello")
    assert len(edit["judgments"]) == 2, "who found nothing to correct did not write it"
    assert len(edit["guideline_versions"]) == 1
    assert (given["completion"], given["judgments"], given["original"]) == ("Hello!", [], None)
    assert freeze(world.owner)["digest"] == version["digest"]

    path = tmp_path / "rows.parquet"
    path.write_bytes(exported(world.owner, version["digest"], "parquet"))
    table = {row["kind"]: row for row in pq.read_table(path).to_pylist()}
    assert table["correction"]["original"] == [{"role": "assistant", "content": "Text 0 of 1"}]
    assert table["demonstration"]["original"] is None


def test_a_correction_is_traced_both_ways(world: World) -> None:
    item_id = correct(world, EDIT)
    demonstrate(world.owner, "Hello!")
    digest = freeze(world.owner)["digest"]
    [edit] = [row for row in rows(world.owner, digest) if row["judgments"]]
    [judgment] = edit["judgments"]
    back = traced(world.owner, digest, "back")
    edges = {(edge["to"], edge["from"], edge["kind"]) for edge in back["edges"]}
    assert (digest, judgment, "holds") in edges
    assert (judgment, item_id, "judges") in edges
    assert (digest, item_id, "holds") not in edges, "it is held by its judgment"
    held = {parent for child, parent, kind in edges if (child, kind) == (digest, "holds")}
    kinds = {node["ref"]: node["kind"] for node in back["nodes"]}
    assert sorted(kinds[ref] for ref in held) == ["item", "judgment"]
    assert {"prompt", "policy", "guideline"} <= set(kinds.values())
    for ref in (judgment, item_id):
        forward = traced(world.owner, ref, "forward")
        assert digest in {node["ref"] for node in forward["nodes"]}


def test_what_as_many_would_leave_as_it_is_is_not_imitated(world: World) -> None:
    correct(world, EDIT, None)
    empty = world.owner.post(f"{P}/datasets", json={"kind": "demonstrations"})
    assert empty.json()["error"]["code"] == "empty_dataset"
    demonstrate(world.owner, "Hello!")
    assert freeze(world.owner)["counts"]["by_kind"] == {"demonstration": 1}


def test_corrections_can_be_left_out_and_want_enough_judgments(world: World) -> None:
    correct(world, EDIT, "Other words.")
    demonstrate(world.owner, "Hello!")
    kinds = {"correction": 2, "demonstration": 1}
    assert freeze(world.owner, min_judgments=2)["counts"]["by_kind"] == kinds
    alone = {"demonstration": 1}
    assert freeze(world.owner, min_judgments=3)["counts"]["by_kind"] == alone
    assert freeze(world.owner, corrections=False)["counts"]["by_kind"] == alone


@pytest.mark.parametrize("form", ["trl-prompt-completion", "trl-prompt-completion-conversational"])
def test_what_trainers_get_can_be_imported_again_without_loss(world: World, form: str) -> None:
    correct(world, EDIT)
    demonstrate(world.owner, "Hello!")
    digest = freeze(world.owner)["digest"]
    content = exported(world.owner, digest, form)
    assert set(json.loads(content.splitlines()[0])) == {"prompt", "completion"}
    refused = world.owner.get(f"{P}/datasets/{digest}/export", params={"format": "trl-preference"})
    assert "trl-prompt-completion" in refused.json()["error"]["remedy"]

    add_project(world.server.home, OTHER)
    base = "/api/projects/other"
    sent = world.owner.post(
        f"{base}/imports/tool",
        data={"tool": "huggingface"},
        files={"files": ("rows.jsonl", content)},
    )
    assert sent.json()["counts"]["items_added"] == 2, sent.text
    again = freeze(world.owner, base=base)["digest"]
    texts = [
        sorted((row["prompt"][-1]["content"], row["completion"]) for row in found)
        for found in (rows(world.owner, digest), rows(world.owner, again, base=base))
    ]
    assert texts[0] == texts[1]
