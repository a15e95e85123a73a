import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.ollama.chat import ENDPOINT as CHAT
from gateway.wire.ollama.embed import ENDPOINT as EMBED
from gateway.wire.ollama.native_request import chat_from_hub, embed_from_hub
from gateway.wire.ollama.request import chat_to_hub, embed_to_hub

PNG = "iVBORw0KGgo="
TOOLS = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
ALWAYS = {"model": "m", "stream": False, "truncate": False, "shift": False}


def native(*messages, model="m", **fields):
    tree = {"messages": list(messages) or [{"role": "user", "content": "hi"}]} | fields
    return chat_from_hub(tree, model=model)


def test_nothing_is_asked_for_that_the_caller_did_not_and_nothing_is_shortened():
    assert native().tree == ALWAYS | {"messages": [{"role": "user", "content": "hi"}]}


CARRIED = {
    "options": (
        {"temperature": 0, "max_completion_tokens": 5, "stop": "END", "frequency_penalty": 0},
        {"options": {"temperature": 0, "num_predict": 5, "stop": ["END"], "frequency_penalty": 0}},
    ),
    "stream": ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
    "json": ({"response_format": {"type": "json_object"}}, {"format": "json"}),
    "schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}},
        {"format": {"type": "object"}},
    ),
    "text": ({"response_format": {"type": "text"}}, {"format": None}),
    "no thinking": ({"reasoning_effort": "none"}, {"think": False}),
    "thinking": ({"reasoning_effort": "high"}, {"think": True}),
    "tools": ({"tools": TOOLS, "tool_choice": "auto"}, {"tools": TOOLS}),
    "no functions": ({"functions": []}, {"functions": None}),
    "no tools": ({"tools": TOOLS, "tool_choice": "none"}, {"tools": None}),
    "logprobs": ({"logprobs": True, "top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
    "keep_alive": ({"keep_alive": "1h", "num_ctx": 512}, {"keep_alive": "1h", "options": {"num_ctx": 512}}),
    "the caller's own affairs stay": ({"user": "u", "metadata": {"a": "b"}, "store": False}, {"user": None}),
}


@pytest.mark.parametrize(("fields", "expected"), CARRIED.values(), ids=CARRIED.keys())
def test_what_ollama_can_say_is_carried(fields, expected):
    made = native(**fields)
    assert {name: made.tree.get(name) for name in expected} == expected
    assert made.lost == ()
    CHAT.validate(made.tree)


@pytest.mark.parametrize(("effort", "think"), [("minimal", "low"), ("medium", "medium"), ("xhigh", "high")])
def test_a_model_that_thinks_in_levels_gets_one(effort, think):
    assert native(model="gpt-oss:20b", reasoning_effort=effort).tree["think"] == think


def test_the_targets_defaults_yield_to_the_callers_wishes():
    tree = {"messages": [{"role": "user", "content": "hi"}]}
    made = chat_from_hub(tree, model="m", num_ctx=4096, keep_alive="10m").tree
    assert (made["options"], made["keep_alive"]) == ({"num_ctx": 4096}, "10m")
    made = chat_from_hub(tree | {"num_ctx": 99, "keep_alive": 0}, model="m", num_ctx=4096, keep_alive="10m").tree
    assert (made["options"], made["keep_alive"]) == ({"num_ctx": 99}, 0)


REPORTED = {
    "required": ({"tools": TOOLS, "tool_choice": "required"}, ("tool_choice",), TOOLS),
    "named": (
        {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "g"}}},
        ("tool_choice",),
        TOOLS[1:],
    ),
    "serial": ({"tools": TOOLS, "parallel_tool_calls": False}, ("parallel_tool_calls",), TOOLS),
    "bias": ({"logit_bias": {"1": 5}, "verbosity": "low"}, ("logit_bias", "verbosity"), None),
}


@pytest.mark.parametrize(("fields", "lost", "tools"), REPORTED.values(), ids=REPORTED.keys())
def test_what_ollama_cannot_promise_is_reported(fields, lost, tools):
    made = native(**fields)
    assert made.lost == lost
    assert made.tree.get("tools") == tools


def test_a_participants_name_is_reported():
    assert native({"role": "user", "name": "n", "content": "x"}).lost == ("messages.name",)


def call(arguments, call_id="c1"):
    return {"id": call_id, "type": "function", "function": {"name": "f", "arguments": arguments}}


