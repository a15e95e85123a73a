import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Usage
from gateway.errors import UpstreamFailed
from gateway.wire.openai.pieces import aggregate, chunks_of
from gateway.wire.openai.reply import ChunkStream, chat_reply, has_content, more_text, usage_of, usage_tree

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
    bare = Usage(input_tokens=1, reported=True)
    assert usage_tree(bare) == {"prompt_tokens": 1, "completion_tokens": 0, "total_tokens": 1}
    assert usage_tree(Usage()) is None


def test_a_stream_tells_what_stands_beside_the_choices_and_all_counts_in_its_last():
    shape = stream()
    made = [made for chunk in chunks_of(reply(content="Hi.")) if (made := shape.chunk(chunk)) is not None]
    assert ABOUT.items() <= made[0].items()
    assert usage_of(shape.last()) == COUNTED


def test_what_comes_after_the_last_choice_ends_the_stream_in_a_form_that_every_client_reads():
    for include, choices in ((True, []), (False, [{"index": 0, "delta": {}, "finish_reason": None}])):
        shape = shaped(usage=include)
        shape.chunk(said({"content": "Hi"}, "stop"))
        assert shape.chunk({"choices": [], "timings": {"prompt_ms": 1}}) is None
        last = shape.last()
        assert (last["choices"], last["timings"]) == (choices, {"prompt_ms": 1})
    assert shaped().last() is None


def test_what_every_chunk_tells_does_not_put_one_after_the_reason_for_the_end():
    shape = shaped()
    shape.chunk({**said({"content": "Hi"}, "stop"), "system_fingerprint": "fp"})
    counted = {"choices": [], "usage": {"prompt_tokens": 3}, "system_fingerprint": "fp"}
    assert (shape.chunk(counted), shape.last()) == (None, None)
    shape.chunk({**counted, "system_fingerprint": "fp_2"})
    assert shape.last()["system_fingerprint"] == "fp_2"


def test_a_function_call_of_the_older_form_is_content():
    assert has_content({"choices": [{"delta": {"function_call": {"name": "look_up"}}}]})
    assert not has_content({"choices": [{"delta": {"role": "assistant"}}]})


def whole(tree):
    return chat_reply(tree, model="asked", reply_id="chatcmpl-1", created=7)


def shaped(**more) -> ChunkStream:
    return ChunkStream(model="asked", reply_id="chatcmpl-1", created=7, include_usage=more.get("usage", False))


def said(delta, finish=None, index=0):
    return {"id": "theirs", "model": "theirs", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


def test_ids_model_and_usage_are_ours():
    made = whole({"id": "x", "model": "theirs", "choices": [{"message": {"content": "Hi"}}]})
    assert (made["id"], made["model"], made["object"]) == ("chatcmpl-1", "asked", "chat.completion")
    assert made["usage"] is None
    assert made["choices"][0]["message"] == {"role": "assistant", "content": "Hi"}
    assert made["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    "tree", [{}, {"choices": []}, {"choices": 5}, {"error": "x", "choices": [{"message": {}}]}, {"choices": [5]}]
)
def test_what_is_no_reply_is_a_failure(tree):
    with pytest.raises(UpstreamFailed):
        whole(tree)


def test_content_is_text_unless_there_are_calls():
    assert whole({"choices": [{"message": {"content": None}}]})["choices"][0]["message"]["content"] == ""
    calls = [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]
    (choice,) = whole({"choices": [{"message": {"content": None, "tool_calls": calls}}]})["choices"]
    assert choice["message"]["content"] is None
    assert choice["finish_reason"] == "tool_calls"


def test_reasoning_has_one_name_in_both_forms():
    (choice,) = whole({"choices": [{"message": {"content": "x", "reasoning": "hm"}}]})["choices"]
    assert choice["message"]["reasoning_content"] == "hm"
    assert "reasoning" not in choice["message"]
    delta = shaped().chunk(said({"reasoning": "hm"}))["choices"][0]["delta"]
    assert delta == {"reasoning_content": "hm", "role": "assistant"}


def test_the_role_comes_once_and_every_chunk_bears_the_same_id():
    shape = shaped()
    chunks = [shape.chunk(said({"role": "assistant", "content": text})) for text in ("a", "b", "c")]
    assert ["role" in chunk["choices"][0]["delta"] for chunk in chunks] == [True, False, False]
    assert {(chunk["id"], chunk["model"], chunk["created"]) for chunk in chunks} == {("chatcmpl-1", "asked", 7)}


def test_two_calls_on_one_index_become_two():
    """Ollama sent index 0 for all of them."""
    shape = shaped()
    calls = [
        shape.chunk(said({"tool_calls": [{"index": 0, "id": name, "function": {"name": name}}]}))["choices"][0]["delta"]
        for name in ("a", "b", "a2")
    ]
    assert [delta["tool_calls"][0]["index"] for delta in calls] == [0, 1, 2]
    assert shape.chunk(said({}, "stop"))["choices"][0]["finish_reason"] == "tool_calls"


def test_a_stream_without_a_finish_reason_has_not_finished():
    shape = shaped()
    shape.chunk(said({"content": "x"}))
    assert not shape.finished
    shape.chunk(said({}, "length"))
    assert shape.finished


def test_an_error_in_place_of_a_chunk_is_a_failure():
    for error in ("text", {"message": "x"}):
        with pytest.raises(UpstreamFailed):
            shaped().chunk({"error": error})


def test_usage_is_remembered_and_handed_out_only_if_asked():
    for asked in (True, False):
        shape = shaped(usage=asked)
        assert shape.chunk({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}) is None
        last = shape.last()
        assert (last["usage"]["total_tokens"] if last else None) == (7 if asked else None)
        assert shape.usage.reported


@pytest.mark.parametrize(
    ("delta", "content"),
    [
        ({"content": "x"}, True),
        ({"reasoning_content": "x"}, True),
        ({"refusal": "x"}, True),
        ({"tool_calls": [{}]}, True),
        ({"role": "assistant", "content": ""}, False),
        ({"content": None, "tool_calls": []}, False),
        ({}, False),
    ],
)
def test_content_is_what_law_8_says(delta, content):
    assert has_content(said(delta)) is content


@pytest.mark.parametrize(
    "usage", [None, 5, "x", [], {"prompt_tokens": "x"}, {"prompt_tokens": -1}, {"prompt_tokens": True}]
)
def test_odd_usage_counts_nothing_and_breaks_nothing(usage):
    found = usage_of({"usage": usage})
    assert found is None or found.input_tokens == 0


SAYS, CALLS = {"content": "x"}, {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]}


