import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.errors import ContextLengthExceeded, UpstreamFailed
from gateway.wire.reply import Asked
from gateway.wire.responses.create import ENDPOINT, REPLY
from gateway.wire.responses.passthrough import EventStream, Numbered, aggregate, events_of, has_content, response_reply
from tests.kit.responses import ANSWERING, read
from tests.kit.sdk_types import trees_of

EVENT = TypeAdapter(ResponseStreamEvent)
ASKED = Asked({"input": "Hi.", "instructions": "Be brief.", "user": "u-1"}, "asked", "chatcmpl-1", 7, usage=True)
TEXT = {"type": "output_text", "text": "Hello.", "annotations": [], "logprobs": []}
OUTPUT = [
    {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "eA=="},
    {"type": "reasoning", "id": "rs_2", "summary": [], "content": [{"type": "reasoning_text", "text": "So."}]},
    {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
     "content": [TEXT, {"type": "refusal", "refusal": "No."}]},
    {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": '{"a":1}', "status": "completed"},
    {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c2", "name": "g", "input": "x"},
    {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
]  # fmt: skip
WHOLE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-x",
    "status": "completed",
    "instructions": "What we sent.",
    "user": "a hash of ours",
    "output": OUTPUT,
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
    "usage": {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 14,
    },
}


def through(tree, asked=ASKED):
    """The events of a reply as a caller gets them, and the stream that they went through."""
    stream = EventStream(asked)
    return [stream.chunk(event) for event in events_of(tree)], stream


def test_a_caller_reads_its_own_words_and_the_name_it_asked_for():
    made = response_reply(WHOLE, ASKED)
    assert made == {**WHOLE, "model": "asked", "instructions": "Be brief.", "user": "u-1"}
    assert WHOLE["model"] == "gpt-x"


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(trees_of(Response), st.sampled_from(["completed", "incomplete", None]))
def test_a_whole_response_is_what_its_events_add_up_to_in_all_its_fields(tree, status):
    made = response_reply({**tree, "object": "response", "status": status, "usage": None}, ASKED)
    events, stream = through(made)
    assert aggregate(events) == made
    assert stream.finished


def test_the_events_of_a_whole_response_are_those_that_the_sdk_gathers():
    events, stream = through(WHOLE)
    numbered = Numbered({})
    state = ResponseStreamState(input_tools=omit, text_format=omit)
    for event in map(numbered.feed, events):
        state.handle_event(EVENT.validate_python(json.loads(json.dumps(event))))
    assert [event["type"].removeprefix("response.") for event in events[2:8]] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
    ]
    said = {event["type"]: event["delta"] for event in events if event["type"].endswith(".delta")}
    assert said == {
        "response.reasoning_summary_text.delta": "Hm.",
        "response.reasoning_text.delta": "So.",
        "response.output_text.delta": "Hello.",
        "response.refusal.delta": "No.",
        "response.function_call_arguments.delta": '{"a":1}',
        "response.custom_tool_call_input.delta": "x",
    }
    assert (stream.usage.input_tokens, stream.usage.cached_input_tokens, stream.usage.reasoning_tokens) == (9, 4, 3)
    assert (stream.done(), stream.last(), stream.counts) == (None, None, None)


@pytest.mark.parametrize(
    ("event", "content"),
    [
        ({"type": "response.created", "response": WHOLE}, False),
        ({"type": "response.output_item.added", "item": {"type": "message"}}, False),
        ({"type": "response.output_item.added", "item": {"type": "function_call"}}, True),
        ({"type": "response.output_item.added"}, False),
        ({"type": "response.output_text.delta", "delta": ""}, False),
        ({"type": "response.output_text.delta", "delta": "H"}, True),
        ({"type": "response.output_text.done", "text": "H"}, False),
    ],
)
def test_content_is_a_text_or_a_call(event, content):
    assert has_content(event) is content


@pytest.mark.parametrize(
    "event",
    [
        {"type": "error", "code": "x", "message": "secret"},
        {"type": "response.failed", "response": WHOLE},
        {"error": {"message": "secret"}},
        {"type": "response.created", "response": "x"},
        {"type": "response.created", "response": {"object": "response"}},
        {"type": "response.completed", "response": {**WHOLE, "status": "failed"}},
    ],
)
def test_a_failure_in_the_place_of_an_event_is_the_providers(event):
    with pytest.raises(UpstreamFailed) as caught:
        EventStream(ASKED).chunk(event)
    assert "secret" not in caught.value.message


def test_a_stream_without_its_last_event_is_no_response():
    stream = EventStream(ASKED)
    events = [stream.chunk(event) for event in events_of(WHOLE)[:-1]]
    assert not stream.finished
    with pytest.raises(UpstreamFailed):
        aggregate(events)


def test_a_stream_that_breaks_fails_under_the_next_number_and_in_our_words():
    numbered = Numbered({"id": "resp_ours"})
    numbered.feed({"type": "response.created", "sequence_number": 70, "response": {"id": "resp_1", "status": "x"}})
    told, failed = numbered.fail(ContextLengthExceeded("Too long."))
    assert (told["type"], told["sequence_number"], told["message"]) == ("error", 1, "Too long.")
    assert failed["sequence_number"] == 2
    assert failed["response"]["id"] == "resp_1"
    assert failed["response"]["error"] == {"code": "context_length_exceeded", "message": "Too long."}


@pytest.mark.parametrize("stream", [False, True])
def test_a_body_asks_for_nothing_to_be_stored(stream):
    body = ENDPOINT.spoken.streamed(
        {"input": "x", "store": True, "stream_options": {"include_obfuscation": False}}, stream
    )
    assert (body["store"], body["stream"], "stream_options" in body) == (False, stream, stream)


def test_what_only_a_store_could_answer_is_left_out_and_named():
    kept = [
        {"role": "user", "content": "Hi."},
        {"type": "reasoning", "summary": [], "encrypted_content": "eA=="},
    ]
    gone = [{"type": "item_reference", "id": "rs_1"}, {"type": "reasoning", "summary": [], "id": "rs_1"}]
    repaired = ENDPOINT.spoken.repair({"input": [*kept, *gone], "store": False})
    assert repaired.tree == {"input": kept, "store": False}
    assert repaired.lost == ("input.item_reference", "input.reasoning")
    tree = {"input": "Hi."}
    assert ENDPOINT.spoken.repair(tree).tree is tree
    assert ENDPOINT.spoken.repair(tree).lost == ("store",)


def test_a_writer_writes_what_came_and_ends_without_a_word_of_its_own():
    writer = ENDPOINT.writer(ANSWERING)
    writer.opened(REPLY)
    events, _ = through(WHOLE)
    written = read(b"".join(map(writer.event, events)) + writer.end())
    assert [event["sequence_number"] for event in written] == list(range(len(events)))
    assert written[-1]["response"] == {**WHOLE, "model": "asked", "instructions": "Be brief.", "user": "u-1"}
    assert ENDPOINT.whole(WHOLE, REPLY, ANSWERING) is WHOLE
