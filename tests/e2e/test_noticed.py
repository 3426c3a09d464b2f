"""What is noticed of one's judging reaches the server and oneself; changed guidelines are shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_server import Server
from e2e_world import PROJECT, add_pairs, add_project
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def page(signed_in: Path, browser: Browser) -> Iterator[Page]:
    """Return a signed-in page with a clipboard."""
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": 1280, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    yield context.new_page()
    context.close()


def test_everything_noticed_is_on_my_work(filled: Server, page: Page) -> None:
    """First choice, changes, share read, pasted characters and note: stored, shown, undoable."""
    project = add_project(filled, "noticed", pairs=4)
    page.goto(f"{filled.url}/p/{project}/label")
    prompt = page.get_by_role("region", name="Prompt").inner_text()
    for key in ("1", "2", "m"):
        page.keyboard.press(key)
    page.keyboard.type("both are odd")
    page.keyboard.press("Escape")
    page.evaluate("navigator.clipboard.writeText('twelve chars')")
    page.keyboard.press("r")
    page.keyboard.press("Control+v")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 judged by you")).to_be_visible()
    got = page.request.get(f"{filled.url}/api/projects/{project}/my/judgments").json()
    (mine,) = got["judgments"]
    assert mine["note"] == "both are odd"
    assert mine["revisions"] == 1
    assert mine["signals"]["first_choice"] == "Left is better"
    assert 0 <= mine["signals"]["first_choice_ms"] <= mine["active_ms"]
    assert mine["signals"]["pasted_characters"] == len("twelve chars")
    assert mine["signals"]["scroll"] == {"left": 1, "right": 1}
    page.get_by_role("link", name="My work").click()
    row = page.get_by_role("row").filter(has_text=prompt)
    for words in (
        "changed once",
        "first choice: Left is better",
        "left read to 100%",
        "12 characters pasted",
    ):
        expect(row).to_contain_text(words)
    expect(row).to_contain_text("Note: both are odd")
    expect(page.get_by_role("heading", name="What is measured, and what for")).to_be_visible()
    row.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("taken back")
    page.get_by_role("link", name="Label", exact=True).click()
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    expect(page.get_by_text("0 judged by you")).to_be_visible()


def test_a_changed_guideline_is_shown_once_and_can_be_opened_again(
    filled: Server, page: Page
) -> None:
    """After judging under version 1, version 2 is announced with its changes, until read."""
    project = add_project(filled, "news", pairs=1)
    page.goto(f"{filled.url}/p/{project}/label")
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing to judge now")).to_be_visible()
    text = PROJECT.replace("id: helpdesk", f"id: {project}")
    text = text.replace("Length alone is no merit", "Length is no merit at all")
    filled.post("/api/projects", {"yaml": text.replace("solves the problem", "ends the trouble")})
    add_pairs(filled, 2, start=50, project=project)
    page.reload()
    news = page.get_by_role("status").filter(has_text="The guideline has changed")
    expect(news).to_contain_text("version 1 to 2")
    news.get_by_role("button", name="What changed").click()
    expect(news.locator("del").filter(has_text="Length alone is no merit")).to_be_visible()
    expect(news.locator("ins").filter(has_text="Length is no merit at all")).to_be_visible()
    expect(news.locator("ins").filter(has_text="trouble")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 judged by you")).to_be_visible()
    page.reload()
    expect(news).to_be_visible()
    news.get_by_role("button", name="I have read it").click()
    expect(news).to_have_count(0)
    page.get_by_role("button", name="What changed since version 1").click()
    expect(page.locator("ins").filter(has_text="Length is no merit at all")).to_be_visible()
