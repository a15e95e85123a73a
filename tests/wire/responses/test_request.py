import pytest

from gateway.wire.responses.request import to_hub

HI = [{"role": "user", "content": "Hello."}]
SCHEMA = {"type": "object", "properties": {}}


def hub(**tree):
    return to_hub({"model": "m", "input": "Hello.", "store": False, **tree})


def test_the_least_request_is_a_chat():
    made = hub()
    assert made.tree == {"model": "m", "messages": HI}
    assert made.lost == ()


@pytest.mark.parametrize("store", [{}, {"store": True}, {"store": None}])
def test_that_nothing_is_stored_is_told_where_it_was_not_meant(store):
    tree = {"model": "m", "input": "Hello.", **store}
    made = to_hub(tree)
    assert made.lost == ("store",)
    assert "store" not in made.tree


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"temperature": 0.2, "top_p": 0.9}, {"temperature": 0.2, "top_p": 0.9}),
        ({"max_output_tokens": 100}, {"max_tokens": 100}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        ({"stream_options": {"include_obfuscation": False}}, {}),
        ({"parallel_tool_calls": False, "service_tier": "flex"}, {"parallel_tool_calls": False, "service_tier": "flex"}),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "text"}}}, {}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": SCHEMA, "strict": True},
                }
            },
        ),
        ({"reasoning": {"effort": "high"}}, {"reasoning_effort": "high"}),
        ({"reasoning": {"effort": None, "summary": None}}, {}),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"top_logprobs": 3}, {"top_logprobs": 3, "logprobs": True}),
        ({"top_logprobs": 0}, {"top_logprobs": 0}),
        ({"truncation": "disabled"}, {}),
        ({"repetition_penalty": 1.1}, {"repetition_penalty": 1.1}),
        ({"tools": [{"type": "function", "name": "f"}]}, {"tools": [
            {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
        ]}),
    ],
)  # fmt: skip
def test_a_field_is_asked_for_in_the_hubs_words(said, asked):
    made = hub(**said)
    assert made.tree == {"model": "m", "messages": HI, **asked}
    assert made.lost == ()


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ({"truncation": "auto"}, "truncation"),
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"context_management": [{"type": "compaction"}]}, "context_management"),
        ({"reasoning": {"summary": "auto"}}, "reasoning.summary"),
        ({"reasoning": {"mode": "pro"}}, "reasoning.mode"),
        ({"include": ["reasoning.encrypted_content"]}, "include.reasoning.encrypted_content"),
        ({"include": ["what a caller made up"]}, "include"),
        ({"reasoning": {"what a caller made up": 1, "context": "auto"}}, "reasoning.context"),
        ({"input": [{"role": "assistant", "content": "x", "phase": "commentary"}]}, "input.phase"),
        ({"tools": [{"type": "web_search", "external_web_access": False}]}, "tools.web_search"),
    ],
)
def test_what_the_hub_cannot_carry_is_reported(said, lost):
    assert hub(**said).lost == (lost,)


def test_a_request_stays_as_it_is():
    tree = {"model": "m", "input": [*HI, {"role": "assistant", "content": "x"}], "instructions": "a"}
    before = repr(tree)
    to_hub(tree)
    assert repr(tree) == before
