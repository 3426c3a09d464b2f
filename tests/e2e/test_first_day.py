"""A lead's first day, then an annotator's, in a real browser against the installed server."""

from pathlib import Path

from e2e_server import Server, running
from e2e_world import MAPPING, PROJECT, add_pairs, write_votes
from playwright.sync_api import Browser, Page, expect


def test_from_link_to_consensus(command: list[str], tmp_path: Path, page: Page) -> None:
    """Sign in by link, make a project, import votes, judge by keyboard, see consensus."""
    with running(command, tmp_path / "home") as server:
        _sign_in(server, page)
        _create_project(page)
        _import_votes(page, write_votes(tmp_path / "votes.jsonl"))
        _judge_by_keyboard(server, page)
        _see_consensus(page)


def _sign_in(server: Server, page: Page) -> None:
    page.goto(server.link)
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    page.goto(server.link)
    expect(page.get_by_role("alert")).to_contain_text("loopwright user link")
    page.goto(server.url)
    expect(page.get_by_text("No project yet")).to_be_visible()


def _create_project(page: Page) -> None:
    page.get_by_role("button", name="New project").click()
    area = page.get_by_role("textbox", name="project.yaml")
    area.fill(PROJECT.replace("overlap: 1", "overlap: none"))
    page.get_by_role("button", name="Create").click()
    line = PROJECT.splitlines().index("overlap: 1") + 1
    expect(page.get_by_text(f"line {line}:")).to_be_visible()
    area.fill(PROJECT)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Loop", exact=True)).to_be_visible()


def _import_votes(page: Page, votes: Path) -> None:
    page.get_by_role("link", name="Data").click()
    page.locator("input[type=file]").first.set_input_files(votes)
    page.get_by_role("textbox", name="Mapping").fill(MAPPING)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("The import is done")).to_be_visible()
    page.get_by_role("link", name="Quality").click()
    expect(page.get_by_role("group", name="Judgments")).to_contain_text("90")


def _judge_by_keyboard(server: Server, page: Page) -> None:
    add_pairs(server, 4, start=100)
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Go to a page or a project").fill("Label")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Question 10")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for key in ("1", "2", "3"):
        before = page.get_by_role("region", name="Prompt").inner_text()
        page.keyboard.press(key)
        expect(page.locator("[role=radio][aria-checked=true]")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Prompt")).not_to_have_text(before)
    page.keyboard.press("4")
    page.keyboard.press("r")
    page.keyboard.type("neither says when it opens")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing to judge now")).to_be_visible()
    expect(page.get_by_text("4 judged by you")).to_be_visible()


def _see_consensus(page: Page) -> None:
    page.get_by_role("link", name="Quality").click()
    expect(page.get_by_role("group", name="Judgments")).to_contain_text("94")
    table = page.get_by_role("table", name="Latest consensus")
    expect(table.get_by_text("Question 10").first).to_be_visible()


def test_answers_given_offline_are_sent_later(
    filled: Server, signed_in: Path, browser: Browser
) -> None:
    """A lost network costs nothing: answers wait in the browser and arrive afterwards."""
    context = browser.new_context(storage_state=signed_in)
    page = context.new_page()
    try:
        page.goto(f"{filled.url}/p/helpdesk/label")
        expect(page.get_by_role("region", name="Prompt")).to_be_visible()
        context.set_offline(True)
        for key in ("1", "Enter", "2", "Enter"):
            page.keyboard.press(key)
        expect(page.get_by_text("2 answers wait on this device")).to_be_visible()
        context.set_offline(False)
        expect(page.get_by_text("2 judged by you")).to_be_visible()
        page.keyboard.press("z")
        expect(page.get_by_role("radio", name="Right is better")).to_be_checked()
    finally:
        context.close()


def test_who_is_invited_to_judge_lands_on_what_is_theirs(
    filled: Server, browser: Browser, page: Page
) -> None:
    """An invited annotator's link leads to the first item; pages of others are not offered."""
    invited = filled.post(
        "/api/projects/helpdesk/people", {"name": "Mia", "role": "annotator", "kind": "human"}
    )
    page.goto(invited["signin_link"])
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    expect(page).to_have_url(f"{filled.url}/p/helpdesk/label")
    pages = page.get_by_role("navigation", name="Pages of the project").get_by_role("link")
    offered = pages.all_inner_texts()
    assert "Label" in offered
    assert not {"Loop", "Quality", "Data", "Releases", "Settings"} & set(offered)
    page.get_by_role("link", name="All projects").click()
    expect(page).to_have_url(f"{filled.url}/p/helpdesk/label")
