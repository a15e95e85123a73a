from gateway.domain import Usage
from gateway.wire.anthropic.passthrough import renamed, usage_of

MESSAGE = {
    "type": "message",
    "model": "claude",
    "content": [{"type": "text", "text": "hi"}],
    "usage": {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1},
}
DELTA = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}


def test_a_reply_and_the_first_event_bear_the_name_asked_for():
    assert renamed(MESSAGE, model="asked")["model"] == "asked"
    start = renamed({"type": "message_start", "message": MESSAGE}, model="asked")
    assert start["message"]["model"] == "asked"
    assert MESSAGE["model"] == "claude"


def test_every_other_event_passes_as_it_is():
    assert renamed(DELTA, model="asked") is DELTA


def test_usage_counts_cached_input_as_input():
    assert usage_of(MESSAGE) == Usage(8, 7, cached_input_tokens=2, reported=True)


def test_usage_of_a_stream_is_the_last_word_on_each_count():
    so_far = usage_of({"type": "message_start", "message": MESSAGE})
    assert usage_of(DELTA, so_far) == Usage(8, 9, cached_input_tokens=2, reported=True)
    assert usage_of({"type": "ping"}, so_far) == so_far
    thought = {"type": "message_delta", "usage": {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}}
    assert usage_of(thought).reasoning_tokens == 4
