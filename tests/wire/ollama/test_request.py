import pytest

from gateway.errors import InvalidRequest
from gateway.wire.ollama.request import chat_to_hub, embed_to_hub, generate_to_hub
from gateway.wire.openai.chat import ENDPOINT as CHAT
from gateway.wire.openai.embeddings import ENDPOINT as EMBEDDINGS

PNG = "iVBORw0KGgo="
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PNG}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def chat(*messages, **fields):
    return chat_to_hub({"messages": list(messages) or [{"role": "user", "content": "hi"}]} | fields)


def test_stream_is_the_default():
    assert chat()["stream"] is chat(stream=True)["stream"] is True
    assert chat()["stream_options"] == {"include_usage": True}
    assert chat(stream=False) == {"stream": False, "messages": [{"role": "user", "content": "hi"}]}


CARRIED = {
    "options": (
        {"options": {"temperature": 0.3, "num_predict": 800, "num_ctx": 8192}},
        {"temperature": 0.3, "max_tokens": 800, "num_ctx": 8192},
    ),
    "json": ({"format": "json"}, {"response_format": {"type": "json_object"}}),
    "no format": ({"format": ""}, {"response_format": None}),
    "schema": (
        {"format": {"type": "object"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "output", "schema": {"type": "object"}}}},
    ),
    "no thinking": ({"think": False}, {"reasoning_effort": "none"}),
    "thinking": ({"think": True}, {"reasoning_effort": "medium"}),
    "level": ({"think": "low"}, {"reasoning_effort": "low"}),
    "most": ({"think": "max"}, {"reasoning_effort": "xhigh"}),
    "tools": ({"tools": [TOOL]}, {"tools": [TOOL]}),
    "keep_alive": ({"keep_alive": 0, "model": "m"}, {"keep_alive": 0, "model": "m"}),
    "logprobs": ({"logprobs": True, "top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
}


@pytest.mark.parametrize(("fields", "expected"), CARRIED.values(), ids=CARRIED.keys())
def test_what_a_chat_asks_for_is_carried(fields, expected):
    hub = chat(**fields)
    assert {name: hub.get(name) for name in expected} == expected
    CHAT.validate(hub)


def test_images_are_parts_after_the_text():
    assert chat({"role": "user", "content": "what?", "images": [PNG]})["messages"][0]["content"] == [
        {"type": "text", "text": "what?"},
        IMAGE,
    ]
    assert chat({"role": "User", "images": [PNG]})["messages"] == [{"role": "user", "content": [IMAGE]}]


def test_calls_get_ids_and_results_find_theirs():
    messages = chat(
        {
            "role": "assistant",
            "content": "",
            "thinking": "hm",
            "tool_calls": [
                {"function": {"name": "a", "arguments": {"x": 1}}},
                {"function": {"name": "b"}},
                {"id": "own", "function": {"name": "c", "arguments": {}}},
            ],
        },
        {"role": "tool", "content": "from b", "tool_name": "b"},
        {"role": "tool", "content": "from the first left"},
        {"role": "tool", "content": "from c", "tool_call_id": "own"},
        {"role": "tool", "content": "from nowhere"},
    )["messages"]
    assert messages[0] == {
        "role": "assistant",
        "content": None,
        "reasoning_content": "hm",
        "tool_calls": [
            {"id": "call_0", "type": "function", "function": {"name": "a", "arguments": '{"x":1}'}},
            {"id": "call_1", "type": "function", "function": {"name": "b", "arguments": "{}"}},
            {"id": "own", "type": "function", "function": {"name": "c", "arguments": "{}"}},
        ],
    }
    assert [message["tool_call_id"] for message in messages[1:]] == ["call_1", "call_0", "own", "call_3"]


def test_generate_is_a_conversation_of_two():
    hub = generate_to_hub({"system": "s", "prompt": "p", "images": [PNG], "stream": False, "format": "json"})
    assert hub["messages"] == [
        {"role": "system", "content": "s"},
        {"role": "user", "content": [{"type": "text", "text": "p"}, IMAGE]},
    ]
    assert hub["response_format"] == {"type": "json_object"}
    assert hub["stream"] is False


@pytest.mark.parametrize(("name", "value"), [("suffix", "x"), ("template", "x"), ("raw", True), ("context", [1])])
def test_what_bypasses_the_chat_form_is_refused(name, value):
    with pytest.raises(InvalidRequest) as raised:
        generate_to_hub({"prompt": "p", name: value})
    assert raised.value.param == name


@pytest.mark.parametrize(("name", "value"), [("suffix", ""), ("template", ""), ("raw", False), ("context", [])])
def test_the_same_fields_empty_say_nothing(name, value):
    assert name not in generate_to_hub({"prompt": "p", name: value})


def test_embed_asks_for_floats():
    hub = embed_to_hub(
        {"model": "m", "input": ["a", "b"], "dimensions": 3, "truncate": True, "options": {"num_ctx": 9}}
    )
    assert hub == {
        "model": "m",
        "input": ["a", "b"],
        "dimensions": 3,
        "truncate": True,
        "num_ctx": 9,
        "encoding_format": "float",
    }
    EMBEDDINGS.validate(hub)


def test_the_older_embeddings_has_one_prompt():
    assert embed_to_hub({"prompt": "a", "options": {"temperature": 1}}) == {"input": "a", "encoding_format": "float"}
    assert embed_to_hub({})["input"] == ""


def test_what_only_ollama_understands_stands_beside_the_fields_of_the_hub():
    hub = chat(keep_alive="5m", truncate=False, shift=False, options={"num_ctx": 1, "mirostat": 1, "temperature": 0})
    assert hub.keys() >= {"keep_alive", "truncate", "shift", "num_ctx", "mirostat", "temperature"}
