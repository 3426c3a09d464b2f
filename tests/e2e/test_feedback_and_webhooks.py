"""What came from outside and who outside is told, in a real browser: by hand, in both schemes."""

import json
import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e_server import Server, running
from e2e_world import PROJECT, add_feedback
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from support.receiver import receiving

EDITED = re.compile(r"^edited")


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """The folder for photographs; LOOPWRIGHT_E2E_SHOTS keeps them elsewhere."""
    folder = Path(os.environ.get("LOOPWRIGHT_E2E_SHOTS") or tmp_path / "shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_feedback_and_webhooks_from_empty_to_sent(
    command: list[str], tmp_path: Path, page: Page, shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty states first; then feedback arrives, a webhook is added, tested and sent again."""
    monkeypatch.setenv("LOOPWRIGHT_WEBHOOKS_ALLOW_LOOPBACK", "1")
    with running(command, tmp_path / "home") as server, receiving() as receiver:
        server.post("/api/projects", {"yaml": PROJECT})
        page.goto(server.link)
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        _feedback(server, page, shots)
        page.goto(f"{server.url}/p/helpdesk/settings")
        section = page.locator("#webhooks")
        expect(section.get_by_text("No webhook yet")).to_be_visible()
        section.get_by_label("Address").fill("http://10.0.0.1/")
        section.get_by_role("button", name="Add a webhook").click()
        expect(section.get_by_text("must begin with https://")).to_be_visible()
        section.get_by_label("Address").fill(f"{receiver.url}/hook")
        section.get_by_role("button", name="Add a webhook").click()
        expect(section.get_by_text("whsec_")).to_be_visible()
        card = section.get_by_role("article")
        card.get_by_role("button", name="Send a test").click()
        card.get_by_text("Messages", exact=True).click()
        expect(card.get_by_role("row", name="webhook.ping")).to_contain_text("delivered")
        card.get_by_role("button", name="Send again").click()
        for _ in range(200):
            if len(receiver.got) == 2:
                break
            page.wait_for_timeout(50)
        expect(card).to_contain_text("1 delivered, 0 waiting")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            section.scroll_into_view_if_needed()
            page.screenshot(path=shots / f"webhooks-{scheme}.png", full_page=True)
            assert _violations(page) == []
        card.get_by_role("button", name="Remove").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(section.get_by_text("No webhook yet")).to_be_visible()
    assert len(receiver.got) == 2
    assert len(set(receiver.ids())) == 1
    assert json.loads(receiver.got[0].body)["type"] == "webhook.ping"


def _feedback(server: Server, page: Page, shots: Path) -> None:
    page.goto(f"{server.url}/p/helpdesk/data")
    section = page.locator("#feedback")
    expect(section.get_by_text("No feedback yet")).to_be_visible()
    add_feedback(server)
    expect(section.get_by_role("table")).to_be_visible()
    expect(section.get_by_role("row", name=EDITED)).to_contain_text("opened")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        section.scroll_into_view_if_needed()
        page.screenshot(path=shots / f"feedback-{scheme}.png", full_page=True)
        assert _violations(page) == []
    section.get_by_label("Kind", exact=True).select_option("rating")
    expect(section.get_by_role("row", name="2 of 5")).to_be_visible()
    expect(section.get_by_role("row", name=EDITED)).to_have_count(0)
    section.get_by_label("Effect", exact=True).select_option("lost")
    expect(section.get_by_text("Nothing fits these filters")).to_be_visible()


def test_an_export_is_imported_on_the_page(
    filled: Server, signed_in: Path, browser: Browser, tmp_path: Path
) -> None:
    """Choosing the tool takes the mapping's place."""
    rows = [{"prompt": f"Is it {n}?", "completion": "Yes.", "label": n > 1} for n in range(3)]
    export = tmp_path / "thumbs.jsonl"
    export.write_text("".join(json.dumps(row) + "\n" for row in rows))
    context = browser.new_context(storage_state=signed_in)
    page = context.new_page()
    try:
        page.goto(f"{filled.url}/p/helpdesk/data")
        page.get_by_label("What the file is").select_option("huggingface")
        expect(page.get_by_role("textbox", name="Mapping")).to_have_count(0)
        page.locator("input[type=file]").first.set_input_files(export)
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("Added 3 feedback from thumbs.jsonl.").first).to_be_visible()
    finally:
        context.close()


def test_an_export_of_several_files_answers_the_named_question(
    command: list[str], tmp_path: Path, page: Page, shots: Path
) -> None:
    """Images go along with the rows, and a field that is not understood is told on the page."""
    result = {"from_name": "c", "to_name": "answer1,answer2", "type": "pairwise"}
    task = {
        "id": 1,
        "project": 9,
        "data": {"prompt": "Is it new?", "answer1": "Yes.", "answer2": "No."},
        "annotations": [{"completed_by": 7, "result": [{**result, "value": {"selected": "left"}}]}],
    }
    export, image = tmp_path / "export.json", tmp_path / "pet.png"
    export.write_text(json.dumps([task]))
    Image.new("RGB", (8, 8), "green").save(image)
    with running(command, tmp_path / "home") as server:
        server.post("/api/projects", {"yaml": PROJECT})
        page.goto(server.link)
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        page.goto(f"{server.url}/p/helpdesk/data")
        page.get_by_label("What the file is").select_option("label-studio")
        page.locator("input[type=file]").first.set_input_files([export, image])
        page.get_by_label("Question", exact=True).select_option("preference")
        fields = page.get_by_label("Fields that cannot be guessed")
        fields.fill("question=prompt")
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("'question=prompt' is not understood")).to_be_visible()
        fields.fill("prompt=prompt")
        page.get_by_role("button", name="Import", exact=True).click()
        done = page.get_by_text("Added 1 judgment, 1 item, 1 prompt from export.json.")
        expect(done.first).to_be_visible()
        page.screenshot(path=shots / "import-export.png", full_page=True)
        assert _violations(page) == []


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
