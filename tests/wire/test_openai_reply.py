from gateway.domain import Usage
from gateway.wire.openai_reply import ChunkStream, aggregate, chat_reply, chunks_of, has_content, usage_of, usage_tree

ABOUT = {"service_tier": "flex", "system_fingerprint": "fp_1"}
COUNTED = Usage(input_tokens=9, output_tokens=4, cached_input_tokens=3, reasoning_tokens=2, reported=True)
CUSTOM = {"id": "c1", "type": "custom", "custom": {"name": "note", "input": "two words"}}
FUNCTION = {"id": "c2", "type": "function", "function": {"name": "look_up", "arguments": '{"a": 1}'}}


def reply(**message):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "tool_calls"}
    return {"choices": [choice], "usage": usage_tree(COUNTED), **ABOUT}


def stream():
    return ChunkStream(model="m", reply_id="chatcmpl-1", created=1, include_usage=True)


def test_usage_keeps_what_was_cached_and_thought():
    assert usage_of({"usage": usage_tree(COUNTED)}) == COUNTED
    assert set(usage_tree(Usage())) == {"prompt_tokens", "completion_tokens", "total_tokens"}


def test_a_stream_tells_tier_and_fingerprint_in_its_chunks_and_all_counts_in_its_last():
    shape = stream()
    made = [made for chunk in chunks_of(reply(content="Hi.")) if (made := shape.chunk(chunk)) is not None]
    assert all(ABOUT.items() <= chunk.items() for chunk in made)
    assert usage_of(shape.last()) == COUNTED


def test_a_stream_read_on_a_callers_behalf_is_the_reply_that_it_spells():
    whole = reply(content=None, tool_calls=[CUSTOM, FUNCTION], function_call=FUNCTION["function"])
    shape = stream()
    made = [made for chunk in chunks_of(whole) if (made := shape.chunk(chunk)) is not None]
    assert aggregate(made, usage=shape.usage) == chat_reply(whole, model="m", reply_id="chatcmpl-1", created=1)


def test_calls_in_pieces_are_put_together():
    deltas = [
        {"tool_calls": [{"index": 0, "id": "c1", "type": "custom", "custom": {"name": "note", "input": "two "}}]},
        {"function_call": {"name": "look_up", "arguments": '{"a"'}},
        {"tool_calls": [{"index": 0, "custom": {"input": "words"}}], "function_call": {"arguments": ": 1}"}},
    ]
    message = aggregate([{"choices": [{"index": 0, "delta": delta}]} for delta in deltas], usage=None)["choices"][0]
    assert message["message"]["tool_calls"] == [CUSTOM]
    assert message["message"]["function_call"] == FUNCTION["function"]


def test_a_function_call_of_the_older_form_is_content():
    assert has_content({"choices": [{"delta": {"function_call": {"name": "look_up"}}}]})
    assert not has_content({"choices": [{"delta": {"role": "assistant"}}]})
