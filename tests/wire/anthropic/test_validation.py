import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain import Dialect
from gateway.errors import InvalidRequest
from gateway.wire.anthropic import fields
from gateway.wire.anthropic.count_tokens import ENDPOINT as COUNT_TOKENS
from gateway.wire.anthropic.messages import ENDPOINT as MESSAGES
from gateway.wire.errors import envelope

validate = MESSAGES.validate
PNG = "iVBORw0KGgo="
SECRET = "MRN-8675309"
TOOL = {"name": "lookup", "input_schema": {"type": "object"}}


def request(**fields):
    return {"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]} | fields


def said(*blocks, role="user"):
    return request(messages=[{"role": role, "content": list(blocks)}])


def exchange(result, *, call="call_1"):
    use = {"type": "tool_use", "id": call, "name": "lookup", "input": {}}
    return request(
        messages=[
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": result},
        ]
    )


RESULT = {"type": "tool_result", "tool_use_id": "call_1", "content": "ok"}

ACCEPTED = {
    "as the node agents send it": request(system="You are an expert radiologist."),
    "no model": {"max_tokens": 1, "messages": [{"role": "user", "content": "x"}]},
    "empty model": request(model=""),
    "unknown field": request(repetition_penalty=1.1),
    "system blocks": request(system=[{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]),
    "image": said({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}),
    "image url": said({"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}),
    "document": said({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}),
    "pdf": said({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PNG}}),
    "document of blocks": said(
        {"type": "document", "title": "t", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}}
    ),
    "adaptive thinking": request(thinking={"type": "adaptive"}),
    "upload": said({"type": "container_upload", "file_id": "f"}),
    "stored image": said({"type": "image", "source": {"type": "file", "file_id": "f"}}),
    "tool choice": request(tools=[TOOL], tool_choice={"type": "auto"}),
    "described tool": request(tools=[TOOL | {"description": "d"}]),
    "effort alone": request(output_config={"effort": "high"}),
    "beta format": request(output_format={"type": "json_schema", "schema": {}}),
    "stored document": said({"type": "document", "source": {"type": "file", "file_id": "f"}}),
    "document url": said({"type": "document", "source": {"type": "url", "url": "https://example.org"}}),
    "search result": said(
        {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]}
    ),
    "two user turns": request(messages=[{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]),
    "prefill": request(messages=[{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]),
    "system turn": request(messages=[{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]),
    "tool exchange": exchange([RESULT]),
    "failed tool": exchange([RESULT | {"is_error": True, "content": [{"type": "text", "text": "x"}]}]),
    "tool without content": exchange([{"type": "tool_result", "tool_use_id": "call_1"}]),
    "thinking": request(
        max_tokens=5000,
        thinking={"type": "enabled", "budget_tokens": 1024},
        messages=[
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": "c2ln"}]},
            {"role": "user", "content": "b"},
        ],
    ),
    "hosted tool": request(tools=[{"type": "web_search_20250305", "name": "web_search"}]),
    "tools": request(tools=[TOOL], tool_choice={"type": "tool", "name": "lookup", "disable_parallel_tool_use": True}),
    "sampling": request(temperature=0, top_p=1, top_k=3, stop_sequences=["\n\nHuman:"], stream=True),
    "structured": request(output_config={"effort": "low", "format": {"type": "json_schema", "schema": {}}}),
    "metadata": request(metadata={"user_id": "u", "agent": "qc"}),
    "null options": request(system=None, temperature=None, tools=None, tool_choice=None, thinking=None, stream=None),
}


@pytest.mark.parametrize("tree", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_the_api_accepts_is_accepted(tree):
    validate(tree)


REJECTED = {
    "no max_tokens": ({"messages": [{"role": "user", "content": "x"}]}, "max_tokens"),
    "max_tokens text": (request(max_tokens=SECRET), "max_tokens"),
    "max_tokens negative": (request(max_tokens=-1), "max_tokens"),
    "max_tokens true": (request(max_tokens=True), "max_tokens"),
    "no messages": ({"max_tokens": 1}, "messages"),
    "empty messages": (request(messages=[]), "messages"),
    "messages text": (request(messages=SECRET), "messages"),
    "message text": (request(messages=[SECRET]), "messages.0"),
    "no role": (request(messages=[{"content": "x"}]), "messages.0.role"),
    "unknown role": (request(messages=[{"role": SECRET, "content": "x"}]), "messages.0.role"),
    "no content": (request(messages=[{"role": "user"}]), "messages.0.content"),
    "empty content": (request(messages=[{"role": "user", "content": ""}]), "messages.0.content"),
    "no blocks": (request(messages=[{"role": "user", "content": []}]), "messages.0.content"),
    "content number": (request(messages=[{"role": "user", "content": 5}]), "messages.0.content"),
    "block text": (request(messages=[{"role": "user", "content": [SECRET]}]), "messages.0.content.0"),
    "no block type": (said({"text": "x"}), "messages.0.content.0.type"),
    "unknown block": (said({"type": SECRET}), "messages.0.content.0.type"),
    "block type list": (said({"type": [SECRET]}), "messages.0.content.0.type"),
    "empty text": (said({"type": "text", "text": ""}), "messages.0.content.0.text"),
    "user calls a tool": (said({"type": "tool_use", "id": "a", "name": "b", "input": {}}), "messages.0.content.0.type"),
    "assistant shows an image": (said({"type": "image"}, role="assistant"), "messages.0.content.0.type"),
    "stored image without id": (
        said({"type": "image", "source": {"type": "file"}}),
        "messages.0.content.0.source.file_id",
    ),
    "beta format": (request(output_format={"type": SECRET}), "output_format.type"),
    "assistant answers a tool": (said(RESULT, role="assistant"), "messages.0.content.0.type"),
    "image type": (
        said({"type": "image", "source": {"type": "base64", "media_type": SECRET, "data": PNG}}),
        "messages.0.content.0.source.media_type",
    ),
    "image data": (
        said({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": SECRET}}),
        "messages.0.content.0.source.data",
    ),
    "image source": (said({"type": "image"}), "messages.0.content.0.source"),
    "title number": (
        said({"type": "document", "title": 1, "source": {"type": "file", "file_id": "f"}}),
        "messages.0.content.0.title",
    ),
    "thinking unsigned": (
        said({"type": "thinking", "thinking": "x"}, role="assistant"),
        "messages.0.content.0.signature",
    ),
    "redacted thinking empty": (said({"type": "redacted_thinking"}, role="assistant"), "messages.0.content.0.data"),
    "tool id": (
        said({"type": "tool_use", "id": "a b", "name": "b", "input": {}}, role="assistant"),
        "messages.0.content.0.id",
    ),
    "tool input text": (
        said({"type": "tool_use", "id": "a", "name": "b", "input": SECRET}, role="assistant"),
        "messages.0.content.0.input",
    ),
    "orphan result": (exchange([RESULT | {"tool_use_id": "other"}]), "messages.2.content.0.tool_use_id"),
    "unanswered call": (exchange("thanks"), "messages.2.content"),
    "result of results": (exchange([RESULT | {"content": [RESULT]}]), "messages.2.content.0.content.0.type"),
    "is_error text": (exchange([RESULT | {"is_error": SECRET}]), "messages.2.content.0.is_error"),
    "system number": (request(system=5), "system"),
    "system image": (request(system=[{"type": "image"}]), "system.0.type"),
    "model number": (request(model=5), "model"),
    "temperature high": (request(temperature=1.5), "temperature"),
    "temperature text": (request(temperature=SECRET), "temperature"),
    "top_p": (request(top_p=-0.1), "top_p"),
    "top_k": (request(top_k=1.5), "top_k"),
    "stop text": (request(stop_sequences=SECRET), "stop_sequences"),
    "stop blank": (request(stop_sequences=["ok", " "]), "stop_sequences.1"),
    "stream text": (request(stream="yes"), "stream"),
    "metadata text": (request(metadata=SECRET), "metadata"),
    "user_id number": (request(metadata={"user_id": 5}), "metadata.user_id"),
    "tool without name": (request(tools=[{"input_schema": {"type": "object"}}]), "tools.0.name"),
    "tool without schema": (request(tools=[{"name": "a"}]), "tools.0.input_schema"),
    "tool schema array": (
        request(tools=[{"name": "a", "input_schema": {"type": "array"}}]),
        "tools.0.input_schema.type",
    ),
    "tool description": (request(tools=[TOOL | {"description": 5}]), "tools.0.description"),
    "same tool twice": (request(tools=[TOOL, TOOL]), "tools.1.name"),
    "choice without tools": (request(tool_choice={"type": "auto"}), "tool_choice"),
    "choice of nothing": (request(tools=[TOOL], tool_choice={"type": "tool", "name": SECRET}), "tool_choice.name"),
    "choice unknown": (request(tools=[TOOL], tool_choice={"type": SECRET}), "tool_choice.type"),
    "choice parallel": (
        request(tools=[TOOL], tool_choice={"type": "auto", "disable_parallel_tool_use": 1}),
        "tool_choice.disable_parallel_tool_use",
    ),
    "thinking unknown": (request(thinking={"type": SECRET}), "thinking.type"),
    "thinking small": (request(thinking={"type": "enabled", "budget_tokens": 5}), "thinking.budget_tokens"),
    "thinking over the limit": (request(thinking={"type": "enabled", "budget_tokens": 2000}), "max_tokens"),
    "effort": (request(output_config={"effort": SECRET}), "output_config.effort"),
    "format": (request(output_config={"format": {"type": SECRET}}), "output_config.format.type"),
    "schema": (request(output_config={"format": {"type": "json_schema", "schema": 1}}), "output_config.format.schema"),
}


@pytest.mark.parametrize(("tree", "param"), REJECTED.values(), ids=REJECTED.keys())
def test_what_the_api_rejects_is_rejected_by_name_and_not_echoed(tree, param):
    with pytest.raises(InvalidRequest) as raised:
        validate(tree)
    assert raised.value.param == param
    assert raised.value.message.startswith(param)
    assert SECRET not in raised.value.message


@pytest.mark.parametrize(
    ("thread", "details"),
    [
        ({"type": "create"}, {"error_code": "thread_unsupported_request", "unsupported": ["thread"]}),
        ({"type": "continue", "previous_message_id": SECRET}, {"error_code": "thread_not_found"}),
        (SECRET, {"error_code": "thread_unsupported_request", "unsupported": ["thread"]}),
    ],
)
def test_a_conversation_is_not_kept_and_the_sdk_is_told_in_its_own_words(thread, details):
    with pytest.raises(InvalidRequest) as caught:
        validate(request(thread=thread))
    assert caught.value.details == details
    told = envelope(caught.value, Dialect.ANTHROPIC, request_id="req_1")
    assert told["error"]["details"] == details
    assert SECRET not in str(told)


def test_no_thread_is_no_thread():
    validate(request(thread=None))


def test_too_many_messages_are_rejected():
    with pytest.raises(InvalidRequest):
        validate(request(messages=[{"role": "user", "content": "a"}] * (fields.MAX_MESSAGES + 1)))


def test_counting_needs_no_limit_on_the_answer():
    COUNT_TOKENS.validate({"messages": [{"role": "user", "content": "x"}]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "text", "source", "id", "name", "input", "data", "tool_use_id"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
FIELDS = [
    "max_tokens",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "metadata",
    "stop_sequences",
    "output_config",
]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_json_is_valid_or_an_invalid_request(given_fields):
    with contextlib.suppress(InvalidRequest):
        validate(request() | given_fields)
