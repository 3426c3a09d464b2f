"""Every page in both schemes: accessible, within the screen, and photographed for a person."""

import os
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e_server import Server
from e2e_world import PAGES, add_project
from playwright.sync_api import Browser, Page, expect

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for the photographs; LOOPWRIGHT_E2E_SHOTS keeps them elsewhere."""
    named = os.environ.get("LOOPWRIGHT_E2E_SHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("name", ["projects", *PAGES])
def test_page_is_accessible_and_fits(
    filled: Server, signed_in: Path, browser: Browser, shots: Path, *, name: str
) -> None:
    """No violation that axe knows in either scheme, and nothing wider than a phone."""
    path = "/" if name == "projects" else f"/p/helpdesk/{name}"
    context = browser.new_context(
        storage_state=signed_in, reduced_motion="reduce", viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    try:
        _open(page, filled.url + path)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_selector(f"html[data-mantine-color-scheme={scheme}]")
            shot = f"{name.replace('/', '-')}-{scheme}"
            page.screenshot(path=shots / f"{shot}.png", full_page=True)
            assert _violations(page) == []
            page.set_viewport_size({"width": 400, "height": 800})
            page.screenshot(path=shots / f"{shot}-400.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= 400
            page.set_viewport_size({"width": 1280, "height": 800})
    finally:
        context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sign_in_page_is_accessible(
    filled: Server, browser: Browser, shots: Path, scheme: Scheme
) -> None:
    """The page before any session."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 400, "height": 800})
    page = context.new_page()
    try:
        _open(page, filled.url + "/signin")
        page.screenshot(path=shots / f"signin-{scheme}.png")
        assert _violations(page) == []
    finally:
        context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_was_added_is_told_accessibly_and_within_a_phone(
    filled: Server, signed_in: Path, browser: Browser, shots: Path, scheme: Scheme
) -> None:
    """A new person's link and key: the longest words that a page shows."""
    project = add_project(filled, f"added-{scheme}", pairs=0)
    context = browser.new_context(
        storage_state=signed_in, color_scheme=scheme, viewport={"width": 400, "height": 800}
    )
    page = context.new_page()
    try:
        _open(page, f"{filled.url}/p/{project}/settings")
        page.get_by_role("textbox", name="Name").fill("Ann")
        page.get_by_role("button", name="Add a person").click()
        told = page.get_by_role("status").filter(has_text="Ann was added")
        expect(told).to_be_visible()
        told.screenshot(path=shots / f"added-{scheme}.png")
        assert told.evaluate("one => one.scrollWidth - one.clientWidth") == 0
        assert _violations(page) == []
    finally:
        context.close()


def _open(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.wait_for_timeout(500)


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
