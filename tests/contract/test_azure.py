"""Azure's clients, unmodified: the model in the path or not, and the key in a header of their own."""

from __future__ import annotations

import hashlib

import openai
import pytest

from tests.kit.running import one_route

KEY = "tgw_azure"
CALLERS = f"callers:\n  portal: {{key_sha256: {hashlib.sha256(KEY.encode()).hexdigest()}}}\n"
HI = [{"role": "user", "content": "Hello."}]


@pytest.fixture
async def keyed(start, upstream):
    server = await upstream()
    return await start(one_route(server, CALLERS)), server


def azure(gateway, key=KEY, **more) -> openai.AsyncAzureOpenAI:
    return openai.AsyncAzureOpenAI(
        azure_endpoint=gateway.url, api_key=key, api_version="2024-10-21", max_retries=0, **more
    )


async def test_a_deployment_is_a_model(keyed):
    gateway, server = keyed
    async with azure(gateway) as client:
        completion = await client.chat.completions.create(model="general", messages=HI)
        assert (completion.choices[0].message.content, completion.model) == ("Hello.", "general")
        chunks = [
            chunk async for chunk in await client.chat.completions.create(model="general", messages=HI, stream=True)
        ]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Hello."
        vectors = await client.embeddings.create(model="embedding", input="Hello.")
        assert vectors.data[0].embedding == [0.25, -0.5, 3.0, 0.125]
        assert (await client.responses.create(model="general", input="Hello.")).output_text == "Hello."
    assert {sent.json["model"] for sent in server.sent} == {"test-model", "test-vectors"}


async def test_the_path_says_more_than_the_body(keyed):
    gateway, _ = keyed
    async with azure(gateway, azure_deployment="general") as client:
        completion = await client.chat.completions.create(model="whatever", messages=HI)
    assert completion.model == "general"
    async with azure(gateway, azure_deployment="nobody") as client:
        with pytest.raises(openai.NotFoundError) as caught:
            await client.chat.completions.create(model="general", messages=HI)
    assert caught.value.code == "model_not_found"


async def test_the_newer_form_has_no_deployments(keyed):
    gateway, _ = keyed
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/openai/v1", api_key=KEY, max_retries=0) as client:
        assert (await client.responses.create(model="general", input="Hello.")).output_text == "Hello."
        assert [model.id async for model in client.models.list()]


async def test_an_agent_may_stand_before_it(simple):
    gateway, server = simple
    async with gateway.client() as client:
        reply = await client.post("/agent/nobody/openai/deployments/general/chat/completions", json={"messages": HI})
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "agent_not_allowed")
    assert server.sent == []


async def test_a_key_is_read_where_azures_clients_put_it(keyed):
    gateway, _ = keyed
    async with azure(gateway, "wrong") as client:
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model="general", messages=HI)


async def test_a_path_of_azures_that_is_not_served_is_404(simple):
    gateway, _ = simple
    async with gateway.client() as client:
        for path in (
            "/openai/deployments/general/images/generations",
            "/openai/deployments/general",
            "/openai/nowhere",
        ):
            reply = await client.post(path, json={})
            assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found"), path
