import json
from itertools import pairwise

import pytest
from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import RawMessageStreamEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gateway.errors import Overloaded, UpstreamFailed
from gateway.wire.anthropic.reply import from_hub
from gateway.wire.anthropic.stream import Stream
from gateway.wire.openai.pieces import aggregate
from gateway.wire.openai.reply import counts_of

EVENT = TypeAdapter(RawMessageStreamEvent)
USAGE = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}}


def chunk(finish=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def call(index, *, name=None, arguments=None, call_id=None):
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    made = {"index": index, "function": function}
    return made | ({"id": call_id, "type": "function"} if call_id else {})


def events(chunks):
    stream = Stream("asked", "msg_1")
    return [event for item in chunks for event in stream.feed(item)] + stream.finish()


def names(found):
    return [name if name != "content_block_delta" else data["delta"]["type"] for name, data in found]


def gathered(found):
    """The message that Anthropic's own SDK makes of the events."""
    message, buffers = None, {}
    for name, data in found:
        assert data["type"] == name
        if name != "ping":
            event = EVENT.validate_python(data)
            message = accumulate_event(event=event, current_snapshot=message, json_bufs=buffers)
    return message


def test_a_text_stream_has_the_whole_sequence():
    found = events(
        [chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo"), chunk("stop"), USAGE]
    )
    assert names(found) == [
        "message_start",
        "ping",
        "content_block_start",
        "text_delta",
        "text_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert found[0][1]["message"]["usage"]["input_tokens"] == 0
    assert found[-2][1]["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
    assert found[-2][1]["usage"]["output_tokens"] == 4
    message = gathered(found)
    assert message.content[0].text == "Hello"
    assert (message.usage.input_tokens, message.model) == (9, "asked")


def test_thinking_text_and_parallel_calls_are_blocks_of_their_own():
    found = events(
        [
            chunk(reasoning="hm"),
            chunk(content="a"),
            chunk(tool_calls=[call(0, name="f", arguments="", call_id="call_a")]),
            chunk(tool_calls=[call(0, arguments='{"x"')]),
            chunk(tool_calls=[call(0, arguments=":1}")]),
            chunk(tool_calls=[call(1, name="g", call_id="call_b")]),
            chunk("tool_calls"),
        ]
    )
    assert names(found)[2:] == [
        *("content_block_start", "thinking_delta", "content_block_stop"),
        *("content_block_start", "text_delta", "content_block_stop"),
        *("content_block_start", "input_json_delta", "input_json_delta", "content_block_stop"),
        *("content_block_start", "content_block_stop"),
        *("message_delta", "message_stop"),
    ]
    message = gathered(found)
    assert [(block.id, block.input) for block in message.content[2:]] == [("call_a", {"x": 1}), ("call_b", {})]
    assert message.stop_reason == "tool_use"


def test_a_name_in_pieces_is_one_name():
    found = events(
        [chunk(tool_calls=[call(0, name="get_")]), chunk(tool_calls=[call(0, name="weather")]), chunk("stop")]
    )
    assert gathered(found).content[0].name == "get_weather"
    assert gathered(found).content[0].id == "toolu_1_0"


def test_text_after_a_call_is_a_block_after_it():
    found = events([chunk(tool_calls=[call(0, name="f", arguments="{}")]), chunk(content="a"), chunk("stop")])
    assert [block.type for block in gathered(found).content] == ["tool_use", "text"]


def test_an_answer_without_a_word_still_has_a_block():
    assert gathered(events([chunk("length")])).content[0].text == ""
    assert [block.type for block in gathered(events([chunk(reasoning="hm"), chunk("length")])).content] == [
        "thinking",
        "text",
    ]


def test_a_refusal_is_told_as_one():
    message = gathered(events([chunk(refusal="No."), chunk("stop")]))
    assert (message.content[0].text, message.stop_reason) == ("No.", "refusal")


def test_interleaved_calls_are_blocks_one_after_the_other():
    pieces = [(0, "f", '{"x"'), (1, "g", '{"y"'), (2, "h", ""), (0, "", ":1}"), (1, "", ":2}")]
    chunks = [chunk(tool_calls=[call(index, name=name, arguments=text)]) for index, name, text in pieces]
    message = gathered(events([*chunks, chunk("tool_calls")]))
    assert [(block.name, block.input) for block in message.content] == [("f", {"x": 1}), ("g", {"y": 2}), ("h", {})]


def test_a_call_that_goes_on_after_its_end_is_a_failure_and_not_a_wrong_answer():
    stream = Stream("m", "msg_1")
    for index in (0, 1):
        stream.feed(chunk(tool_calls=[call(index, name="f", arguments="{}")]))
    with pytest.raises(UpstreamFailed):
        stream.feed(chunk(tool_calls=[call(0, arguments="}")]))


def test_a_stream_without_a_finish_reason_has_no_clean_end():
    stream = Stream("m", "msg_1")
    stream.feed(chunk(content="a"))
    with pytest.raises(UpstreamFailed):
        stream.finish()


def test_an_error_is_an_event_in_the_dialect():
    [(name, data)] = Stream("m", "msg_1").fail(Overloaded("Busy."), request_id="req_1")
    assert name == data["type"] == "error"
    assert data["error"] == {"type": "overloaded_error", "message": "Busy."}
    assert data["request_id"] == "req_1"


def test_other_choices_are_not_mixed_in():
    other = {"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"}]}
    assert gathered(events([chunk(content="yes"), other, chunk("stop")])).content[0].text == "yes"


PIECES = st.lists(st.text(min_size=1, max_size=6), max_size=4)
ARGUMENTS = st.dictionaries(st.text(max_size=4), st.text(max_size=6) | st.integers(-9, 9), max_size=3)


def cut(text, cuts):
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in cuts)})
    return [text[a:b] for a, b in pairwise(edges)]


@st.composite
def streams(draw):
    chunks = [chunk(role="assistant", content="")]
    chunks += [chunk(reasoning_content=piece) for piece in draw(PIECES)]
    chunks += [chunk(content=piece) for piece in draw(PIECES)]
    calls = draw(st.lists(ARGUMENTS, max_size=3))
    for index, arguments in enumerate(calls):
        chunks.append(chunk(tool_calls=[call(index, name=f"f{index}", arguments="", call_id=f"call_{index}")]))
        pieces = cut(json.dumps(arguments), draw(st.lists(st.integers(0, 99), max_size=4)))
        chunks += [chunk(tool_calls=[call(index, arguments=piece)]) for piece in pieces]
    chunks.append(chunk("tool_calls" if calls else draw(st.sampled_from(["stop", "length"]))))
    return [*chunks, USAGE]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(streams())
def test_a_stream_says_what_the_whole_reply_says_in_any_pieces(chunks):
    whole = aggregate(chunks, counts_of(USAGE))
    expected = from_hub(whole, model="asked", message_id="msg_1")
    message = gathered(events(chunks)).to_dict()
    assert {key: message[key] for key in ("content", "stop_reason", "usage", "id", "model")} == {
        key: expected[key] for key in ("content", "stop_reason", "usage", "id", "model")
    }
