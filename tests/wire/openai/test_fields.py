"""What the OpenAI facade takes: any JSON at all is taken or refused by name, and never breaks the check."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.openai.chat import ENDPOINT as CHAT
from gateway.wire.openai.embeddings import ENDPOINT as EMBEDDINGS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "messages",
        "model",
        "stream",
        "tools",
        "tool_choice",
        "response_format",
        "stop",
        "input",
        "encoding_format",
        "dimensions",
    ]
)
MESSAGE = st.fixed_dictionaries({}, optional={"role": JSON | st.just("user"), "content": JSON, "tool_calls": JSON})
GOOD = {"messages": [{"role": "user", "content": "Hi"}]}


@given(st.dictionaries(FIELDS, JSON))
def test_any_object_is_taken_or_refused(tree):
    for check in (CHAT.validate, EMBEDDINGS.validate):
        with contextlib.suppress(InvalidRequest):
            check(tree)


@given(st.lists(MESSAGE, min_size=1, max_size=3))
def test_any_messages_are_taken_or_refused(messages):
    with contextlib.suppress(InvalidRequest):
        CHAT.validate({"messages": messages})


@given(JSON)
def test_any_part_is_taken_or_refused(part):
    with contextlib.suppress(InvalidRequest):
        CHAT.validate({"messages": [{"role": "user", "content": [part]}]})


@pytest.mark.parametrize(
    "name", ["model", "stream", "temperature", "stop", "tools", "tool_choice", "response_format", "user"]
)
def test_null_counts_as_absent(name):
    CHAT.validate({**GOOD, name: None})


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None},
        {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
        {"role": "assistant", "tool_calls": [{"type": "custom", "custom": {"name": "f"}}]},
        {"role": "developer", "content": "x"},
        {"role": "tool", "content": [{"type": "text", "text": "x"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
    ],
)
def test_what_sdks_send_is_taken(message):
    CHAT.validate({"messages": [message]})


def test_the_refusal_names_the_field_and_never_its_value():
    with pytest.raises(InvalidRequest) as refused:
        CHAT.validate({"messages": [{"role": "user", "content": [{"type": "ZzSecret"}]}]})
    assert refused.value.param == "messages[0].content[0].type"
    assert refused.value.message.startswith("`messages[0].content[0].type` must be one of file, image_url,")
    assert "ZzSecret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "param", "claim"),
    [
        ({}, "messages", "is required"),
        ({"messages": None}, "messages", "is required"),
        ({"messages": []}, "messages", "must not be empty"),
        ({**GOOD, "n": 0}, "n", "must be an integer from 1 to 128"),
        ({**GOOD, "max_tokens": 1.5}, "max_tokens", "must be an integer"),
        ({**GOOD, "stop": 5}, "stop", "must be a string or a list"),
        ({**GOOD, "logit_bias": {"Zz": "x"}}, "logit_bias", "must be a number"),
        ({**GOOD, "tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "is required"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "is required"),
    ],
)
def test_each_bound_stands_in_the_table_and_is_told_as_openai_names_fields(given, param, claim):
    with pytest.raises(InvalidRequest) as refused:
        CHAT.validate(given)
    assert (refused.value.param, refused.value.message) == (param, f"`{param}` {claim}.")


@pytest.mark.parametrize(
    "field",
    [
        {"service_tier": "turbo"},
        {"reasoning_effort": "titanic"},
        {"max_tokens": 100.0},
        {"store": False},
        {"tools": [{"type": "web_search"}]},
    ],
)
def test_what_vendors_add_to_and_what_is_refused_later_passes_the_check(field):
    CHAT.validate({**GOOD, **field})
