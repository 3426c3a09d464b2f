"""`loopwright bench label-page` drives the pages as a person at the keyboard would."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from e2e_server import Server
from e2e_world import add_project

from loopwright.base.errors import Unavailable
from loopwright.cli.bench import label_page


def _drive(server: Server, project: str, *, judgments: int, delay_ms: int) -> label_page.Drive:
    link = str(server.post("/api/signin-links", {})["link"])
    # A thread of its own: Playwright's event loop of the other tests runs in this one.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(
            label_page.drive,
            server.url,
            link,
            project=project,
            judgments=judgments,
            delay_ms=delay_ms,
            settle_seconds=0.0,
        ).result()


@pytest.mark.parametrize("delay_ms", [0, 100])
def test_each_judgment_is_timed_and_stored(filled: Server, delay_ms: int) -> None:
    """As many figures as judgments; a server that is near is timed until it has the answer."""
    project = add_project(filled, f"bench-{delay_ms}", pairs=6)
    run = _drive(filled, project, judgments=4, delay_ms=delay_ms)
    assert len(run.key_to_next) == 4
    assert len(run.key_to_sent) == (0 if delay_ms else 4)
    assert all(sent >= shown for sent, shown in zip(run.key_to_sent, run.key_to_next, strict=False))
    assert run.script_bytes > label_page.first_load_bytes() / 2


def test_a_browser_that_is_not_there_is_named(
    filled: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what is missing and how to get it."""
    monkeypatch.setenv(label_page.CHROMIUM, "/nowhere/chromium")
    with pytest.raises(Unavailable, match="No Chromium could be started"):
        _drive(filled, "helpdesk", judgments=1, delay_ms=0)
