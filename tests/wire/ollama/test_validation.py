import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.ollama import validation

PNG = "iVBORw0KGgo="
SECRET = "MRN-8675309"


def chat(**message):
    return {"messages": [{"role": "user", "content": "hi"} | message]}


ACCEPTED = [
    (validation.validate_chat, {"model": "m"} | chat()),
    (validation.validate_chat, chat(role="User", images=[PNG])),
    (validation.validate_chat, {"messages": []}),
    (validation.validate_chat, {}),
    (validation.validate_chat, chat() | {"format": "json", "think": False, "keep_alive": "10m", "stream": False}),
    (validation.validate_chat, chat() | {"format": {"type": "object"}, "think": "high", "keep_alive": 0}),
    (
        validation.validate_chat,
        chat() | {"tools": [{"type": "function", "function": {"name": "f"}}], "top_logprobs": 2},
    ),
    (
        validation.validate_chat,
        chat(role="assistant", content=None, tool_calls=[{"function": {"name": "f", "arguments": {}}}]),
    ),
    (validation.validate_generate, {"prompt": "x", "system": "s", "raw": False, "context": [1], "images": [PNG]}),
    (validation.validate_generate, {}),
    (validation.validate_embed, {"input": "x", "truncate": True, "dimensions": 3}),
    (validation.validate_embed, {"input": ["x", ""]}),
    (validation.validate_embeddings, {"prompt": "x"}),
    (validation.validate_embeddings, {}),
]


@pytest.mark.parametrize(("validate", "tree"), ACCEPTED)
def test_what_ollama_accepts_is_accepted(validate, tree):
    validate(tree)


REJECTED = [
    (validation.validate_chat, {"messages": SECRET}, "messages"),
    (validation.validate_chat, {"messages": [SECRET]}, "messages.0"),
    (validation.validate_chat, {"messages": [{"content": "x"}]}, "messages.0.role"),
    (validation.validate_chat, chat(role=SECRET), "messages.0.role"),
    (validation.validate_chat, chat(content=[SECRET]), "messages.0.content"),
    (validation.validate_chat, chat(images=SECRET), "messages.0.images"),
    (validation.validate_chat, chat(images=[SECRET]), "messages.0.images.0"),
    (validation.validate_chat, chat(images=["AAAA"]), "messages.0.images.0"),
    (validation.validate_chat, chat(tool_calls=[{}]), "messages.0.tool_calls.0.function"),
    (
        validation.validate_chat,
        chat(tool_calls=[{"function": {"name": "f", "arguments": SECRET}}]),
        "messages.0.tool_calls.0.function.arguments",
    ),
    (validation.validate_chat, chat() | {"tools": [{"type": "function"}]}, "tools.0.function"),
    (validation.validate_chat, chat() | {"tools": [{"function": {}}]}, "tools.0.function.name"),
    (validation.validate_chat, chat() | {"format": SECRET}, "format"),
    (validation.validate_chat, chat() | {"format": 1}, "format"),
    (validation.validate_chat, chat() | {"think": SECRET}, "think"),
    (validation.validate_chat, chat() | {"stream": SECRET}, "stream"),
    (validation.validate_chat, chat() | {"keep_alive": []}, "keep_alive"),
    (validation.validate_chat, chat() | {"options": SECRET}, "options"),
    (validation.validate_chat, chat() | {"model": 5}, "model"),
    (validation.validate_chat, chat() | {"top_logprobs": -1}, "top_logprobs"),
    (validation.validate_generate, {"prompt": 5}, "prompt"),
    (validation.validate_generate, {"raw": SECRET}, "raw"),
    (validation.validate_generate, {"context": [SECRET]}, "context.0"),
    (validation.validate_generate, {"images": [SECRET]}, "images.0"),
    (validation.validate_embed, {}, "input"),
    (validation.validate_embed, {"input": [5]}, "input.0"),
    (validation.validate_embed, {"input": "x", "truncate": 1}, "truncate"),
    (validation.validate_embed, {"input": "x", "dimensions": -1}, "dimensions"),
    (validation.validate_embeddings, {"prompt": [SECRET]}, "prompt"),
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
    assert validation.loads_only(tree, key=key) is loads


@pytest.mark.parametrize(
    ("start", "kind"),
    [("iVBORw0KGgo", "image/png"), ("/9j/4AAQ", "image/jpeg"), ("R0lGODlh", "image/gif"), ("UklGRiQA", "image/webp")],
)
def test_images_are_known_by_their_first_bytes(start, kind):
    assert validation.media_type(start) == kind
    assert validation.media_type("JVBERi0=") is None


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
    for validate in (
        validation.validate_chat,
        validation.validate_generate,
        validation.validate_embed,
        validation.validate_embeddings,
    ):
        with contextlib.suppress(InvalidRequest):
            validate(tree)
