"""A real Chromium without a window, which tells what it would complain of; the package is the system's."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page, async_playwright

WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 380, "height": 780}


@dataclass
class Tab:
    """A page, and what the browser complained of: errors of scripts, of the policy and of what could not be loaded."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install --no-install-recommends chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        await browser.close()


@asynccontextmanager
async def tab(browser: Browser, **more) -> AsyncIterator[Tab]:
    """A window of its own, with nothing kept from another one."""
    context = await browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **more})
    page = await context.new_page()
    made = Tab(page)
    page.on("console", lambda said: made.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("requestfailed", lambda asked: made.complaints.append(f"{asked.url}: {asked.failure}"))
    yield made
    await context.close()