@pytest.mark.parametrize(
    ("chunks", "choices", "reasons"),
    [
        ([said(SAYS)], 1, ["stop"]),
        ([said(SAYS), said({}, "")], 1, ["stop"]),
        ([said(CALLS)], 1, ["tool_calls"]),
        ([said(SAYS), said(SAYS, index=1)], 2, ["stop", "stop"]),
        ([said(SAYS), said(CALLS, index=1)], 2, ["stop", "tool_calls"]),
        ([said({"role": "assistant"})], 1, None),  # nothing began
        ([said(SAYS)], 2, None),  # the other one never began
        ([said(SAYS, "stop"), said(SAYS, index=1)], 2, None),  # it gives reasons, and the other one has none
        ([said(SAYS, "stop"), said(SAYS)], 1, None),  # it went on after its reason
        ([said(SAYS, "length")], 1, None),  # nothing is missing
    ],
)
def test_a_provider_that_is_done_and_gave_no_reason_at_all_is_given_one(chunks, choices, reasons):
    stream = ChunkStream(model="m", reply_id="chatcmpl-1", created=7, include_usage=False, choices=choices)
    for one in chunks:
        stream.chunk(one)
    before = stream.finished
    made = stream.done()
    assert (made and [choice["finish_reason"] for choice in made["choices"]]) == reasons
    assert stream.finished is (before or reasons is not None)


@pytest.mark.parametrize(("choices", "finished"), [(1, True), (2, False)])
def test_a_choice_that_never_began_has_not_ended(choices, finished):
    stream = ChunkStream(model="m", reply_id="chatcmpl-1", created=7, include_usage=False, choices=choices)
    stream.chunk(said(SAYS, "stop"))
    assert stream.finished is finished
    stream.chunk(said({}, "stop", index=1))
    assert stream.finished


# --- the short way ---------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(["", " ", "<th", "<think>", "why", "</think>", "So.", "word ", "\n"])
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "content": st.one_of(TEXTS, st.none(), st.just(5)),
        "role": st.just("assistant"),
        "reasoning": TEXTS,
        "tool_calls": st.just([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]),
    },
)
CHOICES = st.fixed_dictionaries(
    {"index": st.sampled_from([0, 1, True, "0"]), "delta": DELTAS},
    optional={
        "finish_reason": st.sampled_from([None, "", "stop"]),
        "logprobs": st.sampled_from([None, {"content": []}]),
    },
)
CHUNKS = st.lists(
    st.fixed_dictionaries(
        {"choices": st.lists(CHOICES, max_size=2)},
        optional={"usage": st.sampled_from([None, {"prompt_tokens": 1}]), "system_fingerprint": st.just("fp")},
    ),
    max_size=12,
)
PLAIN = {"choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}


@given(CHUNKS.map(lambda chunks: [PLAIN, *chunks, PLAIN]), st.booleans())
def test_a_chunk_that_is_only_more_text_is_what_it_would_be_the_long_way(chunks, include_usage):
    short, long = (ChunkStream(model="m", reply_id="r", created=1, include_usage=include_usage) for _ in range(2))
    for chunk in chunks:
        assert short.chunk(chunk) == long.chunk({**chunk, "choices": [*chunk["choices"], None]})  # which is none
    assert short.finished is long.finished
    assert short.counts == long.counts


def test_the_short_way_is_taken():
    stream = ChunkStream(model="m", reply_id="r", created=1, include_usage=False)
    assert stream._plain(PLAIN) is None
    stream.chunk(PLAIN)
    assert stream._plain(PLAIN) == stream.chunk({"choices": [*PLAIN["choices"], None]})
    assert stream._plain({**PLAIN, "system_fingerprint": None}) == stream._plain(PLAIN)
    assert stream._plain({**PLAIN, "system_fingerprint": "fp"}) is None


@given(CHUNKS, st.data())
def test_chunks_of_one_mould_say_in_one_what_they_say_one_after_the_other(chunks, data):
    """The law by which what a caller gets in one piece may be read in larger pieces than it was written in."""

    def whole(trees):
        stream = ChunkStream(model="m", reply_id="i", created=1, include_usage=False, choices=1)
        made = [made for tree in trees if (made := stream.chunk(tree)) is not None]
        return aggregate(made, stream.counts), stream.finished

    apart, together = [], []
    for tree in chunks:
        cast = more_text(tree)
        texts = data.draw(st.lists(TEXTS, min_size=1, max_size=3)) if cast else []
        apart += [cast[1](text) for text in texts] if cast else [tree]
        together += [cast[1]("".join(texts))] if cast else [tree]
    assert whole(together) == whole(apart)
