"""Ollama's native API, over real sockets: a provider with `via: ollama` behind the OpenAI facade."""

import json

import pytest
from aiohttp import web

from tests.kit import written

LINES = [
    {"message": {"role": "assistant", "content": "Hel"}, "done": False},
    {"message": {"role": "assistant", "content": "lo."}, "done": False},
    {
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 7,
        "eval_count": 2,
    },
]


def config(server):
    ollama = written.at_home(server, kind="ollama", base_url=f"http://127.0.0.1:{server.port}", via="ollama")
    return written.config(
        providers={"ollama": ollama},
        targets={"chat": {"provider": "ollama", "model": "qwen3:32b", "context": 8192}},
        routes={"general": ["chat"]},
    )


def native(lines):
    async def answer(request):
        body = await request.json()
        if not body["stream"]:
            message = {"role": "assistant", "content": "Hello."}
            return web.json_response({**lines[-1], "message": message})
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for line in lines:
            text = json.dumps(line).encode() + b"\n"
            await response.write(text[:9])
            await response.write(text[9:])
        await response.write_eof()
        return response

    return answer


@pytest.mark.parametrize("stream", [False, True])
async def test_a_chat_goes_out_and_comes_back_through_the_native_api(start, upstream, stream):
    server = await upstream(native(LINES))
    gateway = await start(config(server))
    reply = await gateway.chat("Hello?", stream=stream, max_tokens=5)
    assert reply.status_code == 200
    if stream:
        chunks = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
        text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
        assert reply.text.rstrip().endswith("[DONE]")
    else:
        text = reply.json()["choices"][0]["message"]["content"]
        assert reply.json()["usage"]["prompt_tokens"] == 7
    assert text == "Hello."
    (sent,) = server.sent
    assert sent.path == "/api/chat"
    assert sent.json["options"]["num_predict"] == 5
    assert sent.json["options"]["num_ctx"] == 8192


@pytest.mark.parametrize("lines", [LINES[:1], [LINES[0], {"error": "CANARY out of memory"}], []])
async def test_a_stream_without_its_last_line_never_ends_cleanly(start, upstream, lines):
    server = await upstream(native(lines))
    gateway = await start(config(server))
    reply = await gateway.chat("Hello?", stream=True)
    assert "[DONE]" not in reply.text
    assert "error" in reply.text
    assert "CANARY" not in reply.text
