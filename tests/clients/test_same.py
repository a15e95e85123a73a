"""The same program before the model itself and before the gateway: what it reads, and what the model was asked.

Whatever a user would notice is a fault of ours. What differs by design stands in `OURS` and `ADDED`; what the model is not
asked for has to be named in `x-gateway-not-carried`.
"""

from __future__ import annotations

import contextlib

import anthropic
import ollama
import openai
import pytest
import pytest_asyncio

from tests.kit.every_dialect import speaks
from tests.kit.running import running
from tests.kit.servers import UpstreamServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONFIG = """
version: 1
scan: {{deadline_ms: 60000}}
providers:
  openai: {{kind: openai, api_key: k, base_url: "{url}/v1", traits: [on_prem]}}
  claude: {{kind: anthropic, via: direct, api_key: k, base_url: "{url}", traits: [on_prem]}}
  ollama: {{kind: ollama, via: ollama, base_url: "{url}", traits: [on_prem]}}
  plain: {{kind: ollama, base_url: "{url}", traits: [on_prem]}}
targets:
  gpt: {{provider: openai, model: the-model, capabilities: [tools, vision, json_schema]}}
  claude: {{provider: claude, model: the-model, capabilities: [tools, vision, json_schema]}}
  llama: {{provider: ollama, model: the-model, capabilities: [tools, vision, json_schema]}}
  unsaid: {{provider: plain, model: the-model, capabilities: [tools, vision, json_schema]}}
routes:
  gpt: {{targets: [gpt]}}
  claude: {{targets: [claude]}}
  llama: {{targets: [llama]}}
  unsaid: {{targets: [unsaid]}}
default_route: gpt
"""
ASK = [{"role": "user", "content": "Which city?"}]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
FUNCTION = {"name": "look_up", "description": "Looks up.", "parameters": SCHEMA}
TOOL = {"type": "function", "function": FUNCTION}
FLAT = {"type": "function", **FUNCTION, "strict": True}
ARGUMENTS = '{"city": "a word"}'
CALLED = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": ARGUMENTS}}
FORM = {"name": "a", "schema": SCHEMA, "strict": True}
CHAT = {
    "plain": {"messages": ASK},
    "every field": {
        "messages": [{"role": "developer", "content": "Brief."}, *ASK],
        "temperature": 0.2,
        "top_p": 0.9,
        "stop": ["x"],
        "seed": 7,
        "n": 1,
        "max_completion_tokens": 50,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.1,
        "logit_bias": {"5": 1},
        "logprobs": False,
        "user": "u-1",
        "safety_identifier": "s",
        "prompt_cache_key": "k",
        "metadata": {"a": "b"},
        "store": False,
        "parallel_tool_calls": True,
        "service_tier": "auto",
        "reasoning_effort": "low",
        "verbosity": "low",
        "modalities": ["text"],
        "prediction": {"type": "content", "content": "x"},
        "tools": [TOOL],
        "tool_choice": "none",
    },
    "a tool": {"messages": ASK, "tools": [TOOL]},
    "this tool": {
        "messages": ASK,
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "look_up"}},
    },
    "its answer": {
        "messages": [
            *ASK,
            {"role": "assistant", "content": None, "tool_calls": [CALLED]},
            {"role": "tool", "tool_call_id": "call_1", "content": "42"},
        ],
        "tools": [TOOL],
    },
    "a schema": {"messages": ASK, "response_format": {"type": "json_schema", "json_schema": FORM}},
    "json": {"messages": ASK, "response_format": {"type": "json_object"}},
    "unknown fields": {"messages": ASK, "extra_body": {"top_k": 5, "x_unknown": {"deep": [1, None, "two"]}}},
}
RESPONSES = {
    "plain": {"input": "Which city?"},
    "every field": {
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "Which city?"}]}],
        "instructions": "Brief.",
        "temperature": 0.2,
        "top_p": 0.9,
        "max_output_tokens": 99,
        "store": False,
        "metadata": {"a": "b"},
        "user": "u-1",
        "prompt_cache_key": "k",
        "safety_identifier": "s",
        "reasoning": {"effort": "low"},
        "include": ["reasoning.encrypted_content"],
        "truncation": "auto",
        "parallel_tool_calls": True,
        "max_tool_calls": 3,
        "service_tier": "auto",
        "text": {"verbosity": "low"},
    },
    "a tool": {"input": "Which city?", "tools": [FLAT]},
    "its answer": {
        "input": [
            *ASK,
            {"type": "function_call", "call_id": "call_1", "name": "look_up", "arguments": ARGUMENTS},
            {"type": "function_call_output", "call_id": "call_1", "output": "42"},
        ],
        "tools": [FLAT],
    },
    "a schema": {"input": "Which city?", "text": {"format": {"type": "json_schema", **FORM}}},
    "unknown fields": {"input": "Which city?", "extra_body": {"x_unknown": {"deep": [1, None, "two"]}}},
}
CLAUDES = {"name": "look_up", "description": "Looks up.", "input_schema": SCHEMA}
USED = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"city": "a word"}}
CACHED = {"cache_control": {"type": "ephemeral"}}
MESSAGES = {
    "plain": {"messages": ASK},
    "every field": {
        "messages": ASK,
        "system": [{"type": "text", "text": "Brief.", **CACHED}],
        "stop_sequences": ["x"],
        "metadata": {"user_id": "u-1"},
        "service_tier": "auto",
        "extra_body": {"temperature": 0.2, "top_k": 5, "top_p": 0.9},
    },
    "a tool": {"messages": ASK, "tools": [{**CLAUDES, **CACHED}], "tool_choice": {"type": "any"}},
    "its answer": {
        "messages": [
            *ASK,
            {"role": "assistant", "content": [USED]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "42"}]},
        ],
        "tools": [CLAUDES],
    },
    "thinking": {"messages": ASK, "thinking": {"type": "enabled", "budget_tokens": 1024}},
    "a schema": {"messages": ASK, "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    "unknown fields": {"messages": ASK, "extra_body": {"x_unknown": {"deep": [1, None, "two"]}}},
}
OLLAMA = {
    "plain": {"messages": ASK},
    "every field": {
        "messages": [{"role": "system", "content": "Brief."}, *ASK],
        "options": {"temperature": 0.2, "num_ctx": 4096, "num_predict": 50, "seed": 7, "stop": ["x"], "top_k": 5}
        | {"repeat_penalty": 1.1, "min_p": 0.1, "num_keep": 3, "mirostat": 1, "top_p": 0.9},
        "keep_alive": "5m",
        "think": False,
    },
    "a tool": {"messages": ASK, "tools": [TOOL]},
    "its answer": {
        "messages": [
            *ASK,
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [{"function": {"name": "look_up", "arguments": {"city": "a word"}}}],
            },
            {"role": "tool", "tool_name": "look_up", "content": "42"},
        ],
        "tools": [TOOL],
    },
    "a schema": {"messages": ASK, "format": SCHEMA},
    "json": {"messages": ASK, "format": "json"},
}


