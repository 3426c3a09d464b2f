"""`loopwright import --from` and `loopwright webhooks` against a running server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kinds_world import png
from test_answer_imports import PROJECT
from test_tool_imports import EXPORTS
from typer.testing import CliRunner

from loopwright.cli.lock import SERVER_FILE, TOKEN_FILE, only_server
from loopwright.cli.main import app
from support.server import RunningServer, add_project

runner = CliRunner()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the command line never sees the database."""
    return sqlite_url


@pytest.fixture
def served(server: RunningServer) -> Iterator[list[str]]:
    """The options that lead a command to the running server, as `loopwright up` leaves them."""
    with server.owner() as owner, only_server(server.home.settings):
        folder = server.home.path
        (folder / SERVER_FILE).write_text(json.dumps({"url": server.url}))
        key = owner.headers["authorization"].removeprefix("Bearer ")
        (folder / TOKEN_FILE).write_text(key)
        yield ["-p", "support", "--home", str(folder)]


def told(*args: str, code: int = 0) -> str:
    done = runner.invoke(app, list(args))
    assert done.exit_code == code, done.output
    return done.output


def test_an_export_is_imported_by_the_name_of_its_tool(served: list[str], tmp_path: Path) -> None:
    export = str(EXPORTS / "label_studio.json")
    first = told("import", export, "--from", "label-studio", *served)
    assert "Added 3 judgments, 2 items, 2 prompts" in first
    assert "2 predictions" in first
    again = json.loads(told("import", export, "--from", "label-studio", "--json", *served))
    assert "Nothing was added" in again["sentence"]
    folder = tmp_path / "my-set"
    (folder / ".argilla").mkdir(parents=True)
    shutil.copy(EXPORTS / "argilla_records.json", folder / "records.json")
    shutil.copy(EXPORTS / "argilla_settings.json", folder / ".argilla/settings.json")
    report = json.loads(told("import", str(folder), "--from", "argilla", "--json", *served))
    assert report["source"] == "argilla:my-set"
    assert report["counts"]["judgments_added"] == 3


def test_a_folder_is_sent_with_its_images(
    server: RunningServer, served: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "pets"
    (folder / "images").mkdir(parents=True)
    add_project(server.home, PROJECT)
    shutil.copy(EXPORTS / "label_studio_boxes.json", folder / "export.json")
    for name in ("pets", "yard"):
        (folder / f"images/{name}.png").write_bytes(png((40, 20)))
    options = ["--from", "label-studio", "--question", "find", "-p", "crowd", *served[2:]]
    assert "Added 3 judgments, 2 items" in told("import", str(folder), *options)
    alone = told("import", str(folder / "export.json"), *options, code=1)
    assert "import the folder that holds the export" in " ".join(alone.split())


def test_wrong_options_say_what_to_do(served: list[str], tmp_path: Path) -> None:
    export = str(EXPORTS / "label_studio.json")
    assert "--from label-studio" in told("import", export, *served, code=1)
    assert "label-studio" in told("import", export, "--from", "other", *served, code=1)
    missing = str(tmp_path / "none")
    assert "Check the path" in told("import", missing, "--from", "argilla", *served, code=1)
    wrong = ("import", export, "--from", "label-studio", "--field", "prompt", *served)
    assert "equals sign" in told(*wrong, code=1)
    unknown = ("import", export, "--from", "label-studio", "--field", "title=x", *served)
    assert "not understood" in told(*unknown, code=1)


def test_webhooks_from_the_command_line(served: list[str]) -> None:
    url = "https://example.com/hook"
    made = json.loads(told("webhooks", "add", url, "--kind", "release.*", "--json", *served))
    hook = made["webhook"]["id"]
    assert made["secret"].startswith("whsec_")
    assert "whsec_" in told("webhooks", "rotate", hook, *served)
    assert "active" in told("webhooks", "list", *served)
    assert "on its way" in told("webhooks", "ping", hook, *served)
    [one] = json.loads(told("webhooks", "deliveries", hook, "--json", *served))["deliveries"]
    assert one["kind"] == "webhook.ping"
    assert one["id"] in told("webhooks", "deliveries", hook, *served)
    assert "waits" in told("webhooks", "redeliver", hook, one["id"], *served, code=1)
    assert "paused" in told("webhooks", "pause", hook, *served)
    assert "active" in told("webhooks", "resume", hook, *served)
    assert "removed" in told("webhooks", "remove", hook, *served)
    assert json.loads(told("webhooks", "list", "--json", *served)) == []
    refused = told("webhooks", "add", "http://169.254.169.254/", *served, code=1)
    assert "https://" in refused


def test_an_export_has_the_form_that_trainers_of_its_rows_read(
    served: list[str], server: RunningServer, tmp_path: Path
) -> None:
    item = {
        "prompt": {"messages": [{"role": "user", "content": "Hi"}]},
        "completions": [{"text": "Hello"}],
        "purpose": "demonstration",
    }
    with server.owner() as owner:
        assert owner.post("/api/projects/support/items", json={"items": [item]}).is_success
        frozen = owner.post("/api/projects/support/datasets", json={"kind": "demonstrations"})
    out = tmp_path / "rows.jsonl"
    for more in ([], ["--dataset", frozen.json()["digest"][:20]]):
        told("export", "--out", str(out), *more, *served)
        assert json.loads(out.read_text())["completion"] == [
            {"role": "assistant", "content": "Hello"}
        ]
    refused = told("export", "--out", str(out), "--format", "trl-preference", *served, code=1)
    assert "trl-prompt-completion" in " ".join(refused.split())


def test_agreement_is_told_by_what_one_asks_for(served: list[str]) -> None:
    home = served[2:]
    assert "nothing was judged" in told("agreement", "support", *home)
    told("import", str(EXPORTS / "label_studio.json"), "--from", "label-studio", *served)
    found = json.loads(told("agreement", "support", "--by", "segment", "--json", *home))
    assert found["by"] == "segment"
    assert [one["name"] for one in found["rows"][0]["coefficients"]] == [
        "agreement",
        "fleiss",
        "gwet_ac1",
        "alpha_nominal",
    ]
    said = told("agreement", "support", *home)
    assert "alpha_nominal" in said
    assert "needs" in said
    refused = runner.invoke(app, ["agreement", "support", "--by", "colour", *home])
    assert refused.exit_code == 2
    assert "not one of" in refused.output
