"""The two applications the product was made for, on the shipped configuration: only ports and base URLs are set.

One is a Node backend whose five agents share a base URL and a model name, in Anthropic's dialect and in Ollama's own.
The other is a transcription service that names no model, sends no header, and reads a refused PHI detection as
"there is none". Neither may need a changed line.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.kit.every_dialect import speaks

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "config.yaml").read_text(encoding="utf-8")
POLICIES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}
SHIPPED = yaml.safe_load(CONFIG)

PATIENT = "Patient Maria Delgado, MRN 00448812, born 03/14/1961, has had a cough for three weeks."

AGENTS = {
    "radiologist": "You are an expert radiologist with 20 years of experience. Describe what the image shows.",
    "pathologist": "You are an expert pathologist. Give a differential diagnosis of the radiologist's findings.",
    "report-writer": "You are a medical report writer. Write up the findings of the radiologist and the pathologist.",
    "qc-reviewer": "You do quality control of medical reports: check what the report writer and pathologist wrote.",
    "alignment": "You are a medical AI assistant that sorts requests for a radiologist or a pathologist.",
}
OPERATIONS = {
    "PHI detection": "You are a PHI detection system. List every identifier in the transcript as JSON.",
    "entities": "You are a medical entity extraction system. Give diagnoses and drugs with their codes as JSON.",
    "SOAP": "You are a clinical scribe. Generate a SOAP note from the transcript.",
    "structure": "You write comprehensive clinical documents from a transcript and its entities.",
    "one that nobody foresaw": "You are a helpful medical scribe.",
}


@pytest.fixture
async def shipped(start, upstream):
    """The shipped gateway before a local LM Studio and a local Ollama with the models that it names."""
    models = {target["provider"]: [] for target in SHIPPED["targets"].values()}
    for target in SHIPPED["targets"].values():
        models[target["provider"]].append(target["model"].split(":-")[-1].rstrip("}"))
    studio = await upstream(models=models["lm_studio"])
    ollama = await upstream(speaks(), models=models["ollama"])
    environ = {
        "LM_STUDIO_BASE_URL": studio.base_url,
        "OLLAMA_BASE_URL": ollama.base_url.removesuffix("/v1"),
        "MLX_BASE_URL": studio.base_url,
    }
    return await start(CONFIG, POLICIES, environ), studio, ollama


def expected(agent: str) -> tuple[str, str]:
    """The route of an agent and its first model on the premises (no cloud has a key here)."""
    route = SHIPPED["agents"][agent]["route"]
    local = next(name for name in SHIPPED["routes"][route]["targets"] if name != "sonnet")
    return route, local


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("model", ["claude-sonnet-4-20250514", "claude-3-5-haiku-20241022"])
async def test_each_agent_of_the_backend_reaches_its_route_by_its_prompt(shipped, agent, model):
    gateway, _, ollama = shipped
    text = {"type": "text", "text": PATIENT}
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    content = [image, text] if agent == "radiologist" else PATIENT
    body = {
        "model": model,
        "max_tokens": 500,
        "system": AGENTS[agent],
        "messages": [{"role": "user", "content": content}],
    }
    headers = {"x-api-key": "not-checked-on-loopback", "anthropic-version": "2023-06-01", "accept": "application/json"}
    async with gateway.client() as client:
        for stream in (None, True):
            reply = await client.post("/v1/messages", json=body | ({"stream": True} if stream else {}), headers=headers)
            assert reply.status_code == 200, reply.text
            assert (reply.headers["x-gateway-route"], reply.headers["x-gateway-target"]) == expected(agent)
    assert ollama.sent[-1].json["messages"][0]["content"].startswith(AGENTS[agent])


@pytest.mark.parametrize("agent", AGENTS)
async def test_its_provider_layer_finds_its_model_and_each_agent_its_route_in_the_dialect_of_ollama(shipped, agent):
    gateway, _, ollama = shipped
    async with gateway.client() as client:
        listed = [model["name"] for model in (await client.get("/api/tags")).json()["models"]]
        model = next(name for name in listed if "qwen3" in name)
        assert (await client.post("/api/show", json={"name": model})).status_code == 200
        messages = [{"role": "system", "content": AGENTS[agent]}, {"role": "user", "content": PATIENT}]
        options = {"temperature": 0.3, "num_predict": 500, "num_ctx": 8192, "top_p": 0.9}
        for stream in (False, True):
            reply = await client.post(
                "/api/chat", json={"model": model, "messages": messages, "stream": stream, "options": options}
            )
            assert reply.status_code == 200, reply.text
            assert (reply.headers["x-gateway-route"], reply.headers["x-gateway-target"]) == expected(agent)
            assert ollama.sent[-1].json["options"] == options, "under `/v1` Ollama would pass over `num_ctx`"


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("named", [{}, {"model": None}, {"model": ""}], ids=["absent", "null", "empty"])
async def test_each_operation_of_the_transcription_service_reaches_the_medical_model(shipped, operation, named):
    gateway, studio, _ = shipped
    body = {
        "messages": [{"role": "system", "content": OPERATIONS[operation]}, {"role": "user", "content": PATIENT}],
        "temperature": 0.1,
        "max_tokens": 800,
        "top_p": 0.9,
        "frequency_penalty": 0.0,
        "presence_penalty": 0.0,
        "stream": False,
        **named,
    }
    async with gateway.client() as client:
        assert (await client.get("/v1/models")).json()["data"]
        reply = await client.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200, reply.text
    assert reply.headers["x-gateway-route"] == "clinical-text"
    sent = studio.sent[-1].json
    assert sent["model"] == "medalpaca-7b"
    assert PATIENT in sent["messages"][-1]["content"]


async def test_its_embeddings_are_floats_of_the_embedding_model_though_it_names_none(shipped):
    gateway, studio, _ = shipped
    async with gateway.client() as client:
        reply = await client.post("/v1/embeddings", json={"input": PATIENT})
    assert reply.status_code == 200, reply.text
    assert all(isinstance(number, float) for number in reply.json()["data"][0]["embedding"])
    assert studio.sent[-1].json["model"] == "nomic-embed-text-v1.5"


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
