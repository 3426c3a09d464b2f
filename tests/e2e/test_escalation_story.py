"""Escalation in a browser, by keyboard: asked, decided blind, then for good, and taught."""

import os
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e_server import Server
from e2e_world import add_project
from playwright.sync_api import Browser, Page, expect

SECRET = "The second one names the hour."


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """The folder for photographs; LOOPWRIGHT_E2E_SHOTS keeps them elsewhere."""
    folder = Path(os.environ.get("LOOPWRIGHT_E2E_SHOTS") or tmp_path / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_an_item_is_asked_about_decided_blind_and_taught(
    filled: Server, browser: Browser, shots: Path
) -> None:
    project = add_project(filled, "asked", pairs=1)
    ann, ann_key = person(filled, browser, project, "Ann", "annotator")
    sam, _ = person(filled, browser, project, "Sam", "specialist")
    eve, _ = person(filled, browser, project, "Eve", "annotator")

    ann.goto(f"{filled.url}/p/{project}/label")
    expect(ann.get_by_text("Question 0: is it open?")).to_be_visible()
    ann.keyboard.press("a")
    expect(ann.get_by_role("dialog")).to_be_visible()
    written(ann, "Is praise an answer?")
    ann.keyboard.press("Control+Enter")
    expect(ann.get_by_role("dialog")).to_have_count(0)
    judged(filled, project, ann_key)

    sam.goto(f"{filled.url}/p/{project}/quality/desk")
    expect(sam.get_by_role("button", name="Take: Question 0: is it open?")).to_be_visible()
    looks(sam, shots, "desk")
    sam.keyboard.press("n")
    expect(sam.get_by_role("heading", name="First without the others")).to_be_visible()
    expect(sam.get_by_text("Is praise an answer?")).to_have_count(0)
    expect(sam.get_by_text(SECRET)).to_have_count(0)
    looks(sam, shots, "case-blind")
    sam.keyboard.press("1")
    sam.keyboard.press("Enter")
    expect(sam.get_by_text("Somebody asked: Is praise an answer?")).to_be_visible()
    expect(sam.get_by_text(SECRET)).to_be_visible()
    looks(sam, shots, "case-votes")

    handed_back_and_decided(f"{filled.url}/p/{project}", ann, sam, shots)
    taught(f"{filled.url}/p/{project}", eve, shots)


def written(page: Page, text: str) -> None:
    """Type once a text field has the focus: faster than any hand, keys would be lost before."""
    expect(page.locator("textarea:focus, input:not([type=radio]):focus")).to_have_count(1)
    page.keyboard.type(text)


def handed_back_and_decided(address: str, ann: Page, sam: Page, shots: Path) -> None:
    """Ask Ann back, then decide otherwise than blind and write it up."""
    sam.keyboard.press("h")
    written(sam, "Which hour?")
    sam.keyboard.press("Control+Enter")
    expect(sam.get_by_text("asked back")).to_be_visible()
    ann.goto(f"{address}/my-work")
    expect(ann.get_by_text("Which hour?")).to_be_visible()
    looks(ann, shots, "my-questions")
    ann.get_by_label("Your reply").press_sequentially("Six.")
    ann.keyboard.press("Control+Enter")
    expect(ann.get_by_text("You replied: Six.")).to_be_visible()

    sam.keyboard.press("n")
    expect(sam.get_by_text("Six.")).to_be_visible()
    sam.keyboard.press("3")
    expect(sam.get_by_text("This differs from your blind answer")).to_be_visible()
    sam.keyboard.press("r")
    written(sam, "Neither says more.")
    sam.keyboard.press("Control+Enter")
    expect(sam.get_by_text("differs from the blind answer of the same person")).to_be_visible()
    sam.get_by_role("button", name="Write a case study").press("Enter")
    written(sam, "Praise is no answer")
    sam.get_by_role("button", name="Publish").press("Enter")
    expect(sam.get_by_role("button", name="Write it anew")).to_be_visible()


def taught(address: str, eve: Page, shots: Path) -> None:
    """Answer the check of the case study before its answer is shown."""
    eve.goto(f"{address}/guidelines")
    eve.get_by_role("button", name="Open: Praise is no answer").press("Enter")
    left = eve.get_by_role("radio", name="Left is better")
    expect(left).to_be_visible()
    expect(eve.get_by_text("Neither says more.")).to_have_count(0)
    eve.keyboard.press("1")
    expect(left).to_be_checked()
    eve.keyboard.press("Enter")
    expect(eve.get_by_text("It was decided otherwise.")).to_be_visible()
    expect(eve.get_by_text("Neither says more.")).to_be_visible()
    looks(eve, shots, "case-study")


def person(
    server: Server, browser: Browser, project: str, name: str, role: str
) -> tuple[Page, str]:
    """Add a person and sign them in; return their page and key."""
    added = server.post(f"/api/projects/{project}/people", {"name": name, "role": role})
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(added["signin_link"])
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
    return page, added["api_key"]


def judged(server: Server, project: str, key: str) -> None:
    """Judge the one item that is held, as a program would."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{server.url}/api/projects/{project}", headers=headers) as client:
        [offer] = client.post("/assignments", json={"count": 1}).json()["assignments"]
        body = {
            "client_id": offer["id"],
            "assignment_id": offer["id"],
            "token": offer["token"],
            "answer": {"choice": "left", "reason": SECRET},
        }
        assert client.post("/judgments", json=body).status_code == 200


def looks(page: Page, shots: Path, name: str) -> None:
    """Photograph a page in both schemes and on a phone; nothing axe knows is wrong with it."""
    page.evaluate("window.scrollTo(0, 0)")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.screenshot(path=shots / f"{name}-{scheme}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert [f"{one['id']}: {[at['target'] for at in one['nodes']]}" for one in found] == []
    page.set_viewport_size({"width": 400, "height": 800})
    page.screenshot(path=shots / f"{name}-400.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.set_viewport_size({"width": 1280, "height": 800})
