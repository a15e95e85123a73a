"""The console in a real Chromium: every view, full, empty and failing; light, dark and narrow; by keyboard.

A complaint is whatever the browser writes as an error or a warning, a violation of the policy among it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from gateway.console.pages import VIEWS
from gateway.state.sqlite.store import FILE
from tests.kit.browser import PHONE, chromium, tab
from tests.kit.console import KEYS, callers
from tests.kit.patience import SOON_S
from tests.kit.running import Running, one_route
from tests.kit.source import ROOT
from tests.kit.two_places import POLICY

AXE = ROOT / "tests" / "clients" / "node" / "node_modules" / "axe-core" / "axe.min.js"
PATHS = [view.path for view in VIEWS]
CANARY = "Quendolyn Farquhar-Zzyzx"
SOON_MS = SOON_S * 1000
MORE = """
budgets: [{per: caller, of: dollars, amount: 5, every: month}]
emergency: {longest_minutes: 30, reasons: {at-risk: A patient is in danger.}}
"""
CLOUD = 'providers:\n  cloud: {kind: openai, api_key: "k", baa: {reference: "C-1", expires: 2031-01-01}}\n'


@pytest.fixture
async def browser():
    async with chromium() as made:
        yield made


@dataclass
class Shown:
    """A gateway in one state, and the headers by which its console is seen."""

    gateway: Running
    headers: dict[str, str]

    @property
    def url(self) -> str:
        return self.gateway.url


async def made_full(start, upstream) -> Shown:
    """One that has answered, has rules, a vendor, budgets and an open window."""
    config = one_route(await upstream(), callers() + "\n" + MORE).replace("providers:\n", CLOUD)
    config = config.replace("targets:\n", "targets:\n  away: {provider: cloud, model: m}\n")
    config = config.replace("{targets: [chat]}", "{targets: [chat, away]}")
    gateway = await start(config, {"p.yaml": POLICY})
    headers = {"authorization": f"Bearer {KEYS['chief']}"}
    for text in ("Hello.", "Patient John Smith, MRN 8675309, has a cough."):
        await gateway.chat(text, headers=headers)
    await gateway.chat("Hello.", headers=headers, model="nobody")
    async with gateway.client() as client:
        await client.post("/gateway/emergency", json={"reason": "at-risk"}, headers=headers)
    return Shown(gateway, headers)


@pytest.fixture
async def full(start, upstream):
    return await made_full(start, upstream)


async def made_empty(start, _upstream) -> Shown:
    """One that has nothing but itself."""
    return Shown(await start("version: 1\n"), {})


@pytest.fixture
async def empty(start, upstream):
    return await made_empty(start, upstream)


async def made_failing(start, _upstream) -> Shown:
    """One whose server is down and whose record is gone."""
    gateway = await start("""
version: 1
providers: {gone: {kind: ollama, base_url: "http://127.0.0.1:9", traits: [on_prem]}}
targets: {chat: {provider: gone, model: m}}
routes: {general: {targets: [chat]}}
default_route: general
""")
    (gateway.state_dir / FILE).rename(gateway.state_dir / "elsewhere")
    return Shown(gateway, {})


async def violations(page) -> list[str]:
    """What axe-core finds wrong, each with the place."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run().then(it => it.violations)")
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


async def look(browser, shown: Shown, **more) -> None:
    """Every view: nothing to complain of, nothing that axe finds, nothing wider than the window."""
    async with tab(browser, extra_http_headers=shown.headers, **more) as seen:
        for path in PATHS:
            await seen.page.goto(shown.url + path)
            assert await seen.page.locator("h1").count() == 1
            assert await violations(seen.page) == [], path
            wide, room = await seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide <= room, path
        await seen.page.goto("about:blank")
        assert [one for one in seen.complaints if "ERR_ABORTED" not in one] == []  # a stream ends with its page


@pytest.mark.parametrize("made", [made_full, made_empty, made_failing])
async def test_every_view_is_sound_in_light_and_dark_and_on_a_phone(browser, start, upstream, made):
    shown = await made(start, upstream)
    await look(browser, shown)
    await look(browser, shown, color_scheme="dark")
    await look(browser, shown, viewport=PHONE)


async def test_a_script_or_a_style_in_place_is_a_violation_that_fails_a_test(browser, empty):
    async with tab(browser) as seen:
        await seen.page.goto(f"{empty.url}/console/start")
        assert seen.complaints == []
        await seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
        await seen.page.evaluate("document.head.append(Object.assign(document.createElement('script'), {text: '1'}))")
        assert len([one for one in seen.complaints if "Content Security Policy" in one]) == 2


