"""Who may see the console, from where, and by which forms."""

from __future__ import annotations

import json

import pytest

from tests.kit.console import HTML, KEYS, callers, done, form_of, sign_in
from tests.kit.patience import until
from tests.kit.running import one_route

PAGES = ("/console", "/console/start", "/console/story/req_0123456789abcdef00", "/console/events")


async def test_on_loopback_without_keys_everybody_may_look(open_):
    async with open_.client() as client:
        answer = await client.get("/console", headers=HTML)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
async def test_with_keys_nobody_looks_without_one(keyed, path):
    async with keyed.client() as client:
        answer = await client.get(path, headers=HTML)
    assert answer.status_code == 401
    assert "Sign in" in answer.text


async def test_a_key_in_the_headers_is_enough_if_its_caller_may(keyed):
    async with keyed.client() as client:
        seen = [
            (await client.get("/console", headers={"authorization": f"Bearer {KEYS[name]}"})).status_code
            for name in KEYS
        ]
        wrong = await client.get("/console", headers={"x-api-key": "tgw_nobody"})
    assert seen == [200, 200, 403]
    assert wrong.status_code == 401
    assert keyed.metric("gateway_auth_failures_total", reason="unknown_key") == 1
    assert keyed.metric("gateway_auth_failures_total", reason="forbidden") == 1
    lines = [json.loads(line)["reason"] for line in keyed.log.getvalue().splitlines() if "console.refused" in line]
    assert lines == ["forbidden", "unknown_key"]


async def test_a_key_is_exchanged_for_a_cookie_that_no_script_and_no_other_site_gets(keyed):
    async with keyed.client() as client:
        answer = await sign_in(client, "reader")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/console"} <= {part.strip() for part in cookie.split(";")}
        assert KEYS["reader"] not in cookie
        page = await client.get("/console")
        assert page.status_code == 200
        assert "reader" in page.text
        out = await client.post("/console/sign-out", data={"form": form_of(page.text)})
        assert out.status_code == 303
        assert (await client.get("/console")).status_code == 401
    told = [("signed_in", "reader", None, ""), ("signed_out", "reader", None, "")]
    await until(lambda: done(keyed) == told)  # 45 CFR 164.312(b)


@pytest.mark.parametrize("key", ["", "tgw_wrong", KEYS["app"]])
async def test_no_other_key_opens_a_session(keyed, key):
    async with keyed.client() as client:
        page = await client.get("/console/sign-in")
        answer = await client.post("/console/sign-in", data={"form": form_of(page.text), "key": key})
        assert answer.status_code == (403 if key == KEYS["app"] else 401)
        assert "set-cookie" not in answer.headers
        assert not key or key not in answer.text


async def test_a_session_ends_with_the_grant_of_its_key(keyed):
    async with keyed.client() as client:
        await sign_in(client, "reader")
        assert (await client.get("/console")).status_code == 200
        file = keyed.state_dir.parent / "config.yaml"
        from gateway.config import load

        without = file.read_text(encoding="utf-8").replace("may: [console]}", "may: []}")
        file.write_text(without, encoding="utf-8")
        keyed.gateway.reload(load(str(file), {}, port=0))
        assert (await client.get("/console")).status_code == 403


async def test_behind_a_proxy_on_this_machine_a_session_crosses_no_wire_in_the_clear(start, upstream):
    for more, secure in (("", False), ("server: {behind_tls_proxy: true}", True)):
        gateway = await start(one_route(await upstream(), f"{more}\n{callers()}"))
        async with gateway.client() as client:
            cookie = (await sign_in(client, "reader")).headers["set-cookie"]
        assert ("Secure" in cookie) is secure


async def test_two_cookies_are_none(keyed):
    async with keyed.client() as client:
        await sign_in(client, "reader")
        token = client.cookies["console_session"]
        client.cookies.clear()
        for cookie, status in ((f"console_session={token}", 200), (f"console_session=x; console_session={token}", 401)):
            assert (await client.get("/console", headers={"cookie": cookie})).status_code == status


async def test_a_form_of_no_page_of_ours_does_nothing(keyed):
    async with keyed.client() as client:
        await sign_in(client, "reader")
        theirs = form_of((await client.get("/console")).text)
        others = form_of((await client.get("/console/sign-in")).text)
        for token in ("", "0" * 64, others, "ä"):
            answer = await client.post("/console/sign-out", data={"form": token})
            assert answer.status_code == 403, token
        assert (await client.get("/console")).status_code == 200
        assert (await client.post("/console/sign-out", data={"form": theirs})).status_code == 303


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_page_of_another_site_gets_and_does_nothing(open_, method, headers):
    async with open_.client() as client:
        for path in ("/console", "/console/events", "/console/sign-in", "/console/static/console.js"):
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code == 403, path
            assert "access-control-allow-origin" not in answer.headers


async def test_another_site_may_link_to_it(open_):
    async with open_.client() as client:
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        assert (await client.get("/console", headers=headers)).status_code == 200


async def test_an_origin_that_may_call_the_apis_may_not_use_the_console(start, upstream):
    gateway = await start(one_route(await upstream(), 'server: {cors_origins: ["https://portal.example"]}'))
    async with gateway.client() as client:
        headers = {"origin": "https://portal.example"}
        assert (await client.get("/v1/models", headers=headers)).status_code == 200
        assert (await client.get("/console", headers=headers)).status_code == 403


async def test_a_rebound_name_is_no_host_of_ours(open_):
    async with open_.client() as client:
        answer = await client.get("/console", headers={"host": "rebound.example"})
        assert answer.status_code == 403
