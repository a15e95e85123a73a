import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ollama import ChatResponse, EmbedResponse, GenerateResponse

from gateway.errors import Overloaded, UpstreamFailed
from gateway.wire.ollama import reply
from gateway.wire.ollama.reply import Stream, as_chat, as_generate
from gateway.wire.openai.pieces import aggregate
from gateway.wire.openai.reply import counts_of
from gateway.wire.writer import Timing

TIMING = Timing("2026-11-21T10:00:00.5Z", total_ns=900, first_content_ns=300)
USAGE = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}}


def whole(message, finish="stop", **extra):
    choice = {"index": 0, "message": message, "finish_reason": finish} | extra
    return {"choices": [choice], "usage": USAGE["usage"]}


def call(arguments, call_id="call_1", name="f"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_chat_reply_is_what_the_client_reads():
    made = reply.from_hub(whole({"content": "Hello.", "reasoning": "hm"}), as_chat, model="asked", timing=TIMING)
    read = ChatResponse(**made)
    assert (read.model, read.message.content, read.message.thinking) == ("asked", "Hello.", "hm")
    assert (read.done, read.done_reason, read.created_at) == (True, "stop", "2026-11-21T10:00:00.5Z")
    assert (read.prompt_eval_count, read.eval_count) == (9, 4)
    assert (read.total_duration, read.load_duration, read.prompt_eval_duration, read.eval_duration) == (
        900,
        1,
        300,
        600,
    )


def test_a_generate_reply_is_what_the_client_reads():
    made = reply.from_hub(
        whole({"content": "Hi", "reasoning_content": "hm"}, "length"), as_generate, model="m", timing=TIMING
    )
    read = GenerateResponse(**made)
    assert (read.response, read.thinking, read.done_reason) == ("Hi", "hm", "length")
    assert "message" not in made


def test_tool_calls_carry_objects():
    made = reply.from_hub(
        whole({"content": None, "tool_calls": [call('{"x": 1}'), call("", "")]}, "tool_calls"),
        as_chat,
        model="m",
        timing=TIMING,
    )
    assert made["message"]["tool_calls"] == [
        {"id": "call_1", "function": {"index": 0, "name": "f", "arguments": {"x": 1}}},
        {"function": {"index": 1, "name": "f", "arguments": {}}},
    ]
    assert made["done_reason"] == "stop"


def test_arguments_that_are_no_object_are_a_failure():
    with pytest.raises(UpstreamFailed):
        reply.from_hub(whole({"tool_calls": [call("[]")]}), as_chat, model="m", timing=TIMING)


def test_log_probabilities_pass():
    found = [{"token": "a", "logprob": -0.5}]
    for shape in (as_chat, as_generate):
        made = reply.from_hub(whole({"content": "a"}, logprobs={"content": found}), shape, model="m", timing=TIMING)
        assert made["logprobs"] == found


@pytest.mark.parametrize(("unloaded", "reason"), [(False, "load"), (True, "unload")])
def test_a_load_is_answered_as_one(unloaded, reason):
    made = reply.loaded(as_chat, model="m", created_at="t", unloaded=unloaded)
    assert made == {
        "model": "m",
        "created_at": "t",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": reason,
    }


def test_embeddings_are_lists_of_floats():
    hub = {"data": [{"embedding": [0.5, 1.0]}, {"embedding": [1.0, 0.5]}], "usage": {"prompt_tokens": 3}}
    read = EmbedResponse(**reply.embed_from_hub(hub, model="m", timing=TIMING))
    assert (read.embeddings, read.prompt_eval_count, read.total_duration) == ([[0.5, 1.0], [1.0, 0.5]], 3, 900)
    assert reply.embeddings_from_hub(hub) == {"embedding": [0.5, 1.0]}


def chunk(finish=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def piece(index, *, name="", arguments="", call_id=None):
    return {"index": index, "function": {"name": name, "arguments": arguments}} | ({"id": call_id} if call_id else {})


def lines(chunks, shape=as_chat):
    stream = Stream("asked", shape)
    found = [line for item in chunks for line in stream.feed(item, created_at="t")]
    return found + stream.finish(TIMING)


def test_a_stream_is_lines_and_a_last_line_with_counts():
    found = lines(
        [chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo"), chunk("stop"), USAGE]
    )
    assert found[:2] == [
        {"model": "asked", "created_at": "t", "message": {"role": "assistant", "content": text}, "done": False}
        for text in ("Hel", "lo")
    ]
    assert found[2]["message"] == {"role": "assistant", "content": ""}
    assert (found[2]["done"], found[2]["done_reason"], found[2]["eval_count"]) == (True, "stop", 4)


def test_a_generate_stream_says_response():
    found = lines([chunk(reasoning="hm"), chunk(content="a"), chunk("length")], as_generate)
    assert [(line["response"], line.get("thinking"), line["done"]) for line in found] == [
        ("", "hm", False),
        ("a", None, False),
        ("", None, True),
    ]


def test_a_tool_call_is_never_split():
    found = lines(
        [
            chunk(tool_calls=[piece(0, name="f", call_id="a")]),
            chunk(tool_calls=[piece(0, arguments='{"x"')]),
            chunk(tool_calls=[piece(0, arguments=":1}")]),
            chunk(tool_calls=[piece(1, name="g", call_id="b")]),
            chunk("tool_calls"),
        ]
    )
    assert [line["message"].get("tool_calls") for line in found] == [
        [{"id": "a", "function": {"index": 0, "name": "f", "arguments": {"x": 1}}}],
        [{"id": "b", "function": {"index": 1, "name": "g", "arguments": {}}}],
        None,
    ]


def test_interleaved_calls_are_lines_one_after_the_other():
    pieces = [(0, "f", '{"x"'), (1, "g", '{"y"'), (0, "", ":1}"), (1, "", ":2}")]
    found = lines([*(chunk(tool_calls=[piece(i, name=n, arguments=a)]) for i, n, a in pieces), chunk("tool_calls")])
    called = [call["function"] for line in found for call in line["message"].get("tool_calls", [])]
    assert [(call["index"], call["name"], call["arguments"]) for call in called] == [
        (0, "f", {"x": 1}),
        (1, "g", {"y": 2}),
    ]


def test_a_call_that_goes_on_after_its_end_is_a_failure_and_not_a_wrong_answer():
    stream = Stream("m", as_chat)
    for index in (0, 1):
        stream.feed(chunk(tool_calls=[piece(index, name="f", arguments="{}")]), created_at="t")
    with pytest.raises(UpstreamFailed):
        stream.feed(chunk(tool_calls=[piece(0, arguments=" ")]), created_at="t")


def test_a_stream_without_a_finish_reason_has_no_clean_end():
    stream = Stream("m", as_chat)
    stream.feed(chunk(content="a"), created_at="t")
    with pytest.raises(UpstreamFailed):
        stream.finish(TIMING)


def test_an_error_is_a_line():
    assert Stream("m", as_chat).fail(Overloaded("Busy.")) == [{"error": "Busy."}]


def test_other_choices_are_not_mixed_in():
    other = {"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"}]}
    assert [line["message"]["content"] for line in lines([chunk(content="yes"), other, chunk("stop")])] == ["yes", ""]


def cut(text, cuts):
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in cuts)})
    return [text[a:b] for a, b in pairwise(edges)]


