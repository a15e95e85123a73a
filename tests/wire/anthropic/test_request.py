import pytest

from gateway.errors import InvalidRequest
from gateway.wire.anthropic.request import to_hub
from gateway.wire.openai.chat import ENDPOINT as CHAT

TOOL = {"name": "lookup", "description": "d", "input_schema": {"type": "object"}}


def request(**fields):
    return {"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]} | fields


CARRIED = {
    "limit": ({}, {"max_tokens": 10, "model": "m", "messages": [{"role": "user", "content": "hi"}]}),
    "sampling": ({"temperature": 0, "top_p": 0.5}, {"temperature": 0, "top_p": 0.5}),
    "top_k and unknown fields": ({"top_k": 3, "repetition_penalty": 1.1}, {"top_k": 3, "repetition_penalty": 1.1}),
    "stop": ({"stop_sequences": ["a"]}, {"stop": ["a"]}),
    "stream": ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
    "user": ({"metadata": {"user_id": "u", "agent": "x"}}, {"user": "u"}),
    "tools": (
        {"tools": [TOOL | {"strict": True}]},
        {
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "lookup",
                        "description": "d",
                        "parameters": {"type": "object"},
                        "strict": True,
                    },
                }
            ]
        },
    ),
    "auto": ({"tools": [TOOL], "tool_choice": {"type": "auto"}}, {"tool_choice": "auto"}),
    "any": ({"tools": [TOOL], "tool_choice": {"type": "any"}}, {"tool_choice": "required"}),
    "none": ({"tools": [TOOL], "tool_choice": {"type": "none"}}, {"tool_choice": "none"}),
    "named": (
        {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "lookup", "disable_parallel_tool_use": True}},
        {"tool_choice": {"type": "function", "function": {"name": "lookup"}}, "parallel_tool_calls": False},
    ),
    "no thinking": ({"thinking": {"type": "disabled"}}, {"reasoning_effort": "none"}),
    "little thinking": ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, {"reasoning_effort": "low"}),
    "thinking": ({"thinking": {"type": "enabled", "budget_tokens": 10_000}}, {"reasoning_effort": "medium"}),
    "much thinking": ({"thinking": {"type": "enabled", "budget_tokens": 32_000}}, {"reasoning_effort": "high"}),
    "effort": ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, {"reasoning_effort": "xhigh"}),
    "schema": (
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "output", "schema": {"type": "object"}, "strict": True},
            }
        },
    ),
}


@pytest.mark.parametrize(("fields", "expected"), CARRIED.values(), ids=CARRIED.keys())
def test_what_the_hub_can_say_is_carried(fields, expected):
    translated = to_hub(request(**fields)).tree
    assert {key: translated.get(key) for key in expected} == expected
    CHAT.validate(translated)


def test_nothing_is_added_that_was_not_asked_for():
    assert to_hub(request()).tree.keys() == {"model", "max_tokens", "messages"}
    assert to_hub(request(thinking={"type": "adaptive"})).tree.keys() == {"model", "max_tokens", "messages"}
    assert "model" not in to_hub(request(model=None)).tree


def test_the_beta_name_of_a_format_is_read_too():
    form = {"type": "json_schema", "schema": {"type": "object"}}
    assert to_hub(request(output_format=form)).tree == to_hub(request(output_config={"format": form})).tree


def test_empty_claude_only_fields_are_no_obstacle():
    assert "mcp_servers" not in to_hub(request(mcp_servers=[])).tree


REPORTED = {
    "cache on a block": (
        {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]},
        ("cache_control",),
    ),
    "cache": ({"cache_control": {"type": "ephemeral"}}, ("cache_control",)),
    "service": ({"service_tier": "auto", "speed": "fast"}, ("service_tier", "speed")),
    "budget": ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, ("thinking.budget_tokens",)),
    "tool hints": ({"tools": [TOOL | {"defer_loading": True}]}, ("tools.defer_loading",)),
    "what agents send by default": (
        {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}, "speed": "fast"},
        ("context_management", "speed"),
    ),
    "nothing": ({"temperature": 1, "metadata": {"user_id": "u"}, "unknown": 1}, ()),
}


@pytest.mark.parametrize(("fields", "lost"), REPORTED.values(), ids=REPORTED.keys())
def test_what_the_hub_cannot_say_is_reported(fields, lost):
    assert to_hub(request(**fields)).lost == lost


REFUSED = {
    "max_tokens": {"max_tokens": 0},
    "container": {"container": "c"},
    "mcp_servers": {"mcp_servers": [{"url": "https://example.org"}]},
    "inference_geo": {"inference_geo": "eu"},
    "tools.0.type": {"tools": [{"type": "bash_20250124", "name": "bash"}]},
}


@pytest.mark.parametrize(("param", "fields"), REFUSED.items(), ids=REFUSED.keys())
def test_what_only_claude_can_do_is_refused_elsewhere(param, fields):
    with pytest.raises(InvalidRequest) as raised:
        to_hub(request(**fields))
    assert raised.value.param == param


def test_the_request_is_not_touched():
    tree = request(system="s", tools=[TOOL], stop_sequences=["a"], stream=True)
    before = repr(tree)
    to_hub(tree)
    assert repr(tree) == before
