"""Boxes of Label Studio: percent become pixels of the image that came along, decoded anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from kinds_world import png
from sqlalchemy import text
from test_answer_imports import judgments, kinds_home
from test_tool_imports import EXPORTS, part, take, written

from loopwright.base.digests import digest_bytes
from loopwright.base.errors import InvalidInput
from loopwright.feedback.tools.model import Tool
from loopwright.feedback.tools.reading import Part
from loopwright.infra.home import Home
from loopwright.intake import store as intake
from loopwright.intake.images import clean_image
from loopwright.intake.schemas import sentence_of

__all__ = ["kinds_home"]

Json = dict[str, Any]
SIZE = (40, 20)


def image(home: Home, name: str, content: bytes | None = None) -> Part:
    path = home.folder("files") / name
    path.write_bytes(png(SIZE) if content is None else content)
    return Part(path, name)


def export(home: Home, change: Callable[[list[Json]], None]) -> Part:
    found = json.loads((EXPORTS / "label_studio_boxes.json").read_text())
    change(found)
    return written(home, "boxes.json", json.dumps(found))


def rows_of(home: Home, table: str) -> int:
    count = home.db.read(lambda tx: tx.scalar(text(f"SELECT count(*) FROM {table}")))
    return int(count or 0)


def test_boxes_become_pixels_of_the_image_beside_the_export(home: Home) -> None:
    turned = png(SIZE) + b"appended"
    parts = [part("label_studio_boxes.json"), image(home, "pets.png", turned)]
    parts.append(image(home, "yard.png", png((40, 20))))
    report = take(home, Tool.LABEL_STUDIO, parts, question="find")
    assert report.counts["judgments_added"] == 3
    assert report.file == "label_studio_boxes.json"
    assert [one.answer["boxes"] for one in judgments(home)] == [
        [
            {"label": "cat", "x": 4, "y": 5, "width": 20, "height": 10},
            {"label": "dog", "x": 35, "y": 0, "width": 5, "height": 20},
        ],
        [{"label": "cat", "x": 0, "y": 0, "width": 1, "height": 1}],
        [{"label": "dog", "x": 20, "y": 10, "width": 20, "height": 10}],
    ]
    assert [one.outcome for one in judgments(home)] == ["cat,dog", "cat", "dog"]
    clean = clean_image(turned, name="x", most_pixels=10_000)
    item = home.db.read(lambda tx: intake.items_of(tx, [judgments(home)[0].item_id]))
    [shown] = [one.image for one in item.values()]
    assert shown is not None
    assert (shown.width, shown.height, shown.alt) == (*SIZE, "pets.png")
    assert shown.digest == digest_bytes(clean.content)
    assert home.artifacts.path(shown.digest).read_bytes() == clean.content
    again = take(home, Tool.LABEL_STUDIO, parts, question="find", now=200.0)
    assert "Nothing was added" in sentence_of(again)
    assert rows_of(home, "image") == 1, "the two files hold the same pixels"


def value(at: str, to: Any) -> Callable[[list[Json]], None]:
    def change(found: list[Json]) -> None:
        found[1]["annotations"][0]["result"][0]["value"][at] = to

    return change


def other_size(found: list[Json]) -> None:
    found[1]["annotations"][0]["result"][0]["original_width"] = 80


def two_images(found: list[Json]) -> None:
    found[1]["data"]["mask"] = "mask.png"


def no_such_image(found: list[Json]) -> None:
    found[1]["data"]["image"] = "/data/local-files/?d=pets/gone.png"


BAD: list[tuple[Callable[[list[Json]], None], str]] = [
    (value("rotation", 12), "a box in yard.png is turned; only upright"),
    (value("x", 60.0), r"boxes\[0\] \(20 by 10 at 24, 10\) does not lie in the image"),
    (value("width", 1e308), "no label, or no x, y, width and height"),
    (value("width", "wide"), "no label, or no x, y, width and height"),
    (value("rectanglelabels", ["Cow"]), "'Cow' is not a label.*cat, dog"),
    (other_size, "drawn on an image of 80 by 20 pixels, and yard.png is 40 by 20"),
    (two_images, "name it as a field: image=NAME"),
    (no_such_image, "the image 'gone.png' was not sent along; import the folder"),
]


@pytest.mark.parametrize(("change", "says"), BAD)
def test_a_box_without_a_place_is_named_and_leaves_nothing(
    home: Home, change: Callable[[list[Json]], None], says: str
) -> None:
    parts = [export(home, change), image(home, "pets.png"), image(home, "yard.png")]
    with pytest.raises(InvalidInput, match=rf"boxes\.json:2, annotator 7: .*{says}") as refused:
        take(home, Tool.LABEL_STUDIO, parts, question="find")
    assert refused.value.remedy
    tables = ("image", "item", "judgment", "prompt", "import_run")
    assert [rows_of(home, table) for table in tables] == [0] * len(tables)
    report = take(home, Tool.LABEL_STUDIO, parts, question="find", skip_bad=True)
    assert (report.counts["judgments_added"], report.counts["rejected"]) == (2, 1)
    assert rows_of(home, "item") == 1


@pytest.mark.parametrize("content", [b"<svg/>", png(SIZE)[:-40]], ids=["document", "cut"])
def test_a_damaged_image_is_a_bad_row(home: Home, content: bytes) -> None:
    parts = [part("label_studio_boxes.json"), image(home, "pets.png")]
    parts.append(image(home, "yard.png", content))
    with pytest.raises(InvalidInput, match=r"boxes\.json:2, annotator 7: yard\.png is"):
        take(home, Tool.LABEL_STUDIO, parts, question="find")
    assert rows_of(home, "image") == 0


def test_two_images_of_one_name_are_refused(home: Home) -> None:
    one = image(home, "pets.png")
    with pytest.raises(InvalidInput, match=r"Two of the images are called pets\.png"):
        take(home, Tool.LABEL_STUDIO, [part("label_studio_boxes.json"), one, one])


def test_boxes_are_taken_without_naming_the_question(home: Home) -> None:
    parts = [part("label_studio_boxes.json"), image(home, "pets.png"), image(home, "yard.png")]
    assert take(home, Tool.LABEL_STUDIO, parts).counts["judgments_added"] == 3
