"""Answers about images by a mapping: the files are sent along, or named by their digest."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kinds_world import World, make_world, png
from test_cli_tools import served as served
from test_cli_tools import told

from loopwright.intake import store as intake
from loopwright.intake.model import Item
from loopwright.labeling import store as labeling
from loopwright.labeling.model import Judgment
from support.server import RunningServer

Json = dict[str, Any]
P = "/api/projects/kinds"
SHARED = (
    "kind: votes\nsource: s\nopen: false\nfields: {item: id, prompt: q, annotator: who, image: file"
)
FIND = f"{SHARED}, choice: boxes, alt: words, sensitive: hide}}\nquestion: find\n"
SCORE = f"{SHARED}}}\nquestion: score\nscores: {{tone: tone}}\n"
BOX: Json = {"label": "Cat", "x": 1, "y": 2.0, "width": 3, "height": 4}
ROW: Json = {"id": 1, "q": "", "who": "u1", "file": "x.png", "boxes": [BOX], "words": "By a@b.de"}


@pytest.fixture
def world(server: RunningServer) -> Iterator[World]:
    with server.owner() as owner:
        yield make_world(server, owner)


def take(world: World, row: Json, mapping: str = FIND, *, images: bool = True) -> Json:
    """Import one row, its image sent along or not; return what the server answers."""
    files = [("file", ("votes.jsonl", json.dumps(row).encode()))]
    files += [("images", ("x.png", png()))] if images else []
    sent = world.owner.post(f"{P}/imports", data={"mapping": mapping}, files=files)
    return dict(sent.json())


def stored(world: World) -> tuple[Item, Judgment]:
    db = world.server.home.db
    [judgment] = db.read(lambda tx: labeling.judgments(tx, "kinds"))
    [item] = db.read(lambda tx: intake.items(tx, "kinds"))
    return item, judgment


def test_boxes_come_with_the_image_that_they_are_on(world: World) -> None:
    done = take(world, {**ROW, "hide": True})
    assert done["counts"]["judgments_added"] == 1, done
    item, judgment = stored(world)
    assert item.image is not None
    assert (item.image.width, item.image.height) == (12, 8)
    assert (item.image.alt, item.image.sensitive) == ("By [EMAIL_1]", True)
    assert judgment.answer["boxes"] == [{**BOX, "label": "cat", "y": 2}]
    assert judgment.outcome == "cat"
    served = world.owner.get(f"{P}/images/{item.image.digest}")
    assert served.status_code == 200
    again = take(world, {**ROW, "hide": True})
    assert not any(count for name, count in again["counts"].items() if name.endswith("_added"))
    named = take(world, {**ROW, "hide": True, "file": item.image.digest}, images=False)
    assert named["counts"]["repeated"] == 0
    assert named["counts"]["judgments_added"] == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "y.png"}, "the image 'y.png' was not sent along"),
        ({"file": "sha256:" + "0" * 64}, "the project has no image"),
        ({"boxes": [{**BOX, "x": 10}]}, "does not lie in the image, which is 12 by 8"),
        ({"boxes": [{**BOX, "label": "cow"}]}, "'cow' is not a label"),
        ({"boxes": "none"}, "boxes is not a list"),
        ({"hide": "maybe"}, "hide is 'maybe', not true or false"),
    ],
)
def test_a_row_that_does_not_fit_its_image_is_told(world: World, change: Json, said: str) -> None:
    refused = take(world, {"hide": False, **ROW, **change})["error"]
    assert refused["message"].startswith("votes.jsonl:1: ")
    assert said in refused["message"]
    assert not world.server.home.db.read(lambda tx: intake.items(tx, "kinds"))


def test_an_image_alone_can_be_scored(world: World) -> None:
    assert take(world, {**ROW, "tone": 2}, SCORE)["counts"]["items_added"] == 1
    item, judgment = stored(world)
    assert (item.completion_ids, judgment.answer["scores"]) == ([], {"tone": 2})


def test_the_command_sends_the_images_of_a_folder(
    world: World,
    served: list[str],
    tmp_path: Path,
) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/x.png").write_bytes(png())
    (tmp_path / "votes.jsonl").write_text(json.dumps({**ROW, "hide": ""}))
    (tmp_path / "find.yaml").write_text(FIND)
    options = ["-p", "kinds", *served[2:], "--mapping", str(tmp_path / "find.yaml")]
    options += ["--images", str(tmp_path / "pictures")]
    assert "Added 1 judgment, 1 item" in told("import", str(tmp_path / "votes.jsonl"), *options)
    assert stored(world)[1].outcome == "cat"
