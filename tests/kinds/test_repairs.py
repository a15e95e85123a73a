from __future__ import annotations

import pytest

from gateway.domain import ProviderKind
from gateway.errors import InvalidRequest
from gateway.kinds import profile, repairs
from gateway.kinds.repairs import whole_arguments

PARTS = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
PICTURE = [{"type": "image_url", "image_url": {"url": "data:"}}]


def fitted(tree, kind):
    made = dict(tree)
    for repair in profile(kind).repairs:
        repair(made)
    return made


def message(**fields):
    return {"messages": [{"role": "assistant", **fields}]}


@pytest.mark.parametrize(
    ("kind", "sent", "fit"),
    [
        (ProviderKind.OLLAMA, {"max_completion_tokens": 5}, {"max_tokens": 5}),
        (ProviderKind.LM_STUDIO, {"max_completion_tokens": 5, "max_tokens": 4}, {"max_tokens": 4}),
        (ProviderKind.MLX, {"max_completion_tokens": 5, "adapters": "x", "draft_model": "y"}, {"max_tokens": 5}),
        (ProviderKind.OPENAI, {"max_tokens": 5}, {"max_completion_tokens": 5}),
        (ProviderKind.VLLM, {"max_tokens": 5}, {"max_tokens": 5}),
        (
            ProviderKind.LM_STUDIO,
            {"response_format": {"type": "json_object"}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "any_object", "schema": {"type": "object"}},
                }
            },
        ),
        (
            ProviderKind.LLAMA_CPP,
            {"response_format": {"type": "json_object"}},
            {"response_format": {"type": "json_object"}},
        ),
        (ProviderKind.OLLAMA, message(reasoning_content="r"), message(reasoning="r")),
        (ProviderKind.LLAMA_CPP, message(reasoning="r"), message(reasoning_content="r")),
        (ProviderKind.LLAMA_CPP, message(reasoning="r", reasoning_content="s"), message(reasoning_content="s")),
        (ProviderKind.OPENAI, message(reasoning="r", content="x"), message(content="x")),
        (
            ProviderKind.OLLAMA,
            {"messages": [{"role": "tool", "tool_call_id": "1", "content": PARTS}]},
            {"messages": [{"role": "tool", "tool_call_id": "1", "content": "a\nb"}]},
        ),
        (
            ProviderKind.OLLAMA,
            {"messages": [{"role": "tool", "tool_call_id": "1", "content": PICTURE}]},
            {"messages": [{"role": "tool", "tool_call_id": "1", "content": PICTURE}]},
        ),
    ],
)
def test_a_body_is_fitted_to_its_server(kind, sent, fit):
    before = repr(sent)
    assert fitted(sent, kind) == fit
    assert repr(sent) == before


@pytest.mark.parametrize(
    "kind", [ProviderKind.OLLAMA, ProviderKind.LM_STUDIO, ProviderKind.MLX, ProviderKind.LLAMA_CPP]
)
def test_a_server_that_ignores_which_tool_is_named_gets_only_that_one_and_has_to_call_it(kind):
    f, g = ({"type": "function", "function": {"name": name}} for name in "fg")
    note = {"type": "custom", "custom": {"name": "f"}}
    tools = [f, g, note]
    for choice, left, mode in (
        (f, [f], "required"),
        (note, [note], "required"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [f, g]}}, [f, g], "auto"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [g]}}, [g], "required"),
    ):
        made = fitted({"tools": tools, "tool_choice": choice}, kind)
        assert (made["tools"], made["tool_choice"]) == (left, mode)
    with pytest.raises(InvalidRequest) as refused:
        fitted({"tools": [g], "tool_choice": f}, kind)
    assert refused.value.param == "tool_choice"
    assert fitted({"tool_choice": "auto"}, kind)["tool_choice"] == "auto"


def test_empty_arguments_of_a_call_become_whole():
    calls = [{"id": "1", "function": {"name": "f", "arguments": ""}}, {"id": "2", "function": {"arguments": "{}"}}, 3]
    tree = message(tool_calls=calls)
    whole_arguments(tree)
    assert tree == message(tool_calls=[{"id": "1", "function": {"name": "f", "arguments": "{}"}}, *calls[1:]])
    assert calls[0]["function"]["arguments"] == ""


def test_a_refusal_of_an_earlier_turn_is_what_was_said():
    tree = {
        "messages": [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": None, "refusal": "No."},
            {"role": "assistant", "content": "Yes.", "refusal": None},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}, {"type": "text", "text": "x"}]},
        ]
    }
    repairs.refusals_as_text(tree)
    assert [message["content"] for message in tree["messages"]] == [
        "x",
        "No.",
        "Yes.",
        [{"type": "text", "text": "No."}, {"type": "text", "text": "x"}],
    ]
    assert not any("refusal" in message for message in tree["messages"])


def test_a_model_that_hears_nothing_is_sent_no_recording():
    heard = {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}, "broken"]}
    with pytest.raises(InvalidRequest, match="input_audio"):
        repairs.no_recordings(heard)
    for said in ({}, {"messages": [{"role": "user", "content": "x"}, {"content": [{"type": "text"}, 5]}]}):
        repairs.no_recordings(said)


def test_signed_thoughts_go_back_to_those_who_signed_them_and_others_to_nobody():
    signed = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "c2ln"}
    blocks = [signed, hidden, {"type": "thinking", "thinking": "Hm."}, "broken"]
    tree = {"messages": [{"role": "assistant", "thinking_blocks": blocks}]}
    repairs.only_signed_thoughts(tree)
    assert tree == {"messages": [{"role": "assistant", "thinking_blocks": [signed, hidden]}]}
    unsigned = {"messages": [{"role": "assistant", "content": "x", "thinking_blocks": blocks[2:]}]}
    repairs.only_signed_thoughts(unsigned)
    repairs.no_thinking_blocks(tree)
    assert unsigned == {"messages": [{"role": "assistant", "content": "x"}]}
    assert tree == {"messages": [{"role": "assistant"}]}