async def test_requests_arrive_while_somebody_watches_and_tell_their_story_by_keyboard(browser, full):
    async with tab(browser, extra_http_headers=full.headers) as seen:
        page = seen.page
        await page.goto(f"{full.url}/console")
        rows = page.locator("#trail tbody tr")
        before = await rows.count()
        await full.gateway.chat(f"About {CANARY}.", headers=full.headers)
        await rows.nth(before).wait_for(timeout=SOON_MS)
        assert await page.locator("tr.fresh").count() == 1
        assert "Farquhar" not in await page.content()
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await page.evaluate("'story' in document.activeElement.dataset"):
                break
        await page.keyboard.press("Enter")
        story = page.locator("#story")
        await story.locator(".tale li").first.wait_for(timeout=SOON_MS)
        assert "asked by chief" in await story.inner_text()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        assert not await story.is_visible()
        pause = page.locator("[data-pause]")
        await pause.press("Enter")
        assert await pause.get_attribute("aria-pressed") == "true"
        await page.get_by_label("Kept back").check()
        assert await page.locator("#trail").get_attribute("data-which") == "denied"
        assert seen.complaints == []


async def test_a_text_is_marked_in_the_page_and_is_nowhere_else(browser, full):
    async with tab(browser, extra_http_headers=full.headers) as seen:
        page = seen.page
        await page.goto(f"{full.url}/console/try")
        await page.locator("#text").fill(f"😀 Patient {CANARY}, MRN 8675309, was seen.\nTwice.")
        await page.locator("#text").press("Tab")
        await page.get_by_role("button", name="Try it").press("Enter")
        await page.locator(".verdict").wait_for(timeout=SOON_MS)
        marks = await page.locator(".echo mark").all_inner_texts()
        assert any(re.sub(r"\s*mrn$", "", one) == "8675309" for one in marks)
        assert any("Farquhar" in one for one in marks)
        assert await violations(page) == []
        await page.reload()
        assert "Farquhar" not in await page.content()
        assert await page.locator("#text").input_value() == ""
        for path in PATHS:
            await page.goto(full.url + path)
            assert "Farquhar" not in await page.content()
        kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
        assert "Farquhar" not in kept
    assert "Farquhar" not in full.gateway.log.getvalue()
    for file in full.gateway.state_dir.rglob("*"):
        assert not file.is_file() or b"Farquhar" not in file.read_bytes(), file


async def test_a_request_of_several_texts_is_marked_in_each(browser, full):
    async with tab(browser, extra_http_headers=full.headers) as seen:
        page = seen.page
        await page.goto(f"{full.url}/console/try")
        messages = [
            {"role": "system", "content": "Be kind to Mrs Elena Farr."},
            {"role": "user", "content": "MRN 8675309"},
        ]
        await page.locator("#text").fill(str({"messages": messages}).replace("'", '"'))
        await page.get_by_role("button", name="Try it").click()
        await page.locator(".echo h4").nth(1).wait_for(timeout=SOON_MS)
        assert await page.locator(".echo h4").all_inner_texts() == ["messages[0].content", "messages[1].content"]


async def test_somebody_signs_in_with_a_key_and_out_again(browser, full):
    async with tab(browser) as seen:
        page = seen.page
        await page.goto(full.url)
        assert await violations(page) == []
        await page.get_by_label("Key").fill(KEYS["chief"])
        await page.get_by_label("Key").press("Enter")
        await page.get_by_role("heading", name="Live").wait_for(timeout=SOON_MS)
        assert await page.evaluate("document.cookie") == ""
        await page.goto(f"{full.url}/console/record")
        await page.get_by_role("button", name="Close the window of chief").click()
        await page.get_by_text("No window is open.").wait_for(timeout=SOON_MS)
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("heading", name="Sign in").wait_for(timeout=SOON_MS)


async def test_it_prints_without_what_is_to_be_pressed(browser, full):
    async with tab(browser, extra_http_headers=full.headers) as seen:
        await seen.page.goto(f"{full.url}/console")
        await seen.page.emulate_media(media="print")
        assert not await seen.page.locator("nav").is_visible()
        assert not await seen.page.locator("[data-pause]").is_visible()
        assert await seen.page.locator("#trail").is_visible()


async def test_the_heaviest_page_with_all_its_files_is_under_sixty_kilobytes(browser, full):
    async with tab(browser, extra_http_headers=full.headers) as seen:
        for path in PATHS:
            sizes = []
            seen.page.on("response", lambda answer, to=sizes: to.append(answer) if "events" not in answer.url else None)
            await seen.page.goto(full.url + path)
            bodies = [len(await one.body()) for one in sizes if one.status == 200]
            assert 0 < sum(bodies) <= 60 * 1024, path
