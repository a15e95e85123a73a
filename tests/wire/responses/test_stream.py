import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.errors import ContextLengthExceeded, UpstreamFailed
from gateway.wire.openai.pieces import aggregate
from gateway.wire.openai.reply import ChunkStream, usage_tree
from gateway.wire.responses.reply import Frame, from_hub
from gateway.wire.responses.stream import SAID, Stream

EVENT = TypeAdapter(ResponseStreamEvent)
REQUEST = {
    "model": "general",
    "input": "Hello.",
    "tools": [{"type": "function", "name": "read"}, {"type": "custom", "name": "patch"}],
}
USAGE = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}}
FRAME = Frame.of(REQUEST, "req_7")


def chunk(finish=None, **delta):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"created": 1, "model": "general", "choices": [choice]}


def call(index, *, name=None, arguments=None, call_id=None):
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    made = {"index": index, "function": function}
    return made | ({"id": call_id, "type": "function"} if call_id else {})


def events(chunks, *, end=True):
    """What is written, as it is written: what comes later changes no event that went out."""
    stream, written = Stream(FRAME), []
    for item in chunks:
        written += [json.dumps(event) for event in stream.feed(item)]
    if end:
        written += [json.dumps(event) for event in stream.finish(completed_at=5)]
    return [json.loads(event) for event in written]


def names(found):
    return [event["type"].removeprefix("response.") for event in found]


def of_text(stem, part="content_part"):
    return ["output_item.added", f"{part}.added", f"{stem}.delta", f"{stem}.done", f"{part}.done", "output_item.done"]


def test_a_text_stream_has_the_whole_sequence():
    found = events([chunk(role="assistant", content=""), chunk(content="Hi."), chunk("stop"), USAGE])
    assert names(found) == ["created", "in_progress", *of_text("output_text"), "completed"]
    assert found[0]["response"]["status"] == "in_progress"
    assert found[2]["item"]["content"] == []
    assert found[-1]["response"]["usage"]["total_tokens"] == 13


