"""OpenAI's older completions through its unmodified SDK: as they are where a server has them, as a chat elsewhere."""

from __future__ import annotations

import openai
import pytest
from aiohttp import web

from tests.kit import written
from tests.kit.servers import says, stream
from tests.kit.two_places import MRN, POLICY, config

LOGPROBS = {"tokens": ["a"], "token_logprobs": [-0.5], "top_logprobs": [{"a": -0.5}], "text_offset": [0]}
USAGE = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}


async def texts(request):
    """A server that goes on with each prompt, and says what it was asked when it echoes."""
    body = await request.json()
    assert request.path == "/v1/completions"
    prompts = (
        body["prompt"] if isinstance(body["prompt"], list) and isinstance(body["prompt"][0], str) else [body["prompt"]]
    )
    said = [f"{prompt if body.get('echo') else ''} and so on" for prompt in prompts]
    if body.get("stream"):
        pieces = [
            {"choices": [{"index": at, "text": piece, "finish_reason": None, "logprobs": None}]}
            for at, text in enumerate(said)
            for piece in text
        ]
        ends = [{"choices": [{"index": at, "text": "", "finish_reason": "stop"}]} for at in range(len(said))]
        return await stream(request, [*pieces, *ends, {"choices": [], "usage": USAGE}])
    logprobs = LOGPROBS if body.get("logprobs") else None
    choices = [
        {"index": at, "text": text, "finish_reason": "stop", "logprobs": logprobs} for at, text in enumerate(said)
    ]
    return web.json_response({"id": "cmpl-1", "object": "text_completion", "choices": choices, "usage": USAGE})


def one(server, kind):
    return written.config(
        providers={"local": written.at_home(server, kind=kind)},
        targets={"chat": "local/test-model"},
        routes={"general": ["chat"]},
    )


def sdk(gateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=gateway.v1, api_key="any", max_retries=0)


@pytest.mark.parametrize("kind", ["llama_cpp", "vllm", "lm_studio", "ollama"])
async def test_a_server_that_has_completions_gets_them_as_they_are(start, upstream, kind):
    server = await upstream(texts)
    gateway = await start(one(server, kind))
    asked = {
        "prompt": ["Once", "Twice"],
        "suffix": "end",
        "echo": True,
        "logprobs": 1,
        "best_of": 2,
        "n": 1,
        "max_tokens": 9,
    }
    async with sdk(gateway) as client:
        made = await client.completions.create(model="general", **asked)
        assert [choice.text for choice in made.choices] == ["Once and so on", "Twice and so on"]
        assert made.choices[0].logprobs.tokens == ["a"]
        assert (made.object, made.model, made.usage.total_tokens) == ("text_completion", "general", 6)
        assert made.id == made._request_id.replace("req_", "cmpl-")
        assert server.sent[0].json == {**asked, "model": "test-model", "stream": False}
        chunks = [chunk async for chunk in await client.completions.create(model="general", prompt="Once", stream=True)]
    assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices) == " and so on"
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_token_ids_go_to_a_server_on_the_premises(start, upstream):
    server = await upstream(texts)
    gateway = await start(one(server, "vllm"))
    async with sdk(gateway) as client:
        await client.completions.create(model="general", prompt=[1, 2, 3])
    assert server.sent[0].json["prompt"] == [1, 2, 3]


@pytest.mark.parametrize("streamed", [False, True])
async def test_elsewhere_it_is_a_chat(simple, streamed):
    gateway, server = simple
    async with sdk(gateway) as client:
        made = await client.completions.create(model="general", prompt="Once", max_tokens=9, stream=streamed)
        text = (
            "".join([chunk.choices[0].text async for chunk in made if chunk.choices])
            if streamed
            else made.choices[0].text
        )
    assert text == "Hello."
    assert server.sent[0].path == "/v1/chat/completions"
    assert server.sent[0].json["messages"] == [{"role": "user", "content": "Once"}]


@pytest.mark.parametrize(
    "more", [{"suffix": "end"}, {"echo": True}, {"logprobs": 1}, {"best_of": 2}, {"prompt": [1, 2]}]
)
async def test_what_a_chat_would_lose_is_refused_by_its_name(simple, more):
    gateway, server = simple
    async with sdk(gateway) as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.completions.create(**{"model": "general", "prompt": "Once", **more})
    assert caught.value.param == next(iter(more))
    assert server.sent == []


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_cloud_gets_pseudonyms_and_the_text_is_restored(start, upstream, streamed):
    server = await upstream(texts)
    cloud = config(server, server, baa=True, order="cloud", more="").replace("kind: openai", "kind: vllm")
    gateway = await start(cloud, {"p.yaml": POLICY})
    async with sdk(gateway) as client:
        asked = {"model": "diagnosis", "prompt": f"The patient with MRN {MRN}", "echo": True}
        made = await client.completions.create(**asked, stream=streamed)
        text = (
            "".join([chunk.choices[0].text async for chunk in made if chunk.choices])
            if streamed
            else made.choices[0].text
        )
    assert text == f"The patient with MRN {MRN} and so on"
    assert MRN.encode() not in server.sent[0].body


async def test_identifiers_without_a_baa_stay(start, upstream):
    server = await upstream(says())
    gateway = await start(config(server, server, order="cloud", more=""), {"p.yaml": POLICY})
    async with sdk(gateway) as client:
        with pytest.raises(openai.PermissionDeniedError):
            await client.completions.create(model="diagnosis", prompt=f"The patient with MRN {MRN}")
        with pytest.raises(openai.PermissionDeniedError):
            await client.completions.create(model="diagnosis", prompt=[1, 2, 3])
    assert server.sent == []