class Reader:
    """A client of each SDK, which keeps what the last answer named as not carried."""

    def __init__(self, url):
        hooks = {"event_hooks": {"response": [self._heard]}}
        self.lost = set()
        key, address = {"api_key": "k", "max_retries": 0}, f"{url}/v1"
        self.openai = openai.AsyncOpenAI(base_url=address, http_client=openai.DefaultAsyncHttpxClient(**hooks), **key)
        self.anthropic = anthropic.AsyncAnthropic(
            base_url=url, http_client=anthropic.DefaultAsyncHttpxClient(**hooks), **key
        )
        self.ollama = ollama.AsyncClient(host=url, **hooks)

    @property
    def clients(self):
        return self.openai, self.anthropic, self.ollama

    async def _heard(self, reply):
        self.lost = {one.strip() for one in reply.headers.get("x-gateway-not-carried", "").split(",")} - {""}

    async def read(self, dialect, model, body, *, stream):
        ask = {
            "chat": self.openai.chat.completions.create,
            "responses": self.openai.responses.create,
            "messages": self.anthropic.messages.create,
            "ollama": self.ollama.chat,
            "default": self.ollama.chat,
        }[dialect]
        limit = {"max_tokens": 2000} if dialect == "messages" else {}
        made = await ask(model=model, stream=stream, **limit, **body)
        return (
            [one.model_dump(exclude_unset=True) async for one in made]
            if stream
            else [made.model_dump(exclude_unset=True)]
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory):
    server = UpstreamServer(speaks(), models=["the-model"])
    await server.start()
    url = server.base_url.removesuffix("/v1")
    async with contextlib.AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(running(tmp_path_factory.mktemp("same"), CONFIG.format(url=url)))
        readers = Reader(url), Reader(gateway.url)
        for client in (client for reader in readers for client in reader.clients):
            await stack.enter_async_context(client)
        yield *readers, server
    await server.stop()


DIALECTS = {
    "chat": ("gpt", CHAT),
    "responses": ("gpt", RESPONSES),
    "messages": ("claude", MESSAGES),
    "ollama": ("llama", OLLAMA),
    "default": ("unsaid", OLLAMA),
}
CASES = [(dialect, name) for dialect, (_, bodies) in DIALECTS.items() for name in bodies]
OURS = {"model", "id", "object", "created", "created_at", "logprobs"}
"""What a reply has of us: the name that was asked for, an id, a time; this model says neither `object` nor `logprobs: null`."""
ADDED = {"stream", "stream_options", "store"}
"""What we say for the caller: `stream` where it was silent, a count of tokens at the end, and that nothing is kept."""
STATED = {"content-type", "anthropic-version", "anthropic-beta", "x-api-key", "authorization"}
"""Headers that a model acts on. A key is sent in one of two."""


@pytest.mark.parametrize(("dialect", "name"), CASES)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_client_reads_and_a_model_is_asked_the_same(both, dialect, name, stream):
    direct, through, server = both
    model, bodies = DIALECTS[dialect]
    server.sent.clear()
    theirs = await direct.read(dialect, "the-model", bodies[name], stream=stream)
    ours = await through.read(dialect, model, bodies[name], stream=stream)
    asked, sent = server.sent
    assert sent.path == asked.path
    assert _differing(asked.json, sent.json) - ADDED == through.lost - ADDED
    assert _read(ours) == _read([one for one in theirs if stream is False or not _only_counts(one)])
    assert _stated(sent) == _stated(asked)


def _differing(asked, sent):
    """The fields whose values are not the same, but the name of the model."""
    return {key for key in {*asked, *sent} - {"model"} if asked.get(key, ...) != sent.get(key, ...)}


def _only_counts(chunk):
    """Whether it is the chunk of a chat's counts, which comes only to whoever asks for it; this model tells it everybody."""
    return chunk.get("choices") == [] and "usage" in chunk


def _read(tree):
    """A reply without what is ours to say."""
    if isinstance(tree, dict):
        return {key: _read(value) for key, value in tree.items() if key not in OURS | {"store"}}
    return [_read(one) for one in tree] if isinstance(tree, list) else tree


def _stated(sent):
    headers = {name.lower(): value for name, value in sent.headers.items() if name.lower() in STATED}
    return {
        ("a key" if value in {"k", "Bearer k"} else name): value.removeprefix("Bearer ")
        for name, value in headers.items()
    }
