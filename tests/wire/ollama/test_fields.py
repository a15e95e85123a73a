import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.ollama import chat as chatting
from gateway.wire.ollama import embed, generate

PNG = "iVBORw0KGgo="
SECRET = "MRN-8675309"
CHAT, GENERATE = chatting.ENDPOINT.validate, generate.ENDPOINT.validate
EMBED, EMBEDDINGS = embed.ENDPOINT.validate, embed.OLDER.validate


def chat(**message):
    return {"messages": [{"role": "user", "content": "hi"} | message]}


ACCEPTED = [
    (CHAT, {"model": "m"} | chat()),
    (CHAT, chat(role="User", images=[PNG])),
    (CHAT, {"messages": []}),
    (CHAT, {}),
    (CHAT, chat() | {"format": "json", "think": False, "keep_alive": "10m", "stream": False}),
    (CHAT, chat() | {"format": {"type": "object"}, "think": "high", "keep_alive": 0}),
    (
        CHAT,
        chat() | {"tools": [{"type": "function", "function": {"name": "f"}}], "top_logprobs": 2},
    ),
    (
        CHAT,
        chat(role="assistant", content=None, tool_calls=[{"function": {"name": "f", "arguments": {}}}]),
    ),
    (GENERATE, {"prompt": "x", "system": "s", "raw": False, "context": [1], "images": [PNG]}),
    (GENERATE, {}),
    (EMBED, {"input": "x", "truncate": True, "dimensions": 3}),
    (EMBED, {"input": ["x", ""]}),
    (EMBEDDINGS, {"prompt": "x"}),
    (EMBEDDINGS, {}),
]


@pytest.mark.parametrize(("validate", "tree"), ACCEPTED)
def test_what_ollama_accepts_is_accepted(validate, tree):
    validate(tree)


REJECTED = [
    (CHAT, {"messages": SECRET}, "messages"),
    (CHAT, {"messages": [SECRET]}, "messages.0"),
    (CHAT, {"messages": [{"content": "x"}]}, "messages.0.role"),
    (CHAT, chat(role=SECRET), "messages.0.role"),
    (CHAT, chat(content=[SECRET]), "messages.0.content"),
    (CHAT, chat(images=SECRET), "messages.0.images"),
    (CHAT, chat(images=[SECRET]), "messages.0.images.0"),
    (CHAT, chat(images=["AAAA"]), "messages.0.images.0"),
    (CHAT, chat(tool_calls=[{}]), "messages.0.tool_calls.0.function"),
    (
        CHAT,
        chat(tool_calls=[{"function": {"name": "f", "arguments": SECRET}}]),
        "messages.0.tool_calls.0.function.arguments",
    ),
    (CHAT, chat() | {"tools": [{"type": "function"}]}, "tools.0.function"),
    (CHAT, chat() | {"tools": [{"function": {}}]}, "tools.0.function.name"),
    (CHAT, chat() | {"format": SECRET}, "format"),
    (CHAT, chat() | {"format": 1}, "format"),
    (CHAT, chat() | {"think": SECRET}, "think"),
    (CHAT, chat() | {"stream": SECRET}, "stream"),
    (CHAT, chat() | {"keep_alive": []}, "keep_alive"),
    (CHAT, chat() | {"options": SECRET}, "options"),
    (CHAT, chat() | {"model": 5}, "model"),
    (CHAT, chat() | {"top_logprobs": -1}, "top_logprobs"),
    (GENERATE, {"prompt": 5}, "prompt"),
    (GENERATE, {"raw": SECRET}, "raw"),
    (GENERATE, {"context": [SECRET]}, "context.0"),
    (GENERATE, {"images": [SECRET]}, "images.0"),
    (EMBED, {}, "input"),
    (EMBED, {"input": [5]}, "input.0"),
    (EMBED, {"input": "x", "truncate": 1}, "truncate"),
    (EMBED, {"input": "x", "dimensions": -1}, "dimensions"),
    (EMBEDDINGS, {"prompt": [SECRET]}, "prompt"),
]


@pytest.mark.parametrize(("validate", "tree", "param"), REJECTED)
def test_what_ollama_rejects_is_rejected_by_name_and_not_echoed(validate, tree, param):
    with pytest.raises(InvalidRequest) as raised:
        validate(tree)
    assert raised.value.param == param
    assert SECRET not in raised.value.message


@pytest.mark.parametrize(
    ("tree", "key", "loads"),
    [
        ({"messages": []}, "messages", True),
        ({}, "messages", True),
        ({"prompt": ""}, "prompt", True),
        ({"prompt": "", "images": [PNG]}, "prompt", False),
        ({"prompt": "x"}, "prompt", False),
        ({"input": []}, "input", True),
    ],
)
def test_a_request_without_content_only_loads(tree, key, loads):
    assert chatting.loads_only(tree, key=key) is loads


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "function", "name", "images"]), inner, max_size=4)
    ),
    max_leaves=10,
)
FIELDS = ["model", "messages", "prompt", "input", "options", "tools", "format", "think", "images", "context"]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_json_is_valid_or_an_invalid_request(tree):
    for validate in (CHAT, GENERATE, EMBED, EMBEDDINGS):
        with contextlib.suppress(InvalidRequest):
            validate(tree)
