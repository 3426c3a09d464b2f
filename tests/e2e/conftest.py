"""One server and one browser for all end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_server import Server, installed_command, running
from e2e_world import fill
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the installed command."""
    return installed_command(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser of the machine; none is downloaded."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def filled(command: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a project with pairs to judge; its sign-in link is unused."""
    with running(command, tmp_path_factory.mktemp("filled") / "home") as server:
        fill(server)
        yield server


@pytest.fixture(scope="session")
def signed_in(filled: Server, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sign in once; returns the file that holds the session."""
    state = tmp_path_factory.mktemp("session") / "state.json"
    context = browser.new_context()
    page = context.new_page()
    page.goto(filled.link)
    page.get_by_role("heading", name="Projects").wait_for()
    context.storage_state(path=state)
    context.close()
    return state


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a fresh browser profile."""
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Return a page; a script error or a blocked resource on it fails the test."""
    problems: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: problems.append(str(error)))
    made.on(
        "console",
        lambda said: problems.append(said.text) if "Content Security" in said.text else None,
    )
    yield made
    assert problems == []