def test_messages_in_ollamas_words():
    made = native(
        {"role": "developer", "content": "d"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PNG}},
                {"type": "text", "text": "b"},
            ],
        },
        {"role": "assistant", "content": None, "reasoning": "hm", "tool_calls": [call('{"x": 1}'), call("", "")]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "r"}]},
    )
    assert made.tree["messages"] == [
        {"role": "system", "content": "d"},
        {"role": "user", "content": "a\nb", "images": [PNG]},
        {
            "role": "assistant",
            "content": "",
            "thinking": "hm",
            "tool_calls": [
                {"id": "c1", "function": {"name": "f", "arguments": {"x": 1}}},
                {"function": {"name": "f", "arguments": {}}},
            ],
        },
        {"role": "tool", "content": "r", "tool_call_id": "c1", "tool_name": "f"},
    ]


REFUSED = {
    "n": {"n": 2},
    "functions": {"functions": [{"name": "f"}]},
    "tools[0].type": {"tools": [{"type": "web_search"}]},
    "tool_choice.function.name": {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "h"}}},
    "messages[0]": {"messages": [{"role": "function", "name": "f", "content": "x"}]},
    "messages[0].content[0]": {
        "messages": [
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]}
        ]
    },
    "messages[0].content[0].image_url.url": {
        "messages": [
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]}
        ]
    },
    "messages[0].tool_calls[0]": {
        "messages": [{"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "x"}}]}]
    },
    "messages[0].tool_calls[0].function.arguments": {
        "messages": [{"role": "assistant", "content": None, "tool_calls": [call("[1]")]}]
    },
}


@pytest.mark.parametrize(("param", "fields"), REFUSED.items(), ids=REFUSED.keys())
def test_what_would_change_the_meaning_is_refused(param, fields):
    with pytest.raises(InvalidRequest) as raised:
        native(**fields)
    assert raised.value.param == param


def test_arguments_that_are_no_json_are_refused():
    with pytest.raises(InvalidRequest):
        native({"role": "assistant", "content": None, "tool_calls": [call('{"x":')]})


def test_embeddings_are_never_shortened():
    made = embed_from_hub({"input": ["a"], "dimensions": 3}, model="m", num_ctx=512, keep_alive="5m")
    assert made == {
        "model": "m",
        "input": ["a"],
        "truncate": False,
        "dimensions": 3,
        "options": {"num_ctx": 512},
        "keep_alive": "5m",
    }


@pytest.mark.parametrize("given_ids", [[1, 2], [[1], [2]]])
def test_token_ids_are_refused(given_ids):
    with pytest.raises(InvalidRequest):
        embed_from_hub({"input": given_ids}, model="m")


WORDS = st.text(min_size=1, max_size=10)
CALL = st.builds(
    lambda call_id, name, arguments: {"id": call_id, "function": {"name": name, "arguments": arguments}},
    st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    WORDS,
    st.dictionaries(WORDS, WORDS, max_size=2),
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user"]), "content": WORDS},
        optional={"images": st.just([PNG])},
    )
    | st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": WORDS},
        optional={"thinking": WORDS, "tool_calls": st.lists(CALL, min_size=1, max_size=2)},
    ),
    min_size=1,
    max_size=4,
)
FIELDS = st.fixed_dictionaries(
    {"model": st.just("m"), "stream": st.booleans(), "messages": MESSAGES},
    optional={
        "format": st.sampled_from(["json", {"type": "object"}]),
        "think": st.booleans(),
        "keep_alive": st.sampled_from(["5m", 0, -1]),
        "options": st.just({"temperature": 0.5, "num_ctx": 2048, "num_predict": 9, "stop": ["x"]}),
        "tools": st.just(TOOLS),
        "logprobs": st.booleans(),
    },
)


@given(FIELDS)
def test_a_native_chat_survives_the_way_through_the_hub(tree):
    CHAT.validate(tree)
    made = chat_from_hub(chat_to_hub(tree), model="m")
    assert made.tree == tree | {"truncate": False, "shift": False}
    assert made.lost == ()


def test_a_native_embed_survives_the_way_through_the_hub():
    tree = {"model": "m", "input": ["a"], "dimensions": 3, "keep_alive": "5m", "options": {"num_ctx": 9}}
    EMBED.validate(tree)
    assert embed_from_hub(embed_to_hub(tree), model="m") == tree | {"truncate": False}
