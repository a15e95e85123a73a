"""The configuration we ship, with every provider down: 503 naming what to start, and the demo model sees nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.kit.ports import unused_port
from tests.kit.shapes import check

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "config.yaml").read_text(encoding="utf-8")
POLICIES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}
SHIPPED = yaml.safe_load(CONFIG)
AGENTS = SHIPPED["agents"]
EMBEDDING_ROUTES = {name for name, route in SHIPPED["routes"].items() if route.get("operation") == "embeddings"}
ROUTES = [name for name in SHIPPED["routes"] if not name.startswith("demo")]
ALIASES = {
    pattern.replace("*", "-something"): target if isinstance(target, str) else target["route"]
    for pattern, target in SHIPPED["aliases"].items()
}
SPEECH_ROUTES = {name for name, route in SHIPPED["routes"].items() if route.get("operation") == "transcriptions"}
HINTS = ("ollama serve", "lms server start", "mlx_lm.server", "your speech server")


@pytest.fixture
async def down(start):
    """The shipped gateway; nothing answers where it looks, and no cloud key is set."""
    environ = {
        "LM_STUDIO_BASE_URL": f"http://127.0.0.1:{unused_port()}/v1",
        "OLLAMA_BASE_URL": f"http://127.0.0.1:{unused_port()}",
        "MLX_BASE_URL": f"http://127.0.0.1:{unused_port()}/v1",
        "WHISPER_BASE_URL": f"http://127.0.0.1:{unused_port()}/v1",
    }
    gateway = await start(CONFIG, POLICIES, environ)
    yield gateway
    assert gateway.metric("gen_ai_client_operation_duration_seconds_count", gen_ai_provider_name="embedded") == 0
    assert "embedded.started" not in gateway.log.getvalue()
    assert '"provider":"embedded"' not in gateway.log.getvalue()


def names_what_to_start(response, dialect="openai") -> None:
    check(response, 503, dialect, code="upstream_failed")
    assert any(hint in response.text for hint in HINTS), response.text


async def test_every_agent_says_what_to_start_whichever_way_it_is_claimed(down):
    body = {"messages": [{"role": "user", "content": "Hello."}]}
    async with down.client() as client:
        for agent, made in AGENTS.items():
            names_what_to_start(await client.post(f"/agent/{agent}/v1/chat/completions", json=body))
            headers = {"x-gateway-agent": agent}
            names_what_to_start(await client.post("/v1/chat/completions", json=body, headers=headers))
            for words in made["match"]["system_contains"]:
                prompt = f"You are: {words}."
                spoken = {"max_tokens": 9, "model": "claude-sonnet-4-20250514", "system": prompt, **body}
                names_what_to_start(await client.post("/v1/messages", json=spoken), "anthropic")
            for task in made.get("tasks", []):
                headers = {"x-clinic-task": task}
                names_what_to_start(await client.post("/v1/chat/completions", json=body, headers=headers))


async def test_every_route_and_alias_says_what_to_start(down):
    async with down.client() as client:
        for name, route in [*((route, route) for route in ROUTES), *ALIASES.items()]:
            if route in EMBEDDING_ROUTES:
                names_what_to_start(await client.post("/v1/embeddings", json={"model": name, "input": "text"}))
                names_what_to_start(await client.post("/api/embed", json={"model": name, "input": "text"}), "ollama")
                continue
            if route in SPEECH_ROUTES:
                for path in ("transcriptions", "translations"):
                    form = {"data": {"model": name}, "files": {"file": ("note.wav", b"RIFF")}}
                    names_what_to_start(await client.post(f"/v1/audio/{path}", **form))
                continue
            for streamed in (False, True):
                names_what_to_start(await down.chat(model=name, stream=streamed))
        names_what_to_start(await client.post("/v1/embeddings", json={"input": "text"}))


async def test_the_lists_answer_and_name_every_alias(down):
    async with down.client() as client:
        listed = {model["id"] for model in (await client.get("/v1/models")).json()["data"]}
        tags = {model["name"] for model in (await client.get("/api/tags")).json()["models"]}
    exact = {alias for alias in SHIPPED["aliases"] if "*" not in alias}
    assert set(SHIPPED["routes"]) | exact <= listed
    assert exact <= {name.removesuffix(":latest") for name in tags}


async def test_a_model_that_nobody_has_is_404_and_no_demonstration(down):
    check(await down.chat(model="llama-that-nobody-has"), 404, "openai", code="model_not_found")


def test_only_the_demonstration_routes_lead_to_the_embedded_model():
    """The control of the fixture: what it counts is where these routes, and only these, would go."""
    embedded = {name for name, target in SHIPPED["targets"].items() if target["provider"] == "embedded"}
    leads = {name for name, route in SHIPPED["routes"].items() if embedded & set(route["targets"])}
    assert leads == {"demo", "demo-embedding"}


def test_it_vouches_for_nothing_but_loopback():
    for provider in SHIPPED["providers"].values():
        assert "baa" not in provider
        assert provider.get("traits", []) in ([], ["on_prem"])
        if provider.get("traits"):
            assert "localhost" in provider["base_url"]
    assert SHIPPED["server"]["on_prem_networks"] == []


async def test_a_scrape_of_it_is_small_while_nothing_happens(down):
    _, body = down.gateway.metrics.render()

    lines = [line for line in body.splitlines() if not line.startswith(b"#")]
    assert len(lines) <= 400
    assert len(body) <= 60_000