PIECES = st.lists(st.text(min_size=1, max_size=6), max_size=4)
ARGUMENTS = st.dictionaries(st.text(max_size=4), st.text(max_size=6) | st.integers(-9, 9), max_size=3)


@st.composite
def streams(draw):
    chunks = [chunk(reasoning_content=text) for text in draw(PIECES)] + [chunk(content=text) for text in draw(PIECES)]
    calls = draw(st.lists(ARGUMENTS, max_size=3))
    for index, arguments in enumerate(calls):
        chunks.append(chunk(tool_calls=[piece(index, name=f"f{index}", call_id=f"call_{index}")]))
        texts = cut(json.dumps(arguments), draw(st.lists(st.integers(0, 99), max_size=4)))
        chunks += [chunk(tool_calls=[piece(index, arguments=text)]) for text in texts]
    return [*chunks, chunk("tool_calls" if calls else draw(st.sampled_from(["stop", "length"]))), USAGE]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(streams())
def test_a_stream_says_what_the_whole_reply_says_in_any_pieces(chunks):
    expected = reply.from_hub(aggregate(chunks, counts_of(USAGE)), as_chat, model="asked", timing=TIMING)
    found = lines(chunks)
    gathered = {"role": "assistant", "content": "".join(line["message"]["content"] for line in found)}
    if thinking := "".join(line["message"].get("thinking", "") for line in found):
        gathered["thinking"] = thinking
    if calls := [call for line in found for call in line["message"].get("tool_calls", [])]:
        gathered["tool_calls"] = calls
    assert found[-1] | {"message": gathered} == expected
