import anthropic
import pytest

from gateway.domain import Usage
from gateway.errors import UpstreamFailed
from gateway.wire.anthropic.reply import from_hub, tool_id, usage_tree


def reply(message, finish="stop", **extra):
    return {
        "id": "chatcmpl-1",
        "model": "upstream",
        "choices": [{"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish} | extra],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 3}},
    }


def call(arguments, call_id="call_1", name="lookup"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def made(*args, **kwargs):
    return from_hub(reply(*args, **kwargs), model="asked", message_id="msg_1")


def test_a_text_reply_is_the_message_that_the_sdk_reads():
    message = anthropic.types.Message.model_validate(made({"content": "Hello."}), strict=True)
    assert message.content[0].text == "Hello."
    assert (message.id, message.model, message.stop_reason) == ("msg_1", "asked", "end_turn")
    assert message.usage.input_tokens == 6
    assert message.usage.cache_read_input_tokens == 3
    assert message.usage.output_tokens == 4


def test_thinking_text_and_calls_stand_in_this_order():
    content = made(
        {"content": "a", "reasoning": "hm", "tool_calls": [call('{"x": 1}'), call("", "call_2")]}, "tool_calls"
    )["content"]
    assert [block["type"] for block in content] == ["thinking", "text", "tool_use", "tool_use"]
    assert content[0] == {"type": "thinking", "thinking": "hm", "signature": ""}
    assert content[2] == {"type": "tool_use", "id": "call_1", "name": "lookup", "input": {"x": 1}}
    assert content[3]["input"] == {}


@pytest.mark.parametrize("message", [{"content": None}, {"content": ""}, {"reasoning_content": "only thought"}])
def test_there_is_always_a_block_to_read(message):
    assert made(message)["content"][-1] == {"type": "text", "text": ""}


def test_calls_alone_bring_no_empty_text():
    assert [block["type"] for block in made({"content": None, "tool_calls": [call("{}")]})["content"]] == ["tool_use"]


@pytest.mark.parametrize(
    ("finish", "message", "reason"),
    [
        ("stop", {"content": "a"}, "end_turn"),
        ("length", {"content": "a"}, "max_tokens"),
        ("content_filter", {"content": "a"}, "refusal"),
        ("stop", {"content": "", "refusal": "no"}, "refusal"),
        ("tool_calls", {"tool_calls": [call("{}")]}, "tool_use"),
        ("stop", {"tool_calls": [call("{}")]}, "tool_use"),
        ("length", {"tool_calls": [call('{"a":')]}, "max_tokens"),
        ("tool_calls", {"content": "a"}, "end_turn"),
        ("something new", {"content": "a"}, "end_turn"),
        (None, {"content": "a"}, "end_turn"),
    ],
)
def test_finish_reasons_become_stop_reasons(finish, message, reason):
    assert made(message, finish)["stop_reason"] == reason


def test_a_stop_sequence_is_told_where_the_server_tells_it():
    message = made({"content": "a"}, stop_reason="END")
    assert (message["stop_reason"], message["stop_sequence"]) == ("stop_sequence", "END")
    assert made({"content": "a"}, stop_reason=128009)["stop_sequence"] is None


def test_a_refusal_is_text():
    assert made({"content": None, "refusal": "I cannot."})["content"] == [{"type": "text", "text": "I cannot."}]


def test_arguments_that_are_no_object_are_a_failure():
    with pytest.raises(UpstreamFailed):
        made({"tool_calls": [call("[1]")]})


def test_a_reply_without_usage_counts_nothing():
    tree = reply({"content": "a"}) | {"usage": None}
    assert from_hub(tree, model="m", message_id="msg_1")["usage"]["output_tokens"] == 0


@pytest.mark.parametrize(("given", "made_id"), [("call_1", "call_1"), ("a b", "toolu_9_2"), ("", "toolu_9_2")])
def test_tool_ids_are_such_as_the_api_takes_back(given, made_id):
    assert tool_id(given, message_id="msg_9", index=2) == made_id


def test_cached_tokens_are_counted_apart_and_never_below_zero():
    assert usage_tree(Usage(input_tokens=2, cached_input_tokens=5))["input_tokens"] == 0
