"""The label page where the work is held up: a pause, a cap, a server that goes and comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_server import Server, free_ports, serving
from e2e_world import PROJECT, add_pairs, add_project
from playwright.sync_api import Browser, BrowserContext, Page, expect


@pytest.fixture
def profile(signed_in: Path, browser: Browser) -> Iterator[BrowserContext]:
    """Return a signed-in browser profile of its own."""
    made = browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 800})
    yield made
    made.close()


def _open(profile: BrowserContext, server: Server, project: str) -> Page:
    page = profile.new_page()
    page.goto(f"{server.url}/p/{project}/label")
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    return page


def _judge(page: Page, key: str, judged: int | None) -> None:
    page.keyboard.press(key)
    expect(page.locator("[role=radio][aria-checked=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    if judged is not None:
        expect(page.get_by_text(f"{judged} judged by you")).to_be_visible()


def test_a_paused_queue_says_why_and_goes_on_by_itself(
    filled: Server, profile: BrowserContext
) -> None:
    """What is on the desk may be finished; then the reason stands there until it is resumed."""
    project = add_project(filled, "paused", pairs=5)
    page = _open(profile, filled, project)
    reason = "The guideline changes at noon."
    filled.post(f"/api/projects/{project}/queue/pause", {"reason": reason})
    _judge(page, "1", 1)
    expect(page.get_by_text("You can finish what is on your desk.")).to_be_visible()
    expect(page.get_by_text(reason)).to_be_visible()
    _judge(page, "2", 2)
    _judge(page, "1", None)
    expect(page.get_by_role("heading", name="The queue is paused")).to_be_visible()
    expect(page.get_by_text("This page goes on by itself once it is open again.")).to_be_visible()
    filled.post(f"/api/projects/{project}/queue/resume", {})
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    expect(page.get_by_text(reason)).to_have_count(0)


def test_a_reached_cap_says_so_and_when_more_comes(filled: Server, profile: BrowserContext) -> None:
    """The day's judgments are done: a calm end, no error, though items are left."""
    yaml = PROJECT.replace("id: helpdesk", "id: capped")
    capped = f"{yaml}assignment:\n  per_day: {{judgments: 2}}\n"
    filled.post("/api/projects", {"yaml": capped})
    add_pairs(filled, 4, project="capped")
    page = _open(profile, filled, "capped")
    _judge(page, "1", 1)
    _judge(page, "2", None)
    expect(page.get_by_role("heading", name="That is all for today")).to_be_visible()
    expect(page.get_by_text("the day's limit of 2 judgments")).to_be_visible()
    expect(page.get_by_text("New items come at")).to_be_visible()


def test_a_server_that_restarts_in_the_middle_loses_no_answer(
    command: list[str], tmp_path: Path, browser: Browser
) -> None:
    """Answers wait on the device while it is away, and are sent by themselves once it is back."""
    home, ports = tmp_path / "home", free_ports(3)
    home.mkdir()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    with serving(command, home, ports) as server:
        page.goto(server.link)
        page.get_by_role("heading", name="Projects").wait_for()
        add_project(server, "restarted", pairs=6)
        page.goto(f"{server.url}/p/restarted/label")
        expect(page.get_by_role("region", name="Prompt")).to_be_visible()
        _judge(page, "1", 1)
    _judge(page, "2", None)
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    _judge(page, "1", None)
    expect(page.get_by_text("2 answers wait on this device")).to_be_visible()
    with serving(command, home, ports):
        expect(page.get_by_text("3 judged by you")).to_be_visible()
        expect(page.get_by_text("The server does not answer.")).to_have_count(0)
        _judge(page, "1", 4)
    context.close()
