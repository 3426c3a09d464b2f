"""How fast the label page is in a real browser, judged by keyboard alone.

What is measured in the page: from the key press to the frame that shows the next item. The driver
pauses between items, as somebody who reads does; the pause is not part of any figure.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import loopwright
from loopwright.base.errors import Unavailable
from loopwright.base.types import Json

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

STATIC = Path(loopwright.__file__).parent / "static"
CHROMIUM = "LOOPWRIGHT_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_WAIT_MS = 60_000
_SETTLE_SECONDS = 0.4
"""What the driver takes to look at an item."""

# Tells how long after Enter a frame with another item was on the screen.
_STOPWATCH = """
addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const item = () => document.querySelector("[data-item]")?.getAttribute("data-item") ?? null;
  const [before, pressed] = [item(), event.timeStamp];
  const painted = new MessageChannel();
  painted.port1.onmessage = () => window.itemShown(performance.now() - pressed);
  const look = () => {
    if (item() === before) requestAnimationFrame(look);
    else painted.port2.postMessage(null);
  };
  requestAnimationFrame(look);
}, true);
"""

_SCRIPTS = """
[...new Set(performance.getEntriesByType("resource").map((one) => one.name))]
  .filter((name) => name.endsWith(".js"))
"""


@dataclass
class Drive:
    """What one run of the browser measured; times in milliseconds."""

    key_to_next: list[float] = field(default_factory=list)
    key_to_sent: list[float] = field(default_factory=list)
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    script_bytes: int = 0
    """Compressed size of every script that was loaded until the first item was shown."""


def drive(
    url: str,
    link: str,
    *,
    project: str,
    judgments: int = 60,
    delay_ms: int = 300,
    settle_seconds: float = _SETTLE_SECONDS,
) -> Drive:
    """Sign in by `link` and judge by keyboard; answers of the server come `delay_ms` later.

    Raises Unavailable without Playwright or a browser, or when the project has too few items.
    """
    return asyncio.run(
        _drive(url, link, project, judgments, delay_ms / 1000, settle_seconds=settle_seconds)
    )


def label_page_figures(url: str, link: str, *, project: str, judgments: int = 60) -> Json:
    """Return `browser.*` figures of the label page behind a server 300 ms away."""
    run = drive(url, link, project=project, judgments=judgments)
    return {
        "browser.key_to_next_p95_ms": percentile(run.key_to_next, 95),
        "browser.key_to_next_median_ms": percentile(run.key_to_next, 50),
        "browser.judgments": len(run.key_to_next),
        "browser.first_load_script_gzip_kb": round(first_load_bytes() / 1000, 1),
        "browser.until_first_item_script_gzip_kb": round(run.script_bytes / 1000, 1),
    }


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return a percentile with one decimal; None of nothing."""
    return round(float(np.percentile(values, share)), 1) if values else None


def first_load_bytes(static: Path = STATIC) -> int:
    """Return the compressed size of the scripts that the browser must have before any page."""
    manifest = json.loads((static / ".vite/manifest.json").read_text())
    needed = ["index.html"]
    for name in needed:
        needed += [other for other in manifest[name].get("imports", []) if other not in needed]
    return sum(
        len(gzip.compress((static / manifest[name]["file"]).read_bytes())) for name in needed
    )


async def _drive(
    url: str, link: str, project: str, judgments: int, delay: float, *, settle_seconds: float
) -> Drive:
    run = Drive()
    shown: asyncio.Queue[float] = asyncio.Queue()
    async with _page() as page:
        await page.expose_function("itemShown", shown.put_nowait)
        await page.add_init_script(_STOPWATCH)
        await page.goto(link)
        await page.get_by_role("heading", name="Projects").wait_for()
        if delay:
            await page.route("**/judgments", _later(delay))
        await page.goto(f"{url}/p/{project}/label")
        await _shown(page)
        run.script_bytes = await _script_bytes(page)
        for _ in range(judgments):
            await _judge(page, run, shown, delay, settle_seconds)
        await page.unroute_all(behavior="wait")
    return run


async def _script_bytes(page: Page) -> int:
    """Compressed size of the scripts of this page; asked for again, since a body may be gone."""
    loaded = await page.evaluate(_SCRIPTS)
    bodies = [await (await page.request.get(url)).body() for url in loaded]
    return sum(len(gzip.compress(body)) for body in bodies)


async def _judge(
    page: Page, run: Drive, shown: asyncio.Queue[float], delay: float, settle_seconds: float
) -> None:
    await _shown(page)
    await asyncio.sleep(settle_seconds)
    sides = await page.locator("article[data-side]").count()
    for key in ["1"] if sides <= 2 else [str(rank + 1) for rank in range(sides)]:
        await page.keyboard.press(key)
    took = await (_send(page, shown) if delay else _send_timed(page, shown, run))
    run.key_to_next.append(took)
    run.by_kind.setdefault("ranking" if sides > 2 else "pair", []).append(took)


async def _send(page: Page, shown: asyncio.Queue[float]) -> float:
    await page.keyboard.press("Enter")
    return await asyncio.wait_for(shown.get(), _WAIT_MS / 1000)


async def _send_timed(page: Page, shown: asyncio.Queue[float], run: Drive) -> float:
    """Send, and note when the server had the answer and the next item was shown."""
    clock = asyncio.get_running_loop().time
    async with page.expect_response("**/judgments", timeout=_WAIT_MS) as answered:
        pressed = clock()
        took = await _send(page, shown)
        await (await answered.value).finished()
        run.key_to_sent.append((clock() - pressed) * 1000)
    return took


async def _shown(page: Page) -> None:
    from playwright.async_api import TimeoutError as TooLong

    try:
        await page.locator("[data-item]").wait_for(timeout=_WAIT_MS)
    except TooLong as error:
        raise Unavailable(
            f"{page.url} showed no item to judge.",
            remedy="Give the project at least as many open items as are to be judged.",
        ) from error


def _later(delay: float) -> Callable[[Route], object]:
    async def answer(route: Route) -> None:
        response = await route.fetch()
        await asyncio.sleep(delay)
        await route.fulfill(response=response)

    return answer


@asynccontextmanager
async def _page() -> AsyncIterator[Page]:
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError as error:
        raise Unavailable(
            "The browser part of this bench needs Playwright, which is not installed.",
            remedy="Run `pip install playwright`, or work from a clone after `make setup`.",
        ) from error
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=_chromium(), args=list(_ARGUMENTS)
            )
        except Error as error:
            raise Unavailable(
                f"No Chromium could be started: {error.message.splitlines()[0]}",
                remedy=f"Install Chromium, or name its program in {CHROMIUM}.",
            ) from error
        try:
            yield await browser.new_page(viewport={"width": 1280, "height": 800})
        finally:
            await browser.close()


def _chromium() -> str | None:
    """Return the machine's browser; None lets Playwright use its own."""
    return os.environ.get(CHROMIUM) or next(filter(None, map(shutil.which, _NAMES)), None)
