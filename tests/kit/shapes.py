"""Every POST endpoint with a body it takes and values it does not, and the one shape an error has in each dialect."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from tests.kit.patience import SOON_S

CANARY = "CANARY-Zoltan-Q7741"
SAY = [{"role": "user", "content": "Hello."}]


@dataclass(frozen=True)
class Endpoint:
    """One POST endpoint, a body it takes, and wrong values for its fields."""

    path: str
    body: dict
    dialect: str
    wrong: dict = field(default_factory=dict)


OPENAI_WRONG = {
    "messages": [[], {}, "text", 5, [5], [[]], [{}], [{"role": "alien", "content": "x"}], [{"role": [], "content": "x"}],
                 [{"role": {}, "content": "x"}], [{"role": "user", "content": 5}], [{"role": "user"}],
                 [{"role": "user", "content": [{"type": "hologram", "hologram": CANARY}]}],
                 [{"role": "user", "content": [{"type": [], "text": CANARY}]}],
                 [{"role": "user", "content": [{"type": "text", "text": 5}]}],
                 [{"role": "user", "content": [5]}], [{"role": "user", "content": [{"type": "image_url", "image_url": CANARY}]}],
                 [{"role": "assistant", "tool_calls": CANARY}], [{"role": "assistant", "tool_calls": [CANARY]}],
                 [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {}}}]}]],
    "model": [5, [], {}, True],
    "stream": ["yes", 1, [], {}],
    "temperature": [CANARY, [], {}, True],
    "max_tokens": [CANARY, 1.5, [], True],
    "n": [0, 129, CANARY, []],
    "stop": [5, [5], {}],
    "tools": [{}, CANARY, [CANARY], [{"type": 5}], [{"type": "function"}], [{"type": "function", "function": {"name": []}}]],
    "tool_choice": [CANARY, 5, []],
    "response_format": [CANARY, [], {}, {"type": []}, {"type": {}}, {"type": CANARY}],
    "stream_options": [CANARY, []],
    "logit_bias": [CANARY, []],
    "metadata": [CANARY, []],
    "user": [5, {}],
}  # fmt: skip
EMBEDDINGS_WRONG = {
    "input": [None, 5, {}, [], [[]], [5, "a"], [CANARY, 5], [[CANARY]], [-1], [True], [None], [{}]],
    "model": [5, [], {}],
    "encoding_format": [CANARY, 5, [], {}],
    "dimensions": [0, -1, CANARY, 1.5, [], {}, True],
}
COMPLETIONS_WRONG = {
    "prompt": [None, 5, {}, [], [5, "a"], [[CANARY]], [True], [{}]],
    "model": [5, [], {}],
    "suffix": [5, []],
    "echo": ["yes", 1],
    "logprobs": [CANARY, 1.5, -1, True],
    "best_of": [-1, CANARY],
    "n": [0, 129],
    "stop": [5, [5], {}],
    "stream": ["yes", 1],
}
RERANK_WRONG = {
    "query": [None, 5, [], {}],
    "documents": [None, [], {}, CANARY, [5], [{}], [{"text": 5}]],
    "top_n": [0, -1, CANARY, 1.5],
    "return_documents": ["yes", 1],
}
MODERATIONS_WRONG = {"input": [None, 5, [], {}, [5], [{"type": "text"}], [{"type": CANARY}], [{"type": "image_url"}]]}
TRANSLATIONS_WRONG = {
    "file": [None, 5, [], {}, CANARY, {"data": 5}, {"data": CANARY}],
    "prompt": [5, []],
    "temperature": [CANARY, []],
    "response_format": [5, []],
}
TRANSCRIPTIONS_WRONG = {
    **TRANSLATIONS_WRONG,
    "stream": ["yes", 1],
    "include": [CANARY, [5]],
    "timestamp_granularities": [CANARY, [5]],
    "chunking_strategy": [5, [], {"threshold": CANARY}],
}
RESPONSES_WRONG = {
    "input": [None, [], {}, 5, [5], [[]], [{}], [{"role": "alien", "content": "x"}], [{"role": [], "content": "x"}],
              [{"role": "user", "content": 5}], [{"role": "user"}], [{"type": "hologram", "hologram": CANARY}], [{"type": []}],
              [{"role": "user", "content": [{"type": "hologram", "hologram": CANARY}]}],
              [{"role": "user", "content": [{"type": "input_text", "text": 5}]}], [{"role": "user", "content": [{"text": "x"}]}],
              [{"role": "user", "content": [{"type": "input_image", "image_url": {}}]}],
              [{"role": "user", "content": [{"type": "input_audio", "input_audio": CANARY}]}],
              [{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}], [{"type": "function_call"}],
              [{"type": "custom_tool_call", "call_id": "c", "name": "f"}],
              [{"type": "function_call_output", "call_id": "c"}], [{"type": "function_call_output", "call_id": 5, "output": ""}],
              [{"type": "function_call_output", "call_id": "c", "output": 5}],
              [{"type": "reasoning", "summary": [{"type": "summary_text"}]}], [{"type": "reasoning", "encrypted_content": 5}],
              [{"type": "item_reference", "id": CANARY}]],
    "model": [5, [], {}, True],
    "instructions": [5, [], {}],
    "stream": ["yes", 1, [], {}],
    "store": ["yes", 1],
    "temperature": [CANARY, [], {}, True],
    "max_output_tokens": [CANARY, 1.5, [], True],
    "tools": [{}, CANARY, [CANARY], [{"type": 5}], [{}], [{"type": "function"}], [{"type": "custom", "name": []}],
              [{"type": "namespace", "name": "n"}], [{"type": "namespace", "name": "n", "tools": [{"type": "function"}]}]],
    "tool_choice": [CANARY, 5, [], {}, {"type": []}, {"type": "function"}, {"type": "file_search"},
                    {"type": "allowed_tools", "mode": "auto"}, {"type": "allowed_tools", "tools": []},
                    {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp"}]}],
    "text": [CANARY, [], {"format": CANARY}, {"format": {"type": []}}, {"format": {"type": CANARY}},
             {"format": {"type": "json_schema"}}, {"verbosity": 5}],
    "reasoning": [CANARY, [], {"effort": 5}],
    "include": [CANARY, {}, [5]],
    "metadata": [CANARY, []],
    "user": [5, {}],
    "previous_response_id": [CANARY],
    "conversation": [CANARY, {"id": CANARY}],
    "background": [True],
    "prompt": [{"id": CANARY}],
}  # fmt: skip
ANTHROPIC_WRONG = {
    "messages": [[], {}, "text", 5, [5], [{}], [{"role": "alien", "content": "x"}], [{"role": [], "content": "x"}],
                 [{"role": "user", "content": 5}], [{"role": "user", "content": [{"type": "hologram", "x": CANARY}]}],
                 [{"role": "user", "content": [{"type": [], "text": CANARY}]}], [{"role": "user", "content": [CANARY]}],
                 [{"role": "user", "content": [{"type": "image", "source": CANARY}]}],
                 [{"role": "user", "content": [{"type": "image", "source": {"type": []}}]}],
                 [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": []}]}],
                 [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": CANARY}]}]],
    "model": [5, [], {}],
    "system": [5, {}, [5], [{"type": CANARY}], [{"type": []}]],
    "tools": [CANARY, {}, [CANARY], [{"name": []}], [{"type": []}], [{"type": {}, "name": "x"}]],
    "tool_choice": [CANARY, [], {"type": []}, {"type": CANARY}, {"type": "tool", "name": []}],
    "thinking": [CANARY, [], {"type": []}, {"type": CANARY}, {"type": "enabled", "budget_tokens": CANARY}],
    "output_config": [CANARY, {"effort": []}, {"format": CANARY}, {"format": {"type": []}}],
}  # fmt: skip
MESSAGES_WRONG = {
    **ANTHROPIC_WRONG,
    "max_tokens": [None, CANARY, -1, 1.5, [], {}],
    "stream": ["yes", 1, []],
    "temperature": [CANARY, 2, []],
    "stop_sequences": [CANARY, [5], [" "], {}],
    "metadata": [CANARY, {"user_id": []}],
}
OLLAMA_WRONG = {
    "model": [5, [], {}],
    "options": [CANARY, [], {"temperature": CANARY}, {"num_ctx": []}, {"stop": {}}],
    "keep_alive": [[], {}],
    "stream": ["yes", 1, []],
    "format": [CANARY, 5, []],
    "think": [CANARY, 5, [], {}],
}
OLLAMA_CHAT_WRONG = {
    **OLLAMA_WRONG,
    "messages": [{"a": 1}, "text", 5, [5], [{}], [{"role": "alien", "content": "x"}], [{"role": [], "content": "x"}],
                 [{"role": "user", "content": 5}], [{"role": "user", "content": [CANARY]}],
                 [{"role": "user", "content": "x", "images": [CANARY]}], [{"role": "user", "content": "x", "images": 5}],
                 [{"role": "assistant", "tool_calls": [{"function": CANARY}]}]],
    "tools": [CANARY, {"a": 1}, [CANARY], [{"function": {"name": []}}]],
}  # fmt: skip
GENERATE_WRONG = {**OLLAMA_WRONG, "prompt": [5, [CANARY], {"a": 1}], "system": [5, []], "images": [CANARY, [5]]}
EMBED_WRONG = {
    "model": [5, [], {}],
    "input": [5, {"a": 1}, [5], [[CANARY]]],
    "dimensions": [CANARY, [], 1.5],
    "options": [CANARY],
}

ENDPOINTS = [
    Endpoint("/v1/chat/completions", {"messages": SAY}, "openai", OPENAI_WRONG),
    Endpoint("/chat/completions", {"messages": SAY}, "openai", {}),
    Endpoint("/v1/embeddings", {"input": "text"}, "openai", EMBEDDINGS_WRONG),
    Endpoint("/v1/completions", {"prompt": "Hello."}, "openai", COMPLETIONS_WRONG),
    Endpoint("/v1/rerank", {"model": "ranking", "query": "Hi.", "documents": ["a"]}, "openai", RERANK_WRONG),
    Endpoint("/v1/moderations", {"model": "judging", "input": "Hi."}, "openai", MODERATIONS_WRONG),
    Endpoint(
        "/v1/audio/transcriptions", {"model": "hearing", "file": {"data": "AAAA"}}, "openai", TRANSCRIPTIONS_WRONG
    ),
    Endpoint("/v1/audio/translations", {"model": "hearing", "file": {"data": "AAAA"}}, "openai", TRANSLATIONS_WRONG),
    Endpoint("/v1/responses", {"input": "Hello."}, "openai", RESPONSES_WRONG),
    Endpoint("/v1/responses/input_tokens", {"input": "Hello."}, "openai", RESPONSES_WRONG),
    Endpoint("/v1/messages", {"max_tokens": 9, "messages": SAY}, "anthropic", MESSAGES_WRONG),
    Endpoint("/v1/messages/count_tokens", {"messages": SAY}, "anthropic", ANTHROPIC_WRONG),
    Endpoint("/api/chat", {"messages": SAY, "stream": False}, "ollama", OLLAMA_CHAT_WRONG),
    Endpoint("/api/generate", {"prompt": "Hello.", "stream": False}, "ollama", GENERATE_WRONG),
    Endpoint("/api/embed", {"input": "text"}, "ollama", EMBED_WRONG),
    Endpoint("/api/embeddings", {"prompt": "text"}, "ollama", {"prompt": [5, [CANARY]], "model": [5]}),
    Endpoint("/api/show", {"model": "general"}, "ollama", {"model": [5, [CANARY], {"a": CANARY}]}),
    Endpoint("/agent/helper/v1/chat/completions", {"messages": SAY}, "openai", {}),
    Endpoint("/agent/helper/v1/messages", {"max_tokens": 9, "messages": SAY}, "anthropic", {}),
    Endpoint("/agent/helper/api/chat", {"messages": SAY, "stream": False}, "ollama", {}),
]


def check(response: httpx.Response, status: int | set[int], dialect: str, *, code: str = "") -> None:
    """An error of this status in the one shape of its dialect, with nothing of the request in it."""
    statuses = {status} if isinstance(status, int) else status
    text = response.text
    assert response.status_code in statuses, text
    assert response.headers["content-type"].startswith("application/json"), text
    body = response.json()
    match dialect:
        case "anthropic":
            assert set(body) == {"type", "error", "request_id"}
            assert body["type"] == "error"
            assert set(body["error"]) == {"type", "message"}
            message = body["error"]["message"]
        case "ollama":
            assert set(body) == {"error"}
            message = body["error"]
        case _:
            assert set(body) == {"error"}
            assert set(body["error"]) == {"message", "type", "param", "code"}
            message = body["error"]["message"]
            if code:
                assert body["error"]["code"] == code
    assert isinstance(message, str)
    assert message.rstrip(".") != ""
    seen = text + str(response.headers)
    assert CANARY not in seen
    assert "Traceback" not in seen
    assert ".py" not in seen


async def raw(gateway):
    """A bare connection."""
    url = httpx.URL(gateway.url)
    return await asyncio.open_connection(url.host, url.port)


async def answer_of(reader) -> httpx.Response:
    """One whole response off a bare connection; fails if it does not come soon."""
    async with asyncio.timeout(SOON_S):
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines[1:] if line]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        body = await reader.readexactly(length)
    return httpx.Response(int(lines[0].split(" ")[1]), headers=headers, content=body)


async def closed(reader) -> None:
    """The other side closes, soon."""
    async with asyncio.timeout(SOON_S):
        while await reader.read(2**16):
            pass
