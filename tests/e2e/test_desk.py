"""The desk of the label page where things go wrong: many tabs, closed tabs, ended sessions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e_server import Server
from e2e_world import add_pairs, add_project
from playwright.sync_api import Browser, BrowserContext, Page, expect

ELSEWHERE = "This desk is open in another tab"


_FOLLOWED = """pane => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
    () => done(pane.scrollHeight - pane.clientHeight - pane.scrollTop))))"""
"""How far a pane is from its end, once the scrolling of the other had its frame."""
ANSWER = "Keep the box, print the label, hand it in. `code` and **more**.\n\n" * 40
TALK = [
    {"role": role, "content": f"{turn}: my parcel did not come"}
    for turn in range(6)
    for role in ("user", "assistant")
]


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


def test_what_was_fetched_ahead_goes_to_others_when_the_page_is_closed(
    filled: Server, profile: BrowserContext, browser: Browser
) -> None:
    """A reload closes a page, too: the one that comes back holds what it shows."""
    project = add_project(filled, "ahead", pairs=3)
    page = _open(profile, filled, project)
    shown = _prompt(page)
    page.reload()
    assert _prompt(page) == shown
    expect(page.get_by_text("3 items open in the project")).to_be_visible()
    added = filled.post(f"/api/projects/{project}/people", {"name": "Ann", "role": "annotator"})
    theirs = browser.new_context()
    ann = theirs.new_page()
    ann.goto(added["signin_link"])
    ann.wait_for_url("**/label")
    expect(ann.get_by_role("heading", name="Nothing to judge now")).to_be_visible()
    page.close()
    assert _prompt(ann) != shown
    theirs.close()


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
    """The page stays though its refreshes are refused, and sends once another tab has signed in."""
    project = add_project(filled, "session", pairs=5)
    page = _open(profile, filled, project)
    _prompt(page)
    profile.clear_cookies()
    _judge(page, "1")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    with page.expect_response(f"**/api/projects/{project}") as refreshed:
        add_pairs(filled, 1, start=5, project=project)
    assert refreshed.value.status == 401
    _judge(page, "2")
    tab = profile.new_page()
    tab.goto(filled.post("/api/signin-links", {})["link"])
    expect(tab.get_by_role("heading", name="Projects")).to_be_visible()
    page.bring_to_front()
    expect(page.get_by_text("2 judged by you")).to_be_visible()
    expect(page.get_by_text("Your session has ended")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_long_texts_fold_alike_and_stay_accessible(
    filled: Server, signed_in: Path, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    """Both sides fold at one height whatever their length, scroll together, and fit a phone."""
    project = add_project(filled, f"long-{scheme}", pairs=0)
    item = {
        "prompt": {"messages": [*TALK, {"role": "user", "content": "What now?"}]},
        "completions": [{"text": ANSWER}, {"text": f"{ANSWER * 2}The end."}],
    }
    filled.post(f"/api/projects/{project}/items", {"items": [item]})
    context = browser.new_context(
        storage_state=signed_in, color_scheme=scheme, viewport={"width": 1280, "height": 800}
    )
    page = _open(context, filled, project)
    try:
        expect(page.get_by_role("button", name="Show 8 turns between")).to_be_visible()
        panes = page.locator("[data-folded][data-pane]")
        expect(panes).to_have_count(2)
        left, right = (panes.nth(side).bounding_box() for side in range(2))
        assert left is not None
        assert right is not None
        assert left["height"] == right["height"]
        panes.first.evaluate("pane => { pane.scrollTop = pane.scrollHeight; }")
        assert panes.last.evaluate(_FOLLOWED) < 2
        assert _violations(page) == []
        page.keyboard.press("d")
        expect(page.locator("mark").first).to_be_visible()
        assert _violations(page) == []
        page.set_viewport_size({"width": 400, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        page.keyboard.press("w")
        expect(panes).to_have_count(0)
    finally:
        context.close()


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
