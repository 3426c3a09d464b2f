"""One item of every kind of question, judged by keyboard alone against the real server."""

import json
import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e_server import Server
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from loopwright.base.types import Json

GUIDELINE = """
guideline:
  text: Help first.
  criteria:
    - {id: helpful, name: Helpful, description: It says what to do., \
scale: ["1: Wrong", "2: In part", "3: Fully"]}
    - {id: tone, name: Tone, scale: [Rude, Neutral, Warm]}
  flags:
    - {id: privacy, name: Personal data, description: Tells of a person, \
severities: [low, high]}
overlap: 1
"""
OPTIONS = "options: [{id: cat, name: Cat}, {id: dog, name: Dog}, {id: bird, name: Bird}]"
AGREE = "scale: [Strongly disagree, Disagree, Neither, Agree, Strongly agree]"
LONG = (
    "Open **Orders**, choose the order, press Retrun \U0001f600.\n\n- Wait for the mail\n- Pack it"
)


class Case(NamedTuple):
    """A question, how many completions its item has, the keys, and the answer they give."""

    question: str
    completions: int
    keys: tuple[str, ...]
    answer: Json


CASES = {
    "pairwise": Case("strength: 3", 2, ("6",), {"choice": "right", "strength": 2}),
    "single_label": Case(OPTIONS, 1, ("3",), {"label": "bird"}),
    "multi_label": Case(OPTIONS, 1, ("3", "1"), {"labels": ["cat", "bird"]}),
    "ranking": Case(
        "completions: 4", 4, ("2", "1", "3", "3"), {"ranks": {"a": 2, "b": 1, "c": 3, "d": 3}}
    ),
    "rubric": Case(
        "criteria: [helpful, tone]", 1, ("3", "2"), {"scores": {"helpful": 3, "tone": 2}}
    ),
    "likert": Case(AGREE, 1, ("4", "ArrowRight"), {"value": 5}),
    "correction": Case("", 1, ("e", "Control+End", "!", "Escape"), {"text": f"{LONG} 0!"}),
    "boxes": Case(OPTIONS, 0, ("n", "2", "Alt+ArrowRight"), {}),
    "scorecard": Case(
        "strength: 2",
        2,
        ("2", "3", "1", "2", "3"),
        {
            "choice": "left",
            "strength": 1,
            "scores": {"left": {"helpful": 3, "tone": 2}, "right": {"helpful": 1, "tone": 3}},
        },
    ),
}


@pytest.fixture
def page(signed_in: Path, browser: Browser) -> Iterator[Page]:
    """Return a signed-in page; a script error on it fails the test."""
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",
        color_scheme="light",
    )
    problems: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: problems.append(str(error)))
    yield made
    context.close()
    assert problems == []


@pytest.mark.parametrize("kind", CASES)
def test_a_kind_is_judged_by_keyboard(
    filled: Server, page: Page, tmp_path: Path, *, kind: str
) -> None:
    """Keys answer, what lacks is said, both schemes pass axe, a phone fits, the server takes it."""
    case = CASES[kind]
    project = _offer(filled, kind, case)
    page.goto(f"{filled.url}/p/{project}/label")
    send = page.get_by_role("button", name="Send")
    expect(send).not_to_have_accessible_description("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Prompt")).to_contain_text(f"Hello {kind}")
    for key in case.keys:
        page.keyboard.press(key)
    expect(send).to_have_accessible_description("")
    _flag_the_prompt(page)
    _looks_well(page, kind, tmp_path)
    with page.expect_response("**/judgments") as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 200
    sent = json.loads(answered.value.request.post_data or "")["answer"]
    flag = {"flag": "privacy", "severity": "high", "side": "prompt", "start": 0, "end": 5}
    assert sent.pop("flags") == [flag]
    assert sent.pop("reason") is None
    if kind == "boxes":
        [box] = sent["boxes"]
        assert box["label"] == "dog"
        assert (box["width"], box["height"]) == (160, 100)
    else:
        assert sent == case.answer
    expect(page.get_by_role("heading", name="Nothing to judge now")).to_be_visible()
    expect(page.get_by_text("An answer was not taken")).to_have_count(0)


