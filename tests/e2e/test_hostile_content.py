"""Texts written to attack their judge: nothing runs, nothing is asked elsewhere, work goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e_server import Server
from e2e_world import PROJECT
from playwright.sync_api import Browser, Dialog, Page, Request, expect

ELSEWHERE = "https://elsewhere.example"
RUN = "window.attacked = true; alert(1)"
TEXTS = {
    "script": f"<script>{RUN}</script><script src='{ELSEWHERE}/x.js'></script> after",
    "handlers": f'<img src=x onerror="{RUN}"><svg onload="{RUN}"><b onmouseover="{RUN}">b</b>',
    "frames": f'<iframe src="{ELSEWHERE}"></iframe><iframe srcdoc="<script>{RUN}</script>">',
    "forms": f'<form action="{ELSEWHERE}"><button autofocus onfocus="{RUN}">ok</button></form>',
    "page": f'<base href="{ELSEWHERE}/"><meta http-equiv="refresh" content="0;url={ELSEWHERE}">',
    "links": f"[a](javascript:{RUN}) [b](data:text/html,<script>{RUN}</script>) "
    "<javascript:alert(1)> [c](vbscript:x) [d](JaVaScRiPt:alert(1))",
    "images": f"![a]({ELSEWHERE}/a.png) ![b][r] ![c](data:image/svg+xml,<svg/onload=alert(1)>)"
    f"\n\n[r]: {ELSEWHERE}/b.png",
    "styles": f"<style>body {{ display: none; background: url({ELSEWHERE}/c) }}</style>"
    f'<p style="position: fixed; inset: 0; background: url({ELSEWHERE}/d)">over all</p>',
    "huge image": '<img width="99999" height="99999" src="/favicon.svg">'
    + f"![x]({ELSEWHERE})" * 99,
    "reversed": "pay \u202e0001\u202c, or \u2066so\u2069, hid\u200bden \U000e0068\U000e0069",
    "stacked": "Z" + "\u0300\u0316\u0334" * 400 + "algo " * 20,
    "control": "a\x07b\x1b[31mc\x7f\x85d",
    "quotes": "> " * 9000 + "deep",
    "brackets": "[" * 20_000 + "![" * 20_000,
    "emphasis": "*a **b " * 8000,
    "table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 4000,
    "long line": "no-space-" * 44_000,
}


def _offer(server: Server, project: str) -> None:
    """Make a project whose guideline and items are hostile."""
    text = PROJECT.replace("id: helpdesk", f"id: {project}")
    text = text.replace("A good answer **solves", f"<script>{RUN}</script> **solves")
    text = text.replace("Read both answers to the end", f"'<img src=x onerror={RUN}> both'")
    server.post("/api/projects", {"yaml": text})
    for name, content in TEXTS.items():
        said = [
            {"role": "system", "content": content[:2000]},
            {"role": "user", "content": f"{name} {content[:50_000]}"},
        ]
        written = [
            {"text": content, "policy": "plain"},
            {"text": f"{content} too", "policy": "flattering"},
        ]
        item = {"prompt": {"messages": said}, "completions": written, "key": name}
        server.post(f"/api/projects/{project}/items", {"items": [item]})


@pytest.fixture
def watched(filled: Server, signed_in: Path, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Return a page and the list of everything that must not happen on it."""
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    seen: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith((filled.url, "data:", "blob:")):
            seen.append(f"asked {request.url}")

    def said_aloud(dialog: Dialog) -> None:
        seen.append(f"said {dialog.message}")
        dialog.dismiss()

    context.on("request", asked)
    context.on("page", lambda opened: seen.append(f"opened {opened.url}"))
    page.on("dialog", said_aloud)
    page.on("pageerror", lambda error: seen.append(f"threw {error}"))
    page.on(
        "console",
        lambda said: seen.append(said.text) if "Content Security" in said.text else None,
    )
    yield page, seen
    context.close()


@pytest.mark.parametrize("differences", [False, True])
def test_hostile_texts_do_nothing_and_can_be_judged(
    filled: Server, watched: tuple[Page, list[str]], *, differences: bool
) -> None:
    """Each is shown as it was written, whole on request, and judged by keyboard."""
    page, seen = watched
    project = f"hostile-{differences}".lower()
    _offer(filled, project)
    page.goto(f"{filled.url}/p/{project}/label")
    expect(page.get_by_role("article", name="Left answer")).to_be_visible()
    if differences:
        page.keyboard.press("d")
    for name in TEXTS:
        expect(page.get_by_role("region", name="Prompt")).to_contain_text(name)
        page.keyboard.press("w")
        _looks_harmless(page)
        if name == "reversed":
            expect(page.get_by_role("article", name="Left answer")).to_contain_text(
                "pay RLO0001PDF, or LRIsoPDI, hidZWSPden U+E0068U+E0069"
            )
        page.keyboard.press("1")
        expect(page.get_by_role("radio", name="Left is better")).to_be_checked()
        page.keyboard.press("w")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing to judge now")).to_be_visible()
    assert page.evaluate("window.attacked") is None
    assert seen == []


def _looks_harmless(page: Page) -> None:
    """Nothing of the text is an element that loads, runs, or covers the page."""
    forbidden = "main :is(img, iframe, script, style, form, object, embed, base, meta)"
    assert page.locator(forbidden).count() == 0
    for address in page.locator("main a[target=_blank]").evaluate_all(
        "links => links.map((link) => link.getAttribute('href') ?? '')"
    ):
        assert not address.strip().lower().startswith(("javascript", "data", "vbscript"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport()
