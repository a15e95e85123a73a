import pytest
from anthropic.types import Message
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Usage
from gateway.errors import UpstreamFailed
from gateway.wire.anthropic.passthrough import EventStream, aggregate, events_of, has_content, message_reply, usage_of
from tests.kit.sdk_types import trees_of

MESSAGE = {
    "id": "msg_upstream",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{"type": "text", "text": "hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1},
}
DELTA = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}


def test_a_reply_bears_the_name_asked_for_and_is_otherwise_untouched():
    assert message_reply(MESSAGE, model="asked") == MESSAGE | {"model": "asked"}
    assert MESSAGE["model"] == "claude"


@pytest.mark.parametrize("tree", [{}, {"type": "error"}, {"type": "message"}])
def test_what_is_no_reply_is_a_failure(tree):
    with pytest.raises(UpstreamFailed):
        message_reply(tree, model="m")


def test_the_first_event_is_renamed_and_every_other_passes_as_it_is():
    stream = EventStream(model="asked")
    assert stream.chunk({"type": "message_start", "message": MESSAGE})["message"]["model"] == "asked"
    assert not stream.finished
    assert stream.chunk(DELTA) is DELTA
    assert stream.finished
    assert stream.usage == Usage(8, 9, cached_input_tokens=2, cache_write_tokens=1, reported=True)
    assert stream.last() is None


@pytest.mark.parametrize("event", [{"type": "error", "error": {"message": "SECRET"}}, {"error": "SECRET"}])
def test_an_error_event_is_a_failure_in_our_words(event):
    with pytest.raises(UpstreamFailed) as raised:
        EventStream(model="m").chunk(event)
    assert "SECRET" not in raised.value.message


def test_usage_counts_cached_input_as_input():
    assert usage_of(MESSAGE) == Usage(8, 7, cached_input_tokens=2, cache_write_tokens=1, reported=True)
    assert usage_of({"type": "ping"}) is None
    thought = {"type": "message_delta", "usage": {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}}
    assert usage_of(thought).reasoning_tokens == 4


@pytest.mark.parametrize(
    ("event", "content"),
    [
        ({"type": "message_start", "message": MESSAGE}, False),
        ({"type": "ping"}, False),
        ({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}, False),
        (
            {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
            False,
        ),
        ({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "f", "input": {}}}, True),
        ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": ""}}, False),
        ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}, True),
        ({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "a"}}, True),
        ({"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}}, True),
        (DELTA, False),
    ],
)
def test_content_is_text_thinking_or_a_call(event, content):
    assert has_content(event) is content


WORDS = st.text(min_size=1, max_size=8)
BLOCK = (
    st.builds(lambda text: {"type": "text", "text": text}, WORDS)
    | st.builds(
        lambda text: {"type": "text", "text": text, "citations": [{"type": "char_location", "cited_text": text}]}, WORDS
    )
    | st.builds(lambda text: {"type": "thinking", "thinking": text, "signature": "c2ln"}, WORDS)
    | st.builds(
        lambda arguments: {"type": "tool_use", "id": "toolu_1", "name": "f", "input": arguments},
        st.dictionaries(WORDS, WORDS, max_size=2),
    )
    | st.just({"type": "redacted_thinking", "data": "eA=="})
)


@given(st.lists(BLOCK, max_size=5))
def test_a_reply_survives_being_streamed_and_gathered(content):
    message = MESSAGE | {"content": content}
    events = events_of(message)
    assert aggregate(events) == message
    assert any(map(has_content, events)) is bool(content)


def settled(tree):
    """A message as the API sends it: what a call says is an object, and it ended for a reason."""
    blocks = [{**b, "input": {"a": b["input"]}} if "input" in b else b for b in tree["content"]]
    return {**tree, "content": blocks, "stop_reason": tree.get("stop_reason") or "end_turn"}


@given(trees_of(Message))
def test_a_whole_message_is_what_its_events_add_up_to_in_all_its_fields(tree):
    message = settled(tree)
    stream = EventStream(model=message["model"])
    events = [made for event in events_of(message) if (made := stream.chunk(event)) is not None]
    assert aggregate(events) == message


def test_events_that_spell_no_reply_are_a_failure():
    with pytest.raises(UpstreamFailed):
        aggregate([DELTA, {"type": "content_block_delta", "index": 0, "delta": {}}])


def test_a_call_that_was_cut_off_has_no_arguments():
    events = [
        {"type": "message_start", "message": MESSAGE},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "input": {}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "a delta to come"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a'}},
        {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": None},
    ]
    assert aggregate(events)["content"][0]["input"] == {}


def block(index, kind, **delta):
    """A block with one delta, closed."""
    return [
        {"type": "content_block_start", "index": index, "content_block": {"type": kind}},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]


START = {"type": "message_start", "message": {"model": "theirs"}}
SAID = block(0, "text", type="text_delta", text="x")
STOP = {"type": "message_stop"}


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([START, *SAID, STOP], "end_turn"),
        ([START, *SAID, {"type": "message_delta", "delta": {"stop_reason": None}}, STOP], "end_turn"),
        ([START, *SAID, *block(1, "tool_use", type="input_json_delta", partial_json="{}"), STOP], "tool_use"),
        ([START, *SAID[:-1], STOP], None),  # in the middle of a block
        ([START, STOP], None),  # nothing was said
        ([START, *SAID], None),  # it never said that it is done
    ],
)
def test_a_message_that_is_stopped_without_a_reason_is_given_one(events, reason):
    stream = EventStream(model="m")
    made = [stream.chunk(event) for event in events]
    assert stream.done() is None
    assert stream.finished is (reason is not None)
    if reason:
        assert made[-1]["delta"] == {"stop_reason": reason, "stop_sequence": None}
        assert stream.last() == STOP
    else:
        assert made[1:] == events[1:]
        assert stream.last() is None


def test_a_message_that_is_stopped_with_a_reason_passes_as_it_is():
    stream = EventStream(model="m")
    events = [*SAID, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, STOP]
    assert [stream.chunk(event) for event in events] == events
    assert stream.finished
    assert stream.last() is None
