"""What a gateway says of itself: which routes can answer now, why others cannot, and readiness that asks for a route."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from gateway.state.sqlite.store import FILE
from tests.kit import written
from tests.kit.ports import unused_port
from tests.kit.servers import says, status
from tests.kit.two_places import POLICY

KEYS = {"watcher": "a-key-of-watcher", "soma": "a-key-of-soma"}


def config(local, cloud, **more):
    down = {"kind": "ollama", "base_url": f"http://127.0.0.1:{unused_port()}", "traits": ["on_prem"]}
    return written.config(
        providers={
            "local": written.at_home(local, kind="lm_studio"),
            "down": down,
            "off": {"kind": "anthropic", "api_key": ""},
            "cloud": written.away(cloud),
        },
        targets={
            "here": "local/qwen",
            "gone": "down/llama",
            "nobody": "off/claude",
            "there": {
                "provider": "cloud",
                "model": "gpt",
                "price": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 1},
            },
        },
        routes={"home": ["here"], "dark": ["gone", "nobody"], "either": ["gone", "there"]},
        **more,
    )


async def said(gateway, path="/ready?deep=1", **headers):
    async with gateway.client(headers=headers) as client:
        return await client.get(path)


async def test_it_tells_which_routes_answer_and_why_others_do_not(start, upstream):
    gateway = await start(config(await upstream(), await upstream()), {"p.yaml": POLICY})
    await gateway.gateway.refresh()

    answered = await said(gateway)

    tree = answered.json()
    assert (answered.status_code, tree["ready"], tree["record"]) == (200, True, {"can_be_written": True})
    assert {name: one["by"] for name, one in tree["routes"].items()} == {
        "home": ["here"],
        "dark": [],
        "either": ["there"],
    }
    dark = tree["routes"]["dark"]["why_not"]
    assert "ollama serve" in dark[0]
    assert "off: " in dark[1]
    assert (tree["providers"]["local"]["up"], tree["providers"]["down"]["up"]) == (True, False)
    assert tree["providers"]["cloud"]["baa_days_left"] > 0
    assert tree["last_reading"]["result"] == "started"


async def test_the_log_says_which_server_did_not_answer(start, upstream):
    local = await upstream()
    gateway = await start(config(local, await upstream()), {"p.yaml": POLICY})
    await gateway.gateway.refresh()
    seen = [json.loads(line) for line in gateway.log.getvalue().splitlines() if '"provider.probed"' in line]
    told = {line["provider"]: (line["up"], line["address"]) for line in seen}
    assert told["local"] == (True, f"127.0.0.1:{local.port}")
    assert told["down"][0] is False
    assert told["down"][1].startswith("127.0.0.1:")


async def test_a_target_that_fails_and_one_that_no_rule_lets_anything_go_to(start, upstream):
    local = await upstream()
    gateway = await start(config(local, await upstream()))  # no rule: nothing leaves
    local.answer = status(500)
    for _ in range(6):
        await gateway.chat(model="home")

    tree = (await said(gateway)).json()

    assert tree["targets"]["here"]["state"] == "left alone"
    assert (tree["targets"]["there"]["state"], tree["routes"]["either"]["answers"]) == ("kept back", False)


async def test_a_cloud_that_refuses_the_key_answers_nothing_until_it_takes_it(start, upstream):
    cloud = await upstream()
    text = config(await upstream(), cloud).replace("  either:", "  cloudy:\n    targets: [there]\n  either:")
    gateway = await start(text, {"p.yaml": POLICY})
    for code, state, ready in (
        (200, "ready", 200),
        (401, "key refused", 503),
        (403, "key refused", 503),
        (200, "ready", 200),
    ):
        cloud.answer = says("Words.") if code == 200 else status(code)
        await gateway.chat(model="cloudy")
        assert (await said(gateway)).json()["targets"]["there"]["state"] == state
        assert (await said(gateway, "/ready?route=cloudy")).status_code == ready


async def test_without_a_record_no_cloud_is_said_to_answer(start, upstream, tmp_path):
    (tmp_path / "state" / FILE).mkdir(parents=True)  # no record can be there, whoever asks
    gateway = await start(config(await upstream(), await upstream()), {"p.yaml": POLICY})
    tree = (await said(gateway)).json()
    assert tree["record"] == {"can_be_written": False}
    assert (tree["targets"]["there"]["state"], tree["targets"]["here"]["state"]) == ("unrecorded", "ready")
    assert (await said(gateway, "/ready?route=either")).status_code == 503


async def test_another_program_on_the_port_of_a_server_is_told_from_none(start, upstream):
    local, cloud = await upstream(), await upstream()
    local.models = None
    gateway = await start(config(local, cloud), {"p.yaml": POLICY})
    await gateway.gateway.refresh()
    providers = (await said(gateway)).json()["providers"]
    assert providers["local"]["said"].startswith(
        "an answer that is no list of models, perhaps another program's, at http://127.0.0.1:"
    )
    assert providers["down"]["said"].startswith("no answer at ")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("", 200),
        ("?route=home", 200),
        ("?route=either", 200),
        ("?route=dark", 503),
        ("?route=home&route=dark", 503),
        ("?route=nowhere", 503),
        ("?route=", 503),  # a variable that nobody set is no route
        ("?" + "&".join(["a=1"] * 60), 200),
    ],
)
async def test_readiness_may_ask_for_a_target_of_a_route(start, upstream, asked, code):
    gateway = await start(config(await upstream(), await upstream()), {"p.yaml": POLICY})
    await gateway.gateway.refresh()

    answered = await said(gateway, f"/ready{asked}")

    assert (answered.status_code, answered.json()) == (code, {"ready": code == 200})


async def test_a_query_that_nobody_reads_to_its_end_is_not_ready(start, upstream):
    """The route that is asked for may stand behind what was read."""
    gateway = await start(config(await upstream(), await upstream()), {"p.yaml": POLICY})
    answered = await said(gateway, "/ready?" + "a=1&" * 500 + "route=dark")
    assert (answered.status_code, answered.json()["error"]["code"]) == (400, "invalid_request")
    assert (await said(gateway, "/health?" + "a=1&" * 500)).status_code == 200


async def test_what_is_deep_needs_a_key_that_may_watch(start, upstream):
    callers = {
        name: {"key_sha256": hashlib.sha256(key.encode()).hexdigest(), "may": ["metrics"] if name == "watcher" else []}
        for name, key in KEYS.items()
    }
    gateway = await start(config(await upstream(), await upstream(), callers=callers))

    codes = [(await said(gateway)).status_code]
    codes += [(await said(gateway, authorization=f"Bearer {KEYS[name]}")).status_code for name in ("soma", "watcher")]

    assert codes == [401, 403, 200]
    assert (await said(gateway, "/ready")).json() == {"ready": True}


async def test_what_is_left_of_a_budget_and_a_scrape_that_shows_it(start, upstream):
    allowance = {"per": "caller", "of": "requests", "amount": 4, "every": "month"}
    gateway = await start(config(await upstream(), await upstream(), limits=[allowance]), {"p.yaml": POLICY})
    assert (await gateway.chat(model="home")).status_code == 200

    [left] = (await said(gateway)).json()["left"]
    scrape = (await said(gateway, "/metrics")).text

    assert (left["sort"], left["name"], left["left"], left["amount"]) == ("limit", "anonymous", 3, 4)
    assert re.search(r'^gateway_quota_left_ratio\{.*name="anonymous".*\} 0.75$', scrape, re.MULTILINE)
    assert 'gateway_route_answerable{route="dark"} 0.0' in scrape
    assert 'gateway_target_breaker_open{target="here"} 0.0' in scrape
    assert "gateway_audit_available 1.0" in scrape
