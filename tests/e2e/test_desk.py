"""The desk of the label page where things go wrong: many tabs, closed tabs, ended sessions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_server import Server
from e2e_world import add_project
from playwright.sync_api import Browser, BrowserContext, Page, expect

ELSEWHERE = "This desk is open in another tab"


@pytest.fixture
def profile(signed_in: Path, browser: Browser) -> Iterator[BrowserContext]:
    """Return a signed-in browser profile of its own."""
    made = browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 800})
    yield made
    made.close()


def _open(profile: BrowserContext, server: Server, project: str) -> Page:
    page = profile.new_page()
    page.goto(f"{server.url}/p/{project}/label")
    return page


def _prompt(page: Page) -> str:
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    return page.get_by_role("region", name="Prompt").inner_text()


def _judge(page: Page, key: str) -> None:
    before = _prompt(page)
    page.keyboard.press(key)
    expect(page.locator("[role=radio][aria-checked=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Prompt")).not_to_have_text(before)


def test_one_tab_at_a_time_works_at_a_desk(filled: Server, profile: BrowserContext) -> None:
    """A second tab says so, takes over with all that was typed, and hands back when closed."""
    project = add_project(filled, "tabs", pairs=3)
    first = _open(profile, filled, project)
    shown = _prompt(first)
    first.keyboard.press("2")
    first.keyboard.press("r")
    first.keyboard.type("half a thought")
    second = _open(profile, filled, project)
    expect(second.get_by_role("heading", name=ELSEWHERE)).to_be_visible()
    second.get_by_role("button", name="Work in this tab").click()
    assert _prompt(second) == shown
    expect(second.get_by_role("radio", name="Right is better")).to_be_checked()
    expect(second.get_by_role("textbox", name="Reason")).to_have_value("half a thought")
    expect(first.get_by_role("heading", name=ELSEWHERE)).to_be_visible()
    second.keyboard.press("Enter")
    expect(second.get_by_text("1 judged by you")).to_be_visible()
    second.close()
    assert _prompt(first) != shown


def test_what_a_closed_tab_left_is_sent_from_any_page(
    filled: Server, profile: BrowserContext
) -> None:
    """Answers given offline outlive their tab; another page of another project sends them."""
    project = add_project(filled, "closed", pairs=5)
    page = _open(profile, filled, project)
    _prompt(page)
    profile.set_offline(True)
    _judge(page, "1")
    _judge(page, "2")
    expect(page.get_by_text("2 answers wait on this device")).to_be_visible()
    page.close()
    profile.set_offline(False)
    other = profile.new_page()
    with other.expect_response(f"**/{project}/judgments") as sent:
        other.goto(filled.url)
    assert sent.value.ok
    expect(_open(profile, filled, project).get_by_text("2 judged by you")).to_be_visible()


def test_any_of_the_last_answers_comes_back_after_a_reload(
    filled: Server, profile: BrowserContext
) -> None:
    """The list outlives the page; the item comes back with what was chosen and typed."""
    project = add_project(filled, "last", pairs=5)
    page = _open(profile, filled, project)
    first = _prompt(page)
    page.keyboard.press("r")
    page.keyboard.type("because of the hours")
    page.keyboard.press("Escape")
    _judge(page, "1")
    _judge(page, "2")
    expect(page.get_by_text("2 judged by you")).to_be_visible()
    page.reload()
    _prompt(page)
    page.keyboard.press("l")
    page.get_by_role("button", name=f"Undo the answer on: {first}").click()
    expect(page.get_by_role("region", name="Prompt")).to_have_text(first)
    expect(page.get_by_role("radio", name="Left is better")).to_be_checked()
    expect(page.get_by_role("textbox", name="Reason")).to_have_value("because of the hours")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 judged by you")).to_be_visible()


def test_an_ended_session_keeps_answers_until_one_signs_in_elsewhere(
    filled: Server, profile: BrowserContext
) -> None:
    """The page stays, says so, and sends once another tab has signed in."""
    project = add_project(filled, "session", pairs=5)
    page = _open(profile, filled, project)
    _prompt(page)
    profile.clear_cookies()
    _judge(page, "1")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    _judge(page, "2")
    tab = profile.new_page()
    tab.goto(filled.post("/api/signin-links", {})["link"])
    expect(tab.get_by_role("heading", name="Projects")).to_be_visible()
    page.bring_to_front()
    expect(page.get_by_text("2 judged by you")).to_be_visible()
    expect(page.get_by_text("Your session has ended")).to_have_count(0)
