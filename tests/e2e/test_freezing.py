"""Answers to imitate are imported, frozen and taken away on the Data page."""

import json
from pathlib import Path

from e2e_server import running
from e2e_world import PROJECT
from playwright.sync_api import Page, expect


def test_demonstrations_are_frozen_on_the_page(
    command: list[str], tmp_path: Path, page: Page
) -> None:
    rows = [{"prompt": f"Is it open on day {n}?", "completion": "Until six."} for n in range(3)]
    file = tmp_path / "shown.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with running(command, tmp_path / "home") as server:
        project = server.post("/api/projects", {"yaml": PROJECT})["project_id"]
        page.goto(server.link)
        expect(page.get_by_role("heading", name="Projects")).to_be_visible()
        page.goto(f"{server.url}/p/{project}/data")
        page.get_by_role("button", name="Freeze demonstrations").click()
        expect(page.get_by_role("alert")).to_contain_text("has no demonstrations")
        page.get_by_label("What the file is").select_option("huggingface")
        page.locator("input[type=file]").first.set_input_files(file)
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("Added 3 items").first).to_be_visible()
        page.get_by_role("button", name="Freeze demonstrations").click()
        frozen = page.get_by_role("row").filter(has_text="sha256:")
        expect(frozen).to_contain_text("3 rows")
        with page.expect_download() as download:
            frozen.get_by_role("link", name="trl-prompt-completion", exact=True).click()
        lines = Path(download.value.path()).read_text().splitlines()
        assert {json.loads(line)["completion"] for line in lines} == {"Until six."}
