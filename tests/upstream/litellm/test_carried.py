from __future__ import annotations

import pytest

from gateway.upstream.litellm.carried import Missing, missing

SCHEMA = {"type": "object", "properties": {"dose": {"type": "string", "minLength": 3}}, "required": ["dose"]}


def lost(tree, body) -> tuple[str, ...]:
    return missing(tree, body).fields


def said(**message):
    return {"messages": [{"role": "user", **message}]}


def form(**more):
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "order", "schema": SCHEMA, **more}}}


@pytest.mark.parametrize(
    ("tree", "body"),
    [
        (said(content="Hello there."), {"contents": [{"parts": [{"text": "Hello there."}]}]}),
        (said(content=" Hello there.\n"), {"prompt": "User: Hello there."}),
        (said(content=[{"type": "text", "text": ""}]), {}),
        (
            said(content=[{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO", "detail": "auto"}}]),
            {"source": {"data": "iVBO"}},
        ),
        (
            said(tool_calls=[{"id": "1", "function": {"name": "look.up", "arguments": '{"drug": "oxytocin"}'}}]),
            {"name": "look_up", "input": {"drug": "oxytocin"}},
        ),
        ({"max_completion_tokens": 5}, {"generationConfig": {"maxOutputTokens": 5}}),
        ({"stop": ["END"]}, {"stop_sequences": ["END"]}),
        ({"user": "abc"}, {"metadata": {"user_id": "abc"}}),
        ({"n": 1, "logprobs": False, "tools": [], "tool_choice": "auto", "response_format": {"type": "text"}}, {}),
        (form(), {"tools": [{"name": "json_tool_call", "input_schema": SCHEMA}], "order": 1}),
        (form(strict=True), {"output_format": {"schema": SCHEMA}, "name": "order"}),
        (
            {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "strict": False},
                        "cache_control": {"type": "ephemeral"},
                    }
                ]
            },
            {"toolSpec": {"name": "f"}, "cachePoint": {}},
        ),
        ({"model": "m", "stream": True, "stream_options": {"include_usage": True}}, {}),
    ],
)
def test_what_stands_in_the_body_by_another_name_is_carried(tree, body):
    assert missing(tree, body) == Missing()


@pytest.mark.parametrize(
    ("tree", "body", "named"),
    [
        (said(content="Hello.", name="anna"), {"text": "Hello. anna"}, ("messages.*.name",)),
        (said(content="Hello."), {}, ("messages.*.content",)),
        (
            said(
                content=[
                    {"type": "text", "text": "x"},
                    {"type": "image_url", "image_url": {"url": "data:,x", "detail": "low"}},
                ]
            ),
            {"text": "x"},
            ("messages.*.content.*.image_url.detail",),
        ),
        (
            said(content="x", thinking_blocks=[{"type": "thinking", "thinking": "Hm."}]),
            {"text": "x"},
            ("messages.*.thinking_blocks.*.thinking",),
        ),
        (said(content="x", cache_control={"type": "ephemeral"}), {"text": "x"}, ("messages.*.cache_control",)),
        (
            said(tool_calls=[{"function": {"name": "f", "arguments": '{"drug": "oxytocin"}'}}]),
            {"name": "f"},
            ("messages.*.tool_calls.*.function.arguments",),
        ),
        ({"seed": 5}, {}, ("seed",)),
        ({"stop": ["END"]}, {"stop": []}, ("stop.*",)),
        ({"user": "abc"}, {"user_id": "other"}, ("user",)),
        ({"logit_bias": {"50256": -1}}, {}, ("logit_bias",)),
        ({"prediction": {"type": "content", "content": "words"}}, {}, ("prediction",)),
        ({"response_format": {"type": "json_object"}}, {}, ("response_format",)),
        (
            form(),
            {"output_format": {"schema": {"properties": {"dose": {}}, "required": ["dose"]}}},
            ("response_format.json_schema.name", "response_format.json_schema.schema.properties"),
        ),
        (form(), {"output_format": {}}, ("response_format",)),
    ],
)
def test_what_does_not_is_named_by_its_field(tree, body, named):
    assert lost(tree, body) == named


@pytest.mark.parametrize(
    ("part", "lacking"),
    [
        ({"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}, "messages.*.content.*.input_audio"),
        ({"type": "file", "file": {"file_data": "JVBE", "filename": "a.pdf"}}, "messages.*.content.*.file"),
        ({"type": "image_url", "image_url": "data:image/png;base64,iVBO"}, "messages.*.content.*.image_url"),
    ],
)
def test_a_picture_a_recording_and_a_file_are_more_than_a_wish(part, lacking):
    assert missing(said(content=[{"type": "text", "text": "x"}, part]), {"text": "x"}) == Missing(
        (lacking,), media=True
    )


def test_no_key_of_a_caller_is_shown():
    assert lost({"tools": [{"function": {"parameters": {"properties": {"Anna Berg": {"type": "string"}}}}}]}, {}) == (
        "tools.*.function",
    )