def _offer(server: Server, kind: str, case: Case, *, name: str | None = None) -> str:
    project = name or f"kind-{kind.replace('_', '-')}"
    extra = f", {case.question}" if case.question else ""
    question = f"  - {{id: ask, kind: {kind}, text: Say what you think{extra}}}"
    yaml = f"id: {project}\nname: {kind}\nquestions:\n{question}{GUIDELINE}"
    server.post("/api/projects", {"yaml": yaml})
    item: Json = {
        "prompt": {"messages": [{"role": "user", "content": f"Hello {kind}"}]},
        "completions": [
            {"text": f"{LONG} {at}", "policy": f"p{at}"} for at in range(case.completions)
        ],
        "key": kind,
    }
    if kind == "boxes":
        item["image"] = {"digest": _upload(server, project), "alt": "A green field"}
    server.post(f"/api/projects/{project}/items", {"items": [item]})
    return project


def _upload(server: Server, project: str) -> str:
    content = BytesIO()
    Image.new("RGB", (640, 400), "green").save(content, "PNG")
    key = (server.home / "cli-token").read_text().strip()
    sent = httpx.post(
        f"{server.url}/api/projects/{project}/images",
        files={"file": ("field.png", content.getvalue())},
        headers={"Authorization": f"Bearer {key}"},
    )
    sent.raise_for_status()
    return str(sent.json()["digest"])


def _flag_the_prompt(page: Page) -> None:
    """Flag the first word of the prompt, the last of the places, without a mouse."""
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name="Flag a problem")
    expect(dialog.get_by_role("radio", name="1: Personal data")).to_be_checked()
    page.keyboard.press("2")
    places = dialog.get_by_role("radiogroup", name="Where").get_by_role("radio")
    page.keyboard.press(str(places.count()))
    page.keyboard.press("w")
    expect(dialog.get_by_role("listbox", name="Words to flag")).to_be_focused()
    page.keyboard.press("w")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_title("Personal data, high")).to_have_text("Hello")


def _looks_well(page: Page, kind: str, tmp_path: Path) -> None:
    named = os.environ.get("LOOPWRIGHT_E2E_SHOTS")
    folder = Path(named) if named else tmp_path
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
        page.screenshot(path=folder / f"kind-{kind}-{scheme}.png")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        page.set_viewport_size({"width": 400, "height": 800})
        page.screenshot(path=folder / f"kind-{kind}-{scheme}-400.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        page.set_viewport_size({"width": 1280, "height": 800})


def test_two_fingers_zoom_a_picture_and_draw_no_box(
    filled: Server, signed_in: Path, browser: Browser
) -> None:
    """On a touch screen a pinch enlarges the picture under the fingers; one finger still draws."""
    project = _offer(filled, "boxes", CASES["boxes"], name="pinch")
    context = browser.new_context(
        storage_state=signed_in, viewport={"width": 420, "height": 860}, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{filled.url}/p/{project}/label")
    picture = page.locator("svg[data-tool=draw]")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    whole = picture.bounding_box()
    assert whole is not None
    touch = context.new_cdp_session(page)
    x, y = whole["x"] + whole["width"] / 2, whole["y"] + whole["height"] / 2

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": at[0], "y": at[1], "id": number} for number, at in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (x - 20, y))
    fingers("touchStart", (x - 20, y), (x + 20, y))
    for apart in (30, 40, 50, 60):
        fingers("touchMove", (x - apart, y), (x + apart, y))
    fingers("touchEnd")
    percent = round(100 * 3 * whole["width"] / 640)
    expect(page.get_by_text(re.compile(rf"^{percent}\s?%"))).to_be_visible()
    large = picture.bounding_box()
    assert large is not None
    assert large["width"] == pytest.approx(3 * whole["width"], rel=0.05)
    # What was between the fingers is still there.
    middle = (x - large["x"]) / large["width"]
    assert middle == pytest.approx(0.5, abs=0.05)
    expect(page.locator("[data-box]")).to_have_count(0)
    fingers("touchStart", (x - 40, y - 30))
    fingers("touchMove", (x, y))
    fingers("touchMove", (x + 40, y + 30))
    fingers("touchEnd")
    expect(page.locator("[data-box]")).to_have_count(1)
    context.close()
