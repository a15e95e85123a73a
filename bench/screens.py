"""Draws the console for the README: a clinic works, Chromium looks, pngquant makes it small. `make screens`.

`fresh.txt` beside the pictures says of which templates and styles they are; a test holds it against those there are.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gateway.console.assets import FOLDER as STATIC
from gateway.console.pages import FOLDER as TEMPLATES
from tests.kit.browser import chromium, tab
from tests.kit.clinic import CALLERS, KEYS, clinic

PICTURES = Path(__file__).parent / "pictures"
FRESH = PICTURES / "fresh.txt"
SIZE = {"width": 1280, "height": 800}
TEXT = (
    "Mrs Elena Farr, MRN 4471902, was seen in Springfield on 2026-11-03 for a cough. Her daughter is at 555-867-5309."
)
NAMES = ("live", "try", "record")


def digest() -> str:
    """What the pictures are of: templates, styles and script, in the order of their names."""
    made = hashlib.sha256()
    for path in sorted([*TEMPLATES.glob("*.html"), *STATIC.iterdir()]):
        made.update(path.name.encode() + b"\0" + path.read_bytes())
    return made.hexdigest()


async def drawn(folder: Path) -> None:
    """All of them, into `folder`."""
    for caller in CALLERS.values():
        caller["may"] = ["metrics", "explain", "emergency", "console", "operate"]
    with tempfile.TemporaryDirectory() as state:
        async with clinic(Path(state), speed=20) as work, chromium() as browser:
            await work.round()
            headers = {"authorization": f"Bearer {KEYS['soma']}"}
            for scheme, end in (("light", ""), ("dark", "-dark")):
                async with tab(browser, viewport=SIZE, color_scheme=scheme, extra_http_headers=headers) as seen:
                    page, url = seen.page, f"http://{work.address}/console"
                    await page.goto(url)
                    await page.get_by_text("Nothing at the moment").wait_for()
                    await page.screenshot(path=folder / f"live{end}.png")
                    await page.goto(f"{url}/try")
                    await page.locator("#text").fill(TEXT)
                    await page.get_by_role("button", name="Try it").click()
                    await page.locator(".verdict").wait_for()
                    await page.locator("#result").scroll_into_view_if_needed()
                    await page.screenshot(path=folder / f"try{end}.png", full_page=True)
                    await page.goto(f"{url}/record")
                    await page.screenshot(path=folder / f"record{end}.png")


def main() -> None:
    if shutil.which("pngquant") is None:
        sys.exit("pngquant is missing: apt-get install --no-install-recommends chromium pngquant")
    PICTURES.mkdir(exist_ok=True)
    asyncio.run(drawn(PICTURES))
    for path in sorted(PICTURES.glob("*.png")):
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", str(path), str(path)], check=True)
        print(f"bench/pictures/{path.name}: {path.stat().st_size // 1024} KB")
    FRESH.write_text(f"{digest()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