@pytest.mark.parametrize(
    ("delta", "sequence"),
    [
        ({"content": "Hi."}, of_text("output_text")),
        ({"refusal": "No."}, of_text("refusal")),
        (
            {"reasoning_content": "Hm."},
            [*of_text("reasoning_summary_text", "reasoning_summary_part"), *(
                name for name in of_text("output_text") if not name.endswith("text.delta"))],
        ),
        (
            {"tool_calls": [call(0, name="read", arguments="{}", call_id="c1")]},
            ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"],
        ),
        (
            {"tool_calls": [call(0, name="patch", arguments='{"input":"x"}', call_id="c1")]},
            ["output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done"],
        ),
        (
            {"tool_calls": [call(0, name="read", call_id="c1")]},
            ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"],
        ),
        (
            {"content": "Hi.", "annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}]},
            [*of_text("output_text")[:3], "output_text.annotation.added", *of_text("output_text")[3:]],
        ),
    ],
)  # fmt: skip
def test_each_kind_of_text_has_its_events(delta, sequence):
    found = names(events([chunk(**delta), chunk("stop")]))
    assert found == ["created", "in_progress", *sequence, "completed"]


def test_the_parts_of_one_message_stand_in_one_item():
    found = events([chunk(content="Well. "), chunk(refusal="No."), chunk("stop")])
    [item] = found[-1]["response"]["output"]
    assert [part["type"] for part in item["content"]] == ["output_text", "refusal"]
    assert [event["content_index"] for event in found if event["type"] == "response.refusal.delta"] == [1]


def test_two_calls_may_come_in_turns():
    pieces = [
        chunk(tool_calls=[call(0, name="read", call_id="c1", arguments="")]),
        chunk(tool_calls=[call(1, name="read", call_id="c2", arguments='{"b"')]),
        chunk(tool_calls=[call(0, arguments='{"a"')]),
        chunk(tool_calls=[call(1, arguments=":2}"), call(0, arguments=":1}")]),
        chunk("tool_calls"),
    ]
    output = events(pieces)[-1]["response"]["output"]
    assert {item["call_id"]: item["arguments"] for item in output} == {"c1": '{"a":1}', "c2": '{"b":2}'}


def test_the_input_of_a_custom_tool_is_what_its_arguments_spell():
    pieces = ['{"inp', 'ut":"*** Be', 'gin\\n"}']
    found = events(
        [chunk(tool_calls=[call(0, name="patch", call_id="c1")])]
        + [chunk(tool_calls=[call(0, arguments=piece)]) for piece in pieces]
        + [chunk("tool_calls")]
    )
    [done] = [event for event in found if event["type"] == "response.custom_tool_call_input.done"]
    assert done["input"] == "*** Begin\n"


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
def test_an_answer_that_was_cut_off_is_incomplete(finish, reason):
    last = events([chunk(content="Half an"), chunk(finish)])[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": reason}
    assert last["response"]["output"][0]["status"] == "incomplete"


def test_a_broken_stream_has_no_clean_end():
    stream = Stream(FRAME)
    stream.feed(chunk(content="Half an", reasoning_content="Hm."))
    stream.feed(chunk(tool_calls=[call(0, name="read", call_id="c1", arguments='{"a')]))
    with pytest.raises(UpstreamFailed):
        stream.finish(completed_at=5)
    error, failed = stream.fail(UpstreamFailed("It broke off."))
    assert (error["type"], error["code"], error["message"]) == ("error", "upstream_failed", "It broke off.")
    response = failed["response"]
    assert (failed["type"], response["status"]) == ("response.failed", "failed")
    assert response["error"] == {"code": "server_error", "message": "It broke off."}
    assert [item["type"] for item in response["output"]] == ["reasoning", "message", "function_call"]
    assert response["output"][1]["content"][0]["text"] == "Half an"
    assert response["output"][2]["arguments"] == '{"a'
    assert response["output"][2]["status"] == "incomplete"


def test_a_stream_that_fails_before_its_first_chunk_is_a_response_that_failed():
    found = Stream(FRAME).fail(ContextLengthExceeded("Too long."))
    assert names(found) == ["created", "in_progress", "error", "failed"]
    assert found[-1]["response"]["error"]["code"] == "context_length_exceeded"


def test_what_is_open_when_a_stream_breaks_is_told_as_it_stands():
    stream = Stream(FRAME)
    stream.feed(chunk(content="Half an"))
    response = stream.fail(UpstreamFailed("It broke off."))[-1]["response"]
    [item] = response["output"]
    assert (item["status"], item["content"][0]["text"]) == ("incomplete", "Half an")
    stream = Stream(FRAME)
    stream.feed(chunk(tool_calls=[call(0, name="patch", call_id="c1", arguments='{"inp')]))
    stream.feed(chunk(tool_calls=[call(1, name="read", call_id="c2")]))
    [item] = stream.fail(UpstreamFailed("It broke off."))[-1]["response"]["output"]
    assert (item["type"], item["status"], item["input"]) == ("custom_tool_call", "incomplete", "")


def test_log_probabilities_and_the_tier_come_through():
    token = {"token": "Hi", "bytes": [1], "logprob": -0.1, "top_logprobs": []}
    told = chunk(content="Hi")
    told["choices"][0]["logprobs"] = {"content": [token]}
    other = {"choices": [{"index": 1, "delta": {"content": "not this"}}], "service_tier": "flex"}
    last = events([told, told, other, chunk("stop")])[-1]["response"]
    [part] = last["output"][0]["content"]
    assert (part["text"], part["logprobs"], last["service_tier"]) == ("HiHi", [token, token], "flex")


TEXT = st.text(max_size=8)
DELTAS = st.one_of(
    st.builds(lambda text: {"content": text}, TEXT),
    st.builds(lambda text: {"reasoning_content": text}, TEXT),
    st.builds(lambda text: {"refusal": text}, TEXT),
    st.builds(
        lambda at, name, text: {"tool_calls": [call(at, name=name, call_id=f"c{at}", arguments=text)]},
        st.integers(0, 2),
        st.sampled_from(["read", "patch", "unknown"]),
        TEXT,
    ),
)
STREAMS = st.lists(DELTAS, max_size=8)
FINISHES = st.sampled_from(["stop", "length", "tool_calls", "content_filter"])


def told_once(deltas):
    """Deltas that tell the id and name of a call with its first piece, as OpenAI does."""
    seen = set()
    for delta in deltas:
        made = delta
        if "tool_calls" in delta:
            [piece] = delta["tool_calls"]
            if piece["index"] in seen:
                made = {"tool_calls": [call(piece["index"], arguments=piece["function"]["arguments"])]}
            seen.add(piece["index"])
        yield made


def whole_chunks(deltas, finish):
    stream = ChunkStream(model="general", reply_id="chatcmpl-7", created=1, include_usage=True)
    raw = [chunk(**delta) for delta in told_once(deltas)] + [chunk(finish), USAGE]
    made = [made for item in raw if (made := stream.chunk(item)) is not None]
    return [*made, stream.last()], stream.usage


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(STREAMS, FINISHES)
def test_every_event_is_one_of_the_api_and_numbered(deltas, finish):
    chunks, _ = whole_chunks(deltas, finish)
    found = events(chunks)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    for event in found:
        EVENT.validate_python(event)
    added = [event["item"]["id"] for event in found if event["type"] == "response.output_item.added"]
    done = [event["item"]["id"] for event in found if event["type"] == "response.output_item.done"]
    assert sorted(added) == sorted(done)
    assert [item["id"] for item in found[-1]["response"]["output"]] == added


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(STREAMS, FINISHES)
def test_the_pieces_spell_what_the_end_says(deltas, finish):
    chunks, _ = whole_chunks(deltas, finish)
    found = events(chunks)
    stems = {said.stem: said.name for said in SAID.values()}
    spelled, told = {}, {}
    for event in found:
        _, _, stem = event["type"].partition("response.")
        stem, _, state = stem.partition(".")
        if stem in stems and state in {"delta", "done"}:
            index = event.get("content_index", event.get("summary_index"))
            key = (event["item_id"], index)
            if state == "delta":
                spelled[key] = spelled.get(key, "") + event["delta"]
            else:
                told[key] = event[stems[stem]]
    assert {key: text for key, text in told.items() if text} == spelled


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(STREAMS, FINISHES)
def test_a_streamed_response_says_what_a_whole_one_says(deltas, finish):
    """But for the order of what came in turns, which only the stream knows."""
    chunks, usage = whole_chunks(deltas, finish)
    streamed = events(chunks)[-1]["response"]
    whole = from_hub(aggregate(chunks, usage_tree(usage)), FRAME, completed_at=5)
    assert {**streamed, "output": []} == {**whole, "output": []}
    assert said(streamed) == said(whole)


def said(response):
    texts = {"output_text": "", "refusal": "", "summary": ""}
    calls = []
    for item in response["output"]:
        for part in [*item.get("content", ()), *item.get("summary", ())]:
            name = "summary" if part["type"] == "summary_text" else part["type"]
            texts[name] += part.get("text", part.get("refusal"))
        if "call_id" in item:
            calls.append((item["call_id"], item["name"], item.get("arguments", item.get("input"))))
    return texts, sorted(calls)


def test_openais_own_sdk_gathers_the_same():
    chunks, _ = whole_chunks([{"content": "Hel"}, {"content": "lo"}, {"reasoning_content": "Hm."}], "stop")
    state = ResponseStreamState(text_format=omit, input_tools=omit)
    for event in events(chunks):
        state.handle_event(EVENT.validate_python(event))
    assert state._completed_response.output_text == "Hello"
